"""What is missing to an MQL is enough, and no less would do; what ends next does end then."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine import oracle
from tests.engine.histories import moments
from tests.engine.test_agreement import Case, cases

from teichaku.engine.columns import columns_of
from teichaku.engine.facts import EventFact, LeadFacts
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import CountClause, DaysClause
from teichaku.scoring.nearest import Need, _shape, clause_match, endings, needs

DAY = 86_400_000_000
BOOK = """\
rulebook: 1
title: nearest
timezone: Asia/Tokyo
scoring:
  behaviour:
    - group: web
      max: 25
      rules:
        - {id: S-1, when: {event: page_view, path: "/price"}, points: 10, expires: 30d}
        - {id: S-2, when: {event: download}, points: 20, cap: {times: 1}}
    - group: talks
      rules:
        - {id: S-3, when: {event: call}, points: 15}
  fit: {rules: [{id: F-1, when: {attribute: title, matches: 部長}, points: 20}]}
mql: {when: WHEN}
"""


def lead(*events: tuple[float, str], **attributes: str) -> LeadFacts:
    rows = [EventFact(int(day * DAY), kind, path="/price" * (kind == "page_view"))
            for day, kind in events]  # fmt: skip
    return LeadFacts(0, rows, attributes)


def asked(when: str, one: LeadFacts, day: float) -> list[Need]:
    rulebook = load(BOOK.replace("WHEN", when))
    assert rulebook.mql is not None
    return needs(rulebook, rulebook.mql.when, columns_of([one]), int(day * DAY))


def test_one_more_view_and_by_when() -> None:
    when = "{count: {event: page_view, path: /price}, at_least: 3, within: 30d}"
    [need] = asked(when, lead((1, "page_view"), (5, "page_view")), 10)
    assert (need.kind, need.count, need.until) == ("events", 1, 31 * DAY)
    [none_yet] = asked(when, lead(), 10)
    assert (none_yet.count, none_yet.until) == (3, None)


def test_missing_points_with_what_would_bring_them_past_caps_and_limits() -> None:
    """20 points are there of 50. Pages stop at the group's 25, the download's cap is used up."""
    [need] = asked("{score: total, at_least: 50}", lead((1, "download")), 2)
    assert need.points == 30_000_000
    assert [(way.rule, way.times) for way in need.ways] == [("S-3", 2)]
    [less] = asked("{score: total, at_least: 25}", lead((1, "download")), 2)
    assert [(way.rule, way.times) for way in less.ways] == [("S-1", 1), ("S-3", 1)]


def test_events_that_are_missing_bring_points_of_their_own() -> None:
    when = "{all: [{count: {event: call}, at_least: 2}, {score: total, at_least: 30}]}"
    found = asked(when, lead(), 2)
    assert [(need.kind, need.count) for need in found] == [("events", 2)]


def test_of_several_ways_the_nearest() -> None:
    when = (
        "{any: [{count: {event: call}, at_least: 3}, {count: {event: download}, at_least: 1},"
        " {attribute: title, is: x}]}"
    )
    [need] = asked(when, lead((1, "call")), 2)
    assert isinstance(need.clause, CountClause)
    assert (need.clause.count.event, need.count) == ("download", 1)


def test_what_excludes_must_pass_or_never_does() -> None:
    when = "{none: [{last: {event: call}, within: 30d}]}"
    [need] = asked(when, lead((1, "call")), 2)
    assert (need.kind, need.until) == ("wait", 31 * DAY)
    [forever] = asked("{none: [{attribute: title, is: 部長}]}", lead(title="部長"), 2)
    assert (forever.kind, forever.until) == ("wait", None)


def test_nothing_is_missing_where_it_holds() -> None:
    assert asked("{count: {event: call}, at_least: 1}", lead((1, "call")), 2) == []


def test_what_ends_next_and_what_it_takes() -> None:
    when = "{count: {event: page_view, path: /price}, at_least: 1, within: 14d}"
    rulebook = load(BOOK.replace("WHEN", when))
    assert rulebook.mql is not None
    one = lead((1, "page_view"), (2, "page_view"), (3, "page_view"))
    found = endings(rulebook, rulebook.mql.when, columns_of([one]), 4 * DAY, 5)
    assert [round(e.at / DAY) for e in found] == [15, 16, 17, 31, 32]
    assert [len(e.clauses) for e in found] == [1, 1, 1, 0, 0]
    # 30 points are kept at 25: the first to go takes 5, the next one 10
    assert [e.points // 10**6 for e in found] == [0, 0, 0, -5, -10]
    assert found[3].rules == ["S-1"]


def grown(rulebook: Rulebook, one: LeadFacts, found: list[Need], at: int) -> LeadFacts | None:
    """The lead after everything that is missing happened now; None where that is not to be had."""
    rules = {rule.id: rule for rule in oracle.rules_of(rulebook)}
    more = []
    for need in found:
        if need.kind == "events" and not isinstance(need.clause, DaysClause):
            shape = _shape(clause_match(need.clause))  # type: ignore[arg-type]
            more += [shape] * need.count
        elif need.kind == "points" and need.ways:
            more += [_shape(rules[need.ways[0].rule].when)] * need.ways[0].times
        else:
            return None
    if None in more:
        return None
    events = [EventFact(at, *shape, source="zz", external_id=str(k))
              for k, shape in enumerate(more) if shape]  # fmt: skip
    kept = [event for event in one.events if event.at <= at]
    return replace(one, events=[*kept, *events])


@settings(max_examples=40)
@given(case=cases(), data=st.data())
def test_what_is_missing_is_enough_by_the_slow_oracle(case: Case, data: st.DataObject) -> None:
    rulebook, leads = case
    if rulebook.mql is None:
        return
    at = data.draw(moments(rulebook, leads), "as of")
    one = leads[0]
    when = rulebook.mql.when
    found = needs(rulebook, when, columns_of([one]), at)
    past = replace(one, events=[event for event in one.events if event.at <= at])
    assert (found == []) == oracle.holds(rulebook, when, past, at)
    # two missing scores are priced one by one; negative rules and exclusions may speak against
    excludes = "none" in str(when.model_dump(exclude_none=True))
    if sum(need.kind == "points" for need in found) > 1 or excludes:
        return
    after = grown(rulebook, one, found, at)
    if after is not None and not any(rule.points < 0 for rule in oracle.rules_of(rulebook)):
        assert oracle.holds(rulebook, when, after, at)
