"""Compiles the kernel once, so that the first real run does not wait for it."""

from __future__ import annotations

from pathlib import Path

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


def forget_stale() -> None:
    """Drops compiled code that is older than any source of the engine.

    A cached function is only checked against its own file, not against what it calls.
    """
    folder = Path(__file__).parent
    newest = max(source.stat().st_mtime for source in folder.glob("*.py"))
    compiled = list((folder / "__pycache__").glob("*.nb[ic]"))
    if any(file.stat().st_mtime < newest for file in compiled):
        for file in compiled:
            file.unlink(missing_ok=True)


def warm() -> None:
    """Leaves the compiled code in the cache beside the source."""
    forget_stale()
    rulebook, leads = load(_SMALLEST), [LeadFacts(0, [EventFact(0, "call")])]
    score_leads(rulebook, leads, 0)
    qualify_leads(rulebook, leads, until=0, live=[LiveState()], effective_from=0)


if __name__ == "__main__":
    warm()
