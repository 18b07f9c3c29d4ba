"""Browsers that are met: each gets an anonymous lead of its own, which a claim later moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.leads.anonymous import leads_anonymous
from teichaku.leads.models import Lead
from teichaku.tracking.cookies import visitor_of
from teichaku.tracking.models import Event, Visitor

AGENT_LENGTH = 300
_FIELDS = ("uid", "lead", "site", "first_at", "last_at", "origin", "reason", "agent")
_KNOWN = ("uid", "id", "lead_id", "origin", "reason", "cleared_at")


class Met(NamedTuple):
    """A browser as it is known."""

    id: int
    lead: int
    origin: str
    reason: str
    cleared: bool


class Stranger(NamedTuple):
    """A browser that was never met, as it came first."""

    uid: UUID
    site: int | None
    at: datetime
    agent: str = ""


def visitors_met(uids: Sequence[UUID]) -> dict[UUID, Met]:
    """Those of the browsers that are known."""
    rows = Visitor.objects.filter(uid__in=uids).values_list(*_KNOWN)
    return {
        uid: Met(pk, lead, origin, reason, cleared is not None)
        for uid, pk, lead, origin, reason, cleared in rows
    }


def visitors_meet(*, strangers: Sequence[Stranger], actor: Actor) -> dict[UUID, Met]:
    """The browsers, each with its anonymous lead; those that another writer met first too.

    Part of the caller's transaction.
    """
    if not strangers:
        return {}
    leads = bulk.reserve_ids(Lead, len(strangers))
    # The links are checked when the transaction ends, so that only browsers that nobody else met in
    # the meantime get a lead.
    added = bulk.insert_new(
        Visitor,
        _FIELDS,
        [
            (one.uid, lead, one.site, one.at, one.at, Event.Origin.HUMAN.value, "", one.agent)
            for one, lead in zip(strangers, leads, strict=True)
        ],
        returning=("lead",),
    )
    if added:
        leads_anonymous(ids=[lead for (lead,) in added], recorded_at=clock.now())
        audit_record(
            actor=actor,
            action="tracking.visitors_meet",
            object_type="tracking.visitor",
            count=len(added),
        )
    return visitors_met([one.uid for one in strangers])


def visitor_ensure(*, uid: UUID, site: int | None, agent: str, actor: Actor) -> Visitor:
    """The browser with this identifier, met now if it never was."""
    with transaction.atomic():
        known = Visitor.objects.select_related("lead__root").filter(uid=uid).first()
        if known is None:
            visitors_meet(
                strangers=[Stranger(uid, site, clock.now(), agent[:AGENT_LENGTH])], actor=actor
            )
            known = Visitor.objects.select_related("lead__root").get(uid=uid)
    return known


def visitor_lead(request: HttpRequest) -> Lead | None:
    """The lead that the browser acts as: anonymous, or the person it was claimed for; None for a
    browser that was never met.
    """
    visitor = visitor_of(request)
    return None if visitor is None else visitor.lead.root
