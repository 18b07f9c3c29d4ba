"""What happens between marketing and sales that input rules wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Min, QuerySet

from teichaku.engine.input_facts import Moment
from teichaku.handover.lead_facts import SOURCE
from teichaku.handover.models import Handover, Return
from teichaku.inputs.deal_subjects import TOO_LATE
from teichaku.tracking.models import Event

# What sales decides is told to the lead as an event; files tell of it in the same words.
EVENTS = {"handover_accepted": "handover.accepted", "handover_returned": "handover.returned"}
Moments = dict[int, dict[str, list[Moment]]]


def moments_of_leads(leads: Collection[int]) -> Moments:
    """By lead, when it was given to somebody, accepted and returned. A file's news of long ago
    start nothing.
    """
    found: Moments = defaultdict(lambda: defaultdict(list))
    given = Handover.objects.filter(lead__in=leads).values_list("lead_id", "uid")
    for lead, uid, at in given.annotate(at=Min("assignments__at")).order_by("at", "pk"):
        if at is not None:
            found[lead]["handover.assigned"].append(Moment(f"assigned:{uid}", at))
    rows = _events(leads).values_list("lead_id", "signature__type", "at", "recorded_at")
    for lead, kind, at, heard in rows:
        if heard - at <= TOO_LATE:
            found[lead][EVENTS[kind]].append(Moment(_named(kind, at), at))
    return found


def moments_of_handovers(handovers: Collection[int]) -> Moments:
    """By handover, when it came to its first owner, was accepted, and returned for good."""
    found: Moments = defaultdict(lambda: defaultdict(list))
    rows = Handover.objects.filter(pk__in=handovers).annotate(first=Min("assignments__at"))
    uids: dict[UUID, int] = {}
    leads = set()
    for row in rows:
        uids[row.uid] = row.pk
        leads.add(row.lead_id)
        if row.first is not None:
            found[row.pk]["handover.assigned"].append(Moment("assigned", row.first))
    accepted = _events(leads).filter(source=SOURCE, signature__type="handover_accepted")
    for name, at in accepted.values_list("external_id", "at"):
        handover = uids.get(UUID(name.partition(":")[0]))
        if handover is not None:
            found[handover]["handover.accepted"].append(Moment(_named("accepted", at), at))
    returns = Return.objects.filter(handover__in=handovers, undone_at=None).order_by("at", "pk")
    for handover, at in returns.values_list("handover_id", "at"):
        found[handover]["handover.returned"].append(Moment(_named("returned", at), at))
    return found


def _events(leads: Collection[int]) -> QuerySet[Event]:
    told = Event.objects.filter(lead__in=leads, signature__type__in=EVENTS, retracted_at=None)
    return told.filter(origin="human").order_by("at", "pk")


def _named(what: str, at: datetime) -> str:
    return f"{what}@{at.isoformat()}"
