"""The 20 items in their three phases, and which items stand on which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from teichaku.engine.checklist import adoption, introduction, operation
from teichaku.engine.checklist.facts import Facts
from teichaku.engine.checklist.finding import Finding

Phase = Literal["introduction", "operation", "adoption"]
Formula = Callable[[Facts, date], Finding]

FORMULAS: Mapping[int, Formula] = {
    1: introduction.purpose_and_kpis,
    2: introduction.mql_definition,
    3: introduction.scoring,
    4: introduction.input_rules,
    5: introduction.sfa_link,
    6: introduction.handover,
    7: introduction.practice,
    8: introduction.scenarios,
    9: operation.meeting,
    10: operation.meeting_figures,
    11: operation.input_rates,
    12: operation.follow_up,
    13: operation.decisions,
    14: operation.feedback,
    15: adoption.scoring_review,
    16: adoption.scenario_effects,
    17: adoption.hollowness,
    18: adoption.stories,
    19: adoption.executive_report,
    20: adoption.revisions,
}

PHASES: Mapping[Phase, tuple[int, ...]] = {
    "introduction": tuple(range(1, 9)),
    "operation": tuple(range(9, 15)),
    "adoption": tuple(range(15, 21)),
}

DEPENDENTS: Mapping[int, tuple[int, ...]] = {
    1: (2, 10, 19),
    2: (6, 14, 15),
    3: (6, 15),
    4: (11, 12, 17, 20),
    5: (6, 11, 14, 18),
    8: (16,),
    9: (10, 13),
}

# The two legs of the index: agreed rules, and the mechanisms that make people use them.
RULES = (2, 3, 4, 5, 6, 20)
MANAGEMENT = (9, 10, 11, 12, 13, 17)


def phase_of(item: int) -> Phase:
    """The phase that the item belongs to."""
    return next(phase for phase, items in PHASES.items() if item in items)


def findings(facts: Facts, day: date) -> tuple[Finding, ...]:
    """What is found of each item, in order."""
    return tuple(formula(facts, day) for formula in FORMULAS.values())
