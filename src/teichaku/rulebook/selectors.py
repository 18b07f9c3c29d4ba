"""Which rulebook is in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from teichaku.core import clock
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.rulebook.models import Activation

DEFAULT_ZONE = "Asia/Tokyo"


def activation_in_force(at: datetime | None = None) -> Activation | None:
    """The activation in force at an instant (now): the latest that has taken effect."""
    return (
        Activation.objects.filter(effective_from__lte=at or clock.now())
        .select_related("revision")
        .order_by("-effective_from", "-pk")
        .first()
    )


def rulebook_in_force(at: datetime | None = None) -> Rulebook | None:
    """The rulebook in force at an instant (now), or None before the first activation."""
    activation = activation_in_force(at)
    return rulebook_of(activation.revision.document) if activation else None


@lru_cache(maxsize=64)
def rulebook_of(document: str) -> Rulebook:
    """The rulebook of a stored document."""
    return load(document)


def editions() -> dict[int, int]:
    """Which edition each revision is that was ever put in force."""
    rows = Activation.objects.filter(effective_from__lte=clock.now())
    return edition_numbers(
        rows.order_by("effective_from", "pk").values_list("revision_id", flat=True)
    )


def edition_numbers(revisions: Iterable[int]) -> dict[int, int]:
    """The revisions by number in the order in which each was first put in force."""
    return {revision: n for n, revision in enumerate(dict.fromkeys(revisions), start=1)}


def zone_in_force() -> ZoneInfo:
    """The zone of the rulebook in force; Asia/Tokyo without one."""
    rulebook = rulebook_in_force()
    return ZoneInfo(rulebook.timezone if rulebook else DEFAULT_ZONE)
