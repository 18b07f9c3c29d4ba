"""Business time: when the company works, and when something that takes business time is due."""

from __future__ import annotations

import calendar as months
import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import holidays

from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.model import Calendar, Rulebook
from teichaku.engine.rulebook.vocabulary import WEEKDAYS
from teichaku.engine.rulebook.zones import fixed_offset

DAY_S = 86_400
ONE_DAY = timedelta(days=1)
MOST_CLOSED_YEARS = 3
MIDNIGHT = time(0)


class NeverOpen(ValueError):
    """The calendar has no working day for years on end."""


class _Year(NamedTuple):
    """The working days of a year, and how many lie before each day of it."""

    days: Sequence[date]
    before: Sequence[int]  # by day of the year


class BusinessCalendar:
    """A company's business time, or a person's: the same without the days of absence.

    Instants go in and come out aware; what comes out is in UTC.
    """

    def __init__(
        self, calendar: Calendar, zone: str = "Asia/Tokyo", absences: Iterable[date] = ()
    ) -> None:
        self.zone = timezone(fixed_offset(zone))
        self._calendar = calendar
        self._weekdays = frozenset(WEEKDAYS.index(day) for day in calendar.workdays)
        self._open_days = frozenset(date.fromisoformat(day) for day in calendar.open)
        self._absent = frozenset(absences)
        self._closed = [_ClosedDays(text) for text in calendar.closed]
        self._openings = _merged(calendar.hours)
        self._day_seconds = sum(end - start for start, end in self._openings)
        self._years: dict[int, _Year] = {}

    @classmethod
    def of(cls, rulebook: Rulebook | None, absences: Iterable[date] = ()) -> BusinessCalendar:
        """The calendar of a rulebook; without one the grammar's default."""
        if rulebook is None:
            return cls(Calendar(), absences=absences)
        return cls(rulebook.calendar or Calendar(), rulebook.timezone, absences)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that local day at all."""
        if day in self._absent:
            return False
        if day in self._open_days:
            return True
        if day.weekday() not in self._weekdays or any(day in closed for closed in self._closed):
            return False
        return not (self._calendar.holidays == "JP" and day in _holidays(day.year))

    def is_open(self, at: datetime) -> bool:
        """Whether the instant is business time; the instant of closing no longer is."""
        day, second = self._local(at)
        return self.is_working_day(day) and any(a <= second < b for a, b in self._openings)

    def next_opening(self, at: datetime) -> datetime:
        """The instant itself in business time, else when business time next begins."""
        day, second = self._local(at)
        if self.is_working_day(day):
            for start, end in self._openings:
                if second < end:
                    return self._instant(day, max(start, second))
        return self._instant(self._working_day_after(day), self._openings[0][0])

    def add_bh(self, start: datetime, hours: float) -> datetime:
        """When so many business hours have passed; hours that end at closing end there."""
        left = hours * 3_600
        at = self.next_opening(start)
        day, second = self._local(at)
        while True:
            for opening, end in self._openings:
                begin = max(opening, second)
                if end - begin >= left and begin < end:
                    return self._instant(day, begin + left)
                left -= max(0, end - begin)
            whole = math.ceil(left / self._day_seconds) - 1
            day = self._working_day_after(day, whole)
            left -= whole * self._day_seconds
            day, second = self._working_day_after(day), 0

    def add_bd(self, start: datetime, days: int) -> datetime:
        """The same wall clock so many working days after the start, or after the next opening."""
        day, second = self._local(self.next_opening(start))
        return self._instant(self._working_day_after(day, days), second)

    def due(self, start: datetime, duration: Duration) -> datetime:
        """The end of a duration of any unit; exact days and hours know no closing time."""
        if duration.unit == "bh":
            return self.add_bh(start, duration.amount)
        if duration.unit == "bd":
            return self.add_bd(start, duration.amount)
        if duration.unit == "mo":
            day, second = self._local(start)
            later = months_after(day, duration.amount)
            # The day may not exist there: then the month's last day, at its end.
            return self._instant(later, second if later.day == day.day else DAY_S)
        return (start + timedelta(microseconds=duration.microseconds)).astimezone(UTC)

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """How much business time lies between two instants, 0 when the end comes first."""
        if end <= start:
            return 0.0
        (first, begin), (last, finish) = self._local(start), self._local(end)
        if first == last:
            return self._worked(first, begin, finish)
        between = self._working_days(first + ONE_DAY, last)
        return (
            self._worked(first, begin, DAY_S)
            + between * self._day_seconds
            + self._worked(last, 0, finish)
        )

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from one local day to another, both included."""
        return self._working_days(first, last + ONE_DAY) if first <= last else 0

    def working_day_before(self, day: date) -> date:
        """The last working day before the day."""
        for _ in range(366 * MOST_CLOSED_YEARS):
            day -= ONE_DAY
            if self.is_working_day(day):
                return day
        raise NeverOpen(f"the calendar has no working day in the years before {day.year}")

    def closing(self, day: date) -> datetime:
        """When business time ends on a working day."""
        return self._instant(day, self._openings[-1][1])

    def _worked(self, day: date, begin: float, finish: float) -> float:
        if not self.is_working_day(day):
            return 0.0
        spans = ((max(a, begin), min(b, finish)) for a, b in self._openings)
        return sum(b - a for a, b in spans if b > a)

    def _working_day_after(self, day: date, count: int = 1) -> date:
        """The ``count``-th working day after the day; with 0 the day itself."""
        if count == 0:
            return day
        year, closed_years = day.year, 0
        days = self._year(year).days
        place = bisect_right(days, day)
        while place + count > len(days):
            count -= len(days) - place
            year, place = year + 1, 0
            days = self._year(year).days
            closed_years = 0 if days else closed_years + 1
            if closed_years == MOST_CLOSED_YEARS:
                raise NeverOpen(f"the calendar has no working day in the years up to {year}")
        return days[place + count - 1]

    def _working_days(self, first: date, before: date) -> int:
        """How many working days there are from a day on, before another one."""
        whole = sum(len(self._year(year).days) for year in range(first.year, before.year))
        return whole + self._before(before) - self._before(first)

    def _before(self, day: date) -> int:
        return self._year(day.year).before[day.timetuple().tm_yday - 1]

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            begin = date(year, 1, 1)
            every = [begin + k * ONE_DAY for k in range(366 if months.isleap(year) else 365)]
            works = [self.is_working_day(day) for day in every]
            days = [day for day, open_ in zip(every, works, strict=True) if open_]
            self._years[year] = _Year(days, list(accumulate(works, initial=0)))
        return self._years[year]

    def _local(self, at: datetime) -> tuple[date, float]:
        local = at.astimezone(self.zone)
        midnight = datetime.combine(local.date(), MIDNIGHT, self.zone)
        return local.date(), (local - midnight).total_seconds()

    def _instant(self, day: date, second: float) -> datetime:
        midnight = datetime.combine(day, MIDNIGHT, self.zone)
        return (midnight + timedelta(seconds=second)).astimezone(UTC)


class _ClosedDays:
    """A day or range of days, of one year or of every year; it may run across the new year."""

    def __init__(self, text: str) -> None:
        first, _, last = text.partition("..")
        self._first, self._last = first, last or first
        self._yearly = len(first) == len("MM-DD")

    def __contains__(self, day: date) -> bool:
        given = day.isoformat()[5:] if self._yearly else day.isoformat()
        if self._first <= self._last:
            return self._first <= given <= self._last
        return given >= self._first or given <= self._last


def months_after(day: date, count: int) -> date:
    """The same day of the month so many months later (or earlier), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=256)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=[year]))


def _merged(hours: Sequence[str]) -> list[tuple[int, int]]:
    """The openings of a day in seconds, in order; those that touch or overlap are one."""
    spans = sorted((_second(a), _second(b)) for a, b in (text.split("-") for text in hours))
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _second(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 3_600 + int(minute) * 60
