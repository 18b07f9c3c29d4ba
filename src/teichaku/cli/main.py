"""``teichaku``: every command, its options, its exit codes (0 done, 1 data problem, 2 wrong use).

Nothing heavy is imported before a command runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path

import click

from teichaku import __version__
from teichaku.cli.options import (
    database_option,
    file_path,
    json_option,
    lang_option,
    tables_needed,
)

ENTITIES = ("leads", "companies", "events", "deals", "stages", "activities", "users")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="teichaku")
def main() -> None:
    """Operating rules that stick: marketing automation and sales on one rulebook."""


@main.command()
@database_option
def migrate() -> None:
    """Create or update the tables of the database."""
    from teichaku.cli.data import migrate as run

    run()


@main.command("import")
@click.argument("entity", type=click.Choice(ENTITIES))
@click.argument("file", type=file_path)
@click.option("--map", "map_file", type=file_path, help="Which column is which field (YAML).")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and leave nothing behind.")
@json_option
@database_option
@tables_needed
def import_(entity: str, file: Path, map_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Bring a UTF-8 CSV file in. The same file twice changes nothing."""
    from teichaku.cli.data import import_ as run

    run(entity, file, map_file, dry_run=dry_run, as_json=as_json)


@main.group()
def rulebook() -> None:
    """Check, read, compare and activate rulebooks."""


@rulebook.command()
@click.argument("files", nargs=-1, required=True, type=file_path)
@lang_option
@json_option
@database_option
def check(files: tuple[Path, ...], lang: str, as_json: bool) -> None:
    """Say whether the files are rulebooks, and what would be better (warnings)."""
    from teichaku.cli.rulebooks import check as run

    run(files, lang, as_json=as_json)


@rulebook.command()
@click.argument("files", nargs=-1, required=True, type=file_path)
@lang_option
def show(files: tuple[Path, ...], lang: str) -> None:
    """Print the rulebook as sentences."""
    from teichaku.cli.rulebooks import show as run

    run(files, lang)


@rulebook.command()
@click.argument("old", type=file_path)
@click.argument("new", type=file_path)
@lang_option
@json_option
def diff(old: Path, new: Path, lang: str, as_json: bool) -> None:
    """Say in sentences what changed from OLD to NEW."""
    from teichaku.cli.rulebooks import diff as run

    run(old, new, lang, as_json=as_json)


@rulebook.command()
def schema() -> None:
    """Print the JSON Schema of the grammar."""
    from teichaku.cli.rulebooks import schema as run

    run()


@rulebook.command()
@click.argument("file", type=file_path)
@click.option("--break-glass", metavar="REASON", default="", help="Activate without approval.")
@lang_option
@json_option
@database_option
@tables_needed
def activate(file: Path, break_glass: str, lang: str, as_json: bool) -> None:
    """Put the rulebook in force from now on."""
    from teichaku.cli.rulebooks import activate as run

    run(file, break_glass, lang, as_json=as_json)


@main.command()
@click.option("--rulebook", "rulebook_file", type=file_path, help="Score by this one instead.")
@click.option("--as-of", metavar="T", help="An instant, ISO 8601; default now.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@database_option
@tables_needed
def score(
    rulebook_file: Path | None, as_of: str | None, csv_file: Path | None, as_json: bool
) -> None:
    """Score every lead. Under the rulebook in force and as of now, the result is stored."""
    from teichaku.cli.scores import score as run

    run(rulebook_file, as_of, csv_file, as_json=as_json)


@main.command()
@click.argument("lead")
@click.option("--rulebook", "rulebook_file", type=file_path, help="Explain by this one instead.")
@click.option("--as-of", metavar="T", help="An instant, ISO 8601; default now.")
@lang_option
@json_option
@database_option
@tables_needed
def explain(
    lead: str, rulebook_file: Path | None, as_of: str | None, lang: str, as_json: bool
) -> None:
    """Say why LEAD (an external id, or SYSTEM:ID) scores what it scores."""
    from teichaku.cli.explain import explain as run

    run(lead, rulebook_file, as_of, lang, as_json=as_json)


@main.command()
@click.option("--rulebook", "rulebook_file", type=file_path, required=True)
@click.option("--against", "against_file", type=file_path, help="Compare with this one.")
@click.option("--from", "start", metavar="D", help="First day (inclusive), YYYY-MM-DD.")
@click.option("--to", "end", metavar="D", help="End day (exclusive), YYYY-MM-DD.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path))
@lang_option
@json_option
@database_option
@tables_needed
def backtest(
    rulebook_file: Path,
    against_file: Path | None,
    start: str | None,
    end: str | None,
    csv_file: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    """Run a rulebook over all of history: who would have qualified, and what came of it."""
    from teichaku.cli.backtest import backtest as run

    run(rulebook_file, against_file, start, end, csv_file, lang, as_json=as_json)


@main.command()
@click.option("--leads", type=click.IntRange(1, 10_000_000), required=True)
@click.option("--events", type=click.IntRange(0, 200_000_000), required=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files here.")
@json_option
@database_option
def simulate(leads: int, events: int, seed: int, out: Path | None, as_json: bool) -> None:
    """Make up a realistic company: as files with --out, else straight into the database."""
    from teichaku.cli.data import simulate as run

    run(leads, events, seed, out, as_json=as_json)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@database_option
@tables_needed
def serve(host: str, port: int) -> None:
    """Serve the pages."""
    from teichaku.cli.server import serve as run

    run(host, port)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@database_option
def demo(port: int) -> None:
    """Migrate, fill an empty database with a made-up company, and serve it on this machine."""
    from teichaku.cli.server import demo as run

    run(port)
