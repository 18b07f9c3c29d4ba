"""The checklist, computed once a day."""

from __future__ import annotations

from collections.abc import Mapping

from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json


def checklist_compute_daily(_payload: Mapping[str, Json]) -> None:
    """Nothing; what changed since yesterday is kept."""
    from teichaku.checklist.services import checklist_compute  # it loads the whole grammar

    checklist_compute(actor=SYSTEM)
