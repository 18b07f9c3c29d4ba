"""An import whose process is killed: what was written is whole, and the next run does the rest."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.cli.test_processes import COMMAND, teichaku

ROWS = 30_000
PATIENCE = 300  # seconds


def counts(database: Path) -> tuple[int, int, int]:
    """Events, the sum over the audit entries about them, and leads that events made due."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM tracking_event),"
            " (SELECT coalesce(sum(count), 0) FROM core_auditentry"
            "  WHERE action = 'tracking.events_write'),"
            " (SELECT count(*) FROM tracking_event e LEFT JOIN scoring_dirtylead d"
            "  ON d.lead_id = e.lead_id WHERE d.lead_id IS NULL)"
        ).fetchone()


def test_nothing_is_half_written_and_nothing_is_lost(tmp_path: Path) -> None:
    file, database = tmp_path / "events.csv", tmp_path / "a.sqlite3"
    with file.open("w", encoding="utf-8") as out:
        out.write("external_id,lead,type,at\n")
        for i in range(ROWS):
            out.write(f"e{i},L{i * 7919 % 500},page_view,2026-01-{i % 28 + 1:02}T00:00:00Z\n")
    assert teichaku("migrate", "--db", database, folder=tmp_path).returncode == 0

    command = ["import", "events", str(file), "--db", str(database), "--json"]
    running = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *command],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE
    while counts(database)[0] == 0 and time.monotonic() < until:
        time.sleep(0.01)
    running.kill()
    running.wait()

    events, audited, untold = counts(database)
    assert 0 < events < ROWS
    assert (audited, untold) == (events, 0)
    done = teichaku(*command, folder=tmp_path)
    report = json.loads(done.stdout)
    assert (report["created"], report["duplicates"]) == (ROWS - events, events)
    assert counts(database) == (ROWS, ROWS, 0)
