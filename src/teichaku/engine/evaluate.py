"""The front door: scores and qualifications of many leads under a rulebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from teichaku.engine.attributes import fit_points, part_bits
from teichaku.engine.columns import Columns, columns_of
from teichaku.engine.facts import LeadFacts, LiveState, Qualification, Scores
from teichaku.engine.layout import FOREVER, GROUPS, NEVER, Head, with_room
from teichaku.engine.program import Program, compile_program
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import AnyPredicate, RisingClause, ScoreClause, clauses
from teichaku.engine.sweep import SCORED, WIDTH, qualify_range, score_range, turns_range

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
T = TypeVar("T")
RANGES_PER_THREAD = 8  # leads differ in size; smaller ranges even the threads out
FADED_HALF_LIVES = 64  # after so many of them nothing is left that a threshold could tell


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """Per lead row: scores in millionths, and the instant of the next change (FOREVER: none)."""

    behaviour: I64
    fit: I64
    total: I64
    rising: I64
    next_at: I64


@dataclass(frozen=True, slots=True)
class QualificationColumns:
    """One line per qualification, by lead row and time: instants in µs, scores in millionths."""

    row: I64
    at: I64
    behaviour: I64
    fit: I64
    total: I64

    def between(self, start: int | None, end: int | None) -> QualificationColumns:
        """Those in [start, end)."""
        keep = np.ones(len(self.at), np.bool_)
        if start is not None:
            keep &= self.at >= start
        if end is not None:
            keep &= self.at < end
        return QualificationColumns(
            self.row[keep], self.at[keep], self.behaviour[keep], self.fit[keep], self.total[keep]
        )


def score(program: Program, columns: Columns, as_of: int) -> ScoreColumns:
    """The scores of every lead at one instant."""
    fit = fit_points(program.rulebook, columns.attributes, columns.leads)
    out = np.empty((columns.leads, SCORED), np.int64)

    def run(p: I64, s: I64, f: F64, first: int, last: int) -> None:
        score_range(
            p, s, f, program.relevant, columns.offsets, columns.at, columns.sig, fit,
            as_of, first, last, out,
        )  # fmt: skip

    for _ in _in_threads(program, columns, run, as_of):
        pass
    return ScoreColumns(out[:, 0], fit, out[:, 1], out[:, 2], out[:, 3])


@dataclass(frozen=True, slots=True)
class TurnColumns:
    """Per lead row whether the definition holds at one instant, and the first later one at which
    that turns if nothing happens (FOREVER: never), or at which something happens.
    """

    holds: npt.NDArray[np.bool_]
    turns_at: I64


def turns(program: Program, columns: Columns, as_of: int) -> TurnColumns:
    """Where every lead stands with the definition at one instant."""
    assert program.rulebook.mql is not None
    fit = fit_points(program.rulebook, columns.attributes, columns.leads)
    parts = part_bits(program.attribute_parts, columns.attributes, columns.leads)
    leaves = list(clauses(program.rulebook.mql.when))
    rises = any(isinstance(leaf, RisingClause) for leaf in leaves)
    faded_at = as_of + _fading(program) if any(map(of_behaviour, leaves)) else NEVER
    out = np.empty((columns.leads, 2), np.int64)

    def run(p: I64, s: I64, f: F64, first: int, last: int) -> None:
        turns_range(
            p, s, f, program.relevant, columns.offsets, columns.at, columns.sig, fit, parts,
            as_of, rises, faded_at, first, last, out,
        )  # fmt: skip

    for _ in _in_threads(program, columns, run):
        pass
    return TurnColumns(out[:, 0].astype(np.bool_), np.ascontiguousarray(out[:, 1]))


def of_behaviour(leaf: AnyPredicate) -> bool:
    """Whether the leaf asks for points that behaviour brought."""
    return isinstance(leaf, RisingClause) or (isinstance(leaf, ScoreClause) and leaf.score != "fit")


def _fading(program: Program) -> int:
    """How long it takes until all that has been awarded is faded; negative if nothing fades."""
    lengths = [rule.linear.microseconds for rule in program.rules if rule.linear]
    halves = [rule.half_life.microseconds for rule in program.rules if rule.half_life]
    return max([*lengths, *(FADED_HALF_LIVES * half for half in halves)], default=NEVER)


def qualify(program: Program, columns: Columns, until: int) -> QualificationColumns:
    """Every qualification up to and including an instant, from the beginning of history."""
    first = np.ones(columns.leads, np.bool_)
    return _qualify(program, columns, columns.created, first, None, until)


@dataclass(frozen=True, slots=True)
class Live:
    """What live evaluation knows, per lead row: from when on candidates count, whether that
    instant is one itself (the start of a rulebook is, the end of the last evaluation is not), and
    what happened before.
    """

    since: I64
    ask_first: npt.NDArray[np.bool_]
    states: Sequence[LiveState]


def qualify_live(
    program: Program, columns: Columns, live: Live, until: int
) -> QualificationColumns:
    """The qualifications that are new, given what is already recorded."""
    starts = np.maximum(live.since, columns.created)
    first = live.ask_first | (columns.created > live.since)
    return _qualify(program, columns, starts, first, live.states, until)


def _qualify(
    program: Program,
    columns: Columns,
    starts: I64,
    ask_first: npt.NDArray[np.bool_],
    states: Sequence[LiveState] | None,
    until: int,
) -> QualificationColumns:
    if program.rulebook.mql is None:
        return QualificationColumns(*np.empty((WIDTH, 0), np.int64))
    fit = fit_points(program.rulebook, columns.attributes, columns.leads)
    parts = part_bits(program.attribute_parts, columns.attributes, columns.leads)
    known = states or ()
    prior = np.array([NEVER if s.prior is None else s.prior for s in known], np.int64)
    reset_starts = np.cumsum([0, *(len(state.resets) for state in known)], dtype=np.int64)
    resets = np.array([instant for state in known for instant in state.resets], np.int64)

    def run(p: I64, s: I64, f: F64, first: int, last: int) -> I64:
        found: I64 = qualify_range(
            p, s, f, program.relevant, columns.offsets, columns.at, columns.sig, fit, parts,
            starts, ask_first, prior, reset_starts, resets, states is not None, until, first, last,
        )  # fmt: skip
        return found

    found = np.concatenate([np.empty((0, WIDTH), np.int64), *_in_threads(program, columns, run)])
    return QualificationColumns(*(np.ascontiguousarray(found[:, k]) for k in range(WIDTH)))


def _in_threads(
    program: Program,
    columns: Columns,
    run: Callable[[I64, I64, F64, int, int], T],
    as_of: int | None = None,
) -> Iterator[T]:
    """Runs over ranges of leads with about equal numbers of events; results in order of leads."""
    threads = os.cpu_count() or 1
    bounds = _bounds(columns, threads * RANGES_PER_THREAD)
    p = with_room(program.memory, int(np.diff(columns.offsets).max(initial=0)), as_of)

    def one(span: tuple[int, int]) -> T:
        state = np.empty(p[Head.STATE_CELLS], np.int64)
        return run(p, state, np.empty(GROUPS), *span)

    if len(bounds) <= 1:
        yield from map(one, bounds)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="engine") as pool:
        yield from pool.map(one, bounds)


def _bounds(columns: Columns, parts: int) -> list[tuple[int, int]]:
    work = columns.offsets + np.arange(len(columns.offsets))  # an empty lead is work too
    cuts = np.searchsorted(work, np.linspace(0, work[-1], parts + 1))
    edges = np.unique(np.concatenate([[0], cuts, [columns.leads]]))
    return [(int(a), int(b)) for a, b in pairwise(edges)]


def grades(rulebook: Rulebook, behaviour: I64, fit: I64) -> npt.NDArray[np.str_]:
    """Letter of fit and digit of behaviour, '' without grades."""
    found = rulebook.scoring.grades if rulebook.scoring else None
    if found is None:
        return np.full(len(fit), "")
    letters = _graded(found.fit, fit)
    return np.char.add(letters, _graded(found.behaviour, behaviour))


def _graded(thresholds: dict[str, float], values: I64) -> npt.NDArray[np.str_]:
    names = list(thresholds)
    limits = [values >= round(limit * MICRO) for limit in thresholds.values()]
    return np.select(limits, names, default=names[-1])


def score_leads(rulebook: Rulebook, leads: Sequence[LeadFacts], as_of: int) -> list[Scores]:
    """The scores of histories in memory."""
    columns = columns_of(leads)
    found = score(compile_program(rulebook, columns.signatures), columns, as_of)
    letters = grades(rulebook, found.behaviour, found.fit).tolist()
    points = np.stack([found.behaviour, found.fit, found.total, found.rising], axis=1) / MICRO
    return [
        Scores(behaviour, fit, total, rising, letter, None if next_at == FOREVER else next_at)
        for (behaviour, fit, total, rising), letter, next_at in zip(
            points.tolist(), letters, found.next_at.tolist(), strict=True
        )
    ]


def qualify_leads(
    rulebook: Rulebook,
    leads: Sequence[LeadFacts],
    *,
    until: int,
    live: Sequence[LiveState] | None = None,
    effective_from: int | None = None,
) -> list[list[Qualification]]:
    """Per lead of histories in memory its qualifications; ``live``: from a rulebook's start."""
    columns = columns_of(leads)
    program = compile_program(rulebook, columns.signatures)
    if live is None:
        found = qualify(program, columns, until)
    else:
        since = np.full(len(leads), NEVER if effective_from is None else effective_from)
        asked = np.ones(len(leads), np.bool_)
        found = qualify_live(program, columns, Live(since, asked, live), until)
    answer: list[list[Qualification]] = [[] for _ in leads]
    points = np.stack([found.behaviour, found.fit, found.total], axis=1) / MICRO
    for row, at, numbers in zip(found.row, found.at.tolist(), points.tolist(), strict=True):
        answer[row].append(Qualification(at, *numbers))
    return answer
