"""Whether a condition of any kind holds for each lead at an instant, and when that turns."""

from __future__ import annotations

import numpy as np

from teichaku.engine.attributes import Truth, where
from teichaku.engine.columns import Columns
from teichaku.engine.evaluate import TurnColumns, of_behaviour, turns
from teichaku.engine.layout import FOREVER
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.model import Mql, Rulebook, Scoring
from teichaku.engine.rulebook.predicates import AnyPredicate, AttributeClause, clauses


def condition_holds(
    rulebook: Rulebook, condition: AnyPredicate, columns: Columns, as_of: int
) -> Truth:
    """For every lead, whether the condition holds as of the instant (µs)."""
    return condition_turns(rulebook, condition, columns, as_of).holds


def condition_turns(
    rulebook: Rulebook, condition: AnyPredicate, columns: Columns, as_of: int
) -> TurnColumns:
    """The same, with the instant at which it turns by itself."""
    leaves = list(clauses(condition))
    if all(isinstance(leaf, AttributeClause) for leaf in leaves):
        truth = where(condition, columns.attributes, columns.leads)
        return TurnColumns(truth, np.full(columns.leads, FOREVER))
    asked: dict[str, object] = {"mql": Mql(when=condition)}
    if rulebook.scoring and not any(map(of_behaviour, leaves)):
        asked["scoring"] = Scoring(fit=rulebook.scoring.fit)  # what is not asked is not computed
    program = compile_program(rulebook.model_copy(update=asked), columns.signatures)
    return turns(program, columns, as_of)
