"""New business that nobody can trace: deals of the last year that name no lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from teichaku.deals.customers import is_customer, wins_of
from teichaku.deals.models import Deal

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
    wins = wins_of()
    found = []
    for *values, kind in rows.order_by("-created_on", "-pk").values_list(*columns, "kind"):
        deal = NewDeal(*values)
        known = is_customer(wins.get(deal.company or 0, ()), deal.created_on, apart_from=deal.deal)
        if not known and not EXISTING.search(kind):
            found.append(deal)
    return found
