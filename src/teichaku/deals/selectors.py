"""Reads about deals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Literal, NamedTuple, cast
from uuid import UUID

from django.db.models import Max, QuerySet

from teichaku.core import bulk
from teichaku.deals.deal_events import SOURCE
from teichaku.deals.lead_matching import suggestions
from teichaku.deals.lead_pools import DealKeys, LeadPools
from teichaku.deals.models import Deal
from teichaku.engine.calendar import months_after
from teichaku.leads.models import Company
from teichaku.leads.names import (
    company_name_key,
    corporate_number_key,
    domain_key,
    email_key,
    person_name_key,
)
from teichaku.rulebook.selectors import zone_in_force
from teichaku.tracking.models import Event

CUSTOMER_MONTHS = 24
Outcome = Literal["open", "won", "lost"]


class DealOutcome(NamedTuple):
    """How a lead's deal went, in local dates as the files gave them."""

    lead: int  # the root
    created_on: date | None
    closed_on: date | None
    outcome: Outcome


class LeadCandidate(NamedTuple):
    """A lead that a deal may have come from, with the keys that speak for it."""

    lead_id: int  # the root
    uid: UUID
    label: str
    company: str
    reasons: tuple[str, ...]
    confidence: float
    last_event_at: datetime | None


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
            last_event_at=last.get(lead.id),
        )
        for lead, _, confidence, reasons in found
    ]


def last_touches(roots: Sequence[int]) -> dict[int, datetime]:
    """When each of these root leads last did something, merged ones included."""
    rows = (
        Event.objects.filter(lead__root__in=roots, retracted_at=None, origin=Event.Origin.HUMAN)
        .exclude(source=SOURCE)
        .values("lead__root")
        .annotate(last=Max("at"))
    )
    return dict(rows.values_list("lead__root", "last")) if roots else {}


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


def customer_companies(ids: Sequence[int] | None, as_of: datetime) -> AbstractSet[int]:
    """The companies, of ``ids`` or of all, that won a deal within 24 months before ``as_of``.

    A deal counts for the company it was recorded for and for all that a merge made one with it.
    """
    today = as_of.astimezone(zone_in_force()).date()
    wins = Deal.objects.filter(
        stage__kind="won",
        company__isnull=False,
        is_pending=False,
        closed_on__gt=months_after(today, -CUSTOMER_MONTHS),
        closed_on__lte=today,
    )
    members = Company.objects.filter(root__in=wins.values("company__root"))
    if ids is None:
        return set(members.values_list("pk", flat=True))
    found: set[int] = set()
    for chunk in bulk.chunked(ids, 5_000):
        found |= _ids(members.filter(pk__in=chunk))
    return found


def _ids(companies: QuerySet[Company]) -> set[int]:
    return set(companies.values_list("pk", flat=True))
