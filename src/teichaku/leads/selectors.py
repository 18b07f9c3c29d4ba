"""Reads about leads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from django.db import connection
from django.db.models import F

from teichaku.core import bulk
from teichaku.leads.models import Company, Lead, LeadIdentity, MergeEntry
from teichaku.leads.references import LOOKUP_SIZE, Known

MOST_VALUES = 60  # as many as a person can choose among


def lead_find(reference: str, *, system: str = "default") -> Known | None:
    """The lead of ``SYSTEM:ID`` or of an id in the default system; None when nobody has it.

    An id may hold a colon itself, so the whole text is tried in the default system first.
    """
    named, _, rest = reference.partition(":")
    for where, name in ((system, reference), (named, rest)):
        row = (
            LeadIdentity.objects.filter(system=where, external_id=name)
            .values_list("lead_id", "lead__root_id")
            .first()
        )
        if row:
            return Known(*row)
    return None


def lead_labels(roots: Collection[int]) -> dict[int, str]:
    """What output calls each root: its external id, of the default system first, else its uid."""
    labels = {pk: str(uid) for pk, uid in _uids(roots)}
    for chunk in bulk.chunked(roots, LOOKUP_SIZE):
        rows = LeadIdentity.objects.filter(lead__root__in=chunk).values_list(
            "lead__root_id", "lead_id", "system", "external_id"
        )
        best: dict[int, tuple[bool, bool, str, str]] = {}
        for root, lead, system, name in rows:
            rank = (lead != root, system != "default", system, name)
            best[root] = min(best.get(root, rank), rank)
        labels.update((root, rank[3]) for root, rank in best.items())
    return labels


def lead_roots_of_companies(companies: Collection[int]) -> list[int]:
    """The root leads at these companies, as companies stand for each other by now."""
    found: set[int] = set()
    for chunk in bulk.chunked(companies, LOOKUP_SIZE):
        members = bulk.lookup(Company, "root", chunk, ("id",))
        found.update(
            root for (root,) in bulk.lookup(Lead, "company", [pk for (pk,) in members], ("root",))
        )
    return sorted(found)


def separated_leads() -> set[int]:
    """Roots that a person has taken apart; from then on an address alone never joins them.

    A browser that was taken off a person says nothing about the person.
    """
    undone = MergeEntry.objects.filter(undone_at__isnull=False, merged__kind=Lead.Kind.KNOWN)
    return set(undone.values_list("kept_id", flat=True)) | set(
        undone.filter(merged__root=F("merged")).values_list("merged_id", flat=True)
    )


def _uids(roots: Collection[int]) -> Sequence[tuple[int, object]]:
    found: list[tuple[int, object]] = []
    for chunk in bulk.chunked(roots, LOOKUP_SIZE):
        found.extend(Lead.objects.filter(pk__in=chunk).values_list("pk", "uid"))
    return found


def lead_values(column: Literal["stage", "source"]) -> list[str]:
    """The different values of the column, at most ``MOST_VALUES``; none where there are more.

    Each step jumps to the next value in the index, so that the number of leads does not matter.
    """
    names = {"stage": "stage", "source": "source"}
    name = names[column]
    step = f"SELECT min({name}) FROM leads_lead WHERE {name} > "  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(value) AS ({step}'' UNION ALL"  # noqa: S608
            f" SELECT ({step}found.value) FROM found WHERE found.value IS NOT NULL)"
            " SELECT value FROM found WHERE value IS NOT NULL LIMIT %s",
            [MOST_VALUES + 1],
        )
        values = [row[0] for row in cursor.fetchall()]
    return values if len(values) <= MOST_VALUES else []
