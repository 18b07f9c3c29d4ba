"""Why a lead scores what it scores, and what each condition of the definition saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from teichaku.engine.attributes import where
from teichaku.engine.columns import Columns
from teichaku.engine.kernel import leaves_at, reset
from teichaku.engine.layout import (
    CLAUSE_CELLS,
    CLAUSES,
    CONSTANT,
    GROUPS,
    HALF_LIFE,
    HIT_CELLS,
    NO_WINDOW,
    RULE_CELLS,
    RULES,
    SHAPE_CELLS,
    Clause,
    ClauseState,
    Head,
    Hit,
    Pool,
    Rule,
    RuleState,
    Shape,
    with_room,
)
from teichaku.engine.program import EventClause, Program
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.durations import DAY_US
from teichaku.engine.rulebook.model import Scoring
from teichaku.engine.sweep import enter_until

I64 = npt.NDArray[np.int64]
Kind = Literal["award", "decay", "clamp", "fit", "range"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a score: its points are millionths, and all lines together are the total.

    ``subject`` is a rule id, or for a clamp the group; ``hits`` are those alive, ``latest`` the
    last of them (µs).
    """

    kind: Kind
    subject: str
    points: int
    hits: int = 0
    latest: int | None = None


@dataclass(frozen=True, slots=True)
class ClauseValue:
    """What a clause about events counted at an instant."""

    clause: EventClause
    holds: bool
    value: int
    needed: int
    latest: int | None


class History:
    """One lead's events taken in up to an instant."""

    def __init__(self, program: Program, columns: Columns, row: int, until: int) -> None:
        first, last = int(columns.offsets[row]), int(columns.offsets[row + 1])
        self.program = program
        self.p = with_room(program.memory, last - first)
        self.s = np.empty(self.p[Head.STATE_CELLS], np.int64)
        reset(self.p, self.s, np.empty(GROUPS))
        enter_until(
            self.p, self.s, columns.at, columns.sig, program.relevant, first, last, until, 0, True
        )

    def hits(self, rule: int) -> tuple[I64, I64, I64]:
        """Instants, awarded points and ends of the rule's scored hits, in order."""
        place = RULES + rule * RULE_CELLS
        start, end = self.p[place + Rule.HITS], self.s[place + RuleState.END]
        hits = self.s[start:end].reshape(-1, HIT_CELLS)
        return hits[:, Hit.AT], hits[:, Hit.POINTS], hits[:, Hit.END]

    def left(self, clause: int) -> I64:
        """When each hit of the clause leaves its window, in order."""
        place = CLAUSES + clause * CLAUSE_CELLS
        return self.s[self.p[place + Clause.LEFTS] : self.s[place + ClauseState.END]]


def reasons(
    program: Program, columns: Columns, row: int, as_of: int, behaviour: int, total: int
) -> list[Reason]:
    """The lines that add up to the total that the kernel gave for this lead and instant."""
    scoring = program.rulebook.scoring or Scoring()
    history = History(program, columns, row, as_of)
    lines = _exact(_behaviour_lines(program, scoring, history, as_of), behaviour)
    table = columns.attributes.slice(row, 1)
    for rule in scoring.fit.rules if scoring.fit else ():
        if where(rule.when, table, 1)[0]:
            lines.append(Reason("fit", rule.id, round(rule.points * MICRO)))
    reached = sum(line.points for line in lines)
    if reached != total:
        lines.append(Reason("range", "", total - reached))
    return lines


_Line = tuple[Kind, str, float, int, int | None]


def _behaviour_lines(
    program: Program, scoring: Scoring, history: History, as_of: int
) -> Iterator[_Line]:
    index = 0
    for group in scoring.behaviour:
        inner = 0.0
        for rule in group.rules:
            at, points, end = history.hits(index)
            alive = end > as_of
            if alive.any():
                awarded = float(points[alive].sum())
                decayed = _decayed(program, index, points[alive], as_of - at[alive])
                yield "award", rule.id, awarded, int(alive.sum()), int(at[alive][-1])
                if decayed != awarded:
                    yield "decay", rule.id, decayed - awarded, 0, None
                inner += decayed
            index += 1
        low = -np.inf if group.min is None else group.min * MICRO
        high = np.inf if group.max is None else group.max * MICRO
        clamped = min(max(inner, low), high)
        if clamped != inner:
            yield "clamp", group.group, clamped - inner, 0, None


def _decayed(program: Program, rule: int, points: I64, ages: I64) -> float:
    memory = program.memory
    pool = memory[RULES + rule * RULE_CELLS + Rule.POOL]
    decay = memory[pool + Pool.DECAY]
    if decay == CONSTANT:
        return float(points.sum())
    share = ages / memory[pool + Pool.LENGTH]
    return float((points * (np.exp2(-share) if decay == HALF_LIFE else 1.0 - share)).sum())


def _exact(lines: Iterator[_Line], behaviour: int) -> list[Reason]:
    """Lines in whole millionths whose sum is the rounded score: each is the step that the rounded
    running sum takes.
    """
    found: list[Reason] = []
    running, before = 0.0, 0
    for kind, subject, points, hits, latest in lines:
        running += points
        after = round(round(running * 1e6) / 1e6)
        if after != before or kind != "decay":
            found.append(Reason(kind, subject, after - before, hits, latest))
        before = after
    if found and before != behaviour:  # the last bit of a float sum
        last = found[-1]
        step = last.points + behaviour - before
        found[-1] = Reason(last.kind, last.subject, step, last.hits, last.latest)
    return found


def clause_values(program: Program, columns: Columns, row: int, at: int) -> list[ClauseValue]:
    """What each event clause of the definition counted at an instant, in the program's order."""
    history = History(program, columns, row, at)
    first, last = columns.offsets[row], columns.offsets[row + 1]
    last = first + np.searchsorted(columns.at[first:last], at, side="right")
    instants, shapes = columns.at[first:last], columns.sig[first:last]
    memory = program.memory
    found = []
    for index, clause in enumerate(program.clauses):
        place = CLAUSES + index * CLAUSE_CELLS
        inside = history.left(index) > at
        seen = instants[_matching(program, index, shapes)]
        by_day = bool(memory[place + Clause.BY_DAY])
        days = np.unique((seen[inside] + memory[Head.OFFSET]) // DAY_US)
        value = len(days) if by_day else int(inside.sum())
        needed = int(memory[place + Clause.NEEDED])
        latest = int(seen[-1]) if len(seen) else None
        found.append(ClauseValue(clause, value >= needed, value, needed, latest))
    return found


def _matching(
    program: Program, clause: int, shapes: npt.NDArray[np.int32]
) -> npt.NDArray[np.bool_]:
    memory, place = program.memory, CLAUSES + clause * CLAUSE_CELLS
    bounds = memory[memory[Head.SHAPES] :][: len(program.signatures) * SHAPE_CELLS]
    spans = bounds.reshape(-1, SHAPE_CELLS)[:, [Shape.CLAUSES, Shape.END]]
    wanted = np.array([place in memory[start:end] for start, end in spans] or [False])
    return wanted[shapes]


def judgeable_from(program: Program, clause: int, log_start: int | None) -> int | None:
    """From when a clause can be judged, given when the log of its events starts; None: no log."""
    if log_start is None:
        return None
    memory, place = program.memory, CLAUSES + clause * CLAUSE_CELLS
    kind, length = memory[place + Clause.WITHIN_KIND], memory[place + Clause.WITHIN_LENGTH]
    return log_start if kind == NO_WINDOW else int(leaves_at(memory, kind, length, log_start))
