"""What a decision writes downward: an event of the lead, its stage and its owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from teichaku.core.actors import Actor
from teichaku.core.instants import micros
from teichaku.core.models import Change
from teichaku.handover.models import Handover
from teichaku.leads.models import Lead, StageEntry
from teichaku.leads.stages import lead_stage_enter, lead_stage_leave
from teichaku.tracking.models import Event
from teichaku.tracking.services import EventRow, events_retract, events_write
from teichaku.tracking.shapes import Shape

SOURCE = "handover"
ACCEPTED, RETURNED, RECYCLED = "accepted", "returned", "recycled"
EVENTS = {ACCEPTED: "handover_accepted", RETURNED: "handover_returned"}


def lead_told(
    handover: Handover,
    what: str,
    *,
    owner: int | None,
    at: datetime,
    actor: Actor,
    reason: str = "",
) -> None:
    """Nothing; the lead's history, stage and owner tell of the decision. Part of the transaction.

    ``owner`` None leaves the lead with the one it has.
    """
    lead = _root(handover)
    if what in EVENTS:
        name = f"{handover.uid}:{what}:{micros(at)}"
        row = EventRow(handover.lead_id, Shape(EVENTS[what]), at, SOURCE, name, at)
        events_write(rows=[row], actor=actor)
    lead_stage_enter(
        lead=lead, stage=what, owner=owner or lead.owner_id, at=at, actor=actor,
        source=_source(handover), reason=reason,
    )  # fmt: skip


def lead_untold(handover: Handover, *, decided_at: datetime, actor: Actor, at: datetime) -> None:
    """Nothing; the lead is as it was before the decision of that instant."""
    events = Event.objects.filter(
        source=SOURCE, external_id__startswith=f"{handover.uid}:", at=decided_at, retracted_at=None
    )
    events_retract(events=list(events.values_list("pk", flat=True)), actor=actor)
    entries = StageEntry.objects.filter(source=_source(handover), at=decided_at)
    for entry in entries.select_related("lead"):
        before = _before(entry)
        lead_stage_leave(
            entry=entry,
            stage=str(before.get("stage", entry.lead.stage)),
            owner=before.get("owner", entry.lead.owner_id),
            actor=actor,
            at=at,
        )


def _before(entry: StageEntry) -> dict[str, Any]:
    """What the entry changed of the lead, as it was before."""
    rows = Change.objects.filter(
        object_type="leads.lead", object_id=entry.lead_id, at=entry.at, source=entry.source
    )
    return dict(rows.values_list("field", "old"))


def _root(handover: Handover) -> Lead:
    return Lead.objects.get(pk=handover.lead.root_id)


def _source(handover: Handover) -> str:
    return f"{SOURCE}:{handover.pk}"
