"""The kinds of things that may be measured about single people once they were told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, TypeAlias

from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import Text

What: TypeAlias = Literal["rates", "checks", "reading"]
WHATS: Final[dict[What, Text]] = {
    "rates": _("Input rates of each person"),
    "checks": _("Asking a person's manager about entries that stay missing"),
    "reading": _("Who looks at which records"),
}


def labels_of(covers: Collection[str]) -> list[Text]:
    """What these are called on screen."""
    return [label for name, label in WHATS.items() if name in covers]
