"""Taking the made-up company away again, with everything that stands in its database."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from teichaku.console.demo_logins import demo_logins_forget

_CASCADE = {"sqlite": "", "postgresql": " CASCADE"}


def demo_reset() -> None:
    """Nothing; the database has fresh, empty tables, and the files derived from it are gone."""
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        for table in _tables():
            editor.execute(f"DROP TABLE {editor.quote_name(table)}{_CASCADE[connection.vendor]}")
    shutil.rmtree(Path(settings.STATE_DIR) / "base", ignore_errors=True)
    demo_logins_forget()
    call_command("migrate", verbosity=0, interactive=False)


def _tables() -> list[str]:
    """Our tables; others in the same database are somebody else's."""
    ours = {*connection.introspection.django_table_names(), "django_migrations"}
    ours.add(str(settings.CACHES["default"]["LOCATION"]))
    return sorted(ours & set(connection.introspection.table_names()))
