"""The rulebook by which hot leads are found while a company has none of its own."""

from __future__ import annotations

from importlib.resources import files

from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook


def starter_rulebook() -> Rulebook:
    """The shipped one: neutral, never in force, so that no checklist item takes it for evidence."""
    return load((files("teichaku.checklist") / "starter-rulebook.yaml").read_text(encoding="utf-8"))
