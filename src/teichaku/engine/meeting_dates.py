"""When the meetings of a series take place, and when their figures are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from teichaku.engine.calendar import ONE_DAY, BusinessCalendar
from teichaku.engine.rulebook.model import MeetingSeries
from teichaku.engine.rulebook.vocabulary import WEEKDAYS

WEEK = timedelta(days=7)
FARTHEST = timedelta(days=31)  # that a day off moves a meeting


class PlannedMeeting(NamedTuple):
    """One meeting. ``turn`` is the first day of its week or month: a turn has one meeting."""

    turn: date
    day: date
    begins_at: datetime


def meeting_dates(
    series: MeetingSeries, calendar: BusinessCalendar, first: date, last: date
) -> list[PlannedMeeting]:
    """The meetings from one local day to another, both included, in order.

    Days off move a meeting or leave it out, as the series says. One that would move onto the day
    of the next is left out, as is one that would move by more than a month.
    """
    days: dict[date, date] = {}
    for turn in _turns(series, first - FARTHEST, last + FARTHEST):
        day = _day(series, calendar, turn)
        if day is not None and first <= day <= last:
            days[day] = turn  # of two on one day the later turn has it
    clock = time.fromisoformat(series.time)
    return [
        PlannedMeeting(turn, day, datetime.combine(day, clock, calendar.zone).astimezone(UTC))
        for day, turn in sorted(days.items())
    ]


def figures_due(calendar: BusinessCalendar, begins_at: datetime) -> datetime:
    """When a meeting's figures are fixed: at the close of the business day before it."""
    day = begins_at.astimezone(calendar.zone).date()
    return calendar.closing(calendar.working_day_before(day))


def _turns(series: MeetingSeries, first: date, last: date) -> Iterator[date]:
    if series.every == "week":
        turn = first - timedelta(days=first.weekday())
        while turn <= last:
            yield turn
            turn += WEEK
        return
    turn = first.replace(day=1)
    while turn <= last:
        yield turn
        turn = (turn + FARTHEST).replace(day=1)


def _day(series: MeetingSeries, calendar: BusinessCalendar, turn: date) -> date | None:
    if series.day.startswith("bd"):
        return _business_day(calendar, turn, int(series.day.removeprefix("bd")))
    ahead = (WEEKDAYS.index(series.day) - turn.weekday()) % 7
    named = turn + timedelta(days=ahead)
    if calendar.is_working_day(named):
        return named
    if series.on_holiday == "skip":
        return None
    step = ONE_DAY if series.on_holiday == "next_bd" else -ONE_DAY
    day = named
    while abs(day - named) < FARTHEST:
        day += step
        if calendar.is_working_day(day):
            return day
    return None


def _business_day(calendar: BusinessCalendar, month: date, place: int) -> date | None:
    """The working day of that place in the month, or its last one where it has fewer."""
    following = (month + FARTHEST).replace(day=1)
    every = (month + n * ONE_DAY for n in range((following - month).days))
    days = [day for day in every if calendar.is_working_day(day)]
    return days[min(place, len(days)) - 1] if days else None
