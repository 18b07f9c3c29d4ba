"""Messages in the language that a command was asked for, also before Django has started."""

from __future__ import annotations

import gettext as catalogues
from functools import cache
from pathlib import Path

import click

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def said(message: str) -> str:
    """The message in the language of the command that runs."""
    context = click.get_current_context(silent=True)
    lang = str(context.params.get("lang") or "en") if context else "en"
    return _catalogue(lang).gettext(message)


@cache
def _catalogue(lang: str) -> catalogues.NullTranslations:
    return catalogues.translation("django", LOCALE, [lang], fallback=True)
