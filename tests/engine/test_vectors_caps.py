"""By hand: what caps leave of the awards."""

from __future__ import annotations

from tests.engine import oracle
from tests.engine.vectors import VIEW, Check, at, book, lead, view

from teichaku.engine.facts import LeadFacts

# ---- Caps


def views(*days: int) -> LeadFacts:
    """Page views at 10:00 of these days of January 2026."""
    return lead(*(view(f"2026-01-{day:02d} 10:00") for day in days))


def test_times_for_all_time(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{times: 2}}")
    check.score(rules, views(1, 2, 3, 20), "2026-01-31 00:00", behaviour=20)
    check.score(rules, views(1, 1, 1), "2026-01-01 10:00", behaviour=20)  # also within an instant


def test_times_per_rolling_window(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{times: 2, per: 7d}}")
    # the 3rd finds the 1st and 2nd; on the 8th the 1st is seven days old: no longer within
    check.score(rules, views(1, 2, 3, 8), "2026-01-31 00:00", behaviour=30)
    early = lead(*(view(f"2026-01-{day} 10:00") for day in ("01", "02")), view("2026-01-08 09:59"))
    check.score(rules, early, "2026-01-31 00:00", behaviour=20)


def test_a_hit_without_award_does_not_count_in_the_cap(check: Check) -> None:
    times = book(f"{VIEW}, points: 10, cap: {{times: 1, per: 2d}}")
    # the 2nd gets nothing, so on the 3rd only the 1st counts, and it is two days old
    check.score(times, views(1, 2, 3), "2026-01-31 00:00", behaviour=20)
    both = book(f"{VIEW}, points: 10, cap: {{times: 2, points: 10, per: 3d}}")
    # 1st 10; 2nd and 3rd nothing left; 4th: the 1st is out: 10; 5th nothing; 7th 10
    check.score(both, views(1, 2, 3, 4, 5, 7), "2026-01-31 00:00", behaviour=30)


def test_points_award_what_is_left(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{points: 25}}")
    check.score(rules, views(1, 2), "2026-01-31 00:00", behaviour=20)
    check.score(rules, views(1, 2, 3), "2026-01-31 00:00", behaviour=25)  # 10 + 10 + 5
    check.score(rules, views(1, 2, 3, 4), "2026-01-31 00:00", behaviour=25)
    small = book(f"{VIEW}, points: 10, cap: {{points: 4}}")
    check.score(small, views(1, 2), "2026-01-31 00:00", behaviour=4)
    tenths = book(f"{VIEW}, points: 0.1, cap: {{points: 0.25}}")
    check.score(tenths, views(1, 2, 3, 4), "2026-01-31 00:00", behaviour=0.25)  # 0.1 + 0.1 + 0.05


def test_points_per_rolling_window(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{points: 15, per: 7d}}")
    # 1st 10, 2nd 5, 3rd 0, 8th: only the 5 is younger than seven days: 10, 9th: the 10 is: 5
    steps = [("03", 15), ("08", 25), ("09", 30)]
    for day, behaviour in steps:
        check.score(rules, views(1, 2, 3, 8, 9), f"2026-01-{day} 10:00", behaviour=behaviour)


def test_times_and_points_together(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{times: 2, points: 15, per: 7d}}")
    # 1st 10, 2nd the 5 left, 3rd the third: 0; 8th: one younger, 5 of 15 used: 10; 9th: 5
    check.score(rules, views(1, 2, 3), "2026-01-31 00:00", behaviour=15)
    check.score(rules, views(1, 2, 3, 8, 9), "2026-01-31 00:00", behaviour=30)
    first = book(f"{VIEW}, points: 10, cap: {{times: 1, points: 25}}")
    check.score(first, views(1, 2, 3), "2026-01-31 00:00", behaviour=10)


def test_a_cap_on_negative_points_is_a_magnitude(check: Check) -> None:
    rules = book(f"{VIEW}, points: -15, cap: {{points: 20}}")
    check.score(rules, views(1), "2026-01-31 00:00", behaviour=-15)
    check.score(rules, views(1, 2), "2026-01-31 00:00", behaviour=-20)  # −15 − 5
    check.score(rules, views(1, 2, 3), "2026-01-31 00:00", behaviour=-20)
    rolling = book(f"{VIEW}, points: -15, cap: {{points: 20, per: 2d}}")
    # 1st −15, 2nd −5, 3rd: the 5 is younger than two days: −15, 4th: the 15 is: −5
    check.score(rolling, views(1, 2, 3, 4), "2026-01-31 00:00", behaviour=-40)


def test_a_cap_window_of_a_month_ends_at_24_00(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, cap: {{times: 1, per: 1mo}}")
    first, just_before = view("2026-01-31 10:00"), view("2026-02-28 23:59:59.999999")
    check.score(rules, lead(first, just_before), "2026-04-01 00:00", behaviour=10)
    check.score(
        rules, lead(first, just_before, view("2026-03-01 00:00")), "2026-04-01 00:00", behaviour=20
    )
    points = book(f"{VIEW}, points: 10, cap: {{points: 15, per: 1mo}}")
    # 29 January ends on 1 March 00:00 as 31 January does: 10 + 5, then all is free again: 10
    three = lead(view("2026-01-29 10:00"), first, view("2026-03-01 00:00"))
    check.score(points, three, "2026-04-01 00:00", behaviour=25)


def test_caps_count_undecayed_and_expired_awards(check: Check) -> None:
    half = book(f"{VIEW}, points: 10, half_life: 1d, cap: {{points: 10}}")
    # the second gets nothing although the first is worth 10/1024 = 0.009765625 by then
    check.score(half, views(1, 11), "2026-01-11 10:00", behaviour=0.009766)
    gone = book(f"{VIEW}, points: 10, expires: 1d, cap: {{times: 1}}")
    check.score(gone, views(1, 3), "2026-01-03 10:00", behaviour=0)


def test_a_partial_award_decays_from_what_it_got(check: Check) -> None:
    linear = book(f"{VIEW}, points: 10, linear: 10d, cap: {{points: 15}}")
    check.score(linear, views(1, 2), "2026-01-02 10:00", behaviour=14)  # 10 · 9/10 + 5
    check.score(linear, views(1, 2), "2026-01-07 10:00", behaviour=6.5)  # 10 · 4/10 + 5 · 5/10
    half = book(f"{VIEW}, points: 10, half_life: 1d, cap: {{points: 15}}")
    check.score(half, views(1, 2), "2026-01-03 10:00", behaviour=5)  # 10/4 + 5/2


def test_every_rule_has_its_own_cap(check: Check) -> None:
    rule = f"{VIEW}, points: 10, cap: {{times: 1}}"
    check.score(book(rule, rule), views(1, 2), "2026-01-31 00:00", behaviour=20)


def test_a_hit_without_award_has_no_end(check: Check) -> None:
    rules = book(f"{VIEW}, points: 10, expires: 5d, cap: {{times: 1}}")
    check.score(rules, views(1, 2), "2026-01-02 10:00", behaviour=10, next_at="2026-01-06 10:00")
    check.score(rules, views(1, 2), "2026-01-06 10:00", behaviour=0, next_at=None)


def test_awards_by_the_definition() -> None:
    rules = book(f"{VIEW}, points: -10, half_life: 1d, cap: {{points: 15}}")
    first, second = at("2026-01-01 10:00"), at("2026-01-02 10:00")
    found = oracle.awards(rules, views(1, 2, 3), at("2026-01-31 00:00"))
    assert found == {"S-1": [(first, -10), (second, -5)]}
    assert oracle.awards(rules, views(1, 2, 3), first) == {"S-1": [(first, -10)]}
