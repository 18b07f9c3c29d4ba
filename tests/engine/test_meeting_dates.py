"""When meetings take place: holidays, business days of the month, closures of the company."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.test_calendar import COMPANY, TOKYO

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.meeting_dates import figures_due, meeting_dates
from teichaku.engine.rulebook.model import Calendar, MeetingSeries


def series(every: str = "week", day: str = "mon", on_holiday: str = "next_bd") -> MeetingSeries:
    return MeetingSeries.model_validate(
        {"id": "m", "every": every, "day": day, "time": "10:00", "minutes": 15,
         "chair": "sales_manager", "departments": ["sales"], "agenda": "weekly",
         "on_holiday": on_holiday}
    )  # fmt: skip


def days(asked: MeetingSeries, first: str, last: str) -> list[str]:
    found = meeting_dates(asked, COMPANY, date.fromisoformat(first), date.fromisoformat(last))
    return [each.day.isoformat() for each in found]


@pytest.mark.parametrize(
    ("on_holiday", "expected"),
    [
        # Monday 2026-11-23 is Labour Thanksgiving Day.
        ("next_bd", ["2026-11-16", "2026-11-24", "2026-11-30"]),
        ("previous_bd", ["2026-11-16", "2026-11-20", "2026-11-30"]),
        ("skip", ["2026-11-16", "2026-11-30"]),
    ],
)
def test_a_monday_that_is_a_holiday(on_holiday, expected):
    assert days(series(on_holiday=on_holiday), "2026-11-16", "2026-12-04") == expected


def test_the_third_business_day_of_may_comes_after_the_holidays():
    # 2026-05-01 is a Friday; 4, 5 and 6 May are days off; the third is Friday the 8th.
    assert days(series("month", "bd3"), "2026-05-01", "2026-05-31") == ["2026-05-08"]


def test_a_month_with_fewer_business_days_has_its_last_one():
    # February 2026: 18 weekdays apart from the 11th and the 23rd, the last is Friday the 27th.
    assert days(series("month", "bd23"), "2026-02-01", "2026-02-28") == ["2026-02-27"]


def test_the_year_end_moves_a_meeting_into_the_new_year_or_leaves_it_out():
    # Closed from 29 December to 3 January; the next working day is Monday 4 January 2027.
    tuesday = series(day="tue")
    assert days(tuesday, "2026-12-22", "2027-01-08") == ["2026-12-22", "2027-01-04", "2027-01-05"]
    # A Wednesday of a daily-like rhythm would fall on the day of the next one: that one has it.
    monday = series(day="mon")
    assert days(monday, "2029-12-24", "2030-01-11") == ["2029-12-24", "2030-01-04", "2030-01-07"]
    assert days(series(day="tue", on_holiday="previous_bd"), "2026-12-22", "2027-01-04") == [
        "2026-12-22",
        "2026-12-28",
    ]


def test_two_on_one_day_are_one():
    closed = Calendar(closed=["2026-06-08..2026-06-14"])
    found = meeting_dates(series(), BusinessCalendar(closed), date(2026, 6, 1), date(2026, 6, 21))
    assert [(each.turn, each.day) for each in found] == [
        (date(2026, 6, 1), date(2026, 6, 1)),
        (date(2026, 6, 15), date(2026, 6, 15)),  # that of the 8th would have moved here
    ]


def test_the_first_monday_of_a_month_and_a_working_saturday():
    assert days(series("month", "mon"), "2026-10-01", "2026-11-30") == ["2026-10-05", "2026-11-02"]
    saturdays = series(day="sat", on_holiday="skip")
    assert days(saturdays, "2026-11-01", "2026-12-31") == ["2026-11-28"]


def test_figures_are_due_at_the_close_of_the_business_day_before():
    [meeting] = meeting_dates(series(), COMPANY, date(2026, 11, 24), date(2026, 11, 24))
    assert f"{meeting.begins_at.astimezone(TOKYO):%m-%d %H:%M}" == "11-24 10:00"
    due = figures_due(COMPANY, meeting.begins_at).astimezone(TOKYO)
    assert f"{due:%m-%d %H:%M}" == "11-20 18:00"  # Monday is a holiday


@given(
    first=st.dates(date(2025, 1, 1), date(2028, 12, 1)),
    span=st.integers(0, 120),
    asked=st.builds(
        series,
        st.just("month"),
        st.sampled_from(["mon", "fri", "bd1", "bd3", "bd20"]),
        st.sampled_from(["next_bd", "previous_bd", "skip"]),
    )
    | st.builds(
        series,
        st.just("week"),
        st.sampled_from(["mon", "wed", "fri", "sun"]),
        st.sampled_from(["next_bd", "previous_bd", "skip"]),
    ),
)
def test_any_part_of_the_calendar_shows_the_same_meetings(first, span, asked):
    last = first + timedelta(days=span)
    whole = meeting_dates(asked, COMPANY, first - timedelta(days=60), last + timedelta(days=60))
    part = meeting_dates(asked, COMPANY, first, last)
    assert part == [each for each in whole if first <= each.day <= last]
    assert all(COMPANY.is_working_day(each.day) for each in part)
    assert len({each.turn for each in part}) == len(part)
