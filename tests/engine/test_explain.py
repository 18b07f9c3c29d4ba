"""Reasons add up to the score they explain, and conditions tell what was counted."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.engine import oracle
from tests.engine.histories import lead_facts, moments
from tests.engine.strategies import rulebooks
from tests.engine.vectors import VIEW, at, book, did, lead, view

from teichaku.engine.columns import columns_of
from teichaku.engine.evaluate import score
from teichaku.engine.explain import Reason, clause_values, judgeable_from, reasons
from teichaku.engine.facts import LeadFacts
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import DaysClause

Case = tuple[Rulebook, LeadFacts, int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A rulebook, a lead and an instant that matters to it."""
    rulebook = draw(rulebooks())
    one = draw(lead_facts(rulebook))
    return rulebook, one, draw(moments(rulebook, [one]))


def explained(rulebook: Rulebook, one: LeadFacts, as_of: int) -> list[Reason]:
    columns = columns_of([one])
    program = compile_program(rulebook, columns.signatures)
    found = score(program, columns, as_of)
    return reasons(program, columns, 0, as_of, int(found.behaviour[0]), int(found.total[0]))


def lines(rulebook: Rulebook, one: LeadFacts, as_of: str) -> list[tuple[str, str, float]]:
    found = explained(rulebook, one, at(as_of))
    return [(reason.kind, reason.subject, reason.points / 1e6) for reason in found]


@given(case=cases())
def test_reasons_add_up_exactly(case: Case) -> None:
    rulebook, one, as_of = case
    found = explained(*case)
    totals = oracle.totals(rulebook, one, as_of)
    assert sum(reason.points for reason in found) == totals.total
    assert sum(r.points for r in found if r.kind == "fit") == totals.fit
    behaviour = [r.points for r in found if r.kind in {"award", "decay", "clamp"}]
    assert sum(behaviour) == totals.behaviour


@given(case=cases())
def test_award_lines_are_the_hits_alive(case: Case) -> None:
    rulebook, one, as_of = case
    zone = rulebook.timezone
    expected = {}
    for rule in oracle.rules_of(rulebook):
        alive = [
            hit
            for hit in oracle.scored_hits(rule, one, zone)
            if hit.event.at <= as_of and all(as_of < end for end in oracle.ends(rule, hit, zone))
        ]
        if alive:
            expected[rule.id] = (len(alive), alive[-1].event.at)
    awards = [reason for reason in explained(*case) if reason.kind == "award"]
    assert {r.subject: (r.hits, r.latest) for r in awards} == expected


@given(case=cases())
def test_conditions_count_what_the_definition_counts(case: Case) -> None:
    rulebook, one, as_of = case
    columns = columns_of([one])
    program = compile_program(rulebook, columns.signatures)
    values = clause_values(program, columns, 0, as_of)
    assert [value.clause for value in values] == list(program.clauses)
    assert set(program.clauses) == set(oracle.event_clauses(rulebook))
    for value in values:
        clause = value.clause
        matching = [e for e in oracle.meant(oracle._match(clause), one) if e.at <= as_of]
        inside = [
            event
            for event in matching
            if clause.within is None
            or as_of < oracle.later(event.at, clause.within, rulebook.timezone)
        ]
        days = {oracle.local_day(event.at, rulebook.timezone) for event in inside}
        assert value.value == len(days if isinstance(clause, DaysClause) else inside)
        assert value.latest == (matching[-1].at if matching else None)
        assert value.holds == oracle.holds(rulebook, clause, one, as_of)


def test_each_step_from_awards_to_the_total_is_a_line() -> None:
    rules = book(
        f"{VIEW}, points: 10, half_life: 1d", "when: {event: call}, points: 100, expires: 3d",
        limits="max: 60", fit=["when: {attribute: a, is: 1}, points: 50"],
        scoring="range: {max: 80}",
    )  # fmt: skip
    one = lead(
        view("2026-01-01 10:00"), view("2026-01-02 10:00"), did("2026-01-02 11:00", "call"),
        attributes={"a": 1},
    )  # fmt: skip
    assert lines(rules, one, "2026-01-03 10:00") == [
        ("award", "S-1", 20), ("decay", "S-1", -12.5), ("award", "S-2", 100),
        ("clamp", "one", -47.5), ("fit", "F-1", 50), ("range", "", -30),
    ]  # fmt: skip
    assert lines(rules, one, "2026-01-06 10:00") == [
        ("award", "S-1", 20), ("decay", "S-1", -19.0625), ("fit", "F-1", 50),
    ]  # fmt: skip


def test_a_floor_and_an_award_cut_short_by_its_cap() -> None:
    rules = book("when: {event: call}, points: -7, cap: {points: 10}", limits="min: -5")
    one = lead(*(did(f"2026-01-0{day} 10:00", "call") for day in (1, 2, 3)))
    assert lines(rules, one, "2026-01-04 00:00") == [("award", "S-1", -10), ("clamp", "one", 5)]
    [award, _] = explained(rules, one, at("2026-01-04 00:00"))
    assert (award.hits, award.latest) == (2, at("2026-01-02 10:00"))


def test_nothing_scored_needs_no_reason() -> None:
    assert lines(book(f"{VIEW}, points: 10"), lead(did("2026-01-01 10:00", "call")),
                 "2026-02-01 00:00") == []  # fmt: skip


def test_no_event_after_the_instant_is_counted() -> None:
    rules = book(mql="{count: {event: page_view}, at_least: 2, within: 7d}")
    one = lead(*(view(f"2026-01-0{day} 10:00") for day in (1, 2, 5)))
    columns = columns_of([one])
    program = compile_program(rules, columns.signatures)
    found = [
        (v.value, v.needed, v.holds, v.latest)
        for moment in ("2026-01-02 09:59", "2026-01-02 10:00", "2026-01-08 10:00")
        for v in clause_values(program, columns, 0, at(moment))
    ]
    assert found == [
        (1, 2, False, at("2026-01-01 10:00")),
        (2, 2, True, at("2026-01-02 10:00")),
        (2, 2, True, at("2026-01-05 10:00")),
    ]


def test_a_condition_can_be_judged_once_its_window_lies_within_the_log() -> None:
    def ready(within: str, log_start: str | None) -> int | None:
        rules = book(mql=f"{{count: {{event: page_view}}, at_least: 1{within}}}")
        program = compile_program(rules, ())
        return judgeable_from(program, 0, None if log_start is None else at(log_start))

    assert ready(", within: 30d", "2026-01-10 08:00") == at("2026-02-09 08:00")
    assert ready(", within: 36h", "2026-01-10 08:00") == at("2026-01-11 20:00")
    assert ready(", within: 1mo", "2026-01-31 08:00") == at("2026-03-01 00:00")
    assert ready("", "2026-01-10 08:00") == at("2026-01-10 08:00")
    assert ready(", within: 30d", None) is None
    assert ready("", None) is None


def test_a_row_is_explained_by_its_own_events_only() -> None:
    rules = book(f"{VIEW}, points: 10", mql="{count: {event: page_view}, at_least: 1}")
    rows = [lead(view("2026-01-01 10:00"), view("2026-01-02 10:00")),
            lead(created="2026-01-01 10:00"), lead(view("2026-01-03 10:00"))]  # fmt: skip
    columns = columns_of(rows)
    program = compile_program(rules, columns.signatures)
    as_of = at("2026-02-01 00:00")
    found = score(program, columns, as_of)
    assert (found.total / 1e6).tolist() == [20, 0, 10]
    for row in range(3):
        total = int(found.total[row])
        told = reasons(program, columns, row, as_of, int(found.behaviour[row]), total)
        assert sum(reason.points for reason in told) == total
        [value] = clause_values(program, columns, row, as_of)
        assert value.value == int(np.diff(columns.offsets)[row])
