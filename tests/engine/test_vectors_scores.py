"""By hand: what hits are worth, how they add up, how the total moves."""

from __future__ import annotations

import pytest
from tests.engine.vectors import VIEW, Check, book, did, lead, view

# ---- Values


def test_a_plain_hit_keeps_its_points(check: Check) -> None:
    one = lead(view("2026-01-05 10:00"))
    check.score(book(f"{VIEW}, points: 10"), one, "2036-01-05 10:00", behaviour=10, next_at=None)
    check.score(book(f"{VIEW}, points: -15"), one, "2036-01-05 10:00", behaviour=-15, total=-15)
    check.score(book(f"{VIEW}, points: 0"), one, "2026-01-05 10:00", behaviour=0, next_at=None)


def test_a_half_life_halves(check: Check) -> None:
    rules, one = book(f"{VIEW}, points: 10, half_life: 30d"), lead(view("2026-01-01 10:00"))
    check.score(rules, one, "2026-01-01 10:00", behaviour=10, next_at=None)
    check.score(rules, one, "2026-01-16 10:00", behaviour=7.071068)  # 10 / √2 = 7.0710678…
    check.score(rules, one, "2026-01-31 10:00", behaviour=5)
    check.score(rules, one, "2026-03-02 10:00", behaviour=2.5)
    hours = book(f"{VIEW}, points: -8, half_life: 4h")
    check.score(hours, one, "2026-01-01 18:00", behaviour=-2)


def test_linear_runs_out_at_its_length(check: Check) -> None:
    rules, one = book(f"{VIEW}, points: 3, linear: 60d"), lead(view("2026-01-01 10:00"))
    check.score(rules, one, "2026-01-01 10:00", behaviour=3, next_at="2026-03-02 10:00")
    check.score(rules, one, "2026-01-02 10:00", behaviour=2.95)  # 3 · 59/60
    check.score(rules, one, "2026-01-21 10:00", behaviour=2)  # 3 · 40/60
    check.score(rules, one, "2026-03-02 09:00", behaviour=0.002083)  # 3 / 1440 = 0.00208333
    check.score(rules, one, "2026-03-02 10:00", behaviour=0, next_at=None)
    check.score(rules, one, "2026-04-02 10:00", behaviour=0)  # never below nothing


def test_expires_beside_a_decay(check: Check) -> None:
    one = lead(view("2026-01-01 10:00"))
    half = book(f"{VIEW}, points: 10, half_life: 60d, expires: 180d")
    check.score(half, one, "2026-05-01 10:00", behaviour=2.5, next_at="2026-06-30 10:00")  # 120 d
    check.score(half, one, "2026-06-30 09:59:59.999999", behaviour=1.25)  # 10 / 8
    check.score(half, one, "2026-06-30 10:00", behaviour=0, next_at=None)
    cut = book(f"{VIEW}, points: 12, linear: 6d, expires: 4d")
    check.score(cut, one, "2026-01-04 10:00", behaviour=6, next_at="2026-01-05 10:00")  # 12 · 3/6
    check.score(cut, one, "2026-01-05 10:00", behaviour=0, next_at=None)  # not 12 · 2/6
    spent = book(f"{VIEW}, points: 12, linear: 4d, expires: 6d")
    check.score(spent, one, "2026-01-01 10:00", behaviour=12, next_at="2026-01-05 10:00")
    check.score(spent, one, "2026-01-05 10:00", behaviour=0, next_at=None)


# ---- Sums


def test_each_group_is_clamped_before_the_sum(check: Check) -> None:
    one = lead(view("2026-01-05 10:00"), view("2026-01-05 11:00"), did("2026-01-05 12:00", "call"))
    call = "when: {event: call}, points: -5"
    top = book(f"{VIEW}, points: 10", limits="max: 15", second=[call])
    check.score(top, one, "2026-01-06 00:00", behaviour=10)  # min(20, 15) − 5, not min(15, 15)
    floor = book(f"{VIEW}, points: -10", limits="min: -12.5", second=[call])
    check.score(floor, one, "2026-01-06 00:00", behaviour=-17.5)  # −12.5 − 5
    within = book(f"{VIEW}, points: 10, half_life: 12h", limits="max: 15")
    check.score(within, one, "2026-01-05 11:00", behaviour=15)  # 10 + 9.44, clamped
    # 10·2^(−13/12) + 10·2^(−1): 4.7194 + 5 is below the ceiling: the clamp takes nothing
    check.score(within, one, "2026-01-05 23:00", behaviour=9.719372)


def test_a_group_without_hits_still_has_its_floor(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10", limits="min: 5")
    quiet = lead(created="2026-01-05 10:00")
    check.score(rules, quiet, "2026-01-05 10:00", behaviour=5, total=5, rising=0, next_at=None)
    ceiling = book(f"{VIEW}, points: 10", limits="max: -5")
    check.score(ceiling, quiet, "2026-01-05 10:00", behaviour=-5, total=-5)


def test_the_range_limits_the_total_only(check: Check) -> None:
    one = lead(view("2026-01-05 10:00"), attributes={"title": "部長"})
    fit = ["when: {attribute: title, is: 部長}, points: 30"]
    top = book(f"{VIEW}, points: 40", fit=fit, scoring="range: {min: 0, max: 50}")
    check.score(top, one, "2026-01-05 10:00", behaviour=40, fit=30, total=50)
    floor = book(f"{VIEW}, points: -40", fit=fit, scoring="range: {min: 0, max: 50}")
    check.score(floor, one, "2026-01-05 10:00", behaviour=-40, fit=30, total=0)
    raised = book(scoring="range: {min: 10}")
    check.score(raised, one, "2026-01-05 10:00", behaviour=0, fit=0, total=10)


def test_fit_is_the_plain_sum_of_the_rules_that_hold(check: Check) -> None:
    rules = book(
        fit=[
            "when: {attribute: a, is: 1}, points: 0.1",
            "when: {attribute: b, is: 1}, points: 0.2",
            "when: {attribute: c, is: 1}, points: -20",
            "when: {attribute: d, is: 1}, points: 40",
        ]
    )
    one = lead(created="2026-01-05 10:00", attributes={"a": 1, "b": 1, "c": 1, "d": 2})
    check.score(rules, one, "2026-01-05 10:00", fit=-19.7, total=-19.7, behaviour=0)


@pytest.mark.parametrize(
    ("rule", "age", "rounded"),
    [
        ("points: 5, half_life: 1d", "2026-01-08", 0.039062),  # 5/128 = 0.0390625: to the even 2
        ("points: 15, half_life: 1d", "2026-01-08", 0.117188),  # 0.1171875: to the even 8
        ("points: -5, half_life: 1d", "2026-01-08", -0.039062),
        ("points: 0.000001, linear: 2d", "2026-01-02", 0),  # 0.0000005
        ("points: 0.000003, linear: 2d", "2026-01-02", 0.000002),  # 0.0000015
        ("points: 0.000005, linear: 2d", "2026-01-02", 0.000002),  # 0.0000025
        ("points: 1, linear: 3d", "2026-01-02", 0.666667),
        ("points: 1, linear: 3d", "2026-01-03", 0.333333),
        ("points: 100.000001, linear: 2d", "2026-01-02", 50),  # 50.0000005: to the even 0
        ("points: 100.000003, linear: 2d", "2026-01-02", 50.000002),  # 50.0000015
    ],
)
def test_ties_are_rounded_half_even(check: Check, rule: str, age: str, rounded: float) -> None:
    one = lead(view("2026-01-01 00:00"))
    check.score(book(f"{VIEW}, {rule}"), one, f"{age} 00:00", behaviour=rounded, total=rounded)


def test_only_the_sum_is_rounded(check: Check) -> None:
    """0.0390625 + 0.0390625 = 0.078125: hits and groups are not rounded one by one."""
    rule = f"{VIEW}, points: 5, half_life: 1d"
    twice = lead(view("2026-01-01 00:00"), view("2026-01-01 00:00"))
    check.score(book(rule), twice, "2026-01-08 00:00", behaviour=0.078125)
    once = lead(view("2026-01-01 00:00"))
    check.score(book(rule, second=[rule]), once, "2026-01-08 00:00", behaviour=0.078125)
    tenth = book(f"{VIEW}, points: 0.1", second=[f"{VIEW}, points: 0.2"])
    check.score(tenth, once, "2026-01-08 00:00", behaviour=0.3)


@pytest.mark.parametrize(
    ("fit", "behaviour", "grade"),
    [(40, 60, "A1"), (39.999999, 59.999999, "B2"), (20, 30, "B2"), (0, 0, "C3"), (-20, -1, "C3")],
)
def test_grades_take_the_first_threshold_reached(
    check: Check, fit: float, behaviour: float, grade: str
) -> None:
    rules = book(
        f"{VIEW}, points: {behaviour}",
        fit=[f"when: {{attribute: a, is: 1}}, points: {fit}"],
        scoring="grades: {fit: {A: 40, B: 20, C: 0}, behaviour: {1: 60, 2: 30, 3: 0}}",
    )
    one = lead(view("2026-01-05 10:00"), attributes={"a": 1})
    check.score(rules, one, "2026-01-05 10:00", grade=grade)


def test_grades_below_the_lowest_and_beside_the_range(check: Check) -> None:
    one = lead(view("2026-01-05 10:00"))
    high = "grades: {fit: {A: 40, B: 20}, behaviour: {1: 60, 2: 30}}"
    check.score(book(f"{VIEW}, points: 5", scoring=high), one, "2026-01-05 10:00", grade="B2")
    limited = f"range: {{max: 10}}\n  {high}"  # the digit is that of behaviour, before the range
    check.score(
        book(f"{VIEW}, points: 60", scoring=limited), one, "2026-01-05 10:00", grade="B1", total=10
    )
    check.score(book(f"{VIEW}, points: 60"), one, "2026-01-05 10:00", grade="")


# ---- Rising


def test_rising_compares_with_seven_days_before(check: Check) -> None:
    rules, one = book(f"{VIEW}, points: 10"), lead(view("2026-01-05 10:00"))
    check.score(rules, one, "2026-01-05 10:00", rising=10)
    check.score(rules, one, "2026-01-12 09:59:59.999999", rising=10)
    check.score(rules, one, "2026-01-12 10:00", rising=0)  # it is in the state of 5 January 10:00
    half = book(f"{VIEW}, points: 10, half_life: 7d")
    check.score(half, one, "2026-01-19 10:00", rising=-2.5)  # 2.5 − 5
    both_rounded = book(f"{VIEW}, points: 5, half_life: 1d")
    check.score(both_rounded, one, "2026-01-12 10:00", rising=-4.960938)  # 0.039062 − 5


def test_rising_is_of_the_total_with_todays_fit(check: Check) -> None:
    fit = ["when: {attribute: a, is: 1}, points: 40"]
    one = lead(view("2026-01-05 10:00"), view("2026-01-14 10:00"), attributes={"a": 1})
    free = book(f"{VIEW}, points: 10", fit=fit)
    check.score(free, one, "2026-01-05 10:00", total=50, rising=10)  # 50 − 40
    limited = book(f"{VIEW}, points: 10", fit=fit, scoring="range: {max: 54}")
    check.score(limited, one, "2026-01-14 10:00", total=54, rising=4)  # 54 − 50, not 60 − 50
