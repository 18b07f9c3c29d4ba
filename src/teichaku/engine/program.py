"""A rulebook compiled against a dictionary of signatures, as flat memory for the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from teichaku.engine.facts import EventFact
from teichaku.engine.jumps import compile_definition
from teichaku.engine.layout import (
    CONSTANT,
    EXACT,
    FIRST_DAY,
    FOREVER,
    HALF_LIFE,
    LINEAR,
    NEVER,
    NO_WINDOW,
    TABLE_DAYS,
    Head,
    program_memory,
)
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.model import BehaviourRule, Rulebook, Scoring
from teichaku.engine.rulebook.patterns import path_matches
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
)
from teichaku.engine.rulebook.vocabulary import EVENT_OBJECTS
from teichaku.engine.rulebook.zones import fixed_offset

I64 = npt.NDArray[np.int64]
EventClause = CountClause | DaysClause | LastClause


class Signature(NamedTuple):
    """One shape of event: what all events of it have in common for every rule."""

    type: str
    path: str = ""
    form: str = ""
    asset: str = ""
    campaign: str = ""
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled rulebook: the kernel's memory, and what it leaves out."""

    rulebook: Rulebook
    signatures: Sequence[Signature]
    memory: I64
    relevant: npt.NDArray[np.bool_]
    rules: Sequence[BehaviourRule]
    clauses: Sequence[EventClause]
    attribute_parts: Sequence[AnyPredicate]


def signature_of(event: EventFact) -> Signature:
    """The shape of an event."""
    return Signature(event.type, event.path, event.form, event.asset, event.campaign, event.rank)


def matches(match: EventMatch, signature: Signature) -> bool:
    """Whether events of this shape are meant."""
    if match.event.strip() != signature.type.strip():
        return False
    if match.path is not None and not path_matches(match.path, signature.path):
        return False
    for name in EVENT_OBJECTS[1:]:
        wanted = getattr(match, name)
        if wanted is not None and getattr(signature, name).strip() not in {
            word.strip() for word in wanted
        }:
            return False
    return True


def compile_program(rulebook: Rulebook, signatures: Sequence[Signature]) -> Program:
    """The program of a rulebook for these signatures, numbered as given."""
    scoring = rulebook.scoring or Scoring()
    rules = [rule for group in scoring.behaviour for rule in group.rules]
    months = _MonthTable()
    code, clauses, parts = compile_definition(rulebook)
    rule_start, rule_of = _matching([rule.when for rule in rules], signatures)
    clause_start, clause_of = _matching([clause_match(clause) for clause in clauses], signatures)
    matching = {
        Head.RULE_START: rule_start, Head.RULE_OF: rule_of,
        Head.CLAUSE_START: clause_start, Head.CLAUSE_OF: clause_of,
    }  # fmt: skip
    singles = {
        Head.RULES: len(rules), Head.CLAUSES: len(clauses), Head.ROWS: len(code[Head.LEAF]),
        Head.GROUPS: len(scoring.behaviour),
        Head.OFFSET: int(fixed_offset(rulebook.timezone).total_seconds()) * MICRO,
        Head.TOTAL_LOW: _limit(scoring.range.min if scoring.range else None, NEVER),
        Head.TOTAL_HIGH: _limit(scoring.range.max if scoring.range else None, FOREVER),
    }  # fmt: skip
    kind, length = months.windows([rulebook.mql.requalify_after if rulebook.mql else None])
    singles[Head.REQUALIFY_KIND], singles[Head.REQUALIFY_LENGTH] = int(kind[0]), int(length[0])
    pools, pool_of = _pools(scoring)
    singles[Head.POOLS] = len(pools)
    memory = program_memory(singles, {
        **matching, **_rule_parts(rules, pool_of, months), **_pool_parts(pools, scoring),
        **_clause_parts(clauses, months), **code, Head.MONTHS: months.table(),
    })  # fmt: skip
    relevant = (np.diff(rule_start) > 0) | (np.diff(clause_start) > 0)
    return Program(rulebook, tuple(signatures), memory, relevant, tuple(rules), clauses, parts)


def _rule_parts(
    rules: Sequence[BehaviourRule], pool_of: list[int], months: _MonthTable
) -> dict[Head, I64]:
    per = months.windows([rule.cap.per if rule.cap else None for rule in rules])
    expires = months.windows([rule.expires for rule in rules])
    return {
        Head.POINTS: _cells(round(rule.points * MICRO) for rule in rules),
        Head.POOL: _cells(pool_of),
        Head.TIMES: _cells(rule.cap.times if rule.cap else None for rule in rules),
        Head.CAP: _cells(_cap_points(rule) for rule in rules),
        Head.PER_KIND: per[0], Head.PER_LENGTH: per[1],
        Head.EXPIRES_KIND: expires[0], Head.EXPIRES_LENGTH: expires[1],
        Head.LINEAR_LENGTH: _cells(
            rule.linear.microseconds if rule.linear else None for rule in rules
        ),
    }  # fmt: skip


def _pool_parts(pools: Sequence[_Pool], scoring: Scoring) -> dict[Head, I64]:
    groups = scoring.behaviour
    return {
        Head.POOL_DECAY: _cells(pool.decay for pool in pools),
        Head.POOL_LENGTH: _cells(pool.length for pool in pools),
        Head.POOL_GROUP: _cells(pool.group for pool in pools),
        Head.LOW: _cells(_limit(group.min, NEVER) for group in groups),
        Head.HIGH: _cells(_limit(group.max, FOREVER) for group in groups),
    }


def _clause_parts(clauses: Sequence[EventClause], months: _MonthTable) -> dict[Head, I64]:
    within = months.windows([clause.within for clause in clauses])
    return {
        Head.NEEDED: _cells(getattr(clause, "at_least", 1) for clause in clauses),
        Head.BY_DAY: _cells(int(isinstance(clause, DaysClause)) for clause in clauses),
        Head.WITHIN_KIND: within[0],
        Head.WITHIN_LENGTH: within[1],
    }


def clause_match(clause: EventClause) -> EventMatch:
    """The events a clause counts."""
    if isinstance(clause, CountClause):
        return clause.count
    return clause.days if isinstance(clause, DaysClause) else clause.last


class _Pool(NamedTuple):
    """Hits that decay alike and are clamped together."""

    group: int
    decay: int
    length: int


def _pools(scoring: Scoring) -> tuple[list[_Pool], list[int]]:
    wanted = []
    for index, group in enumerate(scoring.behaviour):
        for rule in group.rules:
            if rule.half_life:
                wanted.append(_Pool(index, HALF_LIFE, rule.half_life.microseconds))
            elif rule.linear:
                wanted.append(_Pool(index, LINEAR, rule.linear.microseconds))
            else:
                wanted.append(_Pool(index, CONSTANT, 1))
    pools = sorted(set(wanted))
    return pools, [pools.index(pool) for pool in wanted]


def _matching(matchers: Sequence[EventMatch], signatures: Sequence[Signature]) -> tuple[I64, I64]:
    """For each signature the indices of what matches it, as starts and one flat list."""
    by_type: dict[str, list[int]] = {}
    for index, match in enumerate(matchers):
        by_type.setdefault(match.event.strip(), []).append(index)
    starts, flat = [0], list[int]()
    for signature in signatures:
        candidates = by_type.get(signature.type.strip(), ())
        flat.extend(index for index in candidates if matches(matchers[index], signature))
        starts.append(len(flat))
    return _cells(starts), _cells(flat)


class _MonthTable:
    """For each number of months in use: local day to twice the day that many months later, plus
    one when that day does not exist and the instant is the end of the month.
    """

    def __init__(self) -> None:
        self._amounts: list[int] = []

    def windows(self, durations: Sequence[Duration | None]) -> tuple[I64, I64]:
        kinds, lengths = [], []
        for duration in durations:
            if duration is None:
                kinds.append(NO_WINDOW)
            elif duration.unit == "mo":
                kinds.append(self._row(duration.amount))
            else:
                kinds.append(EXACT)
            exact = duration is not None and duration.unit != "mo"
            lengths.append(duration.microseconds if exact and duration else FOREVER)
        return _cells(kinds), _cells(lengths)

    def _row(self, amount: int) -> int:
        if amount not in self._amounts:
            self._amounts.append(amount)
        return self._amounts.index(amount) + 1

    def table(self) -> I64:
        if not self._amounts:
            return np.zeros(0, np.int64)
        return np.concatenate([_months_later(amount) for amount in self._amounts])


@lru_cache(maxsize=32)
def _months_later(amount: int) -> I64:
    days = np.arange(FIRST_DAY, FIRST_DAY + TABLE_DAYS).astype("datetime64[D]")
    start_of_month = days.astype("datetime64[M]")
    day_of_month = (days - start_of_month.astype("datetime64[D]")).astype(np.int64)
    target = (start_of_month + amount).astype("datetime64[D]").astype(np.int64) + day_of_month
    after = (start_of_month + amount + 1).astype("datetime64[D]").astype(np.int64)
    missing = target >= after
    coded: I64 = np.where(missing, after, target) * 2 + missing
    return coded


def _cells(values: Iterable[int | None]) -> I64:
    """Integers for the kernel; what is absent never limits."""
    return np.array([FOREVER if value is None else value for value in values], np.int64)


def _cap_points(rule: BehaviourRule) -> int | None:
    return round(rule.cap.points * MICRO) if rule.cap and rule.cap.points is not None else None


def _limit(value: float | None, absent: int) -> int:
    return absent if value is None else round(value * MICRO)
