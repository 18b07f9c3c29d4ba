"""``python -m teichaku.cli``: the command without its script."""

from teichaku.cli.main import main

if __name__ == "__main__":
    main(prog_name="teichaku")
