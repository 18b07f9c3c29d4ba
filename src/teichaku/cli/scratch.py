"""A database for one command: in a folder that nobody else may read, and gone afterwards."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

ENDINGS = ("SIGTERM", "SIGHUP")  # Ctrl-C is an exception by itself


@contextmanager
def scratch_database(lang: str) -> Iterator[None]:
    """Within the block, Django runs on an empty database of its own.

    The folder goes at the end of the block, also when it ends by an error, Ctrl-C or a signal.
    """
    from teichaku.config.boot import start
    from teichaku.config.environment import choose_scratch

    with _signals_unwind(), TemporaryDirectory(prefix="teichaku-") as folder:  # mode 0700
        choose_scratch(Path(folder))
        start(None, lang=lang)
        from django.core.management import call_command
        from django.db import connections

        try:
            call_command("migrate", verbosity=0, interactive=False)
            yield
        finally:
            connections.close_all()


@contextmanager
def _signals_unwind() -> Iterator[None]:
    numbers = [getattr(signal, name) for name in ENDINGS if hasattr(signal, name)]
    before = {number: signal.signal(number, _leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
