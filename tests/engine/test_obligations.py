"""Obligations on written-out weeks: when they are due, and what became of them.

November 2026 in Japan: Tuesday 3 and Monday 23 are holidays; the 13th, 20th and 27th are Fridays.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teichaku.engine.input_facts import (
    Edition,
    Entered,
    Held,
    Moment,
    Span,
    Staff,
    Subject,
    WatchedRule,
)
from teichaku.engine.obligations import gaps_of, is_watched, obligations_of
from teichaku.engine.rulebook.model import Calendar, InputRule

TOKYO = ZoneInfo("Asia/Tokyo")
SATO, MORI = 1, 2
EVER = date(2026, 1, 1)
ROLES = (Held(SATO, "sales_rep", EVER), Held(MORI, "sales_manager", EVER))


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=TOKYO)


def rule(**changes) -> InputRule:
    return InputRule.model_validate(
        {
            "id": "R-1",
            "who": {"role": "sales_rep"},
            "when": {"after": "activity.meeting.end", "due": "1bd"},
            "what": {"object": "activity", "fields": ["outcome", "next_action"]},
            **changes,
        }
    )


WEEKLY = rule(
    when={"every": "week", "while": "deal.open", "due": "fri 17:00"},
    what={"object": "deal", "fields": ["next_action", {"name": "next_action_on", "is": "future"}]},
)


def watched(*editions, since="11-02T09:00") -> WatchedRule:
    told = editions or [(local(since), rule())]
    return WatchedRule("R-1", tuple(Edition(at, one, f"h{n}") for n, (at, one) in enumerate(told)))


def weekly(since="11-02T00:00") -> WatchedRule:
    return watched((local(since), WEEKLY))


def staff(**absences) -> Staff:
    away = {SATO: {date.fromisoformat(f"2026-{day}") for day in absences.get("sato", ())}}
    return Staff(Calendar(), absences=away, roles=ROLES)


def said(at: str, owner: int | None = SATO, by: int | None = None, unknown=None, **values):
    return Entered(local(at), values, unknown or {}, owner, by)


def meeting(*entered, at="11-16T15:00") -> Subject:
    return Subject("activity", 7, entered, {"activity.meeting.end": (Moment("end", local(at)),)})


def deal(*entered, spans=(("11-01T10:00", None),)) -> Subject:
    return Subject(
        "deal", 5, entered,
        spans=tuple(Span(local(a), local(b) if b else None) for a, b in spans),
    )  # fmt: skip


def one(subject, watched_rule=None, people=None, as_of="11-30T09:00"):
    [found] = obligations_of(subject, [watched_rule or watched()], people or staff(), local(as_of))
    return found


GOOD = {"outcome": "前進", "next_action": "見積を出す"}


@pytest.mark.parametrize(
    ("entered", "state", "settled"),
    [
        ((said("11-16T16:00", **GOOD),), "met_on_time", "11-16T16:00"),
        ((said("11-17T15:00", **GOOD),), "met_on_time", "11-17T15:00"),
        ((said("11-17T15:00:01", **GOOD),), "met_late", "11-17T15:00:01"),
        ((said("11-16T16:00", outcome="前進"), said("11-17T10:00", **GOOD)),
         "met_on_time", "11-17T10:00"),
        ((said("11-16T16:00", outcome="前進", next_action="なし"),), "open", None),
        ((said("11-16T16:00", outcome="前進", next_action="未定"),), "open", None),
        ((said("11-16T16:00"),), "open", None),
        # taken away again afterwards: it had been entered
        ((said("11-16T16:00", **GOOD), said("11-17T09:00")), "met_on_time", "11-16T16:00"),
    ],
)  # fmt: skip
def test_what_became_of_an_entry_that_is_due_in_one_business_day(entered, state, settled):
    found = one(meeting(*entered))
    assert (found.state, found.owner, found.occurrence) == (state, SATO, "end")
    assert found.created_at == local("11-16T15:00")
    assert found.due_at == local("11-17T15:00")
    assert found.settled_at == (settled and local(settled))


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("11-20T15:00", "11-24T15:00"),  # Friday; Monday is a holiday
        ("11-20T19:00", "11-25T09:00"),  # after hours it starts on Tuesday morning
        ("11-21T10:00", "11-25T09:00"),  # a Saturday
    ],
)
def test_deadlines_run_in_business_time(at, due):
    assert one(meeting(said(at), at=at)).due_at == local(due)


def test_absence_of_the_owner_does_not_count():
    people = staff(sato=["11-17", "11-18"])
    assert one(meeting(said("11-16T15:00")), people=people).due_at == local("11-19T15:00")
    other = one(meeting(said("11-16T15:00", owner=MORI)), people=people)
    assert (other.owner, other.due_at) == (None, local("11-17T15:00"))


def test_without_the_role_it_is_up_to_whoever_has_it_and_counts_for_who_answers():
    missing = one(meeting(said("11-16T15:00", owner=MORI)))
    assert (missing.owner, missing.role) == (None, "sales_rep")
    answered = one(
        meeting(said("11-16T15:00", owner=MORI), said("11-16T16:00", MORI, SATO, **GOOD))
    )
    assert (answered.owner, answered.state) == (SATO, "met_on_time")


def test_unknown_with_a_day_to_ask_again_is_an_answer_where_the_rule_allows_it():
    answers = said("11-16T16:00", unknown={"next_action": date(2026, 11, 20)}, outcome="前進")
    assert one(meeting(answers)).state == "open"
    allowed = watched((local("11-02T09:00"), rule(unknown_allowed=True)))
    assert one(meeting(answers), allowed).state == "met_on_time"
    past = said("11-16T16:00", unknown={"next_action": date(2026, 11, 13)}, outcome="前進")
    assert one(meeting(past), allowed).state == "open"


def test_what_happened_before_the_rule_went_live_is_owed_by_nobody():
    early = meeting(said("11-02T08:00"), at="11-02T08:59")
    assert obligations_of(early, [watched()], staff(), local("11-30T09:00")) == []
    assert gaps_of(early, [watched()], staff(), local("11-30T09:00")) == ["R-1"]
    later = meeting(said("11-02T08:00"), said("11-20T08:00", **GOOD), at="11-02T08:59")
    assert gaps_of(later, [watched()], staff(), local("11-30T09:00")) == []


def test_what_lies_ahead_is_not_owed_yet():
    planned = meeting(said("11-16T15:00"), at="11-18T15:00")
    assert obligations_of(planned, [watched()], staff(), local("11-18T14:59")) == []
    assert one(planned, as_of="11-18T15:00").state == "open"


def due_days(subject, watched_rule=None, people=None, as_of="11-30T09:00"):
    found = obligations_of(subject, [watched_rule or weekly()], people or staff(), local(as_of))
    return [(o.occurrence, f"{o.due_at.astimezone(TOKYO):%m-%dT%H:%M}", o.state) for o in found]


def test_every_week_a_deal_is_open_its_next_action_is_owed():
    quiet = deal(said("11-04T10:00"), spans=[("11-04T10:00", None)])
    assert due_days(quiet) == [
        ("week:2026-11-02", "11-06T17:00", "open"),
        ("week:2026-11-09", "11-13T17:00", "open"),
        ("week:2026-11-16", "11-20T17:00", "open"),
        ("week:2026-11-23", "11-27T17:00", "open"),
        ("week:2026-11-30", "12-04T17:00", "open"),
    ]


def test_an_action_that_lies_behind_the_deadline_counts_and_one_before_it_does_not():
    def planned(at, day):
        return said(at, next_action="訪問", next_action_on=date.fromisoformat(f"2026-{day}"))

    told = deal(
        said("11-04T10:00"),
        planned("11-04T11:00", "11-05"),  # over before Friday
        planned("11-06T16:00", "11-18"),  # holds until after the second Friday
        planned("11-24T10:00", "11-24"),  # too late for the third Friday, over by the fourth
        spans=[("11-04T10:00", None)],
    )
    assert [state for _, _, state in due_days(told, as_of="11-29T09:00")] == [
        "met_on_time", "met_on_time", "met_late", "open",
    ]  # fmt: skip
    late = deal(*told.entered, planned("11-29T09:00", "12-10"), spans=[("11-04T10:00", None)])
    assert [state for _, _, state in due_days(late, as_of="11-29T09:30")] == [
        "met_on_time", "met_on_time", "met_late", "met_late",
    ]  # fmt: skip


def test_a_due_day_that_is_none_moves_to_the_next_working_day():
    quiet = deal(said("11-09T10:00"), spans=[("11-09T10:00", None)])
    moved = due_days(quiet, people=staff(sato=["11-13", "11-27", "11-30"]), as_of="11-24T09:00")
    assert [day for _, day, _ in moved] == ["11-16T17:00", "11-20T17:00", "12-01T17:00"]
    tuesdays = rule(
        when={"every": "week", "while": "deal.open", "due": "mon 19:30"}, what=WEEKLY.what
    )
    found = due_days(quiet, watched((local("11-02T00:00"), tuesdays)), as_of="11-24T09:00")
    # the 23rd is a holiday, so the 24th; 19:30 is after hours, so the next opening
    assert [day for _, day, _ in found] == ["11-17T09:00", "11-25T09:00"]


def test_who_comes_into_a_week_owes_it_only_with_a_business_day_left():
    thursday = deal(said("11-05T16:59"), spans=[("11-05T16:59", None)])
    assert due_days(thursday, as_of="11-07T09:00") == [("week:2026-11-02", "11-06T17:00", "open")]
    friday = deal(said("11-06T09:00"), spans=[("11-06T09:00", None)])
    assert due_days(friday, as_of="11-08T09:00") == []


def test_a_deal_that_closes_in_time_owes_nothing_and_after_the_deadline_stays_missed():
    before = deal(said("11-02T10:00"), spans=[("11-02T10:00", "11-12T10:00")])
    assert [s for _, _, s in due_days(before)] == ["void", "void"]
    found = obligations_of(before, [weekly()], staff(), local("11-30T09:00"))
    assert [o.settled_at for o in found] == [local("11-12T10:00")] * 2
    assert [o.settled_at > o.due_at for o in found] == [True, False]


def test_a_gap_that_is_older_than_the_rule_waits_until_it_was_closed_once():
    old = deal(said("10-01T10:00"), spans=[("10-01T10:00", None)])
    assert due_days(old) == []
    assert gaps_of(old, [weekly()], staff(), local("11-30T09:00")) == ["R-1"]
    closed_once = deal(
        said("10-01T10:00"),
        said("11-10T10:00", next_action="訪問", next_action_on=date(2026, 11, 12)),
        spans=[("10-01T10:00", None)],
    )
    assert [o for o, _, _ in due_days(closed_once)] == [
        "week:2026-11-09", "week:2026-11-16", "week:2026-11-23", "week:2026-11-30",
    ]  # fmt: skip


def test_a_changed_rule_never_makes_anything_due_earlier():
    shorter = rule(when={"after": "activity.meeting.end", "due": "1bh"})
    longer = rule(when={"after": "activity.meeting.end", "due": "3bd"})
    waiting = meeting(said("11-16T15:00"))
    for changed, due in ((shorter, "11-17T15:00"), (longer, "11-19T15:00")):
        book = watched((local("11-02T09:00"), rule()), (local("11-16T16:00"), changed))
        found = one(waiting, book)
        assert (found.due_at, found.rule_hash, found.state) == (local(due), "h1", "open")


def test_a_changed_rule_asks_for_its_own_fields_from_then_on():
    softer = rule(what={"object": "activity", "fields": ["outcome"]})
    book = watched((local("11-02T09:00"), rule()), (local("11-17T09:00"), softer))
    found = one(meeting(said("11-16T15:30", outcome="前進")), book)
    assert (found.state, found.settled_at) == ("met_on_time", local("11-17T09:00"))


def test_a_rule_that_is_withdrawn_leaves_what_was_missed():
    for at, missed in (("11-17T09:00", False), ("11-18T09:00", True)):
        book = watched((local("11-02T09:00"), rule()), (local(at), None))
        found = one(meeting(said("11-16T15:00")), book)
        assert (found.state, found.settled_at) == ("void", local(at))
        assert (found.settled_at > found.due_at) is missed


def test_what_has_to_lie_in_the_past_becomes_right_by_itself():
    visited = rule(what={"object": "activity", "fields": [{"name": "seen_on", "is": "past"}]})
    book = watched((local("11-02T09:00"), visited))
    found = one(meeting(said("11-16T15:00", seen_on=date(2026, 11, 18))), book)
    assert (found.state, found.settled_at) == ("met_late", local("11-18T00:00"))


def test_what_is_settled_is_not_told_again():
    met = meeting(said("11-16T15:00", **GOOD))
    settled = {("R-1", "end")}
    assert obligations_of(met, [watched()], staff(), local("11-30T09:00"), settled) == []


@pytest.mark.parametrize(
    ("when", "about", "watched"),
    [
        ({"after": "activity.call.end", "due": "1bd"}, "activity", True),
        ({"after": "activity.call.end", "due": "1bd"}, "deal", True),
        ({"after": "deal.won", "due": "1bd"}, "activity", False),
        ({"after": "handover.returned", "due": "5bd"}, "handover", True),
        ({"after": "handover.accepted", "due": "1bd"}, "lead", True),
        ({"after": "deal.won", "due": "1bd"}, "lead", False),
        ({"every": "month", "due": "5bd"}, "deal", True),
        ({"every": "month", "due": "5bd"}, "lead", False),
        ({"after": "deal.won", "due": "1bd"}, "company", False),
        ({"after": "deal.won", "due": "1bd"}, "meeting", False),
    ],
)
def test_an_entry_is_followed_where_its_object_has_the_moment(when, about, watched):
    assert is_watched(rule(when=when, what={"object": about, "fields": ["note"]})) is watched


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["", "なし", "訪問", "電話"]),
                  st.integers(-5, 25)),
        max_size=8,
    ),
    cuts=st.lists(st.integers(1, 70), min_size=1, max_size=6),
)  # fmt: skip
def test_looking_in_between_and_keeping_what_was_settled_ends_like_one_look(steps, cuts):
    """Each look sees what had been entered by then; the settled stays; the end is the same."""
    start = local("10-26T10:00")

    def at(half_days):
        return start.fromtimestamp(start.timestamp() + half_days * 43_200, TOKYO)

    hours = sorted({step[0] for step in steps})
    by_hour = {step[0]: step for step in steps}
    entered = [said("10-26T10:00")]
    for hour in hours:
        _, action, ahead = by_hour[hour]
        day = date.fromordinal(at(hour).date().toordinal() + ahead)
        entered.append(Entered(at(hour), {"next_action": action, "next_action_on": day}, {}, SATO))

    def look(now, settled):
        known = tuple(e for e in entered if e.at <= now)
        subject = deal(*known, spans=[("10-26T10:00", None)])
        return obligations_of(subject, [weekly("10-20T00:00")], staff(), now, settled)

    kept = {}
    for cut in [*sorted(set(cuts)), 80]:
        for found in look(at(cut), {("R-1", name) for name in kept}):
            if found.state != "open":
                kept[found.occurrence] = found
    whole = {o.occurrence: o for o in look(at(80), frozenset()) if o.state != "open"}
    assert kept == whole
