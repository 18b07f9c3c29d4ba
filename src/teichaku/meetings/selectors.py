"""Reads about meetings: which come next, which were held, how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from teichaku.core import clock
from teichaku.meetings.models import AgendaItem, Decision, Meeting, Minutes, Series
from teichaku.meetings.people import today_here
from teichaku.rulebook.selectors import zone_in_force

State = Meeting.State
LAST = {"week": 8, "month": 3}  # of these the share of held ones is of
SHOWN = 20
NEXT = 8


class Held(NamedTuple):
    """How many of the last planned meetings of a series were held."""

    held: int
    planned: int


class SeriesLine(NamedTuple):
    """A series with its next meeting and how often it was held."""

    series: Series
    next: Meeting | None
    held: Held


def meetings_that_count(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those that were to be held and are over: also those that a person cancelled, but not those
    that the rulebook took off.
    """
    taken_off = Q(state=State.CANCELLED, settled_by=None)
    return rows.filter(settled_at__isnull=False).exclude(taken_off)


def held_of(series: Series) -> Held:
    """How many of the last eight weekly or three monthly meetings were held."""
    rows = meetings_that_count(series.meetings.all()).order_by("-begins_at", "-pk")
    states = list(rows.values_list("state", flat=True)[: LAST[series.terms["every"]]])
    return Held(states.count(State.HELD), len(states))


def series_lines() -> list[SeriesLine]:
    """The series that run, each with its next meeting, the soonest first."""
    running = Series.objects.filter(ended_at=None).order_by("key")
    lines = [SeriesLine(row, next_meeting(row), held_of(row)) for row in running]
    return sorted(lines, key=lambda line: (line.next is None, line.next and line.next.begins_at))


def next_meeting(series: Series) -> Meeting | None:
    """The meeting under way, else the next planned one."""
    return _ahead().filter(series=series).order_by("begins_at").first()


def meeting_under_way(series: Series) -> Meeting | None:
    """The meeting of the series that is open now, or None."""
    return series.meetings.filter(state=State.OPEN).select_related("series").first()


def meetings_ahead(series: Series | None = None) -> Sequence[Meeting]:
    """The meetings under way and to come, the soonest first; of one series or of all."""
    rows = _ahead()
    if series is not None:
        rows = rows.filter(series=series)
    return list(rows.order_by("begins_at", "pk")[:NEXT])


def _ahead() -> QuerySet[Meeting]:
    # One of yesterday that nobody opened is about to be settled.
    midnight = datetime.combine(today_here(), time(), zone_in_force())
    rows = Meeting.objects.filter(
        Q(state=State.OPEN) | Q(state=State.PLANNED, begins_at__gte=midnight)
    )
    return rows.select_related("series", "chair")


def meetings_past(series: Series | None = None) -> Sequence[Meeting]:
    """The last meetings that are over, the latest first; of one series or of all."""
    rows = Meeting.objects.filter(settled_at__isnull=False, begins_at__lt=clock.now())
    if series is not None:
        rows = rows.filter(series=series)
    return list(rows.select_related("series", "chair").order_by("-begins_at", "-pk")[:SHOWN])


def meeting_of(uid: UUID) -> Meeting | None:
    """The meeting, or None."""
    rows = Meeting.objects.select_related("series", "chair", "opened_by", "settled_by")
    return rows.filter(uid=uid).first()


def item_of(meeting: Meeting, kind: str, subject: str) -> AgendaItem | None:
    """The point of the meeting's agenda, or None."""
    return meeting.items.select_related("meeting").filter(kind=kind, subject=subject).first()


def series_of(uid: UUID) -> Series | None:
    """The series, or None."""
    return Series.objects.filter(uid=uid).first()


def minutes_of(meeting: Meeting) -> Minutes | None:
    """The minutes as they were sent, or None."""
    return Minutes.objects.filter(meeting=meeting).first()


def decision_of(uid: UUID) -> Decision | None:
    """The decision, or None."""
    rows = Decision.objects.select_related("meeting__series", "owner")
    return rows.filter(uid=uid).first()


def decisions_open() -> Sequence[Decision]:
    """The decisions that wait to be done, the earliest due first."""
    rows = Decision.objects.filter(state=Decision.State.OPEN)
    return list(rows.select_related("owner", "meeting__series").order_by("due_on", "pk")[:SHOWN])
