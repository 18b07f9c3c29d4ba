"""Why one lead stands where it stands: the score that adds up, the definition clause by clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from teichaku.core import clock
from teichaku.core.errors import NotFound
from teichaku.core.instants import instant_of, micros
from teichaku.engine.attributes import where
from teichaku.engine.columns import Columns
from teichaku.engine.conditions import condition_turns
from teichaku.engine.evaluate import ScoreColumns, grades, qualify, score
from teichaku.engine.explain import Reason, clause_values, judgeable_from, reasons
from teichaku.engine.layout import FOREVER
from teichaku.engine.program import Program, clause_match, compile_program
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Mql, Rulebook
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Clause,
    Combination,
    RisingClause,
    ScoreClause,
)
from teichaku.scoring.histories import columns_of_leads, with_computed
from teichaku.scoring.models import Qualification
from teichaku.scoring.nearest import Ending, Need, endings, needs
from teichaku.tracking.selectors import log_starts

ENDINGS = 4


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause of the definition at the instant: what it saw, what it needs.

    ``judgeable`` is false where the log of its events does not reach back far enough for a "no";
    ``judgeable_from`` then says when it will (None: nothing of the kind is recorded at all).
    ``excludes``: the definition wants it not to hold.
    """

    clause: Clause
    holds: bool
    value: float | int | str | bool | None
    needed: float | int | None
    judgeable: bool
    judgeable_from: datetime | None
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Qualified:
    """An instant at which the lead met the definition, with its scores there."""

    at: datetime
    behaviour: float | None
    fit: float | None
    total: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A lead's score as of an instant under one rulebook; the points of ``reasons`` (millionths)
    sum to ``total``.
    """

    rulebook: Rulebook
    lead: int
    as_of: datetime
    behaviour: float
    fit: float
    total: float
    rising: float
    grade: str
    next_at: datetime | None
    reasons: Sequence[Reason]
    holds: bool
    conditions: Sequence[Condition]
    would_qualify: Sequence[Qualified]
    recorded: Sequence[Qualified]


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of a condition: ``kind`` is ``all``, ``any`` or ``none`` of its parts, or a ``leaf``
    with what it saw. ``turns_at``: when it turns by itself if nothing happens.
    """

    kind: str
    holds: bool
    parts: Sequence[Branch] = ()
    leaf: Condition | None = None
    turns_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prospects:
    """What is missing to the MQL definition, and what of the score ends next."""

    as_of: datetime
    needs: Sequence[Need]
    endings: Sequence[Ending]


def lead_outlook(
    lead: int, rulebook: Rulebook, as_of: datetime | None = None
) -> tuple[Explanation, Prospects]:
    """The explanation and the prospects of a root lead as of an instant (now)."""
    instant = as_of or clock.now()
    columns = _history(lead, instant)
    return _explained(lead, rulebook, columns, instant), _prospects(rulebook, columns, instant)


def _prospects(rulebook: Rulebook, columns: Columns, instant: datetime) -> Prospects:
    at = micros(instant)
    when = rulebook.mql.when if rulebook.mql else None
    missing = needs(rulebook, when, columns, at) if when else []
    return Prospects(instant, missing, endings(rulebook, when, columns, at, ENDINGS))


def condition_explained(
    lead: int, condition: AnyPredicate, rulebook: Rulebook, as_of: datetime | None = None
) -> Branch:
    """Part by part why the condition holds of a root lead or does not."""
    instant = as_of or clock.now()
    columns = _history(lead, instant)
    asked = rulebook.model_copy(update={"mql": Mql(when=condition)})
    program, at = compile_program(asked, columns.signatures), micros(instant)
    found = _conditions(program, columns, at, _axes(score(program, columns, at)))
    turns = [int(condition_turns(rulebook, c.clause, columns, at).turns_at[0]) for c in found]
    seen = iter(zip(found, turns, strict=True))
    return _branch(condition, seen)


def _branch(part: AnyPredicate, seen: Iterator[tuple[Condition, int]]) -> Branch:
    """The part, its leaves taken in the order in which the document has them."""
    if not isinstance(part, Combination):
        leaf, turns = next(seen)
        turns_at = None if turns == FOREVER else instant_of(turns)
        return Branch("leaf", leaf.holds, leaf=leaf, turns_at=turns_at)
    parts: list[Branch] = []
    for kind, inner in (("all", part.all_), ("any", part.any_), ("none", part.none_)):
        below = [_branch(one, seen) for one in inner or ()]
        if kind == "all" or (kind == "any" and len(below) == 1):
            parts += below
        elif below:
            met = any(one.holds for one in below)
            parts.append(Branch(kind, met if kind == "any" else not met, below))
    # One alone needs no heading.
    return parts[0] if len(parts) == 1 else Branch("all", all(p.holds for p in parts), parts)


def _history(lead: int, instant: datetime) -> Columns:
    columns = with_computed(columns_of_leads([lead]), instant)
    if columns.leads == 0:
        raise NotFound("no such lead", lead=lead)
    return columns


def _axes(found: ScoreColumns) -> dict[str, int]:
    return {
        "behaviour": int(found.behaviour[0]),
        "fit": int(found.fit[0]),
        "total": int(found.total[0]),
        "rising": int(found.rising[0]),
    }


def lead_explained(lead: int, rulebook: Rulebook, as_of: datetime | None = None) -> Explanation:
    """The explanation of a root lead as of an instant (now)."""
    instant = as_of or clock.now()
    return _explained(lead, rulebook, _history(lead, instant), instant)


def _explained(lead: int, rulebook: Rulebook, columns: Columns, instant: datetime) -> Explanation:
    program = compile_program(rulebook, columns.signatures)
    at = micros(instant)
    found = score(program, columns, at)
    next_at, axes = int(found.next_at[0]), _axes(found)
    behaviour, total = axes["behaviour"], axes["total"]
    conditions = _conditions(program, columns, at, axes)
    return Explanation(
        rulebook=rulebook,
        lead=lead,
        as_of=instant,
        behaviour=behaviour / MICRO,
        fit=axes["fit"] / MICRO,
        total=total / MICRO,
        rising=axes["rising"] / MICRO,
        grade=str(grades(rulebook, found.behaviour, found.fit)[0]),
        next_at=None if next_at == FOREVER else instant_of(next_at),
        reasons=reasons(program, columns, 0, at, behaviour, total),
        holds=_definition(rulebook, {id(c.clause): c.holds for c in conditions}),
        conditions=conditions,
        would_qualify=_would_qualify(program, columns, at),
        recorded=_recorded(lead),
    )


def _conditions(
    program: Program, columns: Columns, at: int, axes: Mapping[str, int]
) -> list[Condition]:
    """Every leaf of the definition in document order."""
    if program.rulebook.mql is None:
        return []
    counted = {v.clause: v for v in clause_values(program, columns, 0, at)}
    starts = log_starts({clause_match(clause).event for clause in program.clauses})
    found = []
    leaves = _leaves(program.rulebook.mql.when)
    for leaf, _excludes in leaves:
        if isinstance(leaf, AttributeClause):
            found.append(_attribute(leaf, columns))
        elif isinstance(leaf, ScoreClause):
            reached = axes[leaf.score]
            holds = reached >= round(leaf.at_least * MICRO)
            found.append(Condition(leaf, holds, reached / MICRO, leaf.at_least, True, None))
        elif isinstance(leaf, RisingClause):
            holds = axes["rising"] >= round(leaf.rising * MICRO)
            rising = axes["rising"] / MICRO
            found.append(Condition(leaf, holds, rising, leaf.rising, True, None))
        else:
            value = counted[leaf]
            start = starts.get(clause_match(leaf).event)
            ready = judgeable_from(program, program.clauses.index(leaf), start)
            judgeable = value.holds or (ready is not None and ready <= at)
            date = None if judgeable or ready is None or ready == FOREVER else instant_of(ready)
            found.append(Condition(leaf, value.holds, value.value, value.needed, judgeable, date))
    return [replace(c, excludes=excludes) for c, (_, excludes) in zip(found, leaves, strict=True)]


def _attribute(leaf: AttributeClause, columns: Columns) -> Condition:
    table = columns.attributes
    value = None
    if leaf.attribute in table.column_names:
        value = table.column(leaf.attribute)[0].as_py()
    return Condition(leaf, bool(where(leaf, table, 1)[0]), value, None, True, None)


def _leaves(part: AnyPredicate, *, excludes: bool = False) -> list[tuple[Clause, bool]]:
    """Every leaf, and whether the lead must not meet it."""
    if not isinstance(part, Combination):
        return [(part, excludes)]
    wanted = (*(part.all_ or ()), *(part.any_ or ()))
    return [
        *(leaf for one in wanted for leaf in _leaves(one, excludes=excludes)),
        *(leaf for one in part.none_ or () for leaf in _leaves(one, excludes=not excludes)),
    ]


def _definition(rulebook: Rulebook, truth: dict[int, bool]) -> bool:
    def holds(part: AnyPredicate) -> bool:
        if not isinstance(part, Combination):
            return truth[id(part)]
        return (
            all(holds(inner) for inner in part.all_ or ())
            and (part.any_ is None or any(holds(inner) for inner in part.any_))
            and not any(holds(inner) for inner in part.none_ or ())
        )

    return rulebook.mql is not None and holds(rulebook.mql.when)


def _would_qualify(program: Program, columns: Columns, at: int) -> list[Qualified]:
    found = qualify(program, columns, at)
    points = np.stack([found.behaviour, found.fit, found.total], axis=1) / MICRO
    return [
        Qualified(instant_of(when), behaviour, fit, total, "engine")
        for when, (behaviour, fit, total) in zip(found.at.tolist(), points.tolist(), strict=True)
    ]


def _recorded(lead: int) -> list[Qualified]:
    rows = Qualification.objects.filter(
        lead__root=lead, superseded_by=None, withdrawn=False
    ).order_by("at", "pk")
    return [Qualified(q.at, q.behaviour, q.fit, q.total, q.source) for q in rows]
