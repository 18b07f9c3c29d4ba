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
from teichaku.engine.compiler import uncounted, uncounted_inline
from teichaku.engine.layout import (
    AWARDED,
    CAME_TRUE,
    CLAUSE_CELLS,
    CLAUSES,
    CONSTANT,
    EXACT,
    FIRST_DAY,
    FOREVER,
    GROUP_CELLS,
    GROUPS,
    HALF_LIFE,
    HIT_CELLS,
    NEVER,
    NO_WINDOW,
    POOL_CELLS,
    POOLS,
    PRESENT,
    ROWS,
    RULE_CELLS,
    RULES,
    SHAPE_CELLS,
    TABLE_DAYS,
    VIEWS,
    WEEK_AGO,
    WEEK_US,
    Clause,
    ClauseState,
    Group,
    Head,
    Hit,
    Lead,
    Pool,
    PoolState,
    Row,
    Rule,
    RuleState,
    Shape,
)
from teichaku.engine.rulebook.durations import DAY_US

NOW, LATER, SCORES, EVER = 0, 1, 2, 3  # questions to the definition
FADED = 1e-12  # millionths; below this a decayed sum is nothing, and slow to multiply

# What follows takes ``p``, ``s`` and ``f``: program, state and decayed sums (see ``layout``).
# Rules, clauses, pools, groups, rows and hits are known by their places there.


@uncounted_inline
def cell(place: int) -> int:
    """An index that is known not to be negative, which spares the check at every access."""
    return np.uint64(place)  # type: ignore[return-value]


@uncounted
def reset(p: Any, s: Any, f: Any) -> None:
    """Forgets the lead before."""
    s[Lead.NEWS] = 0
    s[Lead.NEGATIVE_UNTIL] = NEVER
    s[Lead.RECENT] = 0
    s[Lead.RECENT_FROM] = s[Lead.LOG_END] = p[Head.LOG]
    for view in range(VIEWS):
        s[cell(Lead.VIEW_AT + view)] = NEVER
        s[cell(Lead.VIEW_FROM + view)] = p[Head.LOG]
        s[cell(Lead.VIEW_END + view)] = FOREVER
    for rule in range(RULES, p[Head.RULES_END], RULE_CELLS):
        first = p[cell(rule + Rule.HITS)]
        s[cell(rule + RuleState.END)] = s[cell(rule + RuleState.CAP_FROM)] = s[
            cell(rule + RuleState.GAP)
        ] = first
        s[cell(rule + RuleState.CAP_USED)] = 0
        s[cell(rule + RuleState.CAP_LEAVES)] = FOREVER
        for view in range(VIEWS):
            s[cell(rule + RuleState.TAKEN + view)] = s[cell(rule + RuleState.ENDED + view)] = first
    for clause in range(CLAUSES, p[Head.CLAUSES_END], CLAUSE_CELLS):
        first = p[cell(clause + Clause.LEFTS)]
        s[cell(clause + ClauseState.END)] = s[cell(clause + ClauseState.GAP)] = first
        s[cell(clause + ClauseState.DAYS_END)] = p[cell(clause + Clause.DAY_LEFTS)]
        s[cell(clause + ClauseState.LAST_DAY)] = s[cell(clause + ClauseState.HELD_UNTIL)] = NEVER
    for pool in range(POOLS, p[Head.POOLS_END], POOL_CELLS):
        for view in range(VIEWS):
            s[cell(pool + PoolState.ALIVE + view)] = s[cell(pool + PoolState.POINTS + view)] = 0
            f[cell(pool + view)] = 0.0


@uncounted_inline
def leaves_at(p: Any, kind: int, length: int, at: int) -> int:
    """The end of a window that opened at ``at``: exact, or the same wall clock months later."""
    if kind == EXACT:
        return at + length
    if kind == NO_WINDOW:
        return FOREVER
    local = at + p[Head.OFFSET]
    day = local // DAY_US
    row = day - FIRST_DAY
    if row < 0 or row >= TABLE_DAYS:
        return FOREVER
    coded = p[cell(p[Head.MONTHS] + (kind - 1) * TABLE_DAYS + row)]
    start = (coded >> 1) * DAY_US - p[Head.OFFSET]
    return start if coded & 1 else start + local - day * DAY_US


@uncounted_inline
def forget_capped(p: Any, s: Any, rule: int, at: int) -> None:
    """Lets the hits leave the rule's cap that have left its window."""
    kind, length = p[cell(rule + Rule.PER_KIND)], p[cell(rule + Rule.PER_LENGTH)]
    hit, used, left = s[cell(rule + RuleState.CAP_FROM)], s[cell(rule + RuleState.CAP_USED)], at
    end = s[cell(rule + RuleState.END)]
    while left <= at:
        used -= abs(s[cell(hit + Hit.POINTS)])
        hit += HIT_CELLS
        left = FOREVER
        if hit < end:
            left = leaves_at(p, kind, length, s[cell(hit + Hit.AT)])
    s[cell(rule + RuleState.CAP_FROM)], s[cell(rule + RuleState.CAP_USED)] = hit, used
    s[cell(rule + RuleState.CAP_LEAVES)] = left


@uncounted_inline
def award(p: Any, s: Any, rule: int, at: int) -> None:
    """Records a hit of the rule with what its cap leaves of the points; nothing if that is 0."""
    if at < p[cell(rule + Rule.SINCE)]:
        return
    if s[cell(rule + RuleState.CAP_LEAVES)] <= at:
        forget_capped(p, s, rule, at)
    hit = s[cell(rule + RuleState.END)]
    used = s[cell(rule + RuleState.CAP_USED)]
    points = p[cell(rule + Rule.POINTS)]
    magnitude = min(abs(points), p[cell(rule + Rule.CAP)] - used)
    count = (hit - s[cell(rule + RuleState.CAP_FROM)]) // HIT_CELLS
    if count >= p[cell(rule + Rule.TIMES)] or magnitude <= 0:
        return
    kind = p[cell(rule + Rule.PER_KIND)]
    if kind != NO_WINDOW and s[cell(rule + RuleState.CAP_LEAVES)] == FOREVER:
        s[cell(rule + RuleState.CAP_LEAVES)] = leaves_at(
            p, kind, p[cell(rule + Rule.PER_LENGTH)], at
        )
    end = leaves_at(p, p[cell(rule + Rule.EXPIRES_KIND)], p[cell(rule + Rule.EXPIRES_LENGTH)], at)
    end = min(end, at + p[cell(rule + Rule.LINEAR_LENGTH)])
    s[cell(rule + RuleState.CAP_USED)] = used + magnitude
    s[cell(rule + RuleState.END)] = hit + HIT_CELLS
    s[cell(hit + Hit.AT)] = at
    s[cell(hit + Hit.POINTS)] = magnitude if points > 0 else -magnitude
    s[cell(hit + Hit.END)] = end
    s[cell(hit + Hit.RULE)] = rule
    entry = s[Lead.LOG_END]
    s[cell(entry)] = hit
    s[Lead.LOG_END] = entry + 1
    s[Lead.NEWS] |= AWARDED
    if points > 0:
        s[Lead.RECENT] += magnitude
    elif end < FOREVER or p[cell(rule + Rule.DECAY)] == HALF_LIFE:
        s[Lead.NEGATIVE_UNTIL] = max(s[Lead.NEGATIVE_UNTIL], end)


@uncounted_inline
def enter_clause(p: Any, s: Any, clause: int, at: int) -> None:
    """Lets an event into the window, and notes until when the clause then holds by itself."""
    if at < p[cell(clause + Clause.SINCE)]:
        return
    left = leaves_at(
        p, p[cell(clause + Clause.WITHIN_KIND)], p[cell(clause + Clause.WITHIN_LENGTH)], at
    )
    end = s[cell(clause + ClauseState.END)]
    s[cell(end)] = left
    end += 1
    s[cell(clause + ClauseState.END)] = end
    first = p[cell(clause + Clause.LEFTS)]
    if p[cell(clause + Clause.BY_DAY)]:
        first, end = p[cell(clause + Clause.DAY_LEFTS)], s[cell(clause + ClauseState.DAYS_END)]
        day = (at + p[Head.OFFSET]) // DAY_US
        if day != s[cell(clause + ClauseState.LAST_DAY)]:
            s[cell(clause + ClauseState.LAST_DAY)] = day
            end += 1
            s[cell(clause + ClauseState.DAYS_END)] = end
        s[cell(end - 1)] = left  # a day counts as long as its latest event
    nth = end - p[cell(clause + Clause.NEEDED)]
    until = s[cell(nth)] if nth >= first else NEVER
    if s[cell(clause + ClauseState.HELD_UNTIL)] <= at and until > at:
        s[Lead.NEWS] |= CAME_TRUE
    s[cell(clause + ClauseState.HELD_UNTIL)] = until


@uncounted_inline
def award_all(p: Any, s: Any, signature: int, at: int) -> None:
    """The awards of one event."""
    shape = p[Head.SHAPES] + signature * SHAPE_CELLS
    for k in range(p[cell(shape + Shape.RULES)], p[cell(shape + Shape.CLAUSES)]):
        award(p, s, p[cell(k)], at)


@uncounted_inline
def enter(p: Any, s: Any, signature: int, at: int) -> None:
    """The place of one event in the windows of clauses."""
    shape = p[Head.SHAPES] + signature * SHAPE_CELLS
    for k in range(p[cell(shape + Shape.CLAUSES)], p[cell(shape + Shape.END)]):
        enter_clause(p, s, p[cell(k)], at)


@uncounted
def fade(p: Any, s: Any, f: Any, view: int, passed: int) -> None:
    """Lets the view's decayed sums grow older by so many µs."""
    for pool in range(POOLS, p[Head.POOLS_END], POOL_CELLS):
        decay = p[cell(pool + Pool.DECAY)]
        if decay == CONSTANT or s[cell(pool + PoolState.ALIVE + view)] == 0:
            continue
        share = passed / p[cell(pool + Pool.LENGTH)]
        if decay == HALF_LIFE:
            faded = f[cell(pool + view)] * np.exp2(-share)
            f[cell(pool + view)] = faded if abs(faded) >= FADED else 0.0
        else:
            f[cell(pool + view)] -= s[cell(pool + PoolState.POINTS + view)] * share


@uncounted_inline
def count_in(p: Any, s: Any, f: Any, view: int, hit: int, instant: int, sign: int) -> None:
    """Adds a hit to the view at its value of the instant (sign 1), or takes it out (sign -1)."""
    pool = p[cell(s[cell(hit + Hit.RULE)] + Rule.POOL)]
    points = sign * s[cell(hit + Hit.POINTS)]
    alive = s[cell(pool + PoolState.ALIVE + view)] + sign
    s[cell(pool + PoolState.ALIVE + view)] = alive
    s[cell(pool + PoolState.POINTS + view)] += points
    decay = p[cell(pool + Pool.DECAY)]
    if alive == 0:
        f[cell(pool + view)] = 0.0
    elif decay != CONSTANT:
        share = (instant - s[cell(hit + Hit.AT)]) / p[cell(pool + Pool.LENGTH)]
        f[cell(pool + view)] += points * (np.exp2(-share) if decay == HALF_LIFE else 1.0 - share)


@uncounted
def drop_ended(p: Any, s: Any, f: Any, view: int, instant: int) -> None:
    """Takes out of the view what has ended, and notes when the next hit will."""
    soonest = FOREVER
    for rule in range(RULES, p[Head.RULES_END], RULE_CELLS):
        hit, taken = s[cell(rule + RuleState.ENDED + view)], s[cell(rule + RuleState.TAKEN + view)]
        while hit < taken and s[cell(hit + Hit.END)] <= instant:
            count_in(p, s, f, view, hit, instant, -1)
            hit += HIT_CELLS
        s[cell(rule + RuleState.ENDED + view)] = hit
        if hit < taken:
            soonest = min(soonest, s[cell(hit + Hit.END)])
    s[cell(Lead.VIEW_END + view)] = soonest


@uncounted
def advance(p: Any, s: Any, f: Any, view: int, instant: int) -> None:
    """Moves the view forward: what is alive at the instant, at its value then."""
    before = s[cell(Lead.VIEW_AT + view)]
    if before != NEVER:
        fade(p, s, f, view, instant - before)
    s[cell(Lead.VIEW_AT + view)] = instant
    if s[cell(Lead.VIEW_END + view)] <= instant:
        drop_ended(p, s, f, view, instant)
    entry, last = s[cell(Lead.VIEW_FROM + view)], s[Lead.LOG_END]
    soonest = s[cell(Lead.VIEW_END + view)]
    while entry < last:
        hit = s[cell(entry)]
        if s[cell(hit + Hit.AT)] > instant:
            break
        rule, end = s[cell(hit + Hit.RULE)], s[cell(hit + Hit.END)]
        if end <= instant:
            s[cell(rule + RuleState.ENDED + view)] = hit + HIT_CELLS  # all before it have ended too
        else:
            count_in(p, s, f, view, hit, instant, 1)
            soonest = min(soonest, end)
        s[cell(rule + RuleState.TAKEN + view)] = hit + HIT_CELLS
        entry += 1
    s[cell(Lead.VIEW_END + view)] = soonest
    s[cell(Lead.VIEW_FROM + view)] = entry


@uncounted
def behaviour_at(p: Any, s: Any, f: Any, view: int, instant: int) -> int:
    """The behaviour score of a view in millionths: clamped groups, summed, rounded half-even.

    The sum is first cut to a millionth of a millionth, which takes the last bits of floats off.
    """
    if s[cell(Lead.VIEW_AT + view)] >= instant:
        return s[cell(Lead.BEHAVIOUR + view)]
    advance(p, s, f, view, instant)
    total = 0.0
    pool, last = POOLS, p[Head.POOLS_END]
    for group in range(GROUPS, p[Head.GROUPS_END], GROUP_CELLS):
        inner = 0.0
        while pool < last and p[cell(pool + Pool.GROUP)] == group:
            constant = p[cell(pool + Pool.DECAY)] == CONSTANT
            inner += s[cell(pool + PoolState.POINTS + view)] if constant else f[cell(pool + view)]
            pool += POOL_CELLS
        total += min(max(inner, p[cell(group + Group.LOW)]), p[cell(group + Group.HIGH)])
    s[cell(Lead.BEHAVIOUR + view)] = np.int64(np.rint(np.rint(total * 1e6) / 1e6))
    return s[cell(Lead.BEHAVIOUR + view)]


@uncounted
def copy_view(p: Any, s: Any, f: Any, source: int, target: int) -> None:
    """Lets a view go on from where another stands, which is cheaper than from the beginning."""
    for slot in (Lead.VIEW_AT, Lead.VIEW_FROM, Lead.VIEW_END, Lead.BEHAVIOUR):
        s[cell(slot + target)] = s[cell(slot + source)]
    for rule in range(RULES, p[Head.RULES_END], RULE_CELLS):
        for part in (RuleState.TAKEN, RuleState.ENDED):
            s[cell(rule + part + target)] = s[cell(rule + part + source)]
    for pool in range(POOLS, p[Head.POOLS_END], POOL_CELLS):
        for amount in (PoolState.ALIVE, PoolState.POINTS):
            s[cell(pool + amount + target)] = s[cell(pool + amount + source)]
        f[cell(pool + target)] = f[cell(pool + source)]


@uncounted
def total_of(p: Any, behaviour: int, fit: int) -> int:
    """The total within its range."""
    return min(max(behaviour + fit, p[Head.TOTAL_LOW]), p[Head.TOTAL_HIGH])


@uncounted
def rising_at(p: Any, s: Any, f: Any, fit: int, instant: int) -> int:
    """The total now less the total seven days before, in millionths."""
    now = behaviour_at(p, s, f, PRESENT, instant)
    before = behaviour_at(p, s, f, WEEK_AGO, instant - WEEK_US)
    return total_of(p, now, fit) - total_of(p, before, fit)


@uncounted
def may_rise(p: Any, s: Any, threshold: int, instant: int) -> bool:
    """Whether the total can be up by the threshold, now or before the next event.

    Clamped or not, it cannot be up by more than the points awarded within the seven days, unless
    negative points faded in that time.
    """
    since = instant - WEEK_US
    if s[Lead.NEGATIVE_UNTIL] > since:
        return True
    entry, last = s[Lead.RECENT_FROM], s[Lead.LOG_END]
    recent = s[Lead.RECENT]
    while entry < last and s[cell(s[cell(entry)] + Hit.AT)] <= since:
        recent -= max(s[cell(s[cell(entry)] + Hit.POINTS)], 0)
        entry += 1
    s[Lead.RECENT], s[Lead.RECENT_FROM] = recent, entry
    return recent >= threshold


@uncounted
def score_holds(p: Any, s: Any, f: Any, fit: int, row: int, instant: int) -> bool:
    """A leaf about scores at the instant."""
    threshold, axis = p[cell(row + Row.THRESHOLD)], p[cell(row + Row.ARGUMENT)]
    if p[cell(row + Row.LEAF)] == jumps.RISING:
        possible = may_rise(p, s, threshold, instant)
        return possible and rising_at(p, s, f, fit, instant) >= threshold
    behaviour = behaviour_at(p, s, f, PRESENT, instant)
    return (behaviour if axis == jumps.BEHAVIOUR else total_of(p, behaviour, fit)) >= threshold


@uncounted
def verdict(p: Any, s: Any, f: Any, fit: int, parts: int, instant: int, question: int) -> bool:
    """Whether the definition holds NOW, may hold LATER before the next event, may hold however the
    lead SCORES, or may EVER hold whatever events come: each question includes the one before.
    """
    row = ROWS
    while row >= 0:
        reading = jumps.AS_IS if question == NOW else p[cell(row + Row.GAP)]
        leaf, argument = p[cell(row + Row.LEAF)], p[cell(row + Row.ARGUMENT)]
        if reading == jumps.TURNED_FALSE:
            true = False
        elif leaf == jumps.ATTRIBUTE:
            true = (parts >> argument) & 1 == 1
        elif leaf == jumps.CLAUSE:
            true = question == EVER or s[cell(argument + ClauseState.HELD_UNTIL)] > instant
        elif leaf == jumps.SCORE and argument == jumps.FIT:
            true = fit >= p[cell(row + Row.THRESHOLD)]
        elif question >= SCORES:
            true = True
        elif reading == jumps.TRUE_IF_IT_MAY_RISE:
            true = may_rise(p, s, p[cell(row + Row.THRESHOLD)], instant)
        elif reading == jumps.TRUE_IF_NEGATIVE and s[Lead.NEGATIVE_UNTIL] > instant:
            true = True
        else:
            true = score_holds(p, s, f, fit, row, instant)
        row = p[cell(row + Row.YES)] if true else p[cell(row + Row.NO)]
    return row == jumps.ACCEPT


@uncounted
def next_expiry(p: Any, s: Any, instant: int) -> int:
    """The first instant after this one at which a scored hit ends or an event leaves a window."""
    soonest = FOREVER
    for rule in range(RULES, p[Head.RULES_END], RULE_CELLS):
        hit, last = s[cell(rule + RuleState.GAP)], s[cell(rule + RuleState.END)]
        while hit < last and s[cell(hit + Hit.END)] <= instant:
            hit += HIT_CELLS
        s[cell(rule + RuleState.GAP)] = hit
        if hit < last:
            soonest = min(soonest, s[cell(hit + Hit.END)])
    for clause in range(CLAUSES, p[Head.CLAUSES_END], CLAUSE_CELLS):
        place, last = s[cell(clause + ClauseState.GAP)], s[cell(clause + ClauseState.END)]
        while place < last and s[cell(place)] <= instant:
            place += 1
        s[cell(clause + ClauseState.GAP)] = place
        if place < last:
            soonest = min(soonest, s[cell(place)])
    return soonest
