"""What the page of one company shows: people, deals, what they did, and companies like it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from teichaku.console.lead_timeline import Happening, event_happening
from teichaku.deals.models import Deal
from teichaku.leads.models import Company, Lead
from teichaku.leads.names import email_is_free
from teichaku.scoring.models import Score
from teichaku.tracking.last_events import roots_last_active
from teichaku.tracking.models import Event

MOST_PEOPLE = 50
MOST_DEALS = 30
MOST_EVENTS = 30


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A lead at the company, with its score and last activity."""

    lead: Lead
    score: Score | None
    active_at: object


def company_shown(uid: UUID) -> Company | None:
    """The company, merged or not; None when there is none."""
    return Company.objects.filter(uid=uid).select_related("root").first()


def people_shown(company: Company) -> list[PersonRow]:
    """The leads at the company, highest total first, ``MOST_PEOPLE`` at most."""
    total = Score.objects.filter(pk=OuterRef("pk")).values("total")
    leads = list(
        Lead.objects.filter(company__root=company, root=F("pk"))
        .select_related("owner")
        .alias(total=Subquery(total))
        .order_by(F("total").desc(nulls_last=True), "pk")[:MOST_PEOPLE]
    )
    ids = [lead.pk for lead in leads]
    scores, active = Score.objects.in_bulk(ids), roots_last_active(ids) if ids else {}
    return [PersonRow(lead, scores.get(lead.pk), active.get(lead.pk)) for lead in leads]


def deals_at(company: Company) -> QuerySet[Deal]:
    """The company's deals, open ones first, then the newest."""
    rows = Deal.objects.filter(Q(company__root=company)).select_related("stage", "owner")
    return rows.order_by(F("closed_on").desc(nulls_first=True), "-created_on", "-pk")[:MOST_DEALS]


def happenings_at(company: Company) -> list[tuple[Lead, Happening]]:
    """What people at the company did last, newest first."""
    leads = Lead.objects.filter(company__root=company).select_related("root").in_bulk()
    rows = Event.objects.filter(
        lead__in=list(leads), origin=Event.Origin.HUMAN, retracted_at=None
    ).select_related("signature")
    newest = rows.order_by("-at", "-pk")[:MOST_EVENTS] if leads else ()
    return [(leads[event.lead_id].root, event_happening(event)) for event in newest]


def companies_alike(company: Company) -> QuerySet[Company]:
    """Other root companies with the same number, website or name, by name."""
    same = Q(pk__in=[])
    if company.corporate_number:
        same |= Q(corporate_number=company.corporate_number)
    if company.domain and not email_is_free(company.domain):
        same |= Q(domain=company.domain)
    if company.name_key:
        same |= Q(name_key=company.name_key)
    rows = Company.objects.filter(same, root=F("pk")).exclude(pk=company.pk)
    return rows.order_by("name_key", "pk")[:10]
