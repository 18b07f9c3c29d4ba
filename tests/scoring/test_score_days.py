"""Scores day by day, how they are spread, and when that moves more than usual."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.intake.importing import ACTOR
from tests.scoring.company import activate, bring, event, local, on, pk_of, refresh, view

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import run_one
from teichaku.notify.models import Notification
from teichaku.rulebook.models import Revision
from teichaku.scoring.distribution import (
    Day,
    alarm_acknowledge,
    distribution_note,
    movements,
)
from teichaku.scoring.jobs import NOTE
from teichaku.scoring.models import GradeDay, ScoreAlarm, ScoreDay
from teichaku.scoring.score_days import score_days_forget
from teichaku.tracking.last_events import last_events_refresh

pytestmark = pytest.mark.django_db
START = "2026-06-01 00:00"


def scored(at: str) -> None:
    refresh(at, only_changed=True)
    with on(at):
        while run_one("worker", kinds=[NOTE]):
            pass


def days(lead: str) -> list[tuple[str, float]]:
    rows = ScoreDay.objects.filter(lead=pk_of(lead)).order_by("day")
    return [(f"{day:%m-%d}", total) for day, total in rows.values_list("day", "total")]


def test_a_day_is_kept_when_it_changed_the_score_and_as_it_ended():
    activate(START)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"), view("b", START))
    scored("2026-06-02 09:00")
    bring("2026-06-02 15:00", "events", view("a", "2026-06-02 14:00"))
    scored("2026-06-02 15:00")
    scored("2026-06-03 09:00")
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    scored("2026-06-05 09:00")
    assert days("a") == [("06-02", 20), ("06-05", 60)]
    assert days("b") == [("06-02", 10)]


def test_what_is_older_than_kept_is_forgotten():
    activate(START)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    scored("2026-06-02 09:00")
    score_days_forget(date(2027, 7, 1))
    assert len(days("a")) == 1
    score_days_forget(date(2027, 7, 8))
    assert days("a") == []


def day(number: int, *, a: int = 100, b: int = 900, mqls: int = 9, active: int = 50) -> Day:
    return Day(
        date(2026, 6, 1) + timedelta(days=number), True, a + b, {"A": a, "B": b}, mqls, active
    )


USUAL = [day(n, a=100 + n % 3) for n in range(20)]


def found(today: Day, before: list[Day] = USUAL) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in movements(today, before)]


def test_what_is_usual_is_no_news():
    assert found(day(20)) == []
    assert found(day(20, a=180, b=820)) == []  # eight points of a hundred
    assert found(day(20, a=600, b=400), USUAL[:5]) == []  # too few days to know what is usual


def test_half_of_the_leads_in_another_grade_is_told_once():
    moved = day(20, a=600, b=400)
    assert found(moved) == [("grade", "A"), ("grade", "B")]
    assert found(day(21, a=600, b=400), [*USUAL, moved]) == []


def test_mqls_by_the_dozen_or_none_and_silence():
    assert found(day(20, mqls=21)) == [("mqls", "")]  # 9 are usual, and 4·√9 more is too much
    assert found(day(20, mqls=20)) == []
    assert found(day(20, mqls=0)) == [("mqls", "")]
    assert found(day(20, active=0)) == [("silence", "")]


def test_a_day_off_is_held_against_days_off():
    week = []
    for n in range(28):
        d, is_open = day(n), n % 7 < 5
        week.append(Day(d.day, is_open, d.leads, d.grades, 9 * is_open, 50 * is_open))
    quiet = day(28, mqls=0, active=0)
    assert found(Day(quiet.day, False, 1_000, quiet.grades, 0, 0), week) == []
    assert ("silence", "") in found(quiet, week)


def test_the_night_counts_the_day_and_tells_marketing_once():
    activate(START)
    with on("2026-06-01 09:00"):
        person = user_create(name="高橋", email="t@example.co.jp", actor=SYSTEM)
        role_grant(user=person, role=Role.MARKETING_MANAGER, actor=SYSTEM)
    bring("2026-06-20 09:00", "events", event("a", "2026-06-19 08:00"),
          view("b", "2026-06-19 08:00"))  # fmt: skip
    refresh("2026-06-19 23:00", only_changed=True)
    revision = Revision.objects.latest("pk")
    for back in range(1, 15):
        GradeDay.objects.create(
            day=date(2026, 6, 19) - timedelta(days=back), revision=revision,
            leads=200, grades={"B2": 200}, mqls=20, active=40, as_of=local("2026-06-19 02:30"),
        )  # fmt: skip
    with on("2026-06-20 02:30"):
        last_events_refresh([pk_of("a"), pk_of("b")])
        alarms = distribution_note()
        assert distribution_note() == []
    row = GradeDay.objects.get(day=date(2026, 6, 19))
    assert (row.leads, row.grades, row.mqls, row.active) == (2, {"B1": 1, "B2": 1}, 1, 2)
    assert [alarm.kind for alarm in alarms] == ["mqls"]
    assert Notification.objects.get().user_id == person.pk
    with on("2026-06-20 10:00"):
        with pytest.raises(InvalidInput):
            alarm_acknowledge(alarm=alarms[0], reason=" ", actor=ACTOR)
        alarm_acknowledge(alarm=alarms[0], reason="展示会の後", actor=ACTOR)
        with pytest.raises(Conflict):
            alarm_acknowledge(alarm=alarms[0], reason="again", actor=ACTOR)
    assert ScoreAlarm.objects.get().reason == "展示会の後"
