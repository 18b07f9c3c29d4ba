"""Kaplan–Meier against SciPy, a published vector, and the product written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from teichaku.engine.statistics import wilson
from teichaku.engine.survival import Waits, reached_by, share_reached, steps_of

Lives = list[tuple[int, bool]]
LIVES = st.lists(st.tuples(st.integers(0, 90), st.booleans()), min_size=1, max_size=40)
PUBLISHED = [
    (5, True), (12, True), (20, False), (30, True), (45, False), (60, True), (70, False),
    (90, False), (90, False), (90, False),
]  # fmt: skip


def arrays(lives: Lives) -> tuple[np.ndarray, np.ndarray]:
    return np.array([d for d, _ in lives], np.int64), np.array([s for _, s in lives], np.bool_)


def test_the_published_vector() -> None:
    days, seen = arrays(PUBLISHED)
    steps = steps_of(days, seen)
    assert steps.at_risk.tolist() == [10, 9, 7, 5]
    curve = [
        share_reached(type(steps)(*(column[:n] for column in steps)), alone=1).value
        for n in range(1, 5)
    ]
    assert [round(value or 0, 3) for value in curve] == [0.1, 0.2, 0.314, 0.451]


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")
@given(LIVES)
def test_the_curve_and_its_interval_are_those_of_scipy(lives: Lives) -> None:
    days, seen = arrays(lives)
    found = share_reached(steps_of(days, seen), alone=1)
    sample = CensoredData(uncensored=days[seen], right=days[~seen])
    theirs = ecdf(sample).sf
    left = float(theirs.evaluate(np.array([90.0]))[0])
    assert found.value == pytest.approx(1 - left, abs=1e-12)
    if 0 < left < 1:
        bounds = theirs.confidence_interval(confidence_level=0.95, method="log-log")
        ends = [float(b.evaluate(np.array([90.0]))[0]) for b in (bounds.low, bounds.high)]
        assert (found.low, found.high) == pytest.approx((1 - ends[1], 1 - ends[0]), abs=1e-9)


@given(LIVES, st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=10))
def test_the_young_take_the_rest_of_the_way_with_all(old: Lives, young: Lives) -> None:
    lives = [*old, (90, False), *young]
    days, seen = arrays(lives)
    rows = np.arange(len(lives)) > len(old)
    come = max(day for day, _ in young)
    age = np.where(rows, come, 90)
    left = 1.0
    for day in range(91):  # the product over every single day
        among = young if day <= come else lives
        at_risk = sum(d >= day for d, _ in among)
        left *= 1 - sum(d == day and s for d, s in among) / max(at_risk, 1)
    found = reached_by(Waits(days, seen, age), rows, 90)
    assert found is not None
    assert found.value == pytest.approx(1 - left, abs=1e-12)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


def test_where_nothing_happened_the_interval_is_that_of_those_who_are_left() -> None:
    days, seen = np.array([0, 3, 10, 10]), np.zeros(4, np.bool_)
    found = reached_by(Waits(days, seen, days), np.ones(4, np.bool_), 10)
    assert found == wilson(0, 2)
    everyone = reached_by(Waits(days, ~seen, days), np.ones(4, np.bool_), 10)
    assert everyone == wilson(2, 2)


def test_nothing_is_said_of_days_that_nobody_has_seen() -> None:
    days, seen = np.array([5, 9]), np.array([True, False])
    rows = np.ones(2, np.bool_)
    assert reached_by(Waits(days, seen, np.array([5, 9])), rows, 10) is None
    assert reached_by(Waits(days, seen, np.array([10, 9])), ~rows, 10) is None
    assert reached_by(Waits(days, seen, np.array([10, 9])), rows, 10) is not None
