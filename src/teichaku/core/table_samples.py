"""What the database knows of its tables when it plans how to answer, kept true to what is in them.

SQLite plans by its indexes. PostgreSQL counts samples, by itself some minutes after much was
written where the server is told to; pages are opened sooner than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import connection

from teichaku.core.canonical import Json

SAMPLE: Final = "core.tables_sample"
STALE: Final = """
SELECT relname FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND n_mod_since_analyze > 1000 + n_live_tup / 10
"""


def tables_sample() -> list[str]:
    """The tables of which more than a tenth changed; PostgreSQL has counted them anew."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(STALE)
        stale = sorted(table for (table,) in cursor.fetchall())
        for table in stale:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
    return stale


def sample_job(payload: Mapping[str, Json]) -> None:
    """Nothing; questions are planned by what is in the tables now."""
    tables_sample()
