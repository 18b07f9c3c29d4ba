"""Writes about single leads: merging records of one person, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed, leads_regrouped
from teichaku.leads.lead_merges import merge_plan, roots_without, unmerge_plan
from teichaku.leads.merge_fields import Cells, values_put
from teichaku.leads.models import Lead, MergeEntry
from teichaku.leads.search_text import search_texts_write


def lead_merge(
    *,
    kept: Lead,
    merged: Lead,
    actor: Actor,
    reason: str = "",
    chosen: Mapping[str, int] | None = None,
) -> MergeEntry:
    """The ledger entry; everything recorded for ``merged`` now counts for ``kept``."""
    [entry] = leads_merge(
        kept=kept, merged=[merged], actor=actor, reason=reason, chosen=chosen or {}
    )
    return entry


def leads_merge(
    *,
    kept: Lead,
    merged: Sequence[Lead],
    actor: Actor,
    reason: str = "",
    chosen: Mapping[str, int] | None = None,
) -> list[MergeEntry]:
    """The ledger entries; everything recorded for ``merged`` now counts for ``kept``.

    All are taken as the people they stand for by now (their roots). ``chosen`` names the lead whose
    value a field gets; other fields keep theirs, and blanks are filled.
    """
    with transaction.atomic():
        plan = merge_plan(kept, merged, chosen or {}, lock=True)
        if not plan.merged:
            raise Conflict(_("The two leads are one already; there is nothing to merge."))
        entries = merges_record(
            merges={row.pk: plan.kept.pk for row in plan.merged},
            actor=actor,
            reason=reason,
            source="merge",
            fields=plan.cells,
        )
        _write(plan.kept, plan.changed, actor, "merge")
        for entry in entries:
            _audit("leads.lead_merge", entry, actor)
        _tell([plan.kept.pk, *(row.pk for row in plan.merged)])
    return entries


def lead_unmerge(*, entry: MergeEntry, actor: Actor) -> None:
    """Nothing; the two are apart again, each with its history and what others merged into it.

    The fields are what they would be without the merge; what was written over since stays.
    """
    with transaction.atomic():
        undone = MergeEntry.objects.filter(pk=entry.pk, undone_at=None).update(
            undone_at=clock.now()
        )
        if not undone:
            raise Conflict(_("This merge was undone before; the leads are apart already."))
        plan = unmerge_plan(entry, lock=True)
        for row, changed in plan.changed:
            _write(row, changed, actor, "unmerge")
        MergeEntry.objects.bulk_update(plan.touched, ["fields"])
        _part(plan.root, roots_without(plan.members), actor)
        _audit("leads.lead_unmerge", entry, actor)
        members = Lead.objects.filter(pk__in=plan.members)
        _tell(sorted(set(members.values_list("root_id", flat=True))))


def leads_unmerge(*, entries: Collection[MergeEntry], actor: Actor) -> None:
    """Nothing; none of these merges stands, the latest was taken back first."""
    with transaction.atomic():
        for entry in sorted(entries, key=lambda each: -each.pk):
            lead_unmerge(entry=entry, actor=actor)


def merges_record(
    *,
    merges: Mapping[int, int],
    actor: Actor,
    reason: str,
    source: str,
    fields: Mapping[int, Cells] | None = None,
) -> list[MergeEntry]:
    """The ledger entries of merged root → kept root; part of the caller's transaction.

    No kept root may itself be merged by the same call, so that roots stay one step away. Without
    ``fields`` the kept ones have what they had.
    """
    at, cells = clock.now(), fields or {}
    entries = bulk.create(
        MergeEntry(
            kept_id=kept, merged_id=merged, at=at, reason=reason, fields=cells.get(merged, {}),
            **actor_columns(actor),
        )
        for merged, kept in merges.items()
    )  # fmt: skip
    moving = list(Lead.objects.filter(root__in=merges).values_list("pk", "root_id").order_by("pk"))
    for kept in set(merges.values()):
        sources = [merged for merged, target in merges.items() if target == kept]
        Lead.objects.filter(root__in=sources).update(root=kept)
    changes = [FieldChange("leads.lead", lead, "root", old, merges[old]) for lead, old in moving]
    changes_record(changes, actor=actor, at=at, source=source)
    leads_regrouped.notify(sorted({*merges, *merges.values()}))
    return entries


def _write(row: Lead, changed: Mapping[str, tuple[Json, Json]], actor: Actor, source: str) -> None:
    if not changed:
        return
    columns = values_put(row, {name: new for name, (_old, new) in changed.items()})
    row.save(update_fields=sorted(columns))
    changes_record(
        [FieldChange("leads.lead", row.pk, name, *pair) for name, pair in changed.items()],
        actor=actor, at=clock.now(), source=source,
    )  # fmt: skip


def _part(old_root: int, moved: Mapping[int, Sequence[int]], actor: Actor) -> None:
    """Nothing; the leads of each other root stand under it, and it is known since when."""
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
    leads_regrouped.notify(sorted({old_root, *moved}))


def _audit(action: str, entry: MergeEntry, actor: Actor) -> None:
    audit_record(
        actor=actor,
        action=action,
        object_type="leads.lead",
        object_id=entry.kept_id,
        values={"merged": entry.merged_id},
    )


def _tell(leads: Collection[int]) -> None:
    ids = list(leads)
    search_texts_write(ids)
    outbox_emit(topic="leads.written", payload={"leads": ids})
    leads_changed.notify(ids)
