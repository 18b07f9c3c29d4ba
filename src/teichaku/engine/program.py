"""A rulebook compiled against a dictionary of signatures, as flat memory for the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from teichaku.engine.facts import EventFact
from teichaku.engine.jumps import compile_definition
from teichaku.engine.layout import (
    CLAUSE_CELLS,
    CLAUSES,
    CONSTANT,
    EXACT,
    FIRST_DAY,
    FOREVER,
    GROUP_CELLS,
    GROUPS,
    HALF_LIFE,
    LINEAR,
    MOST_CLAUSES,
    MOST_GROUPS,
    MOST_ROWS,
    MOST_RULES,
    NEVER,
    NO_WINDOW,
    POOL_CELLS,
    POOLS,
    ROWS,
    RULE_CELLS,
    RULES,
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
    _within_limits(len(rules), len(scoring.behaviour), len(clauses), len(code))
    pools, pool_of = _pools(scoring)
    requalify = months.window(rulebook.mql.requalify_after if rulebook.mql else None)
    singles = {
        Head.RULES_END: RULES + len(rules) * RULE_CELLS,
        Head.CLAUSES_END: CLAUSES + len(clauses) * CLAUSE_CELLS,
        Head.POOLS_END: POOLS + len(pools) * POOL_CELLS,
        Head.GROUPS_END: GROUPS + len(scoring.behaviour) * GROUP_CELLS,
        Head.OFFSET: int(fixed_offset(rulebook.timezone).total_seconds()) * MICRO,
        Head.TOTAL_LOW: _limit(scoring.range.min if scoring.range else None, NEVER),
        Head.TOTAL_HIGH: _limit(scoring.range.max if scoring.range else None, FOREVER),
        Head.REQUALIFY_KIND: requalify[0], Head.REQUALIFY_LENGTH: requalify[1],
    }  # fmt: skip
    records: dict[int, Sequence[Sequence[int]]] = {
        RULES: [_rule(*known, months) for known in zip(rules, pool_of, strict=True)],
        CLAUSES: [_clause(clause, months) for clause in clauses],
        POOLS: [(pool.decay, pool.length, GROUPS + pool.group * GROUP_CELLS) for pool in pools],
        GROUPS: [(_limit(g.min, NEVER), _limit(g.max, FOREVER)) for g in scoring.behaviour],
        ROWS: code,
    }
    by_rule = _matching([rule.when for rule in rules], signatures, RULES, RULE_CELLS)
    by_clause = _matching(list(map(clause_match, clauses)), signatures, CLAUSES, CLAUSE_CELLS)
    matching = list(zip(by_rule, by_clause, strict=True))
    memory = program_memory(singles, records, matching, months.table())
    relevant = np.array(
        [bool(of_rules or of_clauses) for of_rules, of_clauses in matching], np.bool_
    )
    return Program(rulebook, tuple(signatures), memory, relevant, tuple(rules), clauses, parts)


def _within_limits(rules: int, groups: int, event_clauses: int, rows: int) -> None:
    for count, most, name in (
        (rules, MOST_RULES, "behaviour rules"),
        (groups, MOST_GROUPS, "groups of behaviour rules"),
        (event_clauses, MOST_CLAUSES, "conditions about events in mql.when"),
        (rows, MOST_ROWS, "conditions in mql.when"),
    ):
        if count > most:
            raise ValueError(f"{count} {name}: at most {most} can be evaluated; merge some")


def _rule(rule: BehaviourRule, pool: int, months: _MonthTable) -> list[int]:
    cap = rule.cap
    points = round(cap.points * MICRO) if cap and cap.points is not None else FOREVER
    times = cap.times if cap and cap.times is not None else FOREVER
    linear = rule.linear.microseconds if rule.linear else FOREVER
    return [
        round(rule.points * MICRO), POOLS + pool * POOL_CELLS, times, points,
        *months.window(cap.per if cap else None), *months.window(rule.expires), linear,
        _decay(rule)[0], NEVER,
    ]  # fmt: skip


def _clause(clause: EventClause, months: _MonthTable) -> list[int]:
    by_day = int(isinstance(clause, DaysClause))
    return [getattr(clause, "at_least", 1), by_day, *months.window(clause.within), NEVER]


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


def _decay(rule: BehaviourRule) -> tuple[int, int]:
    if rule.half_life:
        return HALF_LIFE, rule.half_life.microseconds
    return (LINEAR, rule.linear.microseconds) if rule.linear else (CONSTANT, 1)


def _pools(scoring: Scoring) -> tuple[list[_Pool], list[int]]:
    wanted = [
        _Pool(index, *_decay(rule))
        for index, group in enumerate(scoring.behaviour)
        for rule in group.rules
    ]
    pools = sorted(set(wanted))
    numbers = {pool: number for number, pool in enumerate(pools)}
    return pools, [numbers[pool] for pool in wanted]


def _matching(
    matchers: Sequence[EventMatch], signatures: Sequence[Signature], first: int, cells: int
) -> list[list[int]]:
    """For each signature the places of the records that match it."""
    by_type: dict[str, list[int]] = {}
    for index, match in enumerate(matchers):
        by_type.setdefault(match.event.strip(), []).append(index)
    return [
        [
            first + index * cells
            for index in by_type.get(signature.type.strip(), ())
            if matches(matchers[index], signature)
        ]
        for signature in signatures
    ]


class _MonthTable:
    """For each number of months in use: local day to twice the day that many months later, plus
    one when that day does not exist and the instant is the end of the month.
    """

    def __init__(self) -> None:
        self._amounts: list[int] = []

    def window(self, duration: Duration | None) -> tuple[int, int]:
        """Its kind and, where exact, its length."""
        if duration is None:
            return NO_WINDOW, FOREVER
        if duration.unit == "mo":
            return self._row(duration.amount), FOREVER
        return EXACT, duration.microseconds

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


def _limit(value: float | None, absent: int) -> int:
    return absent if value is None else round(value * MICRO)
