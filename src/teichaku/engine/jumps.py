"""The MQL definition as jump code: one row per leaf, where to go when it is true and when not.

Cheap leaves come first, so that scores are computed only where everything else leaves the verdict
open. A second reading of the same code (``gap``) asks whether the verdict can turn true between
two events at all: only then are the expiries in between looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from teichaku.engine.layout import CLAUSE_CELLS, CLAUSES, ROW_CELLS, ROWS
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook, Scoring
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Combination,
    CountClause,
    DaysClause,
    LastClause,
    RisingClause,
    ScoreClause,
    clauses,
)

ACCEPT, REJECT = -1, -2
ATTRIBUTE, CLAUSE, SCORE, RISING = 0, 1, 2, 3
BEHAVIOUR, FIT, TOTAL = 0, 1, 2
# How a leaf is read when the question is whether it may help before the next event: as it stands,
# as if it had turned false, as true while negative points are alive, as true while points of the
# last seven days suffice.
AS_IS, TURNED_FALSE, TRUE_IF_NEGATIVE, TRUE_IF_IT_MAY_RISE = 0, 1, 2, 3
MOST_ATTRIBUTE_PARTS = 63

EventClause = CountClause | DaysClause | LastClause
T = TypeVar("T")


class _Row(NamedTuple):
    kind: int
    argument: int
    threshold: int
    yes: int
    no: int
    gap: int


def compile_definition(
    rulebook: Rulebook,
) -> tuple[Sequence[Sequence[int]], Sequence[EventClause], Sequence[AnyPredicate]]:
    """The jump code of ``mql.when``, the event clauses and the attribute parts that it numbers."""
    if rulebook.mql is None:
        return (), (), ()
    compiler = _Compiler(rulebook.scoring or Scoring())
    compiler.place(rulebook.mql.when, ACCEPT, REJECT, positive=True)
    rows = compiler.in_order()
    if len(compiler.parts) > MOST_ATTRIBUTE_PARTS:
        raise ValueError(f"more than {MOST_ATTRIBUTE_PARTS} separate attribute conditions")
    return [_placed(row) for row in rows], tuple(compiler.clauses), tuple(compiler.parts)


class _Compiler:
    """Emits rows from the last to the first, so that every jump target is already known."""

    def __init__(self, scoring: Scoring) -> None:
        self._rows: list[_Row] = []
        self.clauses: list[EventClause] = []
        self.parts: list[AnyPredicate] = []
        rules = [rule for group in scoring.behaviour for rule in group.rules]
        negative = [rule for rule in rules if rule.points < 0]
        self._score_rises = any(rule.half_life or rule.linear or rule.expires for rule in negative)

    def place(self, part: AnyPredicate, yes: int, no: int, *, positive: bool) -> int:
        """Emits the part; returns its entry, in numbers counted from the end."""
        if _attributes_only(part):
            return self._emit(ATTRIBUTE, _number(self.parts, part), 0, yes, no, AS_IS)
        if isinstance(part, Combination):
            return self._combination(part, yes, no, positive=positive)
        if isinstance(part, CountClause | DaysClause | LastClause):
            gap = AS_IS if positive else TURNED_FALSE
            return self._emit(CLAUSE, _number(self.clauses, part), 0, yes, no, gap)
        if isinstance(part, RisingClause):
            gap = TRUE_IF_IT_MAY_RISE if positive else TURNED_FALSE
            return self._emit(RISING, 0, round(part.rising * MICRO), yes, no, gap)
        if isinstance(part, ScoreClause):
            axis = {"behaviour": BEHAVIOUR, "fit": FIT, "total": TOTAL}[part.score]
            gap = self._score_gap(axis, positive=positive)
            return self._emit(SCORE, axis, round(part.at_least * MICRO), yes, no, gap)
        raise AssertionError("attributes are handled above")

    def _score_gap(self, axis: int, *, positive: bool) -> int:
        if axis == FIT:
            return AS_IS
        if not positive:
            return TURNED_FALSE
        return TRUE_IF_NEGATIVE if self._score_rises else AS_IS

    def _combination(self, part: Combination, yes: int, no: int, *, positive: bool) -> int:
        """All AND one of any AND NOT (one of none), the cheapest tested first."""
        entry = yes
        blocks: list[tuple[int, str]] = []
        for name, inner in (("all", part.all_), ("any", part.any_), ("none", part.none_)):
            if inner:
                blocks.append((max(map(_cost, inner)), name))
        for _, name in sorted(blocks, reverse=True):
            if name == "all":
                for inner_part in sorted(part.all_ or (), key=_cost, reverse=True):
                    entry = self.place(inner_part, entry, no, positive=positive)
            elif name == "any":
                entry = self._one_of(part.any_ or (), entry, no, positive=positive)
            else:
                entry = self._one_of(part.none_ or (), no, entry, positive=not positive)
        return entry

    def _one_of(self, parts: Sequence[AnyPredicate], yes: int, no: int, *, positive: bool) -> int:
        entry = no
        for part in sorted(parts, key=_cost, reverse=True):
            entry = self.place(part, yes, entry, positive=positive)
        return entry

    def _emit(self, kind: int, argument: int, threshold: int, yes: int, no: int, gap: int) -> int:
        self._rows.append(_Row(kind, argument, threshold, yes, no, gap))
        return len(self._rows) - 1

    def in_order(self) -> list[_Row]:
        """The rows with the entry first."""
        last = len(self._rows) - 1

        def turned(target: int) -> int:
            return target if target < 0 else last - target

        return [
            row._replace(yes=turned(row.yes), no=turned(row.no)) for row in reversed(self._rows)
        ]


def _placed(row: _Row) -> _Row:
    """The row with places in the kernel's memory instead of numbers."""

    def place(target: int) -> int:
        return target if target < 0 else ROWS + target * ROW_CELLS

    argument = CLAUSES + row.argument * CLAUSE_CELLS if row.kind == CLAUSE else row.argument
    return row._replace(argument=argument, yes=place(row.yes), no=place(row.no))


def _number(known: list[T], part: T) -> int:
    if part not in known:
        known.append(part)
    return known.index(part)


def _attributes_only(part: AnyPredicate) -> bool:
    return all(isinstance(clause, AttributeClause) for clause in clauses(part))


def _cost(part: AnyPredicate) -> int:
    return max(map(_clause_cost, clauses(part)), default=0)


def _clause_cost(clause: AnyPredicate) -> int:
    if isinstance(clause, RisingClause):
        return 3
    if isinstance(clause, ScoreClause):
        return 0 if clause.score == "fit" else 2
    return 0 if isinstance(clause, AttributeClause) else 1
