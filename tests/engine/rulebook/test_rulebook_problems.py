"""Every kind of problem: its line, its key, what was expected and the nearest valid word."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from teichaku.engine.errors import RulebookError
from teichaku.engine.rulebook.load import load

HEAD = "rulebook: 1\ntitle: t\n"
RULE = (
    "scoring:\n  behaviour:\n    - group: g\n      rules:\n"
    "        - {{id: S-1, when: {{event: page_view}}, points: 1, {}}}\n"
)
MQL = "mql:\n  when:\n    {}\n"
INPUT = (
    "inputs:\n  - id: R-1\n    who: {{role: coach}}\n    when: {when}\n"
    "    what: {{object: deal, fields: {fields}}}\n"
)
GATE = "gates:\n  - id: G-1\n    before: {}\n    require: {}\n"
ROUTES = "handover:\n  to:\n{}"
MEETING = (
    "meetings:\n  - {{id: m, every: week, day: {}, time: {}, minutes: {}, chair: coach, "
    "departments: [sales], agenda: weekly}}\n"
)


@dataclass(frozen=True)
class Case:
    """A text with one problem, below the two lines of the head."""

    code: str
    text: str
    line: int
    key: str
    says: str
    nearest: str = ""


CASES = [
    Case("unknown_key", "purpos: x\n", 3, "purpos", "expected one of: rulebook, title", "purpose"),
    Case("unknown_key", MQL.format("{cuont: {event: x}}"), 5, "cuont", "count", "count"),
    Case("unknown_key", RULE.format("half-life: 3d"), 7, "half-life", "half_life", "half_life"),
    Case("missing", "mql: {label: x}\n", 3, "mql", "“when” is required"),
    Case("literal_error", "calendar:\n  holidays: jp\n", 4, "holidays", "JP, none"),
    Case(
        "literal_error",
        INPUT.format(when="{every: day, due: 1d}", fields="[a]").replace("coach", "sales_reps"),
        5,
        "role",
        "sales_rep",
        "sales_rep",
    ),
    Case(
        "event_type",
        MQL.format("{last: {event: pageview}}"),
        5,
        "event",
        "expected one of: call",
        "page_view",
    ),
    Case(
        "after",
        INPUT.format(when="{after: deal.create, due: 1d}", fields="[a]"),
        6,
        "after",
        "deal.created",
        "deal.created",
    ),
    Case(
        "before",
        GATE.format("deal.created", "{linked_lead: true}"),
        5,
        "before",
        "deal.create",
        "deal.create",
    ),
    Case(
        "why",
        INPUT.format(when="{every: day, due: 1d}", fields="[a]") + "    why: [kpi.winrate]\n",
        8,
        "0",
        "kpi.win_rate",
        "kpi.win_rate",
    ),
    Case("duration", RULE.format("expires: 3 weeks"), 7, "expires", "90d 4h 1mo 8bh 1bd"),
    Case("duration_unit", RULE.format("half_life: 1mo"), 7, "half_life", "1d 1h"),
    Case("duration_unit", RULE.format("expires: 0d"), 7, "expires", "positive amount"),
    Case(
        "duplicate",
        "deal:\n  created_when: x\n  stages:\n    - {id: a}\n    - {id: a}\n",
        5,
        "stages",
        "“a” stands twice",
    ),
    Case(
        "duplicate",
        INPUT.format(when="{every: day, due: 1d}", fields="[a, a]"),
        7,
        "fields",
        "“a” stands twice",
    ),
    Case(
        "duplicate_id",
        GATE.format("deal.close", "{linked_lead: true}")
        + "  - {id: G-1, before: deal.close, require: {linked_lead: true}}\n",
        7,
        "id",
        "“G-1” stands twice",
    ),
    Case("string_pattern_mismatch", "calendar: {hours: [9-12]}\n", 3, "0", "09:00-12:00"),
    Case("string_pattern_mismatch", MEETING.format("mon", "9am", 15), 4, "time", "10:00"),
    Case("string_pattern_mismatch", MEETING.format("monday", "'09:00'", 15), 4, "day", "mon"),
    Case(
        "string_pattern_mismatch",
        INPUT.format(when="{every: week, due: friday}", fields="[a]"),
        6,
        "due",
        "fri 17:00",
    ),
    Case(
        "string_pattern_mismatch",
        GATE.format("deal.close", "{linked_lead: true}").replace("G-1", "1-G"),
        4,
        "id",
        "R-012",
    ),
    Case(
        "string_pattern_mismatch",
        MQL.format("{attribute: a b, is: 1}"),
        5,
        "attribute",
        "company.industry",
    ),
    Case("int_type", MEETING.format("mon", "'09:00'", "x"), 4, "minutes", "a whole number"),
    Case("int_type", MEETING.format("mon", "'09:00'", "15.5"), 4, "minutes", "a whole number"),
    Case(
        "float_type",
        RULE.replace("points: 1", "points: many").format("label: x"),
        7,
        "points",
        "a number",
    ),
    Case("string_type", "purpose: [x]\n", 3, "purpose", "a text"),
    Case(
        "bool_type",
        GATE.format("deal.close", "{linked_lead: yes}"),
        6,
        "linked_lead",
        "true or false",
    ),
    Case("date_type", "kpis: {a: {target: 1, owner: coach, by: someday}}\n", 3, "by", "2027-03-31"),
    Case("tuple_type", "inputs: {id: x}\n", 3, "inputs", "a list"),
    Case("dict_type", "kpis: [x]\n", 3, "kpis", "keys with values"),
    Case("model_type", "mql: x\n", 3, "mql", "keys with values"),
    Case("greater_than", RULE.format("cap: {points: 0}"), 7, "points", "more than 0"),
    Case("greater_than_equal", MEETING.format("mon", "'09:00'", 1), 4, "minutes", "at least 5"),
    Case("less_than_equal", MEETING.format("mon", "'09:00'", 500), 4, "minutes", "at most 480"),
    Case("re2", MQL.format("{attribute: a, matches: '(?=x)'}"), 5, "matches", "Not an RE2 pattern"),
    Case("too_short", MQL.format("{all: []}"), 5, "all", "at least one entry"),
    Case("string_too_short", "purpose: ''\n", 3, "purpose", "Expected a text"),
    Case("string_too_long", f"purpose: {'x' * 501}\n", 3, "purpose", "500 characters"),
    Case(
        "points",
        RULE.replace("points: 1", "points: 0.0000001").format("label: x"),
        7,
        "points",
        "six decimals",
    ),
    Case(
        "points",
        RULE.replace("points: 1", "points: .nan").format("label: x"),
        7,
        "points",
        "six decimals",
    ),
    Case("between", MQL.format("{attribute: a, between: [2, 1]}"), 5, "between", "the lower first"),
    Case(
        "one_operator",
        MQL.format("{attribute: a}"),
        4,
        "when",
        "exactly one of is, in, between, matches",
    ),
    Case(
        "one_operator",
        MQL.format("{attribute: a, is: 1, in: [2]}"),
        4,
        "when",
        "exactly one of is, in, between, matches",
    ),
    Case("empty_combination", MQL.format("{}"), 4, "when", "Expected all, any or none"),
    Case(
        "path", MQL.format("{last: {event: page_view, path: /a**}}"), 5, "path", "a whole segment"
    ),
    Case("zone", "timezone: Tokyo\n", 3, "timezone", "Asia/Tokyo"),
    Case("zone_moves", "timezone: Europe/Paris\n", 3, "timezone", "daylight saving"),
    Case(
        "reserved_stage",
        "deal: {created_when: x, stages: [{id: won}]}\n",
        3,
        "stages",
        "another id",
    ),
    Case("empty_cap", RULE.format("cap: {per: 7d}"), 7, "cap", "times or points"),
    Case(
        "two_decays",
        RULE.format("half_life: 1d, linear: 1d"),
        7,
        "0",
        "half_life or linear, not both",
    ),
    Case(
        "fit_attribute",
        "scoring:\n  fit:\n    rules:\n      - {id: F, points: 1, when: {rising: 1}}\n",
        6,
        "when",
        "attributes only",
    ),
    Case(
        "grades",
        "scoring: {grades: {fit: {A: 1, B: 1}, behaviour: {1: 0}}}\n",
        3,
        "fit",
        "from the highest to the lowest",
    ),
    Case("min_max", "scoring: {range: {min: 2, max: 1}}\n", 3, "range", "min at or below max"),
    Case("opening", "calendar: {hours: ['12:00-09:00']}\n", 3, "0", "an end after the start"),
    Case("day", "calendar: {closed: ['02-31']}\n", 3, "0", "does not exist"),
    Case(
        "day_range", "calendar: {closed: ['2027-02-03..2027-02-01']}\n", 3, "0", "the earlier first"
    ),
    Case(
        "day_range",
        "calendar: {closed: ['2027-02-03..02-05']}\n",
        3,
        "0",
        "with a year or both without",
    ),
    Case(
        "catch_all",
        ROUTES.format("    - {by: capacity, when: {attribute: a, is: 1}}\n"),
        4,
        "to",
        "no when",
    ),
    Case(
        "unreachable_route",
        ROUTES.format("    - {by: capacity}\n    - {by: capacity}\n"),
        4,
        "to",
        "must be the last",
    ),
    Case(
        "one_start",
        INPUT.format(when="{due: 1d}", fields="[a]"),
        6,
        "when",
        "exactly one of after, every",
    ),
    Case("due", INPUT.format(when="{every: week, due: 1d}", fields="[a]"), 6, "when", "fri 17:00"),
    Case(
        "while_every",
        INPUT.format(when="{after: deal.won, while: deal.open, due: 1d}", fields="[a]"),
        6,
        "when",
        "every beside while",
    ),
    Case(
        "empty_require",
        GATE.format("deal.close", "{linked_lead: false}"),
        6,
        "require",
        "linked_lead, lead_has_event_before or fields",
    ),
    Case("meeting_gate", GATE.format("meeting.close", "{fields: [amount]}"), 4, "0", "check_ins"),
    Case("meeting_gate", GATE.format("meeting.close", "{linked_lead: true}"), 4, "0", "decisions"),
    Case("meeting_day", MEETING.format("bd3", "'09:00'", 15), 4, "0", "mon to sun"),
    Case("no_scoring", MQL.format("{score: total, at_least: 1}"), 4, "when", "a scoring section"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.key}")
def test_a_problem_names_line_key_expectation_and_nearest(case: Case) -> None:
    with pytest.raises(RulebookError) as caught:
        load(HEAD + case.text, event_types=[])
    assert len(caught.value.problems) == 1
    problem = caught.value.problems[0]
    assert problem.code == case.code
    assert problem.line == case.line
    assert problem.key == case.key
    assert case.says in problem.message_en
    assert problem.nearest == case.nearest
    assert problem.message_ja
    assert problem.message_ja != problem.message_en
    for lang in ("ja", "en"):
        assert (case.nearest in problem.message(lang)) or not case.nearest


@pytest.mark.parametrize("value", ["true", "1.0", "2", "one"])
def test_only_grammar_version_one_is_accepted(value: str) -> None:
    with pytest.raises(RulebookError) as caught:
        load(f"rulebook: {value}\ntitle: t\n")
    assert [problem.key for problem in caught.value.problems] == ["rulebook"]
    assert "expected one of: 1" in caught.value.problems[0].message_en


@pytest.mark.parametrize("value", ["is: .nan", "is: .inf", "in: [.nan]", "between: [.nan, 1]"])
def test_numbers_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(RulebookError):
        load(HEAD + MQL.format(f"{{attribute: a, {value}}}"))


def test_each_value_of_a_list_is_pointed_at_by_its_place() -> None:
    with pytest.raises(RulebookError) as caught:
        load(HEAD + "calendar:\n  hours:\n    - '09:00-12:00'\n    - noon\n")
    assert caught.value.problems[0].path == "calendar.hours[2]"
    assert caught.value.problems[0].line == 6
