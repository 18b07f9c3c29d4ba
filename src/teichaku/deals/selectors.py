"""Reads about deals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from teichaku.core import bulk
from teichaku.deals.models import Deal
from teichaku.leads.models import Company

CUSTOMER_MONTHS = 24
COMPANY_ZONE = ZoneInfo("Asia/Tokyo")
Outcome = Literal["open", "won", "lost"]


class DealOutcome(NamedTuple):
    """How a lead's deal went, in local dates as the files gave them."""

    lead: int  # the root
    created_on: date | None
    closed_on: date | None
    outcome: Outcome


def deal_outcomes(lead_roots: Sequence[int] | None = None) -> Iterator[DealOutcome]:
    """The deals that have a lead, of these root leads or of all, oldest first."""
    linked = Deal.objects.filter(lead__isnull=False).order_by("created_on", "pk")
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
    today = as_of.astimezone(COMPANY_ZONE).date()
    wins = Deal.objects.filter(
        stage__kind="won",
        company__isnull=False,
        closed_on__gt=_months_before(today, CUSTOMER_MONTHS),
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


def _months_before(day: date, months: int) -> date:
    """The same day of the month, or that month's last day where it does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = following - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
