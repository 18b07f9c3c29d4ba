"""What separates a lead from a condition, the shortest way, and what of its score ends next.

Nothing is guessed: wherever points are asked for, the engine scores the lead anew with so many more
events at this instant, caps, limits and all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from teichaku.engine.columns import Columns
from teichaku.engine.conditions import condition_turns
from teichaku.engine.evaluate import score
from teichaku.engine.explain import History, clause_values
from teichaku.engine.layout import FOREVER
from teichaku.engine.program import EventClause, Signature, clause_match, compile_program, matches
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import BehaviourRule, Mql, Rulebook
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Clause,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    RisingClause,
    ScoreClause,
    clauses,
)

MOST_TIMES = 10  # more of one kind of event is no advice
_FAR, _OTHERS, _WAITING = 10**6, 1_000.0, 100.0  # what ways cost beside the number of events


@dataclass(frozen=True, slots=True)
class Way:
    """So many more events that a rule scores would bring the points that are missing."""

    rule: str
    times: int


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is missing. ``kind`` says what: more ``events`` (on as many days for a clause
    about days), ``points``, another ``attribute``, or to ``wait`` until something no longer holds.

    ``until``: the events must come before, else one more is needed (µs); for ``wait``, when it
    ends, None for never. ``points`` are millionths.
    """

    kind: str
    clause: Clause
    count: int = 0
    until: int | None = None
    points: int = 0
    ways: Sequence[Way] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """When something of the score ends by itself: the rules whose points do, the clauses that
    count one event less, and by how much the total changes (millionths).
    """

    at: int
    rules: Sequence[str]
    clauses: Sequence[EventClause]
    points: int


def needs(rulebook: Rulebook, condition: AnyPredicate, columns: Columns, at: int) -> list[Need]:
    """What is missing to the condition for the one lead of the columns, as of an instant: of all
    ways the shortest. Empty where it holds.
    """
    found = _Missing(rulebook, condition, columns, at).of(condition, wanted=True)
    events = [need for need in found if need.kind == "events"]
    extra = [shape for need in events for shape in _shapes(need)]
    points = [need for need in found if need.kind == "points"]
    rest = [need for need in found if need.kind not in ("events", "points")]
    with_events = _with(columns, [extra], at)
    priced = [_priced(need, rulebook, with_events, at) for need in points]
    return [*events, *(need for need in priced if need.points > 0), *rest]


class _Missing:
    """The shortest way to make a part of the condition true, or false."""

    def __init__(
        self, rulebook: Rulebook, condition: AnyPredicate, columns: Columns, at: int
    ) -> None:
        self._rulebook, self._columns, self._at = rulebook, columns, at
        asked = rulebook.model_copy(update={"mql": Mql(when=condition)})
        program = compile_program(asked, columns.signatures)
        scores = score(program, columns, at)
        self._axes = {
            name: int(getattr(scores, name)[0]) for name in ("behaviour", "fit", "total", "rising")
        }
        self._counted = {v.clause: v.value for v in clause_values(program, columns, 0, at)}
        self._leaves = {id(c): self._turns(c) for c in clauses(condition)}

    def _turns(self, clause: AnyPredicate) -> tuple[bool, int | None]:
        found = condition_turns(self._rulebook, clause, self._columns, self._at)
        turns_at = int(found.turns_at[0])
        return bool(found.holds[0]), None if turns_at == FOREVER else turns_at

    def of(self, part: AnyPredicate, *, wanted: bool) -> list[Need]:
        """What is missing until the part is as wanted."""
        if not isinstance(part, Combination):
            holds, turns_at = self._leaves[id(part)]
            if holds == wanted:
                return []
            return [self._leaf(part) if wanted else Need("wait", part, until=turns_at)]
        groups: list[Callable[[bool], list[Need]]] = [
            lambda want: self._each(part.all_ or (), want, want),
            lambda want: self._each(part.any_ or (), not want, want) if part.any_ else [],
            lambda want: self._each(part.none_ or (), want, not want),
        ]
        if wanted:
            return [need for group in groups for need in group(True)]
        known = (part.all_, part.any_, part.none_)
        ways = [group(False) for group, inner in zip(groups, known, strict=True) if inner]
        return min(ways, key=_cost)

    def _each(self, parts: Sequence[AnyPredicate], every: bool, wanted: bool) -> list[Need]:
        """Every part must be as wanted, or one of them, the cheapest."""
        ways = [self.of(part, wanted=wanted) for part in parts]
        if every:
            return [need for way in ways for need in way]
        return min(ways, key=_cost, default=[])

    def _leaf(self, clause: Clause) -> Need:
        if isinstance(clause, AttributeClause):
            return Need("attribute", clause)
        if isinstance(clause, ScoreClause):
            missing = round(clause.at_least * MICRO) - self._axes[clause.score]
            kind = "attribute" if clause.score == "fit" else "points"
            return Need(kind, clause, points=missing)
        if isinstance(clause, RisingClause):
            return Need(
                "points", clause, points=round(clause.rising * MICRO) - self._axes["rising"]
            )
        has = self._counted[clause]
        more = getattr(clause, "at_least", 1) - has
        return Need("events", clause, count=more, until=self._counted_until(clause, has))

    def _counted_until(self, clause: EventClause, has: int) -> int | None:
        """Until when the events count that count now."""
        if has == 0 or not isinstance(clause, CountClause | DaysClause):
            return None
        return self._turns(clause.model_copy(update={"at_least": has}))[1]


def _cost(way: Sequence[Need]) -> float:
    """How far a way is; who somebody is does not change by what they do."""
    total = 0.0
    for need in way:
        if need.kind == "events":
            total += need.count
        elif need.kind == "points":
            total += 1 + need.points / MICRO / 10
        elif need.kind == "attribute":
            total += _OTHERS
        else:
            total += _FAR if need.until is None else _WAITING
    return total


def _priced(need: Need, rulebook: Rulebook, columns: Columns, at: int) -> Need:
    """The need with the points that are missing in these columns, and what would bring them."""
    clause = need.clause
    assert isinstance(clause, ScoreClause | RisingClause)
    axis = clause.score if isinstance(clause, ScoreClause) else "rising"
    asked = clause.at_least if isinstance(clause, ScoreClause) else clause.rising
    threshold = round(asked * MICRO)
    missing = threshold - _axis(rulebook, columns, axis, at)[0]
    if missing <= 0:
        return replace(need, points=missing)
    scoring = rulebook.scoring
    rules = [rule for group in scoring.behaviour for rule in group.rules] if scoring else []
    shapes = [(rule, _shape(rule.when)) for rule in rules if rule.points > 0]
    tried = [(rule, shape, n) for rule, shape in shapes for n in range(1, MOST_TIMES + 1) if shape]
    if not tried:
        return replace(need, points=missing)
    variants = _with(columns, [[shape] * n for _rule, shape, n in tried], at)
    reached = _axis(rulebook, variants, axis, at)
    ways: dict[str, Way] = {}
    for (rule, _more, times), points in zip(tried, reached, strict=True):
        if points >= threshold and rule.id not in ways:
            ways[rule.id] = Way(rule.id, times)
    found = sorted(ways.values(), key=lambda way: (way.times, _order(rules, way.rule)))
    return replace(need, points=missing, ways=found)


def _order(rules: Sequence[BehaviourRule], name: str) -> int:
    return next(k for k, rule in enumerate(rules) if rule.id == name)


def _axis(rulebook: Rulebook, columns: Columns, axis: str, at: int) -> list[int]:
    found = score(compile_program(rulebook, columns.signatures), columns, at)
    values: list[int] = getattr(found, axis).tolist()
    return values


def _shapes(need: Need) -> Iterator[Signature]:
    assert not isinstance(need.clause, AttributeClause | ScoreClause | RisingClause)
    shape = _shape(clause_match(need.clause))
    if shape is not None:
        # On several days is not now; what one of them brings is sure.
        yield from [shape] * (1 if isinstance(need.clause, DaysClause) else need.count)


def _shape(match: EventMatch) -> Signature | None:
    """An event that the match means."""
    path = (match.path or ("",))[0].replace("**", "a").replace("*", "a")
    first = {
        name: (getattr(match, name) or ("",))[0] for name in ("form", "asset", "campaign", "rank")
    }
    shape = Signature(match.event.strip(), path, **{k: v.strip() for k, v in first.items()})
    return shape if matches(match, shape) else None


def _with(columns: Columns, variants: Sequence[Sequence[Signature]], at: int) -> Columns:
    """The lead once per variant, each with these events more at the instant."""
    shapes = list(dict.fromkeys([*columns.signatures, *(s for more in variants for s in more)]))
    number = {shape: k for k, shape in enumerate(shapes)}
    known = int(np.searchsorted(columns.at, at, side="right"))
    instants, sig, counts = [], [], []
    for more in variants:
        instants += [columns.at[:known], np.full(len(more), at, np.int64)]
        sig += [columns.sig[:known], np.array([number[shape] for shape in more], np.int32)]
        counts.append(known + len(more))
    rows = len(variants)
    one = columns.attributes.slice(0, 1)
    return Columns(
        np.arange(rows, dtype=np.int64), np.repeat(columns.created[:1], rows),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate(instants), np.concatenate(sig).astype(np.int32), tuple(shapes),
        one.take(pa.array([0] * rows)) if one.column_names else one,
    )  # fmt: skip


def endings(
    rulebook: Rulebook, condition: AnyPredicate | None, columns: Columns, at: int, most: int
) -> list[Ending]:
    """What ends next by itself for the one lead of the columns, at most so many instants."""
    asked = rulebook.model_copy(update={"mql": Mql(when=condition) if condition else None})
    columns = _with(columns, [[]], at)
    program = compile_program(asked, columns.signatures)
    history = History(program, columns, 0, at)
    found: list[Ending] = []
    instant = int(score(program, columns, at).next_at[0])
    while instant < FOREVER and len(found) < most:
        rules = [rule.id for k, rule in enumerate(program.rules) if instant in history.hits(k)[2]]
        left = [c for k, c in enumerate(program.clauses) if instant in history.left(k)]
        before, after = (int(score(program, columns, t).total[0]) for t in (instant - 1, instant))
        found.append(Ending(instant, rules, left, after - before))
        instant = int(score(program, columns, instant).next_at[0])
    return found
