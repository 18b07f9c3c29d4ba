"""How low and how high scores can provably go, whatever happens."""

from __future__ import annotations

import math
from typing import NamedTuple

from teichaku.engine.rulebook.durations import DAY_US, HOUR_US, Duration
from teichaku.engine.rulebook.model import BehaviourGroup, BehaviourRule, Scoring

_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31


class Bounds(NamedTuple):
    """The least and the greatest value; infinite where nothing limits it."""

    low: float
    high: float


def shortest(length: Duration) -> int:
    """Microseconds that the duration lasts at least."""
    return _microseconds(length, _SHORTEST_MONTH)


def longest(length: Duration) -> int:
    """Microseconds that the duration lasts at most."""
    return _microseconds(length, _LONGEST_MONTH)


def _microseconds(length: Duration, days_of_month: int) -> int:
    unit = {"h": HOUR_US, "d": DAY_US, "mo": days_of_month * DAY_US}[length.unit]
    return length.amount * unit


def rule_limit(rule: BehaviourRule) -> float:
    """The greatest magnitude that all hits of a rule can have together at one instant."""
    cap = rule.cap
    if rule.points == 0:
        return 0.0
    if cap is None:
        return math.inf
    limits = [cap.times * abs(rule.points) if cap.times else math.inf, cap.points or math.inf]
    limit = min(limits)
    if cap.per is None:
        return limit
    window, found = shortest(cap.per), math.inf
    ends = [longest(end) for end in (rule.expires, rule.linear) if end is not None]
    if ends:  # hits alive at one instant fit into so many windows
        found = limit * math.ceil(min(ends) / window)
    if rule.half_life is not None:  # each window further back weighs less: a geometric series
        found = min(found, limit / (1 - 2 ** (-window / longest(rule.half_life))))
    return found


def group_bounds(group: BehaviourGroup) -> Bounds:
    """A group between its floor and ceiling."""
    low = -sum(rule_limit(rule) for rule in group.rules if rule.points < 0)
    high = sum(rule_limit(rule) for rule in group.rules if rule.points > 0)
    return _clamped(Bounds(low, high), group.min, group.max)


def behaviour_bounds(scoring: Scoring) -> Bounds:
    """The behaviour score."""
    groups = [group_bounds(group) for group in scoring.behaviour]
    return Bounds(sum(group.low for group in groups), sum(group.high for group in groups))


def fit_bounds(scoring: Scoring) -> Bounds:
    """The fit score, as if any rules could hold together."""
    points = [rule.points for rule in scoring.fit.rules] if scoring.fit else []
    return Bounds(sum(p for p in points if p < 0), sum(p for p in points if p > 0))


def total_bounds(scoring: Scoring) -> Bounds:
    """The total within its range."""
    behaviour, fit = behaviour_bounds(scoring), fit_bounds(scoring)
    limits = scoring.range
    return _clamped(
        Bounds(behaviour.low + fit.low, behaviour.high + fit.high),
        limits.min if limits else None,
        limits.max if limits else None,
    )


def rising_limit(scoring: Scoring) -> float:
    """How far the total can rise: by behaviour alone (fit stays the same), within the range."""
    behaviour, total = behaviour_bounds(scoring), total_bounds(scoring)
    return min(behaviour.high - behaviour.low, total.high - total.low)


def days_limit(within: Duration) -> int:
    """On how many local days a window can fall."""
    return (longest(within) - 1) // DAY_US + 2


def _clamped(bounds: Bounds, low: float | None, high: float | None) -> Bounds:
    def clamp(value: float) -> float:
        raised = value if low is None else max(value, low)
        return raised if high is None else min(raised, high)

    return Bounds(clamp(bounds.low), clamp(bounds.high))
