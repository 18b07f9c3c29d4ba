"""The engine and the slow oracle agree on generated rulebooks and histories, to the last digit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.engine import oracle
from tests.engine.histories import lead_facts, live_states, moments
from tests.engine.strategies import rulebooks

from teichaku.engine.evaluate import qualify_leads, score_leads
from teichaku.engine.facts import LeadFacts
from teichaku.engine.rulebook.model import Rulebook

Case = tuple[Rulebook, list[LeadFacts]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A rulebook and leads that are evaluated together."""
    rulebook = draw(rulebooks())
    return rulebook, draw(st.lists(lead_facts(rulebook), min_size=1, max_size=3))


@given(case=cases(), data=st.data())
def test_scores_agree(case: Case, data: st.DataObject) -> None:
    rulebook, leads = case
    as_of = data.draw(moments(rulebook, leads), "as of")
    expected = [oracle.score(rulebook, lead, as_of) for lead in leads]
    assert score_leads(rulebook, leads, as_of) == expected


@given(case=cases(), data=st.data())
def test_qualifications_agree(case: Case, data: st.DataObject) -> None:
    rulebook, leads = case
    until = data.draw(moments(rulebook, leads), "until")
    expected = [oracle.qualifications(rulebook, lead, until) for lead in leads]
    assert qualify_leads(rulebook, leads, until=until) == expected


@given(case=cases(), data=st.data())
def test_live_qualifications_agree(case: Case, data: st.DataObject) -> None:
    rulebook, leads = case
    until = data.draw(moments(rulebook, leads), "until")
    start = data.draw(moments(rulebook, leads), "effective from")
    states = [data.draw(live_states(rulebook, leads), "live state") for _ in leads]
    expected = [
        oracle.live_qualifications(rulebook, lead, start, state.prior, state.resets, until)
        for lead, state in zip(leads, states, strict=True)
    ]
    found = qualify_leads(rulebook, leads, until=until, live=states, effective_from=start)
    assert found == expected
