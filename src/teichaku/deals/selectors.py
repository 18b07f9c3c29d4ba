"""Reads about deals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple, cast
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from teichaku.core import bulk
from teichaku.deals.deal_events import SOURCE
from teichaku.deals.lead_matching import suggestions
from teichaku.deals.lead_pools import DealKeys, LeadPools
from teichaku.deals.models import Deal
from teichaku.leads.names import (
    company_name_key,
    corporate_number_key,
    domain_key,
    email_key,
    person_name_key,
)
from teichaku.tracking.event_words import EVENT_WORDS
from teichaku.tracking.models import Event

Outcome = Literal["open", "won", "lost"]


class DealOutcome(NamedTuple):
    """How a lead's deal went, in local dates as the files gave them."""

    lead: int  # the root
    created_on: date | None
    closed_on: date | None
    outcome: Outcome


class Touch(NamedTuple):
    """What a lead did last."""

    at: datetime
    what: str


class LeadCandidate(NamedTuple):
    """A lead that a deal may have come from, with the keys that speak for it."""

    lead_id: int  # the root
    uid: UUID
    label: str
    company: str
    reasons: tuple[str, ...]
    confidence: float
    last_event: Touch | None


def lead_candidates(
    *,
    email: str = "",
    domain: str = "",
    corporate_number: str = "",
    company: str = "",
    person: str = "",
    company_id: int | None = None,
    limit: int = 5,
) -> list[LeadCandidate]:
    """The leads that such a deal may have come from, likeliest first; at most six queries.

    Reasons are ``email``, ``corporate_number``, ``domain``, ``company``, ``similar_company``,
    ``person`` and ``similar_person``.
    """
    keys = DealKeys(
        email=email_key(email),
        corporate_number=corporate_number_key(corporate_number),
        domain=domain_key(domain),
        person=person_name_key(person),
        company=company_id,
        company_key=company_name_key(company) if company else "",
    )
    [pool] = LeadPools().of([keys])
    found = suggestions(keys, pool)[:limit]
    last = last_touches([suggestion.lead.id for suggestion in found])
    return [
        LeadCandidate(
            lead_id=lead.id,
            uid=lead.uid,
            label=lead.name or lead.email_key or str(lead.uid),
            company=lead.company_name or "",
            reasons=reasons,
            confidence=confidence,
            last_event=last.get(lead.id),
        )
        for lead, _, confidence, reasons in found
    ]


def last_touches(roots: Sequence[int]) -> dict[int, Touch]:
    """What each of these root leads did last, merged ones included."""
    newest = Window(
        RowNumber(), partition_by=F("lead__root"), order_by=[F("at").desc(), F("pk").desc()]
    )
    rows = (
        Event.objects.filter(lead__root__in=roots, retracted_at=None, origin=Event.Origin.HUMAN)
        .exclude(source=SOURCE)
        .annotate(place=newest)
        .filter(place=1)
    )
    columns = [f"signature__{name}" for name in ("type", "path", "form", "asset")]
    told = rows.values_list("lead__root_id", "at", *columns) if roots else ()
    return {root: Touch(at, _touch_words(*shape)) for root, at, *shape in told}


def _touch_words(kind: str, *objects: str) -> str:
    return " ".join(filter(None, (str(EVENT_WORDS.get(kind, kind)), *objects)))


def deal_outcomes(lead_roots: Sequence[int] | None = None) -> Iterator[DealOutcome]:
    """The deals that have a lead, of these root leads or of all, oldest first."""
    linked = Deal.objects.filter(lead__isnull=False, is_pending=False)
    linked = linked.order_by("created_on", "pk")
    columns = ("lead__root_id", "created_on", "closed_on", "stage__kind")
    if lead_roots is None:
        for row in linked.values_list(*columns).iterator(chunk_size=5_000):
            yield DealOutcome(row[0], row[1], row[2], cast(Outcome, row[3]))
        return
    for chunk in bulk.chunked(lead_roots, 5_000):
        for row in linked.filter(lead__root__in=chunk).values_list(*columns):
            yield DealOutcome(row[0], row[1], row[2], cast(Outcome, row[3]))
