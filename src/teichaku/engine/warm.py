"""Compiles the kernel once, so that the first real run does not wait for it."""

from __future__ import annotations

from teichaku.engine.columns import columns_of
from teichaku.engine.compiler import forget_older
from teichaku.engine.conditions import condition_holds
from teichaku.engine.evaluate import qualify_leads, score_leads
from teichaku.engine.facts import EventFact, LeadFacts, LiveState
from teichaku.engine.rulebook.load import load

_SMALLEST = """
rulebook: 1
title: warm
scoring:
  behaviour: [{group: g, rules: [{id: S-1, when: {event: call}, points: 1}]}]
mql: {when: {count: {event: call}, at_least: 1}}
"""


def warm() -> None:
    """Leaves the compiled code in the cache beside the source."""
    forget_older()
    rulebook, leads = load(_SMALLEST), [LeadFacts(0, [EventFact(0, "call")])]
    score_leads(rulebook, leads, 0)
    qualify_leads(rulebook, leads, until=0, live=[LiveState()], effective_from=0)
    assert rulebook.mql is not None
    condition_holds(rulebook, rulebook.mql.when, columns_of(leads), 0)


if __name__ == "__main__":
    warm()
