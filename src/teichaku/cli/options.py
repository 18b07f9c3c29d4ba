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
