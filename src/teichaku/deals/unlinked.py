"""New business that nobody can trace: deals of the last year that name no lead."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from teichaku.deals.models import Deal, Stage
from teichaku.deals.selectors import CUSTOMER_MONTHS
from teichaku.engine.calendar import months_after

YEAR = timedelta(days=365)
# What companies write in the kind of a deal with somebody who already buys from them.
EXISTING = re.compile(
    r"既存|追加|継続|更新|リピート|増設|保守|existing|renew|upsell|cross|repeat|add-?on", re.I
)


@dataclass(frozen=True, slots=True)
class NewDeal:
    """A deal of new business."""

    deal: int
    lead: int | None
    owner: int | None
    company: int | None
    amount: int | None
    created_on: date
    stage: str
    stage_key: str


def new_deals(as_of: date) -> list[NewDeal]:
    """The deals created within a year up to the day with somebody who was no customer, newest
    first: neither by the deal's kind nor by a deal won in the 24 months before.
    """
    rows = Deal.objects.filter(created_on__gt=as_of - YEAR, created_on__lte=as_of, is_pending=False)
    columns = (
        "pk", "lead_id", "owner_id", "company__root_id", "amount", "created_on", "stage__label",
        "stage__key",
    )  # fmt: skip
    wins = _wins()
    found = []
    for *values, kind in rows.order_by("-created_on", "-pk").values_list(*columns, "kind"):
        deal = NewDeal(*values)
        if not EXISTING.search(kind) and not _customer(deal, wins):
            found.append(deal)
    return found


def _wins() -> dict[int, list[date]]:
    won = Deal.objects.filter(
        stage__kind=Stage.Kind.WON, company__isnull=False, closed_on__isnull=False
    )
    found: dict[int, list[date]] = defaultdict(list)
    for company, closed in won.values_list("company__root_id", "closed_on"):
        if closed is not None:
            found[company].append(closed)
    return found


def _customer(deal: NewDeal, wins: dict[int, list[date]]) -> bool:
    since = months_after(deal.created_on, -CUSTOMER_MONTHS)
    return any(since < closed < deal.created_on for closed in wins.get(deal.company or 0, ()))
