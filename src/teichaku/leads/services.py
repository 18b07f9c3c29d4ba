"""Writes about single leads: merging two records of one person, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Lead, MergeEntry
from teichaku.leads.search_text import search_texts_write


def lead_merge(*, kept: Lead, merged: Lead, actor: Actor, reason: str = "") -> MergeEntry:
    """The ledger entry; everything recorded for ``merged`` now counts for ``kept``.

    Both are taken as the people they stand for by now (their roots).
    """
    with transaction.atomic():
        roots = dict(Lead.objects.filter(pk__in=[kept.pk, merged.pk]).values_list("pk", "root_id"))
        if roots[kept.pk] == roots[merged.pk]:
            raise Conflict(_("The two leads are one already; there is nothing to merge."))
        [entry] = merges_record(
            merges={roots[merged.pk]: roots[kept.pk]}, actor=actor, reason=reason, source="merge"
        )
        audit_record(
            actor=actor,
            action="leads.lead_merge",
            object_type="leads.lead",
            object_id=entry.kept_id,
            values={"merged": entry.merged_id},
        )
        _tell([entry.kept_id, entry.merged_id])
    return entry


def lead_unmerge(*, entry: MergeEntry, actor: Actor) -> None:
    """Nothing; the two are apart again, with what was merged into either of them by others."""
    with transaction.atomic():
        undone = MergeEntry.objects.filter(pk=entry.pk, undone_at=None).update(
            undone_at=clock.now()
        )
        if not undone:
            raise Conflict(_("This merge was undone before; the leads are apart already."))
        root = Lead.objects.values_list("root_id", flat=True).get(pk=entry.merged_id)
        members = list(Lead.objects.filter(root=root).values_list("pk", flat=True))
        _replay(members, root, actor)
        audit_record(
            actor=actor,
            action="leads.lead_unmerge",
            object_type="leads.lead",
            object_id=entry.kept_id,
            values={"merged": entry.merged_id},
        )
        _tell(sorted(set(Lead.objects.filter(pk__in=members).values_list("root_id", flat=True))))


def merges_record(
    *, merges: Mapping[int, int], actor: Actor, reason: str, source: str
) -> list[MergeEntry]:
    """The ledger entries of merged root → kept root; part of the caller's transaction.

    No kept root may itself be merged by the same call, so that roots stay one step away.
    """
    at = clock.now()
    entries = bulk.create(
        MergeEntry(kept_id=kept, merged_id=merged, at=at, reason=reason, **actor_columns(actor))
        for merged, kept in merges.items()
    )
    moving = list(Lead.objects.filter(root__in=merges).values_list("pk", "root_id").order_by("pk"))
    for kept in set(merges.values()):
        sources = [merged for merged, target in merges.items() if target == kept]
        Lead.objects.filter(root__in=sources).update(root=kept)
    changes = [FieldChange("leads.lead", lead, "root", old, merges[old]) for lead, old in moving]
    changes_record(changes, actor=actor, at=at, source=source)
    return entries


def _replay(members: Sequence[int], old_root: int, actor: Actor) -> None:
    into = dict(
        MergeEntry.objects.filter(merged__in=members, undone_at=None).values_list(
            "merged_id", "kept_id"
        )
    )
    moved: dict[int, list[int]] = {}
    for lead in members:
        root = lead
        while root in into:
            root = into[root]
        if root != old_root:
            moved.setdefault(root, []).append(lead)
    for root, leads in moved.items():
        Lead.objects.filter(pk__in=leads).update(root=root)
    changes_record(
        [
            FieldChange("leads.lead", lead, "root", old_root, root)
            for root, leads in moved.items()
            for lead in leads
        ],
        actor=actor,
        at=clock.now(),
        source="unmerge",
    )


def _tell(leads: Collection[int]) -> None:
    ids = list(leads)
    search_texts_write(ids)
    outbox_emit(topic="leads.written", payload={"leads": ids})
    leads_changed.notify(ids)
