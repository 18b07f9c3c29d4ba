"""By hand: what makes a condition true, and at which instants the definition is looked at."""

from __future__ import annotations

from datetime import date

import pytest
from tests.engine.vectors import Check, book, did, lead, view

from teichaku.engine.errors import RulebookError
from teichaku.engine.facts import Value

NEW = "2026-01-05 10:00"
LATE = "2030-01-01 00:00"
VIEWS = "{event: page_view}"

# ---- Attributes


@pytest.mark.parametrize(
    ("clause", "value", "holds"),
    [
        ("is: 製造業", "製造業", True),
        ("is: 製造業", " 製造業\u3000", True),  # trimmed on both sides
        ("is: ' 製造業'", "製造業", True),
        ("is: 製造業", "製造", False),
        ("is: abc", "ABC", False),
        ("is: true", True, True),
        ("is: true", False, False),
        ("is: false", False, True),
        ("is: true", 1, False),  # truth values only with truth values
        ("is: 1", True, False),
        ("is: 'true'", True, False),
        ("is: 1", 1.0, True),
        ("is: 0.5", 0.5, True),
        ("is: '1'", 1, False),
        ("is: 1", "1", False),
        ("is: '2026-01-05'", date(2026, 1, 5), False),
        ("in: [製造業, 情報通信業]", "情報通信業 ", True),
        ("in: [製造業, ' 情報通信業 ']", "情報通信業", True),
        ("in: [製造業, 情報通信業]", "情報", False),
        ("in: [1, 2]", 2.0, True),
        ("in: [1, 2]", True, False),
        ("in: ['1', 2]", 1, False),
        ("between: [50, 300]", 50, True),
        ("between: [50, 300]", 300, True),
        ("between: [50, 300]", 49.999, False),
        ("between: [50, 300]", 300.001, False),
        ("between: [50, 300]", "120", False),
        ("between: [0, 1]", True, False),
        ("between: [2026-01-05, 2026-01-31]", date(2026, 1, 5), True),
        ("between: [2026-01-05, 2026-01-31]", date(2026, 1, 31), True),
        ("between: [2026-01-05, 2026-01-31]", date(2026, 2, 1), False),
        ("between: [2026-01-05, 2026-01-31]", "2026-01-06", False),
        ("between: [0, 99999]", date(2026, 1, 5), False),
        ("matches: 部長|役員", "営業部長代理", True),  # anywhere in the text
        ("matches: ^部長", "営業部長", False),
        ("matches: 長$", "営業部長", True),
        ("matches: (?i)ceo", "Co-CEO", True),
        ("matches: '1'", 1, False),
        ("matches: 'true'", True, False),
    ],
)
def test_attribute_clauses(check: Check, clause: str, value: Value, holds: bool) -> None:
    """The same clause in a fit rule, in the definition and under none."""
    one = lead(created=NEW, attributes={"a": value})
    predicate = f"{{attribute: a, {clause}}}"
    rules = book(fit=[f"when: {predicate}, points: 10"], mql=predicate)
    check.score(rules, one, NEW, fit=10 if holds else 0)
    check.qualified(rules, one, LATE, *([NEW] if holds else []))
    check.qualified(book(mql=f"{{none: [{predicate}]}}"), one, LATE, *([] if holds else [NEW]))


@pytest.mark.parametrize(
    "clause", ["is: x", "is: true", "is: 0", "in: [x, 1]", "between: [-1, 1]", "matches: '.*'"]
)
def test_a_missing_attribute_makes_every_operator_false(check: Check, clause: str) -> None:
    one = lead(created=NEW, attributes={"other": "x"})
    predicate = f"{{attribute: a, {clause}}}"
    rules = book(fit=[f"when: {predicate}, points: 10"], mql=predicate)
    check.score(rules, one, NEW, fit=0)
    check.qualified(rules, one, LATE)
    check.qualified(book(mql=f"{{none: [{predicate}]}}"), one, LATE, NEW)


def test_an_attribute_clause_needs_exactly_one_operator() -> None:
    with pytest.raises(RulebookError):
        book(mql="{attribute: a}")
    with pytest.raises(RulebookError):
        book(mql="{attribute: a, is: x, in: [x]}")


# ---- Combinations

YES, NO = "{attribute: yes, is: true}", "{attribute: no, is: true}"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (f"{{all: [{YES}, {YES}]}}", True),
        (f"{{all: [{YES}, {NO}]}}", False),
        (f"{{any: [{NO}, {YES}]}}", True),
        (f"{{any: [{NO}, {NO}]}}", False),
        (f"{{none: [{NO}, {NO}]}}", True),
        (f"{{none: [{NO}, {YES}]}}", False),
        (f"{{all: [{YES}], any: [{NO}, {YES}], none: [{NO}]}}", True),  # every key must hold
        (f"{{all: [{YES}], any: [{NO}]}}", False),
        (f"{{any: [{YES}], none: [{YES}]}}", False),
        (f"{{all: [{NO}], any: [{YES}], none: [{NO}]}}", False),
        (f"{{all: [{{any: [{NO}, {YES}]}}, {{none: [{{all: [{YES}, {NO}]}}]}}]}}", True),
        (f"{{none: [{{none: [{YES}]}}]}}", True),
        (f"{{any: [{{all: [{YES}, {NO}]}}, {{none: [{YES}]}}]}}", False),
    ],
)
def test_combinations(check: Check, condition: str, holds: bool) -> None:
    one = lead(created=NEW, attributes={"yes": True, "no": False})
    rules = book(fit=[f"when: {condition}, points: 10"], mql=condition)
    check.score(rules, one, NEW, fit=10 if holds else 0)
    check.qualified(rules, one, LATE, *([NEW] if holds else []))


@pytest.mark.parametrize("empty", ["{all: []}", "{any: []}", "{none: []}", "{}"])
def test_empty_combinations_are_refused(empty: str) -> None:
    with pytest.raises(RulebookError):
        book(mql=empty)
    with pytest.raises(RulebookError):
        book(mql=f"{{all: [{YES}, {empty}]}}")


# ---- Clauses over events


def test_count_within_a_window(check: Check) -> None:
    rules = book(mql=f"{{count: {VIEWS}, at_least: 2, within: 7d}}")
    check.qualified(rules, lead(view("2026-01-01 10:00"), view("2026-01-08 10:00")), LATE)
    early = view("2026-01-08 09:59:59.999999")
    check.qualified(
        rules, lead(view("2026-01-01 10:00"), early), LATE, "2026-01-08 09:59:59.999999"
    )
    month = book(mql=f"{{count: {VIEWS}, at_least: 2, within: 1mo}}")
    check.qualified(month, lead(view("2026-01-31 10:00"), view("2026-03-01 00:00")), LATE)
    last = lead(view("2026-01-31 10:00"), view("2026-02-28 23:59"))
    check.qualified(month, last, LATE, "2026-02-28 23:59")


def test_count_without_a_window_is_of_all_time(check: Check) -> None:
    rules = book(mql=f"{{count: {VIEWS}, at_least: 3}}")
    one = lead(view("2020-01-01 10:00"), view("2023-01-01 10:00"), view("2026-01-01 10:00"))
    check.qualified(rules, one, LATE, "2026-01-01 10:00")


def test_all_events_of_an_instant_are_in_before_it_is_looked_at(check: Check) -> None:
    twice = lead(view(NEW), view(NEW))
    check.qualified(book(mql=f"{{count: {VIEWS}, at_least: 2}}"), twice, LATE, NEW)
    single = f"{{all: [{{count: {VIEWS}, at_least: 1}}], none: [{{count: {VIEWS}, at_least: 2}}]}}"
    check.qualified(book(mql=single), twice, LATE)
    apart = lead(view(NEW), view("2026-01-05 10:00:00.000001"))
    check.qualified(book(mql=single), apart, LATE, NEW)


@pytest.mark.parametrize(
    ("zone", "first", "second", "two_days"),
    [
        ("Asia/Tokyo", "2026-01-05 23:59:59.999999", "2026-01-06 00:00", True),
        ("Asia/Tokyo", "2026-01-05 00:00", "2026-01-05 23:59:59.999999", False),
        ("Asia/Tokyo", "2026-01-05 08:30", "2026-01-05 09:30", False),  # two days in UTC
        ("UTC", "2026-01-05 14:30", "2026-01-05 15:30", False),  # two days in Tokyo
        ("Asia/Kolkata", "2026-01-05 23:45", "2026-01-06 00:15", True),
        ("Etc/GMT+3", "2026-01-05 20:30", "2026-01-05 21:30", False),  # two days in UTC
        ("Asia/Tokyo", "1969-12-31 23:30", "1970-01-01 00:30", True),
        ("Asia/Tokyo", "1970-01-01 08:30", "1970-01-01 09:30", False),
    ],
)
def test_days_are_those_of_the_zone(
    check: Check, zone: str, first: str, second: str, two_days: bool
) -> None:
    rules = book(mql=f"{{days: {VIEWS}, at_least: 2}}", zone=zone)
    one = lead(view(first), view(second), zone=zone)
    check.qualified(rules, one, LATE, *([second] if two_days else []))


def test_days_within_a_window_count_the_events_in_it(check: Check) -> None:
    rules = book(mql=f"{{days: {VIEWS}, at_least: 2, within: 1d}}")
    same_clock = lead(view("2026-01-05 10:00"), view("2026-01-06 10:00"))
    check.qualified(rules, same_clock, LATE)  # the first has just left
    closer = lead(view("2026-01-05 10:01"), view("2026-01-06 10:00"))
    check.qualified(rules, closer, LATE, "2026-01-06 10:00")
    # the day stays as long as one of its events does
    several = lead(view("2026-01-05 09:00"), view("2026-01-05 22:00"), view("2026-01-06 10:00"))
    check.qualified(rules, several, LATE, "2026-01-06 10:00")
    many = book(mql=f"{{days: {VIEWS}, at_least: 3}}")
    check.qualified(many, several, LATE)  # three events, two days


def test_last_means_that_one_is_within(check: Check) -> None:
    clicked = "{last: {event: email_click}, within: 7d}"
    rules = book(mql=f"{{all: [{clicked}, {{count: {VIEWS}, at_least: 1}}]}}")
    click = did("2026-01-01 10:00", "email_click")
    check.qualified(rules, lead(click, view("2026-01-08 10:00")), LATE)
    check.qualified(rules, lead(click, view("2026-01-08 09:59")), LATE, "2026-01-08 09:59")
    ever = book(mql=f"{{all: [{{last: {{event: email_click}}}}, {{count: {VIEWS}, at_least: 1}}]}}")
    check.qualified(ever, lead(click, view("2029-01-08 10:00")), LATE, "2029-01-08 10:00")
    check.qualified(ever, lead(view("2029-01-08 10:00")), LATE)


# ---- Clauses over scores


@pytest.mark.parametrize(
    ("axis", "threshold", "holds"),
    [
        ("behaviour", 40, True), ("behaviour", 40.000001, False),
        ("fit", 30, True), ("fit", 30.000001, False),
        ("total", 50, True), ("total", 50.000001, False),
    ],
)  # fmt: skip
def test_only_the_total_is_limited_by_the_range(
    check: Check, axis: str, threshold: float, holds: bool
) -> None:
    rules = book(
        "when: {event: page_view}, points: 40",
        fit=["when: {attribute: a, is: 1}, points: 30"],
        scoring="range: {max: 50}",
        mql=f"{{score: {axis}, at_least: {threshold}}}",
    )
    one = lead(view(NEW), attributes={"a": 1})
    check.qualified(rules, one, LATE, *([(NEW, 40, 30, 50)] if holds else []))


@pytest.mark.parametrize(
    ("points", "threshold", "holds"),
    [
        (15, 0.117188, True),  # 15/128 = 0.1171875 is 0.117188 before it is compared
        (15, 0.117189, False),
        (5, 0.039062, True),  # 5/128 = 0.0390625 is 0.039062
        (5, 0.039063, False),
    ],
)
def test_thresholds_meet_the_rounded_score(
    check: Check, points: int, threshold: float, holds: bool
) -> None:
    rules = book(
        f"when: {{event: page_view}}, points: {points}, half_life: 1d",
        mql=f"{{all: [{{score: total, at_least: {threshold}}}, {{last: {{event: call}}}}]}}",
    )
    one = lead(view("2026-01-01 00:00"), did("2026-01-08 00:00", "call"))
    check.qualified(rules, one, LATE, *(["2026-01-08 00:00"] if holds else []))


def test_rising_reaches_its_threshold(check: Check) -> None:
    rule = "when: {event: page_view}, points: 10"
    rules = book(rule, mql="{rising: 20}")
    near = lead(view("2026-01-01 10:00"), view("2026-01-08 09:59"))
    check.qualified(rules, near, LATE, ("2026-01-08 09:59", 20, 0, 20))
    far = lead(view("2026-01-01 10:00"), view("2026-01-08 10:00"))
    check.qualified(rules, far, LATE)  # 20 − 10
    falling = book("when: {event: page_view}, points: -10", mql="{none: [{rising: -9.999999}]}")
    check.qualified(falling, near, LATE, ("2026-01-01 10:00", -10, 0, -10))
