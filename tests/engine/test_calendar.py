"""Business time: written vectors, and a walk through every minute as the definition."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.source import page

from teichaku.engine.calendar import BusinessCalendar, NeverOpen, months_after
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Calendar

TOKYO = ZoneInfo("Asia/Tokyo")
PAGE = page("algorithms/business-time.md")
MINUTE = timedelta(minutes=1)
BOOK = """\
rulebook: 1
title: 暦
timezone: Asia/Tokyo
calendar:
  workdays: [mon, tue, wed, thu, fri]
  hours: ["09:00-12:00", "13:00-18:00"]
  holidays: JP
  closed: ["12-29..01-03", "08-13..08-15"]
  open: ["2026-11-28"]
"""
COMPANY = BusinessCalendar.of(load(BOOK))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def told(instant: datetime) -> str:
    assert instant.tzinfo is UTC
    return instant.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")


# 2026-11-22 is a Sunday, the 23rd Labour Thanksgiving Day, Saturday the 28th an open one
@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-11-19 10:00", "8bh", "2026-11-20 10:00"),
        ("2026-11-19 10:00", "1bd", "2026-11-20 10:00"),
        ("2026-11-20 17:00", "4bh", "2026-11-24 12:00"),  # weekend and holiday between
        ("2026-11-20 17:00", "5bh", "2026-11-24 14:00"),  # and the break
        ("2026-11-20 17:00", "1bh", "2026-11-20 18:00"),  # ends at closing
        ("2026-11-20 18:00", "1bh", "2026-11-24 10:00"),  # starts exactly at closing
        ("2026-11-20 12:00", "1bh", "2026-11-20 14:00"),  # starts with the break
        ("2026-11-20 11:00", "2bh", "2026-11-20 14:00"),
        ("2026-11-20 12:30", "1bd", "2026-11-24 13:00"),  # in the break: from 13:00 on
        ("2026-11-20 18:00", "1bd", "2026-11-25 09:00"),  # too late: from the 24th 09:00 on
        ("2026-11-22 15:00", "1bd", "2026-11-25 09:00"),
        ("2026-11-27 16:00", "1bd", "2026-11-28 16:00"),  # the Saturday that is open
        ("2026-11-27 16:00", "2bd", "2026-11-30 16:00"),
        ("2026-12-28 17:00", "2bh", "2027-01-04 10:00"),  # closed over the new year
        ("2026-12-28 10:00", "1bd", "2027-01-04 10:00"),
        ("2026-08-12 10:00", "1bd", "2026-08-17 10:00"),
        ("2026-11-20 17:00", "24h", "2026-11-21 17:00"),
        ("2026-11-20 17:00", "3d", "2026-11-23 17:00"),
        ("2026-11-20 17:00", "1mo", "2026-12-20 17:00"),
        ("2026-01-31 10:00", "1mo", "2026-03-01 00:00"),  # 24:00 of the last day of February
        ("2026-11-19 10:00", "80bh", "2026-12-03 10:00"),  # nine working days and the open Saturday
    ],
)
def test_due(start: str, duration: str, due: str) -> None:
    assert told(COMPANY.due(at(start), Duration.parse(duration))) == due


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("2026-11-20 09:00", True),
        ("2026-11-20 08:59", False),
        ("2026-11-20 12:00", False),
        ("2026-11-20 13:00", True),
        ("2026-11-20 18:00", False),
        ("2026-11-21 10:00", False),
        ("2026-11-23 10:00", False),
        ("2026-11-28 10:00", True),
        ("2026-12-31 10:00", False),
        ("2027-01-03 10:00", False),
        ("2027-01-04 10:00", True),
    ],
)
def test_is_open(text: str, is_open: bool) -> None:
    assert COMPANY.is_open(at(text)) is is_open


def test_a_supplier_may_work_on_public_holidays() -> None:
    own = BusinessCalendar(Calendar(holidays="none"))
    assert told(own.add_bd(at("2026-11-20 10:00"), 1)) == "2026-11-23 10:00"


def test_absence_does_not_count() -> None:
    away = [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 28)]
    person = BusinessCalendar.of(load(BOOK), away)
    assert told(person.add_bd(at("2026-11-20 10:00"), 1)) == "2026-11-26 10:00"
    assert told(person.add_bh(at("2026-11-27 17:00"), 2)) == "2026-11-30 10:00"
    assert told(person.next_opening(at("2026-11-24 10:00"))) == "2026-11-26 09:00"


def test_business_seconds() -> None:
    hour = 3_600
    spans = {
        ("2026-11-20 11:00", "2026-11-20 14:00"): 2 * hour,
        ("2026-11-20 17:00", "2026-11-24 10:00"): 2 * hour,
        ("2026-11-21 00:00", "2026-11-24 00:00"): 0,
        ("2026-11-20 14:00", "2026-11-20 11:00"): 0,
        ("2026-12-28 17:00", "2027-01-04 09:30"): 1.5 * hour,
    }
    for (start, end), seconds in spans.items():
        assert COMPANY.business_seconds(at(start), at(end)) == seconds


def test_working_days_of_a_year() -> None:
    # 261 weekdays; 17 public holidays on weekdays; closed on six more weekdays: 2 January, 13 and
    # 14 August, 29 to 31 December; one open Saturday
    assert COMPANY.working_days(date(2026, 1, 1), date(2026, 12, 31)) == 261 - 17 - 6 + 1


def test_a_calendar_that_never_opens_says_so() -> None:
    closed = BusinessCalendar(Calendar(closed=("01-01..12-31",)))
    with pytest.raises(NeverOpen):
        closed.next_opening(at("2026-11-20 10:00"))


def test_months_after() -> None:
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert months_after(date(2026, 11, 22), -24) == date(2024, 11, 22)
    assert months_after(date(2026, 1, 1), -1) == date(2025, 12, 1)


# --- against a walk through the minutes ---------------------------------------------------------

HOURS = st.sampled_from(
    [
        ("09:00-12:00", "13:00-18:00"),
        ("13:00-18:00", "09:00-12:00"),
        ("08:30-17:15",),
        ("10:00-11:00", "11:00-12:00", "22:30-23:59"),
        ("00:00-01:00", "00:30-02:00"),
    ]
)
WORKDAYS = st.sets(
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=2
).map(tuple)
CLOSED = st.sampled_from(
    [(), ("12-29..01-03",), ("12-30..01-05", "2026-12-24"), ("2026-12-25..2027-01-02",)]
)
MINUTES = st.integers(0, 25 * 24 * 60)
FIRST = at("2026-12-15 00:00")
CALENDARS = st.builds(
    lambda hours, workdays, closed, holidays, opened, away: (
        Calendar(hours=hours, workdays=workdays, closed=closed, holidays=holidays, open=opened),
        away,
    ),
    HOURS,
    WORKDAYS,
    CLOSED,
    st.sampled_from(["JP", "none"]),
    st.sampled_from([(), ("2026-12-27",), ("2027-01-01", "2026-12-30")]),
    st.sets(st.dates(date(2026, 12, 14), date(2027, 1, 20)), max_size=4),
)
# what the law has in the weeks that the generated cases lie in
LAW = {date(2027, 1, 1), date(2027, 1, 11), date(2027, 2, 11), date(2027, 2, 23)}


class Minutes:
    """The definition: every minute is business time or not."""

    def __init__(self, calendar: Calendar, away: set[date]) -> None:
        self._calendar, self._away = calendar, away
        self._known: dict[date, bool] = {}

    def works(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = self._works(day)
        return self._known[day]

    def _works(self, day: date) -> bool:
        calendar = self._calendar
        if day in self._away:
            return False
        if day.isoformat() in calendar.open:
            return True
        if ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][
            day.weekday()
        ] not in calendar.workdays:
            return False
        if calendar.holidays == "JP" and day in LAW:
            return False
        return not any(day in _written_out(text) for text in calendar.closed)

    def open(self, minute: datetime) -> bool:
        clock = minute.strftime("%H:%M")
        hours = (text.split("-") for text in self._calendar.hours)
        return self.works(minute.date()) and any(a <= clock < b for a, b in hours)


def _written_out(text: str) -> set[date]:
    """The days of a closing in the winter of 2026."""
    first, _, last = text.partition("..")
    last = last or first
    if len(first) == 5:
        first = f"2026-{first}"
        last = f"2027-{last}" if last < "06" else f"2026-{last}"
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return {begin + timedelta(days=k) for k in range((end - begin).days + 1)}


@given(CALENDARS, MINUTES, st.integers(0, 40))
def test_business_hours_are_minutes_counted(case, offset: int, quarters: int) -> None:
    calendar, away = case
    ours, minutes = BusinessCalendar(calendar, absences=away), Minutes(calendar, away)
    start = FIRST + offset * MINUTE
    due = ours.add_bh(start, quarters / 4)
    at_, left = start, quarters * 15
    while not minutes.open(at_):
        at_ += MINUTE
    assert ours.next_opening(start) == at_
    while left:
        left -= minutes.open(at_)
        at_ += MINUTE
    assert due == at_
    assert ours.business_seconds(start, due) == quarters * 15 * 60


@given(CALENDARS, MINUTES, MINUTES)
def test_business_seconds_are_minutes_counted(case, one: int, other: int) -> None:
    calendar, away = case
    ours, minutes = BusinessCalendar(calendar, absences=away), Minutes(calendar, away)
    begin, end = FIRST + min(one, other) * MINUTE, FIRST + max(one, other) * MINUTE
    counted, at_ = 0, begin
    while at_ < end:
        counted += minutes.open(at_)
        at_ += MINUTE
    assert ours.business_seconds(begin, end) == counted * 60


@given(CALENDARS, MINUTES, st.integers(0, 15))
def test_business_days_are_days_counted(case, offset: int, days: int) -> None:
    calendar, away = case
    ours, minutes = BusinessCalendar(calendar, absences=away), Minutes(calendar, away)
    at_ = FIRST + offset * MINUTE
    due = ours.add_bd(at_, days)
    while not minutes.open(at_):
        at_ += MINUTE
    while days:
        at_ += timedelta(days=1)
        days -= minutes.works(at_.date())
    assert due == at_


def test_the_examples_of_the_page_hold() -> None:
    rows = re.findall(r"^\| (\S+ \S+) \| `(\w+)` \| (\S+ \S+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 7
    closed = Calendar(closed=("12-29..01-03",))
    for start, duration, due in rows:
        found = BusinessCalendar(closed).due(at(start), Duration.parse(duration))
        assert told(found) == due, (start, duration)
