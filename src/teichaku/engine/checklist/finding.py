"""What is found of one item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from teichaku.engine.checklist.clauses import Clause, Part, Status, status_of


@dataclass(frozen=True, slots=True)
class Finding:
    """An item's status with the clauses that it rests on, and until when it holds.

    ``judge_on``: the day from which a waiting item can be judged.
    """

    item: int
    status: Status
    clauses: tuple[Clause, ...]
    valid_until: date | None
    judge_on: date | None
    needs: tuple[str, ...]


def finding(
    item: int, clauses: Sequence[Clause], valid_until: date | None, status: Status | None = None
) -> Finding:
    """The finding; the status is what the clauses add up to where the item has no rule of its own.

    Only what is proven, whole or in part, has an end; what cannot be told names what would tell.
    A note about which nothing is known is left out.
    """
    found = status or status_of(clauses)
    proven = found in {Status.CONFIRMED, Status.PARTIAL}
    waiting = [clause.judge_on for clause in clauses if clause.judge_on]
    untold = [
        clause.need
        for clause in clauses
        if clause.passed is None and clause.part is not Part.NOTED and clause.judge_on is None
    ]
    return Finding(
        item=item,
        status=found,
        clauses=tuple(
            clause
            for clause in clauses
            if clause.part is not Part.NOTED or clause.value is not None
        ),
        valid_until=valid_until if proven else None,
        judge_on=max(waiting) if found is Status.WAITING else None,
        needs=tuple(dict.fromkeys(untold)),
    )


def later(day: date, days: int) -> date:
    """So many days later."""
    return day + timedelta(days=days)
