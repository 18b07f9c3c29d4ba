"""Leads of whom nothing is known but what they do: made and erased in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from teichaku.core import bulk
from teichaku.core.ids import uuid7s
from teichaku.leads.models import Lead, MergeEntry
from teichaku.leads.references import BLANK_LEAD_TEXTS


def leads_anonymous(*, ids: Sequence[int], recorded_at: datetime) -> None:
    """Nothing; there is an anonymous lead of each of these reserved ids.

    Part of the caller's transaction, which says who did it. Nobody is told: lists, scores and
    messages are about people who are known.
    """
    blank = dict.fromkeys(BLANK_LEAD_TEXTS, "")
    bulk.insert(
        Lead,
        ("id", "root", "uid", "kind", "recorded_at", "attributes", *blank),
        [
            (pk, pk, uid, Lead.Kind.ANONYMOUS.value, recorded_at, {}, *blank.values())
            for pk, uid in zip(ids, uuid7s(len(ids)), strict=True)
        ],
    )


def leads_unclaimed(ids: Sequence[int]) -> list[int]:
    """Those of the leads that are anonymous and were never anybody else's."""
    merged = MergeEntry.objects.filter(merged__in=ids).values_list("merged_id", flat=True)
    kept = MergeEntry.objects.filter(kept__in=ids).values_list("kept_id", flat=True)
    own = Lead.objects.filter(pk__in=ids, kind=Lead.Kind.ANONYMOUS, root=F("pk"))
    return sorted(set(own.values_list("pk", flat=True)) - set(merged) - set(kept))


def leads_anonymous_erase(*, ids: Sequence[int]) -> None:
    """Nothing; these anonymous leads are gone, once nothing points at them any more.

    Part of the caller's transaction, which says who did it.
    """
    found = Lead.objects.filter(pk__in=ids, kind=Lead.Kind.ANONYMOUS)
    # Each is its own root, which Django would take for somebody who needs it; the database checks
    # every other link when the transaction ends.
    found._raw_delete(found.db)
