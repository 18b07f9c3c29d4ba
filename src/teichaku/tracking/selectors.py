"""Reads about events."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Min

from teichaku.core.instants import micros
from teichaku.tracking.models import Signature


def event_types() -> list[str]:
    """Every type of event that was ever recorded."""
    return list(Signature.objects.order_by("type").values_list("type", flat=True).distinct())


def log_starts(types: Collection[str]) -> dict[str, int]:
    """For each of these types that was ever recorded, the first instant (µs since 1970 UTC)."""
    rows = (
        Signature.objects.filter(type__in=types, first_at__isnull=False)
        .values("type")
        .annotate(first=Min("first_at"))
        .values_list("type", "first")
    )
    return {kind: micros(first) for kind, first in rows}
