"""A lead's way through the stages, as rooms above tell it."""

from __future__ import annotations

from datetime import datetime

from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Lead, StageEntry


def lead_stage_enter(
    *,
    lead: Lead,
    stage: str,
    owner: int | None,
    at: datetime,
    actor: Actor,
    source: str,
    reason: str = "",
) -> StageEntry:
    """The ledger entry; the lead is in the stage and has this owner. Part of the transaction."""
    entry = StageEntry.objects.create(
        lead=lead, stage=stage, at=at, recorded_at=at, source=source, reason=reason,
        **actor_columns(actor),
    )  # fmt: skip
    _write(lead, stage, owner, at, actor, source)
    return entry


def lead_stage_leave(
    *, entry: StageEntry, stage: str, owner: int | None, at: datetime, actor: Actor
) -> None:
    """Nothing; an entry of a moment ago was a mistake, and the lead is as it was before it."""
    lead, source = entry.lead, entry.source
    entry.delete()
    _write(lead, stage, owner, at, actor, source)


def _write(
    lead: Lead, stage: str, owner: int | None, at: datetime, actor: Actor, source: str
) -> None:
    told = {"stage": (lead.stage, stage), "owner": (lead.owner_id, owner)}
    changed = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    lead.stage, lead.owner_id = stage, owner
    lead.save(update_fields=["stage", "owner"])
    changes_record(
        [FieldChange("leads.lead", lead.pk, name, *pair) for name, pair in changed.items()],
        actor=actor, at=at, source=source,
    )  # fmt: skip
    audit_record(
        actor=actor, action="leads.lead_stage_enter", object_type="leads.lead", object_id=lead.pk,
        values={"stage": stage},
    )  # fmt: skip
    outbox_emit(topic="leads.written", payload={"leads": [lead.pk]})
    leads_changed.notify([lead.root_id])
