"""Starting Django from the command line."""

from __future__ import annotations

import django
from django.utils import translation

from teichaku.config.environment import choose_database


def start(database: str | None, *, lang: str) -> None:
    """Django set up on the database (a URL, a path of an SQLite file, or None: as configured)."""
    choose_database(database)
    django.setup()
    translation.activate(lang)
