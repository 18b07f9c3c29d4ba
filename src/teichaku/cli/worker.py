"""The worker as a process: on its own, or beside a server that it ends with."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.core.worker import Worker

WAIT_S = 30


def worker(*, beside: bool, once: bool = False) -> None:
    """Jobs are run until a signal; with ``beside``, also no longer than whoever started it; with
    ``once``, until nothing more is due.
    """
    work = Worker()
    if beside:
        _end_with_parent(work)
    elif not once:
        click.echo(_("The worker runs. Stop it with Ctrl-C; it finishes the job under way."))
    ends = (signal.SIGTERM, signal.SIGINT)

    def asked(number: int, frame: FrameType | None) -> None:
        work.stop()
        for end in ends:
            signal.signal(end, signal.SIG_DFL)  # asked once more, it ends at once

    for end in ends:
        signal.signal(end, asked)
    # What jobs write for people is in the language of the installation, not of this terminal.
    with translation.override(settings.LANGUAGE_CODE):
        done = work.run(once=once)
    if not beside:
        click.echo(_("The worker has stopped. Jobs run: %d") % done)


@contextmanager
def worker_beside() -> Iterator[None]:
    """Within the block, a worker runs as a process of its own, on the same database."""
    # The pipe closes with this process however it ends, and that is what ends the worker.
    with subprocess.Popen(
        [sys.executable, "-m", "teichaku.cli", "worker", "--beside"], stdin=subprocess.PIPE
    ) as process:
        try:
            yield
        finally:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _end_with_parent(work: Worker) -> None:
    def watch() -> None:
        sys.stdin.buffer.read()
        work.stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
