"""Business time as the rooms below the rulebook know it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.scoring.company import activate, local, on

from teichaku.accounts.calendars import work_calendar
from teichaku.accounts.models import WorkCalendar

pytestmark = pytest.mark.django_db

BOOK = """\
rulebook: 1
title: 暦
calendar: {hours: ["10:00-16:00"], open: [2026-11-28], holidays: none}
"""


def test_an_activated_rulebook_writes_its_calendar_down():
    assert work_calendar(local("2026-11-20 09:00")).is_open(local("2026-11-20 09:00"))
    activate("2026-11-20 12:00", BOOK)
    row = WorkCalendar.objects.get()
    assert (row.timezone, row.effective_from) == ("Asia/Tokyo", local("2026-11-20 12:00"))
    with on("2026-11-20 13:00"):
        here = work_calendar()
        assert not here.is_open(local("2026-11-24 09:00"))
        assert here.is_open(local("2026-11-23 10:00"))  # no public holidays here
        assert here.is_open(local("2026-11-28 10:00"))
        away = work_calendar(absences=[date(2026, 11, 24)])
        assert away.add_bd(local("2026-11-23 10:00"), 1) == local("2026-11-25 10:00")
    before = work_calendar(local("2026-11-20 11:59"))
    assert before.is_open(local("2026-11-24 09:00"))


def test_a_calendar_of_a_later_day_waits_for_it():
    activate("2026-11-20 12:00", BOOK, since="2026-12-01 00:00")
    with on("2026-11-30 23:59"):
        assert work_calendar().is_open(local("2026-11-24 09:00"))
    with on("2026-12-01 00:00"):
        assert not work_calendar().is_open(local("2026-11-24 09:00"))
