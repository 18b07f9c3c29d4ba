"""How handovers fare: accepted, returned, decided and touched in time, and whose delay it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import OuterRef, QuerySet, Subquery

from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.checklist.facts import Share
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.models import Assignment, Handover, Return

State = Handover.State
HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Times:
    """One handover with what was promised when it was first given, and what came of it."""

    state: str
    owner: int | None
    ready_at: datetime
    assigned_at: datetime | None
    accept_due: datetime | None
    touch_due: datetime | None
    decided_at: datetime | None
    touched_at: datetime | None
    passed_on_at: datetime | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the handovers released on some days. ``hours`` are business hours to first contact.

    ``decided`` and ``touched``: kept, of those whose deadline is past or that were kept before it.
    """

    handovers: int = 0
    unowned: int = 0
    accepted: Share | None = None
    returned: Share | None = None
    definitional: Share | None = None
    categories: Mapping[str, int] = field(default_factory=dict)
    recycled: int = 0
    decided: Share | None = None
    touched: Share | None = None
    hours: float | None = None
    system_minutes: float | None = None


def handover_figures(first: date, last: date, *, book: HandoverBook | None = None) -> Figures:
    """The figures of the handovers released on these local days, both ends included."""
    book = book or handover_book()
    since = datetime.combine(first, datetime.min.time(), book.zone)
    until = datetime.combine(last + timedelta(days=1), datetime.min.time(), book.zone)
    rows = times_of(Handover.objects.filter(released_at__gte=since, released_at__lt=until))
    return figures_of(rows, book.calendar(), clock.now())


def times_of(rows: QuerySet[Handover]) -> list[Times]:
    """What happened when; withdrawn ones are left out, for they should never have been."""
    firsts = Assignment.objects.filter(handover=OuterRef("pk")).order_by("pk")
    returns = Return.objects.filter(handover=OuterRef("pk"), undone_at=None)
    told = rows.exclude(state=State.WITHDRAWN).annotate(
        first_at=Subquery(firsts.values("at")[:1]),
        first_accept=Subquery(firsts.values("accept_due")[:1]),
        first_touch=Subquery(firsts.values("touch_due")[:1]),
        category=Subquery(returns.values("category")[:1]),
    )
    columns = (
        "state", "owner_id", "ready_at", "first_at", "first_accept", "first_touch", "decided_at",
        "touched_at", "passed_on_at", "category",
    )  # fmt: skip
    return [Times(*row) for row in told.order_by("pk").values_list(*columns)]


def figures_of(rows: Sequence[Times], calendar: BusinessCalendar, now: datetime) -> Figures:
    """The figures of these handovers at an instant."""
    if not rows:
        return Figures()
    settled = [row for row in rows if row.state != State.WAITING]
    categories = Counter(row.category for row in settled if row.category)
    returned = sum(categories.values())
    return Figures(
        handovers=len(rows),
        unowned=sum(row.owner is None for row in rows),
        accepted=_share(len(settled) - returned, len(settled)),
        returned=_share(returned, len(settled)),
        definitional=_share(categories["definitional"], len(settled)),
        categories=categories,
        recycled=sum(row.state == State.RECYCLED for row in rows),
        decided=_kept([(row.decided_at, row.accept_due) for row in rows], now),
        touched=_kept([(row.touched_at, row.touch_due) for row in rows if owes_touch(row)], now),
        hours=_hours(rows, calendar),
        system_minutes=_system_minutes(rows),
    )


def owes_touch(row: Times) -> bool:
    """Whether somebody had to make contact: not with what was returned or passed on before."""
    let_go = row.state == State.RETURNED or row.passed_on_at is not None
    return not (let_go and row.touched_at is None)


def _kept(pairs: Sequence[tuple[datetime | None, datetime | None]], now: datetime) -> Share | None:
    """In time, of those in time and those whose deadline is past."""
    dated = [(done, due) for done, due in pairs if due is not None]
    kept = sum(done is not None and done <= due for done, due in dated)
    missed = sum((done or now) > due for done, due in dated)
    return _share(kept, kept + missed)


def _hours(rows: Sequence[Times], calendar: BusinessCalendar) -> float | None:
    """The median business hours from the first owner to the first contact."""
    found = [
        calendar.business_seconds(row.assigned_at, row.touched_at) / HOUR_S
        for row in rows
        if row.assigned_at and row.touched_at
    ]
    return median(found) if found else None


def _system_minutes(rows: Sequence[Times]) -> float | None:
    """The median minutes from the instant at which it could be given to its first owner."""
    found = [
        (row.assigned_at - row.ready_at).total_seconds() / 60 for row in rows if row.assigned_at
    ]
    return median(found) if found else None


def _share(part: int, whole: int) -> Share | None:
    return Share(part, whole) if whole else None
