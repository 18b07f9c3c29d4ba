"""What happens to one lead: awards, windows, views of its score, the verdict of the definition.

Compiled without the GIL; our own threads run it over ranges of leads (``sweep``), one state each.

* Every behaviour rule keeps its scored hits in order of time, and a log keeps the order of all. A
  view sums the hits alive at one instant and only moves forward, when a score is asked for. Two
  views of the same hits, the second seven days behind, answer ``rising``.
* Every clause keeps the instants at which its hits leave the window. They leave in the order in
  which they came, so "at least n" holds until the n-th latest leaves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from teichaku.engine import jumps
from teichaku.engine.compiler import compiled, inlined
from teichaku.engine.layout import (
    AWARDED,
    CAME_TRUE,
    CONSTANT,
    EXACT,
    FIRST_DAY,
    FOREVER,
    HALF_LIFE,
    NEVER,
    NO_WINDOW,
    PRESENT,
    TABLE_DAYS,
    VIEWS,
    WEEK_AGO,
)
from teichaku.engine.layout import Head as H
from teichaku.engine.rulebook.durations import DAY_US

WEEK_US = 7 * DAY_US
NOW, LATER, SCORES = 0, 1, 2  # questions to the definition
FADED = 1e-12  # millionths; below this a decayed sum is nothing, and slow to multiply

# What follows takes ``p``, ``s`` and ``f``: program, state and decayed sums (see ``layout``).


@compiled
def reset(p: Any, s: Any, f: Any) -> None:
    """Forgets the lead before."""
    s[: p[H.HIT_AT]] = 0
    for clause in range(p[H.CLAUSES]):
        s[p[H.LAST_DAY] + clause] = NEVER
        s[p[H.HELD_UNTIL] + clause] = NEVER
    s[p[H.NEGATIVE_UNTIL]] = NEVER
    for rule in range(p[H.RULES]):
        s[p[H.CAP_LEAVES] + rule] = FOREVER
    for view in range(VIEWS):
        s[p[H.VIEW_AT] + view] = NEVER
        s[p[H.VIEW_END] + view] = FOREVER
    f[:] = 0.0


@inlined
def leaves_at(p: Any, kind: int, length: int, at: int) -> int:
    """The end of a window that opened at ``at``: exact, or the same wall clock months later."""
    if kind == EXACT:
        return at + length
    if kind == NO_WINDOW:
        return FOREVER
    local = at + p[H.OFFSET]
    day = local // DAY_US
    row = day - FIRST_DAY
    if row < 0 or row >= TABLE_DAYS:
        return FOREVER
    coded = p[p[H.MONTHS] + (kind - 1) * TABLE_DAYS + row]
    start = (coded >> 1) * DAY_US - p[H.OFFSET]
    return start if coded & 1 else start + local - day * DAY_US


@inlined
def award(p: Any, s: Any, rule: int, at: int) -> None:
    """Records a hit of the rule with what its cap leaves of the points; nothing if that is 0."""
    count = s[p[H.HITS] + rule]
    cells = rule * p[H.ROOM]
    kind, length = p[p[H.PER_KIND] + rule], p[p[H.PER_LENGTH] + rule]
    if s[p[H.CAP_LEAVES] + rule] <= at:
        head, used, left = s[p[H.CAP_FROM] + rule], s[p[H.CAP_USED] + rule], at
        while left <= at:
            used -= abs(s[p[H.HIT_POINTS] + cells + head])
            head += 1
            left = FOREVER
            if head < count:
                left = leaves_at(p, kind, length, s[p[H.HIT_AT] + cells + head])
        s[p[H.CAP_FROM] + rule], s[p[H.CAP_USED] + rule] = head, used
        s[p[H.CAP_LEAVES] + rule] = left
    used = s[p[H.CAP_USED] + rule]
    points = p[p[H.POINTS] + rule]
    magnitude = min(abs(points), p[p[H.CAP] + rule] - used)
    if count - s[p[H.CAP_FROM] + rule] >= p[p[H.TIMES] + rule] or magnitude <= 0:
        return
    if kind != NO_WINDOW and s[p[H.CAP_LEAVES] + rule] == FOREVER:
        s[p[H.CAP_LEAVES] + rule] = leaves_at(p, kind, length, at)
    end = leaves_at(p, p[p[H.EXPIRES_KIND] + rule], p[p[H.EXPIRES_LENGTH] + rule], at)
    end = min(end, at + p[p[H.LINEAR_LENGTH] + rule])
    s[p[H.CAP_USED] + rule] = used + magnitude
    s[p[H.HIT_AT] + cells + count] = at
    s[p[H.HIT_POINTS] + cells + count] = magnitude if points > 0 else -magnitude
    s[p[H.HIT_END] + cells + count] = end
    s[p[H.HITS] + rule] = count + 1
    entry = s[p[H.LOGGED]]
    s[p[H.LOG_RULE] + entry], s[p[H.LOG_HIT] + entry] = rule, count
    s[p[H.LOGGED]] = entry + 1
    s[p[H.NEWS]] |= AWARDED
    if points > 0:
        s[p[H.RECENT]] += magnitude
    elif end < FOREVER or p[p[H.POOL_DECAY] + p[p[H.POOL] + rule]] == HALF_LIFE:
        s[p[H.NEGATIVE_UNTIL]] = max(s[p[H.NEGATIVE_UNTIL]], end)


@inlined
def enter_clause(p: Any, s: Any, clause: int, at: int) -> None:
    """Lets an event into the window, and notes until when the clause then holds by itself."""
    left = leaves_at(p, p[p[H.WITHIN_KIND] + clause], p[p[H.WITHIN_LENGTH] + clause], at)
    cells = clause * p[H.ROOM]
    count = s[p[H.LEFTS] + clause]
    s[p[H.LEFTS] + clause] = count + 1
    s[p[H.LEFT_AT] + cells + count] = left
    nth = count + 1 - p[p[H.NEEDED] + clause]
    lefts = p[H.LEFT_AT] + cells
    if p[p[H.BY_DAY] + clause]:
        lefts = p[H.DAY_LEFT_AT] + cells
        days = s[p[H.DAYS] + clause]
        day = (at + p[H.OFFSET]) // DAY_US
        if day != s[p[H.LAST_DAY] + clause]:
            s[p[H.LAST_DAY] + clause] = day
            days += 1
            s[p[H.DAYS] + clause] = days
        s[lefts + days - 1] = left  # a day counts as long as its latest event
        nth = days - p[p[H.NEEDED] + clause]
    until = s[lefts + nth] if nth >= 0 else NEVER
    if s[p[H.HELD_UNTIL] + clause] <= at and until > at:
        s[p[H.NEWS]] |= CAME_TRUE
    s[p[H.HELD_UNTIL] + clause] = until


@inlined
def enter(p: Any, s: Any, shape: int, at: int) -> None:
    """Takes in one event: its awards, and its place in the windows of clauses."""
    for k in range(p[p[H.RULE_START] + shape], p[p[H.RULE_START] + shape + 1]):
        award(p, s, p[p[H.RULE_OF] + k], at)
    for k in range(p[p[H.CLAUSE_START] + shape], p[p[H.CLAUSE_START] + shape + 1]):
        enter_clause(p, s, p[p[H.CLAUSE_OF] + k], at)


@compiled
def fade(p: Any, s: Any, f: Any, view: int, passed: int) -> None:
    """Lets the view's decayed sums grow older by so many µs."""
    for pool in range(p[H.POOLS]):
        cell = view * p[H.POOLS] + pool
        decay = p[p[H.POOL_DECAY] + pool]
        if decay == CONSTANT or s[p[H.ALIVE] + cell] == 0:
            continue
        share = passed / p[p[H.POOL_LENGTH] + pool]
        if decay == HALF_LIFE:
            f[cell] *= np.exp2(-share)
            if abs(f[cell]) < FADED:
                f[cell] = 0.0
        else:
            f[cell] -= s[p[H.ALIVE_POINTS] + cell] * share


@compiled
def count_in(
    p: Any, s: Any, f: Any, view: int, rule: int, hit: int, instant: int, sign: int
) -> None:
    """Adds a hit to the view at its value of the instant (sign 1), or takes it out (sign -1)."""
    pool = p[p[H.POOL] + rule]
    cell = view * p[H.POOLS] + pool
    points = sign * s[p[H.HIT_POINTS] + rule * p[H.ROOM] + hit]
    s[p[H.ALIVE] + cell] += sign
    s[p[H.ALIVE_POINTS] + cell] += points
    decay = p[p[H.POOL_DECAY] + pool]
    if s[p[H.ALIVE] + cell] == 0:
        f[cell] = 0.0
    elif decay != CONSTANT:
        age = instant - s[p[H.HIT_AT] + rule * p[H.ROOM] + hit]
        share = age / p[p[H.POOL_LENGTH] + pool]
        f[cell] += points * (np.exp2(-share) if decay == HALF_LIFE else 1.0 - share)


@compiled
def drop_ended(p: Any, s: Any, f: Any, view: int, instant: int) -> None:
    """Takes out of the view what has ended, and notes when the next hit will."""
    soonest = FOREVER
    for rule in range(p[H.RULES]):
        cell = view * p[H.RULES] + rule
        ends = p[H.HIT_END] + rule * p[H.ROOM]
        ended, taken = s[p[H.ENDED] + cell], s[p[H.TAKEN] + cell]
        while ended < taken and s[ends + ended] <= instant:
            count_in(p, s, f, view, rule, ended, instant, -1)
            ended += 1
        s[p[H.ENDED] + cell] = ended
        if ended < taken:
            soonest = min(soonest, s[ends + ended])
    s[p[H.VIEW_END] + view] = soonest


@compiled
def advance(p: Any, s: Any, f: Any, view: int, instant: int) -> None:
    """Moves the view forward: what is alive at the instant, at its value then."""
    before = s[p[H.VIEW_AT] + view]
    if before >= instant:
        return
    if before != NEVER:
        fade(p, s, f, view, instant - before)
    s[p[H.VIEW_AT] + view] = instant
    if s[p[H.VIEW_END] + view] <= instant:
        drop_ended(p, s, f, view, instant)
    entry = s[p[H.VIEW_FROM] + view]
    while entry < s[p[H.LOGGED]]:
        rule, hit = s[p[H.LOG_RULE] + entry], s[p[H.LOG_HIT] + entry]
        cell, cells = view * p[H.RULES] + rule, rule * p[H.ROOM] + hit
        if s[p[H.HIT_AT] + cells] > instant:
            break
        end = s[p[H.HIT_END] + cells]
        if end <= instant:
            s[p[H.ENDED] + cell] = hit + 1  # all of the rule before it have ended too
        else:
            count_in(p, s, f, view, rule, hit, instant, 1)
            s[p[H.VIEW_END] + view] = min(s[p[H.VIEW_END] + view], end)
        s[p[H.TAKEN] + cell] = hit + 1
        entry += 1
    s[p[H.VIEW_FROM] + view] = entry


@compiled
def behaviour_at(p: Any, s: Any, f: Any, view: int, instant: int) -> int:
    """The behaviour score of a view in millionths: clamped groups, summed, rounded half-even.

    The sum is first cut to a millionth of a millionth, which takes the last bits of floats off.
    """
    advance(p, s, f, view, instant)
    total = 0.0
    pool = 0
    for group in range(p[H.GROUPS]):
        inner = 0.0
        while pool < p[H.POOLS] and p[p[H.POOL_GROUP] + pool] == group:
            cell = view * p[H.POOLS] + pool
            constant = p[p[H.POOL_DECAY] + pool] == CONSTANT
            inner += s[p[H.ALIVE_POINTS] + cell] if constant else f[cell]
            pool += 1
        total += min(max(inner, p[p[H.LOW] + group]), p[p[H.HIGH] + group])
    return np.int64(np.rint(np.rint(total * 1e6) / 1e6))  # type: ignore[return-value]


@compiled
def total_of(p: Any, behaviour: int, fit: int) -> int:
    """The total within its range."""
    return min(max(behaviour + fit, p[H.TOTAL_LOW]), p[H.TOTAL_HIGH])


@compiled
def rising_at(p: Any, s: Any, f: Any, fit: int, instant: int) -> int:
    """The total now less the total seven days before, in millionths."""
    now = behaviour_at(p, s, f, PRESENT, instant)
    before = behaviour_at(p, s, f, WEEK_AGO, instant - WEEK_US)
    return total_of(p, now, fit) - total_of(p, before, fit)


@compiled
def may_rise(p: Any, s: Any, threshold: int, instant: int) -> bool:
    """Whether the total can be up by the threshold, now or before the next event.

    Clamped or not, it cannot be up by more than the points awarded within the seven days, unless
    negative points faded in that time.
    """
    since = instant - WEEK_US
    if s[p[H.NEGATIVE_UNTIL]] > since:
        return True
    entry = s[p[H.RECENT_FROM]]
    while entry < s[p[H.LOGGED]]:
        cell = s[p[H.LOG_RULE] + entry] * p[H.ROOM] + s[p[H.LOG_HIT] + entry]
        if s[p[H.HIT_AT] + cell] > since:
            break
        s[p[H.RECENT]] -= max(s[p[H.HIT_POINTS] + cell], 0)
        entry += 1
    s[p[H.RECENT_FROM]] = entry
    return s[p[H.RECENT]] >= threshold


@compiled
def score_holds(p: Any, s: Any, f: Any, fit: int, row: int, instant: int) -> bool:
    """A leaf about scores at the instant."""
    threshold, axis = p[p[H.THRESHOLD] + row], p[p[H.ARGUMENT] + row]
    if p[p[H.LEAF] + row] == jumps.RISING:
        possible = may_rise(p, s, threshold, instant)
        return possible and rising_at(p, s, f, fit, instant) >= threshold
    if axis == jumps.FIT:
        return fit >= threshold
    behaviour = behaviour_at(p, s, f, PRESENT, instant)
    return (behaviour if axis == jumps.BEHAVIOUR else total_of(p, behaviour, fit)) >= threshold


@compiled
def verdict(p: Any, s: Any, f: Any, fit: int, parts: int, instant: int, question: int) -> bool:
    """Whether the definition holds NOW, may hold LATER before the next event, or may hold however
    the lead SCORES: each question includes the one before.
    """
    row = 0
    while row >= 0:
        reading = jumps.AS_IS if question == NOW else p[p[H.GAP] + row]
        leaf, argument = p[p[H.LEAF] + row], p[p[H.ARGUMENT] + row]
        if reading == jumps.TURNED_FALSE:
            true = False
        elif leaf == jumps.ATTRIBUTE:
            true = (parts >> argument) & 1 == 1
        elif leaf == jumps.CLAUSE:
            true = s[p[H.HELD_UNTIL] + argument] > instant
        elif question == SCORES:
            true = True
        elif reading == jumps.TRUE_IF_IT_MAY_RISE:
            true = may_rise(p, s, p[p[H.THRESHOLD] + row], instant)
        elif reading == jumps.TRUE_IF_NEGATIVE and s[p[H.NEGATIVE_UNTIL]] > instant:
            true = True
        else:
            true = score_holds(p, s, f, fit, row, instant)
        row = p[p[H.YES] + row] if true else p[p[H.NO] + row]
    return row == jumps.ACCEPT


@compiled
def next_expiry(p: Any, s: Any, instant: int) -> int:
    """The first instant after this one at which a scored hit ends or an event leaves a window."""
    soonest = FOREVER
    for rule in range(p[H.RULES]):
        hit, hits = s[p[H.RULE_GAP] + rule], s[p[H.HITS] + rule]
        ends = p[H.HIT_END] + rule * p[H.ROOM]
        while hit < hits and s[ends + hit] <= instant:
            hit += 1
        s[p[H.RULE_GAP] + rule] = hit
        if hit < hits:
            soonest = min(soonest, s[ends + hit])
    for clause in range(p[H.CLAUSES]):
        hit, hits = s[p[H.CLAUSE_GAP] + clause], s[p[H.LEFTS] + clause]
        lefts = p[H.LEFT_AT] + clause * p[H.ROOM]
        while hit < hits and s[lefts + hit] <= instant:
            hit += 1
        s[p[H.CLAUSE_GAP] + clause] = hit
        if hit < hits:
            soonest = min(soonest, s[lefts + hit])
    return soonest
