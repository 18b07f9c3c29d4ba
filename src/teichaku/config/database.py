"""The connection settings that each kind of database needs to be safe and quick."""

from __future__ import annotations

from typing import Any

import dj_database_url

from teichaku.config.environment import sqlite_file

BUSY_SECONDS = 20
# Readers never wait for the writer (WAL); NORMAL loses nothing at a crash of the process.
SQLITE_START = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA mmap_size=1073741824;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA wal_autocheckpoint=8000;"  # pages: a bulk write is not held up at every portion
)


def connection(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for the URL (its values are whatever Django's backends take)."""
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        file = sqlite_file(url)
        config["NAME"] = ":memory:" if file is None else str(file)
        config["OPTIONS"] = {
            # A transaction that starts as a reader and then writes could fail at once with
            # "database is locked"; taking the write lock first makes it wait its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "init_command": SQLITE_START,
        }
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
        # Compiling a question takes longer than answering it; what is large is read by the engine.
        config["OPTIONS"] = {"options": "-c jit=off", **config.get("OPTIONS", {})}
    return config
