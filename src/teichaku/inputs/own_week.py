"""A person's own week, for that person alone: in time, how long, what came by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models.functions import TruncWeek

from teichaku.core import clock
from teichaku.core.models import Change
from teichaku.deals.models import Deal
from teichaku.engine.input_rates import InputRate
from teichaku.inputs.book import InputBook
from teichaku.inputs.models import Obligation
from teichaku.inputs.selectors import MET, counted, due_between, entry_seconds

WEEK = timedelta(days=7)
MEASURED_WEEKS = 4
MOST_ENTRIES = 500
BY_HAND = ("web", "undo")
NONE = InputRate(0, 0, 0)


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """The rates of this week and of the last, the median seconds of an entry of the last four weeks
    (None without a measured one), and the deal fields of this week that nobody typed.
    """

    now: InputRate
    before: InputRate
    seconds: int | None
    filled: int


def own_week(person: int, book: InputBook) -> OwnWeek:
    """The figures of the person; four queries."""
    now = clock.now()
    today = book.staff.day(now)
    monday = book.staff.midnight(today - timedelta(days=today.weekday()))
    rows = due_between(monday - WEEK, now).filter(owner=person)
    weeks = dict(counted(rows.annotate(week=TruncWeek("due_at", tzinfo=book.zone)), "week"))
    by_monday = {key.date(): rate for key, rate in weeks.items()}
    this = monday.astimezone(book.zone).date()
    return OwnWeek(
        now=by_monday.get(this, NONE),
        before=by_monday.get(this - WEEK, NONE),
        seconds=_seconds(person, now),
        filled=_filled(person, monday),
    )


def _seconds(person: int, now: datetime) -> int | None:
    """The median over the person's tasks that were met lately, as burdens are measured."""
    met = Obligation.objects.filter(
        owner=person, state__in=MET, due_at__gte=now - MEASURED_WEEKS * WEEK
    )
    took = entry_seconds(met.order_by("-due_at", "-pk")[:MOST_ENTRIES])
    return round(median(took)) if took else None


def _filled(person: int, since: datetime) -> int:
    """The fields of the person's deals that got a value by themselves since the instant."""
    deals = Deal.objects.filter(owner=person).values("pk")
    rows = Change.objects.filter(object_type="deals.deal", object_id__in=deals, at__gte=since)
    changed = rows.exclude(source__in=BY_HAND).values_list("old", "new")
    return sum(new not in (None, "") and old != new for old, new in changed)
