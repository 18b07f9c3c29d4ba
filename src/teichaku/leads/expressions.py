"""Parts of texts that leads and companies are looked up by, spelt exactly as their indexes are.

The numbers stand in the SQL itself: SQLite does not use an index for an expression with parameters.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler

START = 3  # characters of a company's name under which similar names are looked for


class EmailDomain(Func):
    """What follows the @ of an address key."""

    template = "substr(%(expressions)s, instr(%(expressions)s, '@') + 1)"
    output_field = TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        """The same as PostgreSQL spells it."""
        return self.as_sql(
            compiler, connection, template="split_part(%(expressions)s, '@', 2)", **extra
        )


class NameStart(Func):
    """The first characters of a company's name key."""

    template = f"substr(%(expressions)s, 1, {START})"
    output_field = TextField()
