"""Reads about the database itself."""

from __future__ import annotations

from pathlib import Path

from django.db import connection


def tables_exist() -> bool:
    """Whether the database is there with its tables; looking does not create an SQLite file."""
    if connection.vendor == "sqlite" and not _file_exists(str(connection.settings_dict["NAME"])):
        return False
    return "leads_lead" in connection.introspection.table_names()


def _file_exists(name: str) -> bool:
    return ":memory:" in name or "mode=memory" in name or Path(name).exists()
