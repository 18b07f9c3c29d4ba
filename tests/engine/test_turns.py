"""Where a lead stands with a condition and when that turns, held against the slow oracle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine import oracle
from tests.engine.histories import moments
from tests.engine.test_agreement import Case, cases

from teichaku.engine.columns import columns_of
from teichaku.engine.conditions import condition_turns
from teichaku.engine.facts import LeadFacts
from teichaku.engine.layout import FOREVER
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Mql, Rulebook

DAY = 86_400_000_000
BOOK = """\
rulebook: 1
title: fading
timezone: Asia/Tokyo
scoring:
  behaviour:
    - group: web
      rules:
        - {id: S-1, when: {event: page_view}, points: 10, half_life: 10d}
        - {id: S-2, when: {event: download}, points: 8, linear: 10d}
        - {id: S-3, when: {event: call}, points: 5}
mql: {when: WHEN}
"""


def book(when: str) -> Rulebook:
    return load(BOOK.replace("WHEN", when))


def turned(when: str, *events: tuple[int, str], as_of: int) -> tuple[bool, int]:
    """For one lead with events on these days whether it holds, and on which day that turns."""
    from teichaku.engine.facts import EventFact

    rulebook = book(when)
    assert rulebook.mql is not None
    lead = LeadFacts(0, [EventFact(day * DAY, type_) for day, type_ in events])
    found = condition_turns(rulebook, rulebook.mql.when, columns_of([lead]), as_of * DAY)
    at = int(found.turns_at[0])
    return bool(found.holds[0]), at if at == FOREVER else round(at / DAY, 4)  # type: ignore[return-value]


def _said(rulebook: Rulebook, lead: LeadFacts, at: int) -> bool:
    assert rulebook.mql is not None
    return oracle.holds(rulebook, rulebook.mql.when, lead, at)


@given(case=cases(), data=st.data())
def test_nothing_turns_before_the_instant_that_is_told(case: Case, data: st.DataObject) -> None:
    rulebook, leads = case
    if rulebook.mql is None:
        return
    as_of = data.draw(moments(rulebook, leads), "as of")
    # what is asked of segments is the same for whoever owns the definition
    asked = rulebook.model_copy(update={"mql": Mql(when=rulebook.mql.when)})
    found = condition_turns(asked, rulebook.mql.when, columns_of(leads), as_of)
    for lead, holds, turns_at in zip(leads, found.holds, found.turns_at.tolist(), strict=True):
        assert holds == _said(rulebook, lead, as_of)
        happened = {t for t in oracle.event_instants(rulebook, lead) if t > as_of}
        ends = oracle.expiries(rulebook, lead, as_of)
        week = {t + oracle.WEEK for t in ends | oracle.event_instants(rulebook, lead) if t <= as_of}
        for t in (ends | week) - happened:
            if as_of < t < min([turns_at, *happened]):
                assert _said(rulebook, lead, t) == holds, t
        if turns_at < FOREVER and turns_at not in happened:
            assert _said(rulebook, lead, turns_at) != holds
            assert turns_at == as_of + 1 or _said(rulebook, lead, turns_at - 1) == holds


def test_a_lead_leaves_when_the_oldest_of_the_wanted_events_leaves_the_window() -> None:
    when = "{count: {event: call}, at_least: 2, within: 30d}"
    assert turned(when, (1, "call"), (5, "call"), as_of=6) == (True, 31)
    assert turned(when, (1, "call"), (5, "call"), (7, "call"), as_of=8) == (True, 35)
    assert turned(when, (1, "call"), as_of=6) == (False, FOREVER)


def test_a_lead_comes_in_by_silence() -> None:
    when = "{none: [{count: {event: call}, at_least: 1, within: 30d}]}"
    assert turned(when, (1, "call"), as_of=2) == (False, 31)
    assert turned(when, as_of=2) == (True, FOREVER)


def test_a_score_that_fades_below_the_threshold_is_noticed_then() -> None:
    """10 points halve in ten days, so they are 5 on the tenth; 8 lose 0.8 a day. (Rounding to six
    decimals lets them count as 5 for some milliseconds more.)
    """
    assert turned("{score: total, at_least: 5}", (0, "page_view"), as_of=1) == (True, 10)
    assert turned("{score: total, at_least: 6}", (0, "download"), as_of=1) == (True, 2.5)
    assert turned("{score: total, at_least: 5}", (0, "call"), as_of=1) == (True, FOREVER)


def test_what_rose_has_risen_for_seven_days() -> None:
    assert turned("{rising: 5}", (3, "call"), as_of=4) == (True, 10)


def test_a_later_event_is_looked_at_when_it_comes() -> None:
    when = "{count: {event: call}, at_least: 1}"
    assert turned(when, (9, "call"), as_of=4) == (False, 9)
