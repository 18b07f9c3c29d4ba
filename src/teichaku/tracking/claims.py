"""Whose a browser is: claimed by an act of a person, never by a link alone, taken from nobody.

A claim is a merge of the browser's anonymous lead, so that it can be taken back like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction
from django.db.models import Q

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_merge
from teichaku.tracking.models import Event, SameDevice, Visitor

How = SameDevice.How


class Claim(Enum):
    """What came of a claim."""

    LINKED = "linked"  # the browser was nobody's and is the lead's now, with all it did before
    KNOWN = "known"  # it was the lead's already
    HINTED = "hinted"  # it is somebody else's, or may be: the two stay apart, with a hint


@dataclass(frozen=True, slots=True)
class Hint:
    """Another lead that came by the same browser."""

    lead: Lead
    how: How
    at: datetime


def claim(*, visitor: Visitor, lead: Lead, how: How, actor: Actor) -> Claim:
    """What came of it; the lead is the person who acted in the browser, as far as they say.

    A form that was sent claims a browser that is nobody's. One that is somebody's stays so, and a
    link claims nothing at all: anybody may have been handed it.
    """
    with transaction.atomic():
        # Of two claims at once the second sees what came of the first.
        own = Lead.objects.select_for_update().get(pk=visitor.lead_id)
        root = Lead.objects.values_list("root_id", flat=True).get(pk=lead.pk)
        if own.root_id == root:
            return Claim.KNOWN
        unknown = own.root_id == own.pk and own.kind == Lead.Kind.ANONYMOUS
        if unknown and how == How.FORM and _is_human(visitor):
            lead_merge(kept=lead, merged=own, actor=actor, reason=f"browser:{how}")
            return Claim.LINKED
        _hint(visitor, root, how, actor)
    return Claim.HINTED


def same_device(lead: Lead) -> list[Hint]:
    """The other people who came by a browser of this lead's, and those by whose browser it came.

    The newest first, each person once for each way.
    """
    members = Lead.objects.filter(root=lead.root_id).values("pk")
    rows = (
        SameDevice.objects.filter(Q(lead__in=members) | Q(visitor__lead__in=members))
        .select_related("lead__root", "visitor__lead__root")
        .order_by("-at", "-pk")
    )
    found: dict[tuple[int, str], Hint] = {}
    for row in rows:
        for other in (row.lead.root, row.visitor.lead.root):
            if other.pk != lead.root_id and other.kind == Lead.Kind.KNOWN:
                found.setdefault((other.pk, row.how), Hint(other, How(row.how), row.at))
    return list(found.values())


def same_device_pairs(leads: Sequence[int] | None = None) -> list[tuple[int, int, How]]:
    """Pairs of known root leads that came by one browser (of these, or all), the smaller first."""
    rows = SameDevice.objects.filter(visitor__lead__root__kind=Lead.Kind.KNOWN)
    if leads is not None:
        rows = rows.filter(Q(lead__root__in=leads) | Q(visitor__lead__root__in=leads))
    found = {
        (min(pair), max(pair), How(how))
        for *pair, how in rows.values_list("lead__root_id", "visitor__lead__root_id", "how")
        if pair[0] != pair[1]
    }
    return sorted(found)


def _is_human(visitor: Visitor) -> bool:
    """Whether a person was seen in the browser; one doubtful visit among others says nothing."""
    if visitor.origin == Event.Origin.HUMAN:
        return True
    return Event.objects.filter(lead=visitor.lead_id, origin=Event.Origin.HUMAN).exists()


def _hint(visitor: Visitor, lead: int, how: How, actor: Actor) -> None:
    """Nothing; it is known that the lead came by this browser, once for each way."""
    new = bulk.insert_new(
        SameDevice,
        ("visitor", "lead", "how", "at"),
        [(visitor.pk, lead, how.value, clock.now())],
    )
    if new:
        audit_record(
            actor=actor,
            action="tracking.same_device",
            object_type="leads.lead",
            object_id=lead,
            values={"visitor": visitor.pk},
        )
        outbox_emit(topic="tracking.same_device", payload={"lead": lead, "visitor": visitor.pk})
