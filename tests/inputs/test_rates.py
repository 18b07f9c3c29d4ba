"""Rates and what stands beside them, against counting by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from statistics import median

import pytest
from tests.inputs.team import Role, activate, local, meet, on, person, work
from tests.real.exports import interval

from teichaku.accounts.models import User
from teichaku.accounts.monitoring import PolicyText, monitoring_policy_record
from teichaku.accounts.reading import views_record
from teichaku.engine.input_rates import Blame, Streak
from teichaku.inputs.models import InputTiming, Obligation
from teichaku.inputs.selectors import (
    burdens,
    people_spread,
    rates,
    read_rates,
    rules_blamed,
    streak_of,
)
from teichaku.inputs.timing import input_timing_record

pytestmark = pytest.mark.django_db
NOW = local("2026-11-30T12:00")
START, END = local("2026-11-02T00:00"), local("2026-11-30T00:00")


def owe(
    state: str, due: datetime, *, owner: User | None = None, settled: datetime | None = None,
    rule: str = "R-9",
) -> Obligation:  # fmt: skip
    """A row as it is after the fact; by default settled an hour before its deadline, or after."""
    late = state == "met_late"
    if state != "open" and settled is None:
        settled = due + timedelta(hours=1 if late else -1)
    number = Obligation.objects.count()
    return Obligation.objects.create(
        rule_id=rule, rule_hash="h", subject_kind="deal", subject_id=number, occurrence="end",
        owner=owner, role="sales_rep", created_at=due - timedelta(days=1), due_at=due,
        state=state, settled_at=settled,
        waived_by=owner if state == "waived" else None,
        waive_reason="出張" if state == "waived" else "",
    )  # fmt: skip


@pytest.fixture
def people():
    return [User.objects.get(pk=person(name).user_id) for name in ("佐藤", "鈴木", "高橋", "田中")]


def test_the_written_example(people):
    """Ten obligations: seven in time, one late, one overdue, one excepted: 7 of 9."""
    owner = people[0]
    for state in ["met_on_time"] * 7 + ["met_late", "open", "waived"]:
        owe(state, local("2026-11-10T17:00"), owner=owner)
    with on("2026-11-30T12:00"):
        [group] = rates(START, END, "person")
    counts = group.counts
    assert (group.label, counts.due, counts.on_time, counts.late, counts.overdue) == (
        "佐藤", 9, 7, 1, 1,
    )  # fmt: skip
    assert counts.waived == 1
    assert [round(value, 3) for value in counts.rate] == [0.778, 0.453, 0.937]
    assert counts.percentage == 7 / 9


def test_an_exception_after_the_deadline_stays_a_miss_and_so_does_a_deal_that_closes_late(people):
    due = local("2026-11-10T17:00")
    for state in ("waived", "void"):
        owe(state, due, owner=people[0], settled=due)  # in time
        owe(state, due, owner=people[0], settled=due + timedelta(microseconds=1))
    with on("2026-11-30T12:00"):
        [group] = rates(START, END, "person")
    assert (group.counts.due, group.counts.overdue, group.counts.waived) == (2, 2, 1)
    assert group.counts.percentage is None  # two are too few to speak of a share


def test_what_is_not_due_yet_counts_nowhere(people):
    due = NOW + timedelta(hours=1)
    owe("open", due, owner=people[0])
    owe("met_on_time", due, owner=people[0], settled=NOW - timedelta(days=1))
    owe("waived", due, owner=people[0], settled=NOW - timedelta(days=1))
    with on("2026-11-30T12:00"):
        assert rates(None, None, "person") == []
    with on("2026-11-30T13:00:01"):
        [group] = rates(None, None, "person")
    counts = group.counts
    assert (counts.due, counts.on_time, counts.overdue, counts.waived) == (2, 1, 1, 1)


def test_groups_equal_what_is_counted_by_hand(people):
    random = Random(7)
    states = ["met_on_time", "met_late", "open", "waived", "void"]
    rows = []
    for _ in range(300):
        due = local("2026-10-20T00:00") + timedelta(hours=random.randrange(24 * 45))
        owner = random.choice([*people, None])
        state = random.choice(states if owner else states[:3])
        settled = due + timedelta(hours=random.randrange(-30, 30))
        rule = random.choice(["R-1", "R-9"])
        rows.append(owe(state, due, owner=owner, rule=rule,
                        settled=settled if state in {"waived", "void"} else None))  # fmt: skip
    keys = {
        "person": lambda row: row.owner_id,
        "rule": lambda row: row.rule_id,
        "week": lambda row: _monday(row.due_at.astimezone(START.tzinfo).date()),
    }
    for by, key in keys.items():
        expected: Counter[object] = Counter()
        for row in rows:
            if START <= row.due_at < END and (kind := _kind(row)):
                expected[key(row), kind] += 1
        with on("2026-11-30T12:00"):
            found = rates(START, END, by)  # type: ignore[arg-type]
        told = {
            (group.key, name): count
            for group in found
            for name in ("on_time", "late", "overdue", "waived")
            if (count := getattr(group.counts, name))
        }
        assert told == expected
        for group in found:
            value, low, high = group.counts.rate
            assert value == group.counts.on_time / group.counts.due
            assert (low, high) == pytest.approx(
                interval(group.counts.on_time, group.counts.due), abs=1e-6
            )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _kind(row: Obligation) -> str:
    match row.state:
        case "met_on_time" | "met_late":
            return row.state.removeprefix("met_")
        case "open":
            return "overdue" if row.due_at < NOW else ""
        case _:
            assert row.settled_at is not None
            missed = row.settled_at > row.due_at
            return "overdue" if missed else "waived" if row.state == "waived" else ""


def test_weeks_are_those_of_the_company():
    activate("2026-11-02T00:00")
    owe("met_on_time", local("2026-11-08T23:59"))
    owe("met_on_time", local("2026-11-09T00:00"))
    with on("2026-11-30T12:00"):
        assert [g.key for g in rates(None, None, "week")] == [
            date(2026, 11, 2), date(2026, 11, 9),
        ]  # fmt: skip


def test_streaks(people):
    day = local("2026-11-10T17:00")
    plan = {
        people[0]: ["open", "met_on_time", "met_late", "met_on_time", "met_on_time"],
        people[1]: ["met_on_time", "open", "open", "open"],
        people[2]: ["met_on_time", "open", "met_late"],
    }
    for owner, states in plan.items():
        for n, state in enumerate(states):
            owe(state, day + timedelta(days=n), owner=owner)
    owe("open", local("2026-12-10T17:00"), owner=people[0])  # not due: no part of it
    with on("2026-11-30T12:00"):
        assert [streak_of(one.pk) for one in people] == [
            Streak(2, 0), Streak(0, 3), Streak(0, 0), Streak(0, 0),
        ]  # fmt: skip


def test_people_apart_without_names(people):
    due = local("2026-11-10T17:00")
    for owner, good in zip(people, (8, 6, 4, 0), strict=True):
        for n in range(8):
            owe("met_on_time" if n < good else "open", due, owner=owner)
    with on("2026-11-30T12:00"):
        found = people_spread(START, END)
        # quartiles by hand: 0, 4, 6, 8 eighths
        assert found == (4, 0.0, 0.375, 0.625, 0.8125, 1.0)
        Obligation.objects.filter(owner=people[0]).first().delete()
        assert people_spread(START, END) is None  # seven of one person are too few


def test_the_rule_is_doubted_before_the_person(people):
    due = local("2026-11-10T17:00")
    for owner, good in zip(people, (0, 1, 3, 3), strict=True):
        for n in range(3):
            owe("met_on_time" if n < good else "open", due, owner=owner, rule="R-1")
            owe("met_on_time" if n < 3 - good else "open", due, owner=owner, rule="R-9")
    owe("open", due, owner=people[0], rule="R-7")
    owe("open", due, owner=people[1], rule="R-7")  # one each: nobody speaks yet
    for _ in range(3):
        owe("open", due, owner=people[0], rule="R-8")  # one person's own affair
    with on("2026-11-30T12:00"):
        assert rules_blamed(START, END) == [Blame("R-1", 4, 2), Blame("R-9", 4, 2)]


def test_burden_is_the_median_of_what_entries_took(people):
    due = local("2026-11-10T17:00")
    took = [[4_000], [9_000, 3_000], [], [30_000]]
    for seconds in took:
        row = owe("met_on_time", due, owner=people[0])
        with on("2026-11-10T15:00"):
            for ms in seconds:
                assert input_timing_record(
                    subject_kind="deal", subject_id=row.subject_id, elapsed_ms=ms
                )
        with on("2026-11-10T16:30"):  # after it was met: another entry
            input_timing_record(subject_kind="deal", subject_id=row.subject_id, elapsed_ms=50_000)
    with on("2026-11-30T12:00"):
        assert burdens(START, END) == {"R-9": (median([4, 12, 30]), 3)}
        for ms in (0, 299, 2 * 3_600_000 + 1):
            assert not input_timing_record(subject_kind="deal", subject_id=1, elapsed_ms=ms)
        assert not input_timing_record(subject_kind="company", subject_id=1, elapsed_ms=1_000)
    assert not {"user", "owner", "actor"} & {f.name for f in InputTiming._meta.get_fields()}


def test_reading_is_followed_only_when_the_company_said_so(people):
    due = local("2026-11-10T17:00")
    rows = [owe("met_on_time", due, owner=people[0]) for _ in range(4)]
    actor = person("森", Role.ADMINISTRATOR)

    def look(row, user, at):
        with on(at):
            return views_record(objects=[("deals.deal", row.subject_id)], user_id=user.pk)

    assert look(rows[0], people[1], "2026-11-11T09:00") == 0
    assert read_rates(START, END) is None
    day = date(2026, 11, 9)
    policy = PolicyText(frozenset({"reading"}), "読まれない入力を減らす", "森", "本文", day, day)
    with on("2026-11-09T09:00"):
        monitoring_policy_record(policy=policy, actor=actor)
    assert look(rows[0], people[1], "2026-11-11T09:00") == 1
    assert look(rows[0], people[1], "2026-11-11T10:00") == 0  # once a day
    assert look(rows[1], people[0], "2026-11-11T09:00") == 1  # the owner himself
    assert look(rows[2], people[1], "2026-11-10T09:00") == 1  # before it was entered
    assert read_rates(START, END) == {"R-9": (1, 4)}


def test_a_week_of_real_meetings_by_person():
    activate("2026-11-02T00:00")
    good = {"outcome": "前進", "next_action": "訪問"}
    sato, suzuki = person("佐藤", Role.SALES_REP), person("鈴木", Role.SALES_REP)
    meet(sato, "2026-11-09T16:00", **good)
    meet(sato, "2026-11-11T16:00", ended="2026-11-09T16:00", **good)
    meet(suzuki, "2026-11-09T16:00", outcome="前進", next_action="未定")
    work("2026-11-11T17:00")
    with on("2026-11-11T17:00"):
        found = {g.label: g.counts for g in rates(START, END, "person")}
    assert {n: (c.on_time, c.late, c.overdue) for n, c in found.items()} == {
        "佐藤": (1, 1, 0), "鈴木": (0, 0, 1),
    }  # fmt: skip
