"""Clocks of a handover in business time: vectors worked out with a calendar in hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.handover_clocks import clock_tone, clocks_start, steps_due
from teichaku.engine.rulebook.load import load

TOKYO = ZoneInfo("Asia/Tokyo")
BOOK = load(
    """
rulebook: 1
title: 引き渡し
timezone: Asia/Tokyo
calendar: {hours: ["09:00-12:00", "13:00-18:00"]}
scoring: {behaviour: [{group: a, rules: [{id: S-1, when: {event: page_view}, points: 1}]}]}
mql: {when: {score: total, at_least: 1}}
handover:
  to: [{team: field, by: capacity}]
  via: {team: inside, deadlines: {accept: 4bh}}
  deadlines: {accept: 8bh, first_touch: 1bd}
  hot: {when: {count: {event: form_submit}, at_least: 1}, deadlines: {accept: 1bh}}
  on_breach: [{after: 0bh, do: notify_owner}, {after: 4bh, do: ask_manager}]
"""
)
CALENDAR = BusinessCalendar.of(BOOK)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=TOKYO)


# 2026-11-20 is a Friday; Monday the 23rd is a holiday
@pytest.mark.parametrize(
    ("start", "stage", "hot", "accept", "touch"),
    [
        ("11-18 10:00", "field", False, "11-19 10:00", "11-19 10:00"),
        ("11-20 14:00", "field", False, "11-24 14:00", "11-24 14:00"),
        ("11-20 17:30", "field", True, "11-24 09:30", "11-24 17:30"),
        ("11-21 08:00", "inside", False, "11-24 14:00", "11-25 09:00"),
        ("11-18 11:30", "inside", True, "11-18 13:30", "11-19 11:30"),
    ],
)
def test_clocks_run_in_business_time(start, stage, hot, accept, touch):
    found = clocks_start(BOOK.handover, CALENDAR, local(start), stage=stage, hot=hot)
    assert (found.accept_due, found.touch_due) == (local(accept), local(touch))


def test_steps_follow_a_missed_deadline_one_after_the_other():
    steps, due = BOOK.handover.on_breach, local("11-18 16:00")
    asked = [
        [step.do for step in steps_due(steps, CALENDAR, due, local(at))]
        for at in ("11-18 15:59", "11-18 16:01", "11-19 10:59", "11-19 11:00")
    ]
    assert asked == [[], ["notify_owner"], ["notify_owner"], ["notify_owner", "ask_manager"]]


def test_the_tone_follows_what_is_left_of_business_time():
    start, due = local("11-20 10:00"), local("11-24 10:00")  # eight business hours
    tones = [
        clock_tone(CALENDAR, start, due, local(at))
        for at in ("11-20 14:59", "11-20 15:00", "11-22 12:00", "11-24 09:30", "11-24 10:01")
    ]
    assert tones == ["calm", "soon", "near", "near", "over"]
