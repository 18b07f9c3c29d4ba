"""Where everything stands in the kernel's flat memory.

The kernel works on three plain arrays: ``p`` (the program, read only), ``s`` (one lead's state) and
``f`` (its decayed sums). Many small arrays in records would cost a reference count each at every
call and make threads fight over them; flat memory costs nothing. The head of ``p`` says where each
part begins, so ``p[p[POINTS] + rule]`` reads a program's part and ``s[p[HITS] + rule]`` a state's.
"""

from __future__ import annotations

from enum import IntEnum, auto
from typing import Final

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

FOREVER: Final = 2**62
NEVER: Final = -FOREVER
NO_WINDOW, EXACT = -1, 0  # kinds above EXACT are rows of the month table, counted from 1
CONSTANT, HALF_LIFE, LINEAR = 0, 1, 2
FIRST_DAY: Final = -25567  # 1900-01-01, in days since 1970
TABLE_DAYS: Final = 300 * 366  # calendar months are known until 2200
PRESENT, WEEK_AGO = 0, 1
AWARDED, CAME_TRUE = 1, 2
VIEWS: Final = 2


class _Numbered(IntEnum):
    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last: list[int]) -> int:
        return count


class Head(_Numbered):
    """Slots at the head of ``p``: sizes, single values, then the beginnings of parts."""

    RULES = auto()
    CLAUSES = auto()
    POOLS = auto()
    GROUPS = auto()
    ROWS = auto()
    ROOM = auto()  # most hits one rule or clause can have within one lead
    OFFSET = auto()  # of the rulebook's zone, µs
    TOTAL_LOW = auto()
    TOTAL_HIGH = auto()
    REQUALIFY_KIND = auto()
    REQUALIFY_LENGTH = auto()
    # program parts: one entry per signature (and one more), rule, pool, group, clause, code row
    RULE_START = auto()
    RULE_OF = auto()
    CLAUSE_START = auto()
    CLAUSE_OF = auto()
    POINTS = auto()
    POOL = auto()
    TIMES = auto()
    CAP = auto()
    PER_KIND = auto()
    PER_LENGTH = auto()
    EXPIRES_KIND = auto()
    EXPIRES_LENGTH = auto()
    LINEAR_LENGTH = auto()
    POOL_DECAY = auto()
    POOL_LENGTH = auto()
    POOL_GROUP = auto()
    LOW = auto()
    HIGH = auto()
    NEEDED = auto()
    BY_DAY = auto()
    WITHIN_KIND = auto()
    WITHIN_LENGTH = auto()
    LEAF = auto()
    ARGUMENT = auto()
    THRESHOLD = auto()
    YES = auto()
    NO = auto()
    GAP = auto()
    MONTHS = auto()
    # state parts in ``s``: per rule or clause, ROOM cells per rule or clause, per view
    HITS = auto()
    CAP_FROM = auto()
    CAP_USED = auto()
    CAP_LEAVES = auto()  # when the oldest hit that the cap counts leaves its window
    RULE_GAP = auto()
    LEFTS = auto()
    DAYS = auto()
    LAST_DAY = auto()
    HELD_UNTIL = auto()
    CLAUSE_GAP = auto()
    NEWS = auto()  # what awaits a verdict: AWARDED, CAME_TRUE or both
    NEGATIVE_UNTIL = auto()
    RECENT = auto()
    RECENT_FROM = auto()
    LOGGED = auto()
    VIEW_AT = auto()
    VIEW_FROM = auto()
    VIEW_END = auto()
    TAKEN = auto()
    ENDED = auto()
    ALIVE = auto()
    ALIVE_POINTS = auto()
    HIT_AT = auto()
    HIT_POINTS = auto()
    HIT_END = auto()
    LOG_RULE = auto()
    LOG_HIT = auto()
    LEFT_AT = auto()
    DAY_LEFT_AT = auto()
    STATE_CELLS = auto()  # how many cells ``s`` has; those before HIT_AT are reset per lead


def program_memory(singles: dict[Head, int], parts: dict[Head, I64]) -> I64:
    """The flat program of its single values and parts; state parts are placed by ``with_room``."""
    head = np.zeros(len(Head), np.int64)
    for slot, value in singles.items():
        head[slot] = value
    begin = len(head)
    for slot, cells in parts.items():
        head[slot] = begin
        begin += len(cells)
    return np.concatenate([head, *parts.values()]).astype(np.int64)


def with_room(program: I64, most_events: int) -> I64:
    """The program with the state laid out for leads of at most so many events."""
    p = program.copy()
    rules, clauses, pools = (int(p[slot]) for slot in (Head.RULES, Head.CLAUSES, Head.POOLS))
    room = max(most_events, 1)
    p[Head.ROOM] = room
    sizes = {
        Head.HITS: rules, Head.CAP_FROM: rules, Head.CAP_USED: rules, Head.CAP_LEAVES: rules,
        Head.RULE_GAP: rules,
        Head.LEFTS: clauses, Head.DAYS: clauses, Head.LAST_DAY: clauses, Head.CLAUSE_GAP: clauses,
        Head.HELD_UNTIL: clauses,
        Head.NEWS: 1, Head.NEGATIVE_UNTIL: 1, Head.RECENT: 1, Head.RECENT_FROM: 1, Head.LOGGED: 1,
        Head.VIEW_AT: VIEWS, Head.VIEW_FROM: VIEWS, Head.VIEW_END: VIEWS, Head.TAKEN: VIEWS * rules,
        Head.ENDED: VIEWS * rules, Head.ALIVE: VIEWS * pools, Head.ALIVE_POINTS: VIEWS * pools,
        Head.HIT_AT: rules * room, Head.HIT_POINTS: rules * room, Head.HIT_END: rules * room,
        Head.LOG_RULE: rules * room, Head.LOG_HIT: rules * room,
        Head.LEFT_AT: clauses * room, Head.DAY_LEFT_AT: clauses * room,
    }  # fmt: skip
    begin = 0
    for slot, size in sizes.items():
        p[slot] = begin
        begin += size
    p[Head.STATE_CELLS] = begin
    return p
