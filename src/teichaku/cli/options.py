"""Options that many commands share, and how errors leave the program."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar

import click

from teichaku.cli.words import said as _

P = ParamSpec("P")
R = TypeVar("R")

file_path = click.Path(exists=True, dir_okay=False, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
sheet_option = click.option("--sheet", metavar="NAME", help="Which sheet of an Excel file.")
lang_option = click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True
)


class Refused(click.ClickException):
    """A problem that a user can mend, said in the language of the command; exits with 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._line = _("Error: %(message)s") % {"message": message}

    def show(self, file: IO[Any] | None = None) -> None:
        """Nothing; stderr has the message."""
        click.echo(self._line, file=file, err=file is None)


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
    """Nothing; a database without tables raises ``Refused``. Looking makes no file."""
    from django.db import connection

    from teichaku.core.selectors import tables_exist

    if not tables_exist():
        name = connection.settings_dict["NAME"]
        raise Refused(
            _(
                "The database %(name)s has no tables yet. Check --db or DATABASE_URL, or create"
                " the tables there: teichaku migrate"
            )
            % {"name": name}
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
            raise Refused("\n".join(lines)) from error
        if isinstance(error, TeichakuError):
            raise Refused(str(error)) from error
        if isinstance(error, OSError) and error.filename is not None:
            raise Refused(
                _("%(file)s: %(why)s. Check the path and who may use it.")
                % {"file": error.filename, "why": error.strerror}
            ) from error
        if isinstance(error, Exception) and _refused_by_database(error):
            raise Refused(
                _(
                    "The database cannot be used: %(why)s. Check --db or DATABASE_URL; if its"
                    " tables are older than this program, bring them up to date: teichaku migrate"
                )
                % {"why": str(error).splitlines()[0]}
            ) from error


def _refused_by_database(error: Exception) -> bool:
    """Whether the database is not there, not one, busy, or has other tables."""
    from django.db import DatabaseError, DataError, IntegrityError

    return isinstance(error, DatabaseError) and not isinstance(error, DataError | IntegrityError)
