"""What an open obligation asks for: a right answer to all of it is what settles it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.engine.test_obligations import (
    MORI,
    SATO,
    deal,
    local,
    meeting,
    said,
    staff,
    watched,
    weekly,
)

from teichaku.engine.input_facts import Entered
from teichaku.engine.obligations import asked_of, next_turn_due, obligations_of

ONE = frozenset({("R-1", "end")})
TEXTS = st.sampled_from([None, "", "なし", "-", "前進", "見積の提出"])


def test_only_what_has_no_right_answer_is_wrong():
    subject = meeting(said("11-16T16:00", outcome="前進", next_action="未定"))
    found = asked_of(subject, [watched()], staff(), local("11-16T17:00"), ONE)
    told = {one.field.name: one.defect for one in found["R-1", "end"]}
    assert told == {"outcome": "", "next_action": "placeholder"}


def test_a_turn_asks_for_days_from_its_own_deadline_on():
    subject = deal(said("11-16T10:00", next_action="電話", next_action_on=date(2026, 11, 18)))
    open_ones = [
        (one.rule_id, one.occurrence)
        for one in obligations_of(subject, [weekly()], staff(), local("11-17T10:00"))
        if one.state == "open"
    ]
    assert ("R-1", "week:2026-11-16") in open_ones
    found = asked_of(subject, [weekly()], staff(), local("11-17T10:00"), set(open_ones))
    [_action, on] = found["R-1", "week:2026-11-16"]
    assert (on.today, on.defect) == (date(2026, 11, 20), "not_future")
    assert on.answered(date(2026, 11, 19)) == "not_future"
    assert on.answered(date(2026, 11, 20)) == ""
    assert on.answered(None, date(2026, 11, 27)) == "unknown_refused"


@given(outcome=TEXTS, action=TEXTS)
def test_it_is_met_exactly_when_every_answer_is_right(outcome, action):
    values = {"outcome": outcome, "next_action": action}
    told = {name: value for name, value in values.items() if value is not None}
    before = meeting(said("11-16T15:10"))
    asked = asked_of(before, [watched()], staff(), local("11-16T15:30"), ONE)["R-1", "end"]
    right = all(one.answered(values[one.field.name]) == "" for one in asked)
    entered = Entered(local("11-16T16:00"), told, {}, SATO, SATO)
    after = meeting(*before.entered, entered)
    [found] = obligations_of(after, [watched()], staff(), local("11-16T17:00"))
    assert (found.state == "met_on_time") == right


def test_the_next_turn_ends_on_the_friday_after_this_one():
    people = staff()
    assert next_turn_due([weekly()], people, local("11-17T10:00"), SATO) == local("11-27T17:00")
    assert next_turn_due([weekly()], people, local("11-17T10:00"), MORI) is None
    assert next_turn_due([watched()], people, local("11-17T10:00"), SATO) is None
