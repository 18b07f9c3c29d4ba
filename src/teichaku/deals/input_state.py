"""What people have entered about their deals: what is missing, and how late the rest came."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import F

from teichaku.deals.models import Activity
from teichaku.deals.stalled import deals_open, next_actions_known

HOUR = timedelta(hours=1)
LATE = 24  # hours


@dataclass(frozen=True, slots=True)
class MissingInput:
    """One person's open deals (None: nobody's), and how many of them lack what.

    ``next_action`` is None while no activity in the data tells of next actions.
    """

    owner: int | None
    open: int
    amount: int
    close_date: int
    company: int
    next_action: int | None

    @property
    def missing(self) -> int:
        """The missing values of all kinds."""
        return self.amount + self.close_date + self.company + (self.next_action or 0)

    @property
    def asked(self) -> int:
        """The values that could be there."""
        return self.open * (3 if self.next_action is None else 4)


@dataclass(frozen=True, slots=True)
class InputLag:
    """How many entries there are, and after how many hours they were recorded."""

    owner: int | None
    entries: int
    median: float
    late: int  # later than a day after it happened


def missing_input(as_of: date, zone: ZoneInfo) -> list[MissingInput]:
    """What is missing in the open deals of each person."""
    known = next_actions_known()
    counts: dict[int | None, list[int]] = defaultdict(lambda: [0] * 5)
    for deal in deals_open(as_of, zone):
        lacks = (
            deal.amount is None,
            deal.close_on is None,
            deal.company is None,
            deal.action is None or deal.action.next_on is None,
        )
        row = counts[deal.owner]
        for place, lacking in enumerate((True, *lacks)):
            row[place] += lacking
    return [
        MissingInput(owner, row[0], row[1], row[2], row[3], row[4] if known else None)
        for owner, row in counts.items()
    ]


def input_lags(*, before: datetime) -> list[InputLag]:
    """How late each person recorded what happened; only entries recorded before the instant, for
    what a file brings in without saying when it was recorded tells nothing.
    """
    hours: dict[int | None, list[float]] = defaultdict(list)
    entries = Activity.objects.filter(recorded_at__lt=before, recorded_at__gte=F("at"))
    for owner, at, recorded in entries.values_list("owner_id", "at", "recorded_at"):
        hours[owner].append((recorded - at) / HOUR)
    return [
        InputLag(owner, len(values), median(values), sum(value > LATE for value in values))
        for owner, values in hours.items()
    ]
