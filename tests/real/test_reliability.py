"""Short runs of the reliability benchmark: workers and server are killed while people enter and
visitors' browsers send.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from benchmarks.__main__ import DEFAULT_SERVER, SERVER_VARIABLE
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def answers() -> bool:
    try:
        psycopg.connect(os.environ.get(SERVER_VARIABLE, DEFAULT_SERVER), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (["--minutes", "0.33"], "acknowledged: activity"),
        (["--minutes", "0.15", "--beacons", "500"], "events acknowledged"),
    ],
    ids=["people", "browsers"],
)
def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(told, line):
    kind = connection.vendor
    if kind == "postgresql" and not answers():
        pytest.skip(f"no PostgreSQL for a database of its own; name one in {SERVER_VARIABLE}")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reliability", *told, "--on", kind],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WRONG" not in done.stdout
    assert line in done.stdout
