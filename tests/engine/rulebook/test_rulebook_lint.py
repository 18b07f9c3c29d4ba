from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.engine.rulebook.documents import documents

from teichaku.engine.rulebook.lint import Finding, lint
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.overlap import path_covers

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "tests" / "data" / "rulebook-example.yaml").read_text(encoding="utf-8")
SHARED = ROOT.parent / "shared" / "design" / "rulebook-example.yaml"
HEAD = "rulebook: 1\ntitle: t\n"
MEETING = (
    "meetings: [{id: m, every: week, day: mon, time: '09:00', minutes: 15, chair: coach, "
    "departments: [sales], agenda: AGENDA}]\n"
)


def _found(text: str, code: str, **coverage: float) -> list[Finding]:
    return [item for item in lint(load(HEAD + text), coverage or None) if item.code == code]


def _scoring(*rules: str, more: str = "", group: str = "") -> str:
    listed = ", ".join(f"{{id: S-{n}, {rule}}}" for n, rule in enumerate(rules, 1))
    return f"scoring: {{behaviour: [{{group: g, {group}rules: [{listed}]}}]{more}}}\n"


def _mql(condition: str) -> str:
    return f"mql: {{when: {condition}}}\n"


def _input(why: str = "[]", tests: str = "[]", fields: str = "[a]", more: str = "") -> str:
    return (
        "inputs:\n  - id: R-1\n    who: {role: coach}\n    when: {after: deal.stage.s, due: 1d}\n"
        f"    what: {{object: deal, fields: {fields}}}\n    why: {why}\n    tests: {tests}\n{more}"
        "deal: {created_when: x, stages: [{id: s}]}\n"
    )


def test_our_example_has_no_findings() -> None:
    assert lint(load(TEXT)) == []


def test_the_shared_example_only_lacks_tests() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here")
    found = lint(load(SHARED.read_text(encoding="utf-8")))
    assert {(item.code, item.place) for item in found} == {
        ("missing_tests", "R-001"),
        ("missing_tests", "R-020"),
    }


@pytest.mark.parametrize(
    ("why", "more", "count"),
    [
        ("[]", "", 1),
        ("[agenda.stalled_deals]", "", 1),
        ("[agenda.stalled_deals]", MEETING.replace("AGENDA", "weekly"), 0),
        ("[agenda.stalled_deals]", MEETING.replace("AGENDA", "kaizen"), 1),
        ("[agenda.kaizen]", MEETING.replace("AGENDA", "kaizen"), 0),
        ("[kpi.win_rate]", "", 1),
        ("[kpi.win_rate]", "kpis: {win_rate: {target: 1, owner: coach, by: 2027-01-01}}\n", 0),
        ("[kpi.win_rate, agenda.x]", "", 2),
        ("[朝礼]", "", 0),
    ],
)
def test_an_input_needs_a_reader(why: str, more: str, count: int) -> None:
    found = _found(_input(why=why) + more, "no_reader")
    assert len(found) == count
    assert all(item.place == "R-1" for item in found)


def test_more_than_seven_fields_at_one_stage_are_too_many() -> None:
    gate = "gates: [{id: G-1, before: deal.stage.s, require: {fields: [%s]}}]\n"
    assert not _found(_input(fields="[a, b, c]") + gate % "c, d, e, f, g", "too_many_fields")
    found = _found(_input(fields="[a, b, c]") + gate % "d, e, f, g, h", "too_many_fields")
    assert [(item.place, "8" in item.message_en) for item in found] == [("deal.stage.s", True)]
    assert not _found(
        _input(fields="[a, b, c]") + (gate % "d, e, f, g, h").replace("deal.stage.s", "deal.close"),
        "too_many_fields",
    )


VIEW = "when: {event: page_view}, points: 5"


@pytest.mark.parametrize(
    ("rule", "group", "limit"),
    [
        ("", "max: 40, ", 40),
        (", cap: {points: 12}", "", 12),
        (", cap: {times: 3}", "", 15),
        (", cap: {times: 3, points: 12}", "", 12),
        (", cap: {points: 10, per: 7d}, expires: 7d", "", 10),
        (", cap: {points: 10, per: 7d}, expires: 8d", "", 20),
        (", cap: {points: 10, per: 7d}, linear: 7d", "", 10),
        (", cap: {points: 10, per: 7d}, half_life: 7d", "", 20),
        (", cap: {times: 2, per: 1mo}, expires: 1mo", "", 20),
    ],
)
def test_a_threshold_above_the_provable_maximum_is_unreachable(
    rule: str, group: str, limit: float
) -> None:
    for axis in ("behaviour", "total"):
        scoring = _scoring(VIEW + rule, group=group)
        reach = _mql(f"{{score: {axis}, at_least: {limit}}}")
        beyond = _mql(f"{{score: {axis}, at_least: {limit + 0.5}}}")
        assert not _found(scoring + reach, "unreachable")
        found = _found(scoring + beyond, "unreachable")
        assert [item.place for item in found] == ["M-01"]
        assert f"{limit:g}" in found[0].message_ja


@pytest.mark.parametrize(
    "rule", ["", ", expires: 1d", ", cap: {points: 5, per: 7d}", ", half_life: 1d"]
)
def test_without_a_provable_maximum_nothing_is_reported(rule: str) -> None:
    assert not _found(
        _scoring(VIEW + rule) + _mql("{score: total, at_least: 99999}"), "unreachable"
    )


def test_fit_range_and_rising_bound_too() -> None:
    fit = ", fit: {rules: [{id: F, points: 20, when: {attribute: a, is: 1}}]}"
    scoring = _scoring(VIEW + ", cap: {points: 30}", more=fit + ", range: {min: 5, max: 45}")
    for condition in (
        "{score: fit, at_least: 20.1}",
        "{score: total, at_least: 45.1}",
        "{rising: 30.1}",
    ):
        assert len(_found(scoring + _mql(condition), "unreachable")) == 1
    for condition in ("{score: fit, at_least: 20}", "{score: total, at_least: 45}", "{rising: 30}"):
        assert not _found(scoring + _mql(condition), "unreachable")
    assert not _found(scoring + _mql("{none: [{rising: 99}]}"), "unreachable")


def test_grades_above_the_maximum_are_reported() -> None:
    grades = ", grades: {fit: {A: 10, B: 0}, behaviour: {1: 31, 2: 30}}"
    found = _found(_scoring(VIEW + ", cap: {points: 30}", more=grades), "unreachable")
    assert [item.place for item in found] == ["grades.fit.A", "grades.behaviour.1"]


def test_more_days_than_a_window_has_are_unreachable() -> None:
    clause = "{{days: {{event: page_view}}, at_least: {}, within: {}}}"
    for days, within in ((8, "7d"), (2, "1h"), (3, "25h"), (32, "1mo")):
        assert not _found(_mql(clause.format(days, within)), "unreachable")
        assert _found(_mql(clause.format(days + 1, within)), "unreachable")


@pytest.mark.parametrize(
    ("condition", "contradicts"),
    [
        ("{all: [{attribute: a, between: [1, 5]}, {attribute: a, between: [6, 9]}]}", True),
        ("{all: [{attribute: a, between: [1, 5]}, {attribute: a, between: [5, 9]}]}", False),
        ("{all: [{attribute: a, between: [1, 5]}, {attribute: b, between: [6, 9]}]}", False),
        ("{any: [{attribute: a, between: [1, 5]}, {attribute: a, between: [6, 9]}]}", False),
        ("{all: [{attribute: a, between: [1, 5]}, {any: [{attribute: a, is: 7}]}]}", True),
        ("{all: [{attribute: a, is: x}, {attribute: a, in: [y, z]}]}", True),
        ("{all: [{attribute: a, is: x}, {attribute: a, in: [x, z]}]}", False),
        ("{all: [{attribute: a, is: true}, {attribute: a, is: 1}]}", True),
        ("{all: [{attribute: a, is: x}], none: [{attribute: a, is: x}]}", True),
        ("{all: [{attribute: a, is: x}, {attribute: a, matches: y}]}", False),
        (
            "{all: [{attribute: a, between: [2026-01-01, 20"
            "26-02-01]}, {attribute: a, between: [1, 2]}]}",
            True,
        ),
    ],
)
def test_conditions_that_contradict_each_other(condition: str, contradicts: bool) -> None:
    assert bool(_found(_mql(condition), "unreachable")) == contradicts


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ("{event: page_view}", '{event: page_view, path: "/a"}', True),
        ('{event: page_view, path: "/a/b/*"}', '{event: page_view, path: "/a/**"}', True),
        ('{event: page_view, path: "/a/**"}', '{event: page_view, path: "/b/**"}', False),
        ("{event: page_view}", "{event: form_submit}", False),
        ("{event: form_submit, form: [x, y]}", "{event: form_submit, form: y}", True),
        ("{event: form_submit, form: x}", "{event: form_submit, form: y}", False),
        ("{event: form_submit, form: x}", "{event: form_submit, rank: A}", False),
    ],
)
def test_rules_that_match_the_same_event_overlap(first: str, second: str, overlaps: bool) -> None:
    found = _found(_scoring(f"when: {first}, points: 1", f"when: {second}, points: 2"), "overlap")
    assert [item.place for item in found] == (["S-2"] if overlaps else [])
    assert all("S-1" in item.message_ja and "keep one" not in item.message_en for item in found)


def test_identical_rules_are_told_more_strongly() -> None:
    found = _found(
        _scoring("when: {event: a}, points: 1", "when: {event: a}, points: 2"), "overlap"
    )
    assert "keep one" in found[0].message_en


@pytest.mark.parametrize(
    ("wide", "narrow", "covers"),
    [
        ("/**", "/a", True),
        ("/a/**", "/a", True),
        ("/a/**", "/a/*/c", True),
        ("/a/*", "/a/**", False),
        ("/a/*", "/a/b", True),
        ("/a/b", "/a/*", False),
        ("/p*", "/pricing*", True),
        ("/pricing*", "/p*", False),
        ("/*/**", "/a/**", True),
        ("/**/z", "/a/**/z", True),
        ("/**/z", "/a/**", False),
    ],
)
def test_patterns_cover_only_what_they_surely_do(wide: str, narrow: str, covers: bool) -> None:
    assert path_covers(wide, narrow) == covers


def test_an_attribute_that_few_leads_have_is_named() -> None:
    text = _mql(
        "{all: [{attribute: a, is: 1}, {attribute: b, is: "
        "1}, {attribute: company.is_customer, is: true}]}"
    )
    assert not _found(text, "rare_attribute")
    found = _found(text, "rare_attribute", a=0.1, c=1.0)
    assert [(item.path, item.place) for item in found] == [("mql.when.all[2]", "M-01")]
    found = _found(text, "rare_attribute", a=0.099, b=0.5)
    assert "9.9%" in found[0].message_en


MET, MISSING = "{given: {a: x}, expect: met}", "{given: {}, expect: missing}"


@pytest.mark.parametrize(
    ("tests", "count"),
    [("[]", 2), (f"[{MET}]", 1), (f"[{MISSING}]", 1), (f"[{MET}, {MISSING}]", 0)],
)
def test_an_input_needs_a_test_of_each_kind(tests: str, count: int) -> None:
    assert len(_found(_input(tests=tests), "missing_tests")) == count


@pytest.mark.parametrize(
    ("fields", "given", "outcome"),
    [
        ("[a]", "{a: x}", "met"),
        ("[a]", "{a: ''}", "missing"),
        ("[a]", "{a: null}", "missing"),
        ("[a]", "{b: x}", "missing"),
        ("[a]", "{a: false}", "met"),
        ("[{name: a, choices: [x, y]}]", "{a: y}", "met"),
        ("[{name: a, choices: [x, y]}]", "{a: z}", "missing"),
        ("[{name: a, is: filled}]", "{a: x}", "met"),
        ("[{name: a, is: future}]", "{a: 2020-01-01}", None),
        ("[{name: a, is: future}, b]", "{a: 2020-01-01}", "missing"),
    ],
)
def test_a_test_that_its_own_fields_contradict(
    fields: str, given: str, outcome: str | None
) -> None:
    for expect in ("met", "missing"):
        tests = f"[{{given: {given}, expect: {expect}}}]"
        found = _found(_input(fields=fields, tests=tests), "wrong_test")
        assert len(found) == (0 if outcome in {expect, None} else 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_rulebook_can_be_checked(rulebook: Rulebook) -> None:
    for item in lint(rulebook, {"title": 0.5}):
        assert item.path
        assert item.place
        assert item.message("ja") != item.message("en")
