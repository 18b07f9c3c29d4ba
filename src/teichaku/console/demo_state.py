"""Whether the installation shows the made-up company; its pages say so."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from teichaku.core.actors import Actor
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read, setting_write

LOADING = "loading"
demo_company = SettingDeclaration(
    "demo.company",
    "",
    gettext_lazy("Set by the demo itself: up to which day its made-up company was made up."),
)
_shown = {"demo": False}


def demo_made_up_to() -> str:
    """The day up to which the made-up company was made up, ``loading`` until it is whole, or ""."""
    return setting_read(demo_company)


def demo_state_write(*, value: str, actor: Actor) -> None:
    """Nothing; the state of the made-up company is this from now on."""
    setting_write(declaration=demo_company, value=value, actor=actor)


def demo_note() -> None:
    """Nothing; the pages of this process know whether what they show is made up.

    Read once, when a server starts: a company is made up by a command, never under a server.
    """
    try:
        _shown["demo"] = bool(demo_made_up_to())
    except DatabaseError:
        _shown["demo"] = False  # no tables yet


def demo_shown(request: HttpRequest) -> dict[str, object]:
    """Whether what is shown is made up, for templates."""
    return dict(_shown)
