"""Workers as real processes on the test's own database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.db import connection

PATIENCE_S = 120
# A job that says when it begins and ends, for the processes to be stopped in between.
SLOW = """
import sys, time
from pathlib import Path
from teichaku.config.boot import start
start(None, lang="en")
from teichaku.core.registry import JobHandler, job_handlers

def slow(payload):
    told = Path(payload["file"])
    told.with_suffix(".begun").touch()
    time.sleep(payload["seconds"])
    told.with_suffix(".done").touch()

job_handlers.register("test.slow", JobHandler(slow))
from teichaku.cli.worker import worker
worker(beside=len(sys.argv) > 1)
"""


def database_url() -> str:
    """The database that the test runs on, for another process."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(settings['NAME']))}"
    parts = {name: str(settings[name] or "") for name in ("USER", "PASSWORD", "HOST", "PORT")}
    login = quote(parts["USER"]) + (f":{quote(parts['PASSWORD'])}" if parts["PASSWORD"] else "")
    return f"postgres://{login}@{parts['HOST']}:{parts['PORT']}/{settings['NAME']}"


def worker_process(folder: Path, *arguments: str, script: str = SLOW) -> subprocess.Popen[str]:
    """A worker that knows the slow job."""
    environ = {k: v for k, v in os.environ.items() if "TEICHAKU" not in k}
    environ |= {"DATABASE_URL": database_url(), "TEICHAKU_STATE_DIR": str(folder / "state")}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=folder, env=environ, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_until(holds: Callable[[], bool], running: subprocess.Popen[str] | None = None) -> None:
    """Nothing, once it holds; a process that ends before, or too long a wait, fails the test."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "waited too long"
        assert running is None or running.poll() is None, running.communicate()
        time.sleep(0.02)
