"""The way back for some seconds after merging, kept with the session of whoever merged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.leads.company_merges import company_unmerge
from teichaku.leads.models import Company, CompanyMergeEntry, Lead, MergeEntry
from teichaku.leads.services import leads_unmerge

SECONDS = 30
GRACE = 5  # seconds that a page may take to come and the press to arrive
_KEY = "merges"


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """How many were merged a moment ago, and how many seconds their undoing is offered."""

    count: int
    seconds: int


def undo_offer(request: HttpRequest, merges: Sequence[MergeEntry | CompanyMergeEntry]) -> None:
    """Nothing; for a while these merges can be undone with one press."""
    request.session[_KEY] = {
        "companies": isinstance(merges[0], CompanyMergeEntry),
        "uids": [str(entry.uid) for entry in merges],
        "until": (clock.now() + timedelta(seconds=SECONDS)).isoformat(),
    }


def undo_offered(request: HttpRequest) -> UndoOffer | None:
    """What can still be undone with one press; None when there is nothing or it is too late."""
    kept = request.session.get(_KEY)
    if not kept:
        return None
    left = int((datetime.fromisoformat(kept["until"]) - clock.now()).total_seconds())
    return UndoOffer(len(kept["uids"]), left) if left > 0 else None


def undo_do(request: HttpRequest, actor: Actor) -> tuple[Lead | Company | None, int]:
    """Whom the merges were undone of, and how many; None and 0 when it is too late."""
    kept = request.session.pop(_KEY, None)
    if not kept:
        return None, 0
    late = datetime.fromisoformat(kept["until"]) + timedelta(seconds=GRACE) < clock.now()
    if late:
        return None, 0
    uids = [UUID(uid) for uid in kept["uids"]]
    if kept["companies"]:
        return _companies_undo(uids, actor)
    entries = list(MergeEntry.objects.filter(uid__in=uids).select_related("kept"))
    leads_unmerge(entries=entries, actor=actor)
    return entries[0].kept, len(entries)


def _companies_undo(uids: Collection[UUID], actor: Actor) -> tuple[Company, int]:
    rows = CompanyMergeEntry.objects.filter(uid__in=uids).select_related("kept")
    entries = list(rows.order_by("-pk"))
    with transaction.atomic():
        for entry in entries:
            company_unmerge(entry=entry, actor=actor)
    return entries[0].kept, len(entries)
