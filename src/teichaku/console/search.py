"""One search over everything that rooms let people find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from teichaku.accounts.access import rights_of
from teichaku.core.menus import Hit, searches
from teichaku.core.registry import Text

LONGEST = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one kind; ``more`` when there are others that are not shown."""

    label: Text
    icon: str
    hits: Sequence[Hit]
    more: bool


def found_of(request: HttpRequest, text: str, limit: int) -> list[Found]:
    """What the person may see of what matches, by kind; kinds without a hit are left out."""
    text = text.strip()[:LONGEST]
    if not text or request.user.is_anonymous:
        return []
    held = rights_of(request)
    found: list[Found] = []
    for source in searches.values():
        if source.right in held:
            hits = source.find(request.user, text, limit + 1)
            if hits:
                found.append(Found(source.label, source.icon, hits[:limit], more=len(hits) > limit))
    return found
