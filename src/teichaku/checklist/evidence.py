"""Findings as plain data, without words: what is stored and what programs read."""

from __future__ import annotations

from collections.abc import Mapping

from teichaku.core.canonical import Json
from teichaku.engine.checklist.clauses import Clause


def clause_document(clause: Clause) -> Mapping[str, Json]:
    """The clause with what was found and what it was held against."""
    return {
        "key": clause.key,
        "part": clause.part.value,
        "unit": clause.unit,
        "value": clause.value,
        "comparison": clause.bound,
        "threshold": clause.limit,
        "n": clause.n,
        "passed": clause.passed,
        "judge_on": clause.judge_on.isoformat() if clause.judge_on else None,
    }
