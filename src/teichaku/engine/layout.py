"""Where everything stands in the kernel's flat memory.

The kernel works on three plain arrays: ``p`` (the program, read only), ``s`` (one lead's state) and
``f`` (its decayed sums). Many small arrays in records would cost a reference count each at every
call and make threads fight over them; flat memory costs nothing.

A rule, a clause, a pool has one record in each, and stands at the same place in all three: ``rule``
is that place, ``p[rule + Rule.POINTS]`` reads its program and ``s[rule + RuleState.END]`` its
state. Places are constants of the compiled code; only what grows with signatures or with the events
of a lead (matches, months, hits) is found through the head or through the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum, auto
from typing import Final

import numpy as np
import numpy.typing as npt

from teichaku.engine.rulebook.durations import DAY_US

I64 = npt.NDArray[np.int64]

WEEK_US: Final = 7 * DAY_US
FOREVER: Final = 2**62
NEVER: Final = -FOREVER
NO_WINDOW, EXACT = -1, 0  # kinds above EXACT are rows of the month table, counted from 1
CONSTANT, HALF_LIFE, LINEAR = 0, 1, 2
FIRST_DAY: Final = -25567  # 1900-01-01, in days since 1970
TABLE_DAYS: Final = 300 * 366  # calendar months are known until 2200
PRESENT, WEEK_AGO = 0, 1
AWARDED, CAME_TRUE = 1, 2
VIEWS: Final = 2

MOST_RULES, MOST_CLAUSES, MOST_GROUPS, MOST_ROWS = 512, 256, 128, 1024
RULE_CELLS, CLAUSE_CELLS, POOL_CELLS, GROUP_CELLS, ROW_CELLS, HIT_CELLS = 16, 8, 4, 2, 8, 4

RULES: Final = 64  # after the head
CLAUSES: Final = RULES + MOST_RULES * RULE_CELLS
POOLS: Final = CLAUSES + MOST_CLAUSES * CLAUSE_CELLS
GROUPS: Final = POOLS + MOST_RULES * POOL_CELLS
ROWS: Final = GROUPS + MOST_GROUPS * GROUP_CELLS
FIXED_CELLS: Final = ROWS + MOST_ROWS * ROW_CELLS


class _Numbered(IntEnum):
    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last: list[int]) -> int:
        return count


class Head(_Numbered):
    """The first cells of ``p``: where lists end and parts begin, and single values."""

    RULES_END = auto()
    CLAUSES_END = auto()
    POOLS_END = auto()
    GROUPS_END = auto()
    OFFSET = auto()  # of the rulebook's zone, µs
    TOTAL_LOW = auto()
    TOTAL_HIGH = auto()
    REQUALIFY_KIND = auto()
    REQUALIFY_LENGTH = auto()
    MONTHS = auto()  # begin of the month table
    SHAPES = auto()  # begin of what each signature matches, see ``Shape``
    LOG = auto()  # begin of the log in ``s``: the places of all hits as they came
    STATE_CELLS = auto()  # how many cells ``s`` has


class Lead(_Numbered):
    """The first cells of ``s``."""

    NEWS = auto()  # what awaits a verdict: AWARDED, CAME_TRUE or both
    NEGATIVE_UNTIL = auto()
    RECENT = auto()
    RECENT_FROM = auto()
    LOG_END = auto()
    VIEW_AT = auto()  # and one more: each per view
    _VIEW_AT = auto()
    VIEW_FROM = auto()
    _VIEW_FROM = auto()
    VIEW_END = auto()
    _VIEW_END = auto()
    BEHAVIOUR = auto()  # the score at VIEW_AT
    _BEHAVIOUR = auto()
    AWARDED_TO = auto()  # the first event whose awards are not yet made


class Rule(_Numbered):
    """A behaviour rule in ``p``."""

    POINTS = auto()
    POOL = auto()
    TIMES = auto()
    CAP = auto()
    PER_KIND = auto()
    PER_LENGTH = auto()
    EXPIRES_KIND = auto()
    EXPIRES_LENGTH = auto()
    LINEAR_LENGTH = auto()
    DECAY = auto()
    SINCE = auto()  # earlier events make no difference
    HITS = auto()  # begin of its hits in ``s``


class RuleState(_Numbered):
    """A behaviour rule in ``s``; hits are known by their places."""

    END = auto()  # where its next hit will stand
    CAP_FROM = auto()
    CAP_USED = auto()
    CAP_LEAVES = auto()  # when the oldest hit that the cap counts leaves its window
    GAP = auto()
    TAKEN = auto()  # and one more: each per view
    _TAKEN = auto()
    ENDED = auto()
    _ENDED = auto()


class Hit(_Numbered):
    """A scored hit, in ``s``."""

    AT = auto()
    POINTS = auto()
    END = auto()
    RULE = auto()


class Clause(_Numbered):
    """A clause about events, in ``p``."""

    NEEDED = auto()
    BY_DAY = auto()
    WITHIN_KIND = auto()
    WITHIN_LENGTH = auto()
    SINCE = auto()  # earlier events make no difference
    LEFTS = auto()  # begin in ``s``: when its events leave the window
    DAY_LEFTS = auto()  # the same by days


class ClauseState(_Numbered):
    """A clause about events, in ``s``."""

    END = auto()  # where its next event will stand
    DAYS_END = auto()
    LAST_DAY = auto()
    HELD_UNTIL = auto()
    GAP = auto()


class Pool(_Numbered):
    """Hits that decay alike, in ``p``; ``f`` has their sum per view."""

    DECAY = auto()
    LENGTH = auto()
    GROUP = auto()


class PoolState(_Numbered):
    """Hits that decay alike, in ``s``."""

    ALIVE = auto()  # and one more: each per view
    _ALIVE = auto()
    POINTS = auto()
    _POINTS = auto()


class Group(_Numbered):
    """The limits of a group, in ``p``."""

    LOW = auto()
    HIGH = auto()


class Row(_Numbered):
    """A leaf of the definition, in ``p``; YES and NO are places of rows."""

    LEAF = auto()
    ARGUMENT = auto()
    THRESHOLD = auto()
    YES = auto()
    NO = auto()
    GAP = auto()


class Shape(_Numbered):
    """What a signature matches, in ``p``: the rules stand in [RULES, CLAUSES), then clauses."""

    RULES = auto()
    CLAUSES = auto()
    END = auto()


SHAPE_CELLS = len(Shape)


def program_memory(
    singles: Mapping[Head, int], records: Mapping[int, Sequence[Sequence[int]]],
    matching: Sequence[tuple[Sequence[int], Sequence[int]]], months: I64,
) -> I64:  # fmt: skip
    """The flat program: ``records`` by the place of the first, with the cells of each; per
    signature the places of its rules and clauses. ``with_room`` places what depends on leads.
    """
    shapes = FIXED_CELLS + len(months)
    flat = list[int]()
    bounds = list[int]()
    begin = shapes + SHAPE_CELLS * len(matching)
    for rules, clauses in matching:
        middle = begin + len(flat) + len(rules)
        bounds += [begin + len(flat), middle, middle + len(clauses)]
        flat += [*rules, *clauses]
    fixed = np.zeros(FIXED_CELLS, np.int64)
    for slot, value in singles.items():
        fixed[slot] = value
    fixed[Head.MONTHS], fixed[Head.SHAPES] = FIXED_CELLS, shapes
    for place, rows in records.items():
        size = record_cells(place)
        for number, row in enumerate(rows):
            start = place + number * size
            fixed[start : start + len(row)] = row
    return np.concatenate([fixed, months, np.array(bounds + flat, np.int64)])


def record_cells(first: int) -> int:
    """How many cells a record has, by the place of the first of its sort."""
    return {
        RULES: RULE_CELLS, CLAUSES: CLAUSE_CELLS, POOLS: POOL_CELLS,
        GROUPS: GROUP_CELLS, ROWS: ROW_CELLS,
    }[first]  # fmt: skip


def with_room(program: I64, most_events: int, as_of: int | None = None) -> I64:
    """The program with the state laid out for leads of at most so many events; given ``as_of``,
    only for scores at that instant, to which events that ended before add nothing.
    """
    p = program.copy()
    room = max(most_events, 1)
    begin = FIXED_CELLS
    for rule in range(RULES, p[Head.RULES_END], RULE_CELLS):
        p[rule + Rule.HITS] = begin
        begin += room * HIT_CELLS
        if as_of is not None and min(p[rule + Rule.TIMES], p[rule + Rule.CAP]) == FOREVER:
            kind, length = p[rule + Rule.EXPIRES_KIND], p[rule + Rule.EXPIRES_LENGTH]
            seen_from = as_of - WEEK_US
            linear = seen_from - p[rule + Rule.LINEAR_LENGTH]
            p[rule + Rule.SINCE] = max(_opened(p, int(kind), int(length), seen_from), linear)
    for clause in range(CLAUSES, p[Head.CLAUSES_END], CLAUSE_CELLS):
        p[clause + Clause.LEFTS] = begin
        p[clause + Clause.DAY_LEFTS] = begin + room
        begin += 2 * room
        if as_of is not None:
            kind, length = p[clause + Clause.WITHIN_KIND], p[clause + Clause.WITHIN_LENGTH]
            endless = kind == NO_WINDOW
            since = FOREVER if endless else _opened(p, int(kind), int(length), as_of)
            p[clause + Clause.SINCE] = since
    p[Head.LOG] = begin
    rules = (int(p[Head.RULES_END]) - RULES) // RULE_CELLS
    p[Head.STATE_CELLS] = begin + rules * room
    return p


def _opened(p: I64, kind: int, length: int, at: int) -> int:
    """An instant before which no window opened that is still open at ``at``."""
    if kind == NO_WINDOW:
        return NEVER
    if kind == EXACT:
        return at - length
    begin = int(p[Head.MONTHS]) + (kind - 1) * TABLE_DAYS
    days = p[begin : begin + TABLE_DAYS] >> 1
    local_day = (at + int(p[Head.OFFSET])) // DAY_US
    row = int(np.searchsorted(days, local_day))
    return (FIRST_DAY + row) * DAY_US - int(p[Head.OFFSET])
