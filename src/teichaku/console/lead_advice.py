"""How far a lead is from the MQL definition, and what usually closes the gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from teichaku.console.points import SHOWN, change_text, shown, shown_change
from teichaku.engine.rulebook.predicates import ScoreClause
from teichaku.scoring.explanations import Explanation

SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Advice:
    """The distance to the one threshold of the score: ``missing`` or ``above`` it, as shown.

    ``alone``: nothing else of the definition is missing. ``likely``: rules that give the most.
    """

    threshold: str
    missing: str
    above: str
    alone: bool
    likely: Sequence[tuple[str, str]]


def advice(explanation: Explanation) -> Advice | None:
    """The advice, where the definition asks for one score of the total; else None."""
    wanted = [c for c in explanation.conditions if not c.excludes]
    scores = [c for c in wanted if isinstance(c.clause, ScoreClause) and c.clause.score == "total"]
    if len(scores) != 1 or scores[0].needed is None:
        return None
    # In tenths, as the page shows the total: a point that is not shown is not there.
    gap = math.ceil(scores[0].needed * SHOWN) - shown(explanation.total)
    others_hold = all(c.holds != c.excludes for c in explanation.conditions if c is not scores[0])
    return Advice(
        threshold=f"{scores[0].needed:g}",
        missing=_text(gap) if gap > 0 else "",
        above=_text(-gap) if gap <= 0 else "",
        alone=others_hold,
        likely=_likely(explanation) if gap > 0 else (),
    )


def _likely(explanation: Explanation) -> list[tuple[str, str]]:
    scoring = explanation.rulebook.scoring
    rules = [rule for group in scoring.behaviour for rule in group.rules] if scoring else []
    best = sorted((r for r in rules if r.points > 0), key=lambda r: (-r.points, r.id))
    return [
        (rule.label or rule.id, change_text(shown_change(rule.points))) for rule in best[:SUGGESTED]
    ]


def _text(tenths: int) -> str:
    return f"{tenths / SHOWN:g}"
