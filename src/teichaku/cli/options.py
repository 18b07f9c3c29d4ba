"""Options that many commands share, and how errors leave the program."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")

file_path = click.Path(exists=True, dir_okay=False, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
lang_option = click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True
)


def database_option(command: Callable[P, R]) -> Callable[..., R]:
    """The command with ``--db``; Django is started on that database before it runs."""

    @click.option("--db", "database", metavar="URL", help="Default: DATABASE_URL.")
    @wraps(command)
    def started(*args: Any, database: str | None = None, **kwargs: Any) -> R:
        from teichaku.config.boot import start

        lang = str(kwargs.get("lang") or "en")
        with problems(lang):
            start(database, lang=lang)
            return command(*args, **kwargs)

    return started


def tables_needed(command: Callable[P, R]) -> Callable[P, R]:
    """The command, refused with the way out while the database has no tables."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        tables_require()
        return command(*args, **kwargs)

    return run


def tables_require() -> None:
    """Nothing; a database without tables raises ``ClickException``. Looking makes no file."""
    from django.db import connection

    from teichaku.core.selectors import tables_exist

    if not tables_exist():
        name = connection.settings_dict["NAME"]
        raise click.ClickException(
            f"The database {name} has no tables yet. Check --db or DATABASE_URL, or create the"
            " tables there: teichaku migrate"
        )


class problems:  # noqa: N801 - reads as a word where it is used
    """Within the block, a problem that a user can mend is said in one line and exits with 1."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __enter__(self) -> None:
        """Nothing."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Turns known errors into messages; others pass."""
        from teichaku.core.errors import TeichakuError
        from teichaku.engine.errors import RulebookError

        if isinstance(error, RulebookError):
            lines = [problem.message(self._lang) for problem in error.problems]
            raise click.ClickException("\n".join(lines)) from error
        if isinstance(error, TeichakuError):
            raise click.ClickException(str(error)) from error
        if isinstance(error, OSError) and error.filename is not None:
            raise click.ClickException(
                f"{error.filename}: {error.strerror}. Check the path and who may use it."
            ) from error
        if isinstance(error, Exception) and _refused_by_database(error):
            said = str(error).splitlines()[0]
            raise click.ClickException(
                f"The database cannot be used: {said}. Check --db or DATABASE_URL; if its tables"
                " are older than this program, bring them up to date: teichaku migrate"
            ) from error


def _refused_by_database(error: Exception) -> bool:
    """Whether the database is not there, not one, busy, or has other tables."""
    from django.db import DatabaseError, DataError, IntegrityError

    return isinstance(error, DatabaseError) and not isinstance(error, DataError | IntegrityError)
