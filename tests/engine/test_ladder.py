"""The follow-up ladder: written vectors, and what holds for every case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.ladder import (
    Answer,
    Defect,
    Owed,
    Recovery,
    Step,
    badge_at,
    has_lapsed,
    rule_defects,
    steps_reached,
)
from teichaku.engine.rulebook.model import Calendar

# Monday 2026-11-23 is a holiday; days are 9:00–12:00 and 13:00–18:00 in Tokyo.
CALENDAR = Calendar.model_validate({"hours": ["09:00-12:00", "13:00-18:00"]})
OFFICE = BusinessCalendar(CALENDAR)
LATER = datetime(2027, 3, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+09:00")


def plan(owed: Owed, calendar: BusinessCalendar = OFFICE, as_of: datetime = LATER) -> list[str]:
    return [
        f"{step.name} {when.astimezone(calendar.zone):%m-%dT%H:%M}"
        for step, when in steps_reached(owed, calendar, as_of)
    ]


def test_a_friday_task_with_a_holiday_after_it() -> None:
    owed = Owed(at("11-19T17:00"), at("11-20T17:00"), told_at=at("11-20T17:00"))
    assert plan(owed) == [
        "BADGE 11-20T13:00",  # eight business hours, half of them over
        "NUDGE 11-20T17:00",
        "REMINDER 11-24T17:00",
        "MANAGER 11-26T17:00",
        "AGENDA 11-30T17:00",
    ]


def test_the_third_deadline_in_a_row_asks_the_manager_after_one_business_day() -> None:
    owed = Owed(at("11-16T10:00"), at("11-17T10:00"), in_a_row=3, told_at=at("11-17T10:00"))
    assert plan(owed)[2:4] == ["REMINDER 11-18T10:00", "MANAGER 11-18T10:00"]
    second = Owed(at("11-16T10:00"), at("11-17T10:00"), in_a_row=2, told_at=at("11-17T10:00"))
    assert plan(second)[3] == "MANAGER 11-20T10:00"


def test_a_deadline_at_closing_or_at_night_waits_for_the_morning() -> None:
    for due in ("11-18T18:00", "11-18T23:00", "11-19T08:59"):
        owed = Owed(at("11-17T10:00"), at(due))
        assert plan(owed)[1:] == ["NUDGE 11-19T09:00", "REMINDER 11-20T09:00", "AGENDA 11-27T09:00"]


def test_absence_stops_the_clock() -> None:
    away = BusinessCalendar(CALENDAR, absences=[date(2026, 11, day) for day in (18, 19, 20)])
    owed = Owed(at("11-16T15:00"), at("11-17T15:00"), told_at=at("11-17T15:00"))
    assert plan(owed, away)[1:] == [
        "NUDGE 11-17T15:00", "REMINDER 11-24T15:00", "MANAGER 11-26T15:00", "AGENDA 11-30T15:00",
    ]  # fmt: skip


def test_the_manager_waits_until_the_person_has_known_for_a_business_day() -> None:
    owed = Owed(at("11-16T10:00"), at("11-17T10:00"), in_a_row=5, told_at=at("11-19T16:00"))
    assert plan(owed)[3] == "MANAGER 11-20T16:00"
    untold = Owed(at("11-16T10:00"), at("11-17T10:00"), in_a_row=5)
    assert [line.split()[0] for line in plan(untold)] == ["BADGE", "NUDGE", "REMINDER", "AGENDA"]


def test_a_snooze_moves_the_messages_and_nothing_else() -> None:
    known = {"told_at": at("11-16T11:00")}
    before = Owed(at("11-16T10:00"), at("11-17T10:00"), quiet_until=date(2026, 11, 18), **known)
    assert plan(before)[1:] == [
        "NUDGE 11-18T09:00", "REMINDER 11-19T09:00", "MANAGER 11-20T10:00", "AGENDA 11-25T10:00",
    ]  # fmt: skip
    # As long as that the messages would come after the manager was asked: they are left out.
    long = Owed(at("11-16T10:00"), at("11-17T10:00"), quiet_until=date(2026, 11, 24), **known)
    assert [line.split()[0] for line in plan(long)] == ["BADGE", "MANAGER", "AGENDA"]


@pytest.mark.parametrize(
    ("made", "due", "expected"),
    [
        ("11-16T09:00", "11-17T12:00", "11-16T15:30"),  # 11 business hours, half of them over
        ("11-16T09:00", "11-17T18:00", "11-17T09:00"),  # half ends at closing: the next opening
        ("11-16T20:00", "11-16T21:00", "11-17T09:00"),
        ("11-17T10:00", "11-16T10:00", "11-16T10:00"),
    ],
)
def test_the_badge_is_half_of_business_time_and_never_after_the_deadline(made, due, expected):
    assert badge_at(at(made), at(due), OFFICE) == at(expected)


def test_nothing_of_what_is_settled() -> None:
    owed = Owed(at("11-16T10:00"), at("11-17T10:00"), settled_at=at("11-17T09:00"))
    assert plan(owed) == []
    assert plan(owed, as_of=at("11-17T08:00")) == ["BADGE 11-16T15:00"]


def test_someone_away_for_years_reaches_nothing() -> None:
    first = date(2026, 11, 1)
    gone = BusinessCalendar(CALENDAR, absences=[first + timedelta(n) for n in range(2_400)])
    assert plan(Owed(at("11-16T10:00"), at("11-17T10:00")), gone) == []


def test_a_step_lapses_after_three_business_days() -> None:
    [nudge] = [r for r in steps_reached(Owed(at("11-19T10:00"), at("11-20T10:00")), OFFICE, LATER)
               if r.step is Step.NUDGE]  # fmt: skip
    assert not has_lapsed(nudge, OFFICE, at("11-26T10:00"))  # 24, 25, 26: the 23rd is a holiday
    assert has_lapsed(nudge, OFFICE, at("11-26T10:01"))


def test_three_people_with_one_cause_doubt_the_rule() -> None:
    now = at("11-30T10:00")
    answers = [
        Answer("R-9", "rule_misfit", 1, at("11-01T10:00")),
        Answer("R-9", "rule_misfit", 1, at("11-20T10:00")),  # the same person counts once
        Answer("R-9", "rule_misfit", 2, at("11-20T10:00")),
        Answer("R-9", "workload", 3, at("11-20T10:00")),
        Answer("R-1", "rule_misfit", 4, at("11-20T10:00")),
    ]
    assert rule_defects(answers, now) == []
    assert rule_defects([*answers, Answer("R-9", "rule_misfit", 3, now)], now) == [
        Defect("R-9", "rule_misfit", 3)
    ]
    old = Answer("R-9", "rule_misfit", 3, now - timedelta(days=30))
    assert rule_defects([*answers, old], now) == []


@pytest.mark.parametrize(
    ("entered", "cases", "low"), [(3, 19, False), (3, 20, True), (4, 20, False)]
)
def test_a_step_that_helps_in_fewer_than_a_fifth_of_twenty_cases(entered, cases, low) -> None:
    assert Recovery(entered, cases).is_low is low


START = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=364)).map(START.__add__)
DAYS = st.dates(date(2026, 1, 1), date(2027, 2, 1))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Owed, BusinessCalendar]:
    made = draw(INSTANTS)
    due = made + draw(st.timedeltas(timedelta(0), timedelta(days=20)))
    owed = Owed(
        made,
        due,
        in_a_row=draw(st.integers(1, 4)),
        quiet_until=draw(st.none() | DAYS),
        told_at=draw(st.none() | st.just(due) | INSTANTS),
    )
    calendar = BusinessCalendar(CALENDAR, absences=draw(st.frozensets(DAYS, max_size=40)))
    return owed, calendar


@given(cases(), INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_steps_only_ever_come_on_in_order_and_in_working_time(case, as_of, more) -> None:
    owed, calendar = case
    now, then = steps_reached(owed, calendar, as_of), steps_reached(owed, calendar, as_of + more)
    assert then[: len(now)] == now
    assert [r.step for r in then] == sorted({r.step for r in then})
    assert [r.at for r in then] == sorted(r.at for r in then)
    assert all(calendar.is_open(r.at) for r in then)
    assert all(r.at >= owed.due_at for r in then if r.step is not Step.BADGE)


@given(cases())
def test_the_manager_never_hears_first(case) -> None:
    owed, calendar = case
    for reached in steps_reached(owed, calendar, LATER + timedelta(days=400)):
        if reached.step is Step.MANAGER:
            assert owed.told_at is not None
            assert reached.at >= calendar.add_bd(owed.told_at, 1)
            assert reached.at >= calendar.add_bd(owed.due_at, 1)


@given(cases(), INSTANTS)
def test_whatever_is_settled_has_no_step(case, settled) -> None:
    owed, calendar = case
    done = Owed(
        owed.created_at, owed.due_at, settled, owed.in_a_row, owed.quiet_until, owed.told_at
    )
    assert steps_reached(done, calendar, settled) == []
    assert steps_reached(done, calendar, settled + timedelta(days=30)) == []
