"""When sales last had to do with a lead: its deals, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Avg, Q

from teichaku.deals.models import Activity, Deal, Stage
from teichaku.tracking.models import Event

CONTACTS = ("call", "meeting")  # events in which somebody of the company spoke with the lead
CHUNK = 5_000


@dataclass(slots=True)
class Touches:
    """The last day of contact by root lead and by company, and whose deals are being worked."""

    leads: dict[int, date]
    companies: dict[int, date]
    busy_leads: set[int]  # with a deal that is open or won
    busy_companies: set[int]  # likewise, of deals that name no lead

    def last(self, lead: int, company: int | None) -> date | None:
        """The last day; what names no person counts for everybody at the company."""
        days = (self.leads.get(lead), self.companies.get(company or 0))
        return max((day for day in days if day), default=None)

    def is_busy(self, lead: int, company: int | None) -> bool:
        """Whether a deal with the lead is open or won."""
        return lead in self.busy_leads or company in self.busy_companies


def touches(as_of: date, zone: ZoneInfo) -> Touches:
    """What deals and activities tell of contacts up to the day."""
    found = Touches({}, {}, set(), set())
    for lead, company, day in (*_deals(as_of, found), *_activities(as_of, zone)):
        if lead is not None:
            found.leads[lead] = max(day, found.leads.get(lead, day))
        elif company is not None:
            found.companies[company] = max(day, found.companies.get(company, day))
    return found


Contact = tuple[int | None, int | None, date]


def _deals(as_of: date, found: Touches) -> Iterator[Contact]:
    rows = Deal.objects.filter(Q(created_on=None) | Q(created_on__lte=as_of), is_pending=False)
    columns = ("lead__root_id", "company__root_id", "created_on", "closed_on", "stage__kind")
    for lead, company, created, closed, kind in rows.values_list(*columns).iterator(CHUNK):
        if kind != Stage.Kind.LOST:
            busy = found.busy_companies if lead is None else found.busy_leads
            busy.update({company if lead is None else lead} - {None})
        for day in (created, closed):
            if day is not None and day <= as_of:
                yield lead, company, day


def _activities(as_of: date, zone: ZoneInfo) -> Iterator[Contact]:
    end = datetime(as_of.year, as_of.month, as_of.day, tzinfo=zone) + timedelta(days=1)
    links = ("lead__root_id", "deal__lead__root_id", "company__root_id", "deal__company__root_id")
    rows = Activity.objects.filter(at__lt=end).values_list(*links, "at")
    for lead, deal_lead, company, deal_company, at in rows.iterator(CHUNK):
        yield lead or deal_lead, company or deal_company, at.astimezone(zone).date()
    events = Event.objects.filter(
        at__lt=end, signature__type__in=CONTACTS, origin="human", retracted_at=None
    )
    for lead, at in events.values_list("lead__root_id", "at").iterator(CHUNK):
        yield lead, None, at.astimezone(zone).date()


def won_amount_average(as_of: date) -> float | None:
    """The mean amount of the won deals up to the day that have one; None without any."""
    won = Deal.objects.filter(
        Q(closed_on=None) | Q(closed_on__lte=as_of),
        stage__kind=Stage.Kind.WON,
        amount__gt=0,
        is_pending=False,
    )
    mean: float | None = won.aggregate(mean=Avg("amount"))["mean"]
    return None if mean is None else float(mean)
