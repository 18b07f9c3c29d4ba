from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.engine.rulebook.documents import documents

from teichaku.engine.errors import RulebookError
from teichaku.engine.rulebook.load import dump, load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import AttributeClause

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "tests" / "data" / "rulebook-example.yaml"
SHARED = ROOT.parent / "shared" / "design" / "rulebook-example.yaml"
HEAD = "rulebook: 1\ntitle: t\n"


def _refused(text: str, code: str) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        load(text)
    assert [problem.code for problem in caught.value.problems] == [code]
    return caught.value


def test_the_example_is_accepted_and_survives_a_round_trip() -> None:
    rulebook = load(EXAMPLE.read_text(encoding="utf-8"))
    assert load(dump(rulebook)) == rulebook
    assert rulebook.scoring is not None
    assert rulebook.scoring.behaviour[0].rules[1].when.path == ("/careers/*", "/jobs")
    assert rulebook.calendar is not None
    assert rulebook.calendar.open == ("2027-03-27", "2027-04-24")


def test_the_shared_example_is_accepted() -> None:
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here")
    rulebook = load(SHARED.read_text(encoding="utf-8"))
    assert load(dump(rulebook)) == rulebook


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_what_is_written_loads_as_the_same_rulebook(rulebook: Rulebook) -> None:
    text = dump(rulebook)
    assert load(text) == rulebook
    assert dump(load(text)) == text


def test_only_rulebook_and_title_are_needed() -> None:
    rulebook = load(HEAD)
    assert (rulebook.title, rulebook.timezone, rulebook.scoring) == ("t", "Asia/Tokyo", None)
    assert load(dump(rulebook)) == rulebook


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "NO", "12:30", "1e", "0o8"])
def test_words_of_older_yaml_stay_text(word: str) -> None:
    assert load(f"rulebook: 1\ntitle: {word}\n").title == word


def test_a_whole_float_is_the_number_it_equals() -> None:
    clause = load(HEAD + "mql: {when: {attribute: a, is: 50.0}}\n").mql
    assert clause is not None
    assert isinstance(clause.when, AttributeClause)
    assert repr(clause.when.is_) == "50"


def test_dates_need_no_quotes() -> None:
    text = (
        HEAD
        + "kpis: {a: {target: 1, owner: coach, by: 2027-03-31}}\ncalendar: {open: [2027-03-20]}\n"
    )
    rulebook = load(text)
    assert rulebook.kpis is not None
    assert rulebook.kpis["a"].by == date(2027, 3, 31)
    assert rulebook.calendar is not None
    assert rulebook.calendar.open == ("2027-03-20",)


def test_event_types_are_checked_only_against_a_given_list() -> None:
    text = HEAD + "mql: {when: {last: {event: tour_of_works}}}\n"
    assert load(text).mql == load(text, event_types=["tour_of_works"]).mql
    with pytest.raises(RulebookError):
        load(text, event_types=[])


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "just words\n", "12\n"])
def test_anything_but_keys_and_values_is_refused(text: str) -> None:
    _refused(text, "not_mapping")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEAD + "title: again\n", "duplicate_key", 3),
        (HEAD + "reviews:\n  hollow: 1d\n  hollow: 1d\n", "duplicate_key", 5),
        (HEAD + "purpose: &a x\n", "alias", 3),
        ("rulebook: 1\ntitle: &a x\npurpose: *a\n", "alias", 2),
        (HEAD + "purpose: !text x\n", "tag", 3),
        (HEAD + "purpose: !!str x\n", "tag", 3),
        (HEAD + "<<: {purpose: x}\n", "key", 3),
        (HEAD + "? [a, b]\n: 1\n", "key", 3),
        (HEAD + "true: 1\n", "key", 3),
        (HEAD + "purpose: [\n", "yaml", 4),
        (HEAD + "\tpurpose: x\n", "yaml", 3),
        (HEAD + "---\nrulebook: 1\n", "yaml", 3),
        (HEAD + "purpose: a\x07b\n", "control_character", 3),
        (HEAD + "purpose: a\x00b\n", "control_character", 3),
        (HEAD + "calendar:\n  open: [2027-02-30]\n", "impossible_value", 4),
        (HEAD + "mql: {when: " + "{all: [" * 70 + "{rising: 1}" + "]}" * 70 + "}\n", "too_deep", 3),
        ("rulebook: 1\ntitle: x\npurpose: " + "あ" * 334_000, "too_large", 1),
    ],
)
def test_what_is_not_plain_yaml_is_refused_at_its_line(text: str, code: str, line: int) -> None:
    problem = _refused(text, code).problems[0]
    assert problem.line == line
    assert problem.message_ja
    assert problem.message_en
    assert problem.message("ja").startswith(f"{line}行目")


def test_a_duplicate_key_is_named() -> None:
    problem = _refused(HEAD + "title: again\n", "duplicate_key").problems[0]
    assert problem.key == "title"
    assert "“title”" in problem.message_en


def test_a_control_character_is_named_by_its_code() -> None:
    assert (
        "U+0007" in _refused(HEAD + "purpose: a\x07b\n", "control_character").problems[0].message_ja
    )


def test_all_problems_come_at_once_in_order_of_line() -> None:
    text = "rulebook: 2\ntitle: [t]\nreviews: {hollow: 31}\ncalendar: {holidys: none}\n"
    with pytest.raises(RulebookError) as caught:
        load(text)
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3, 4]
    assert str(caught.value).count("\n") == 3


def test_a_misspelt_key_hides_no_other_problem_and_is_told_once() -> None:
    text = "rulebook: 1\ntitel: t\nreviews: {hollow: 31}\nmql: {whne: {rising: 1}, label: 3}\n"
    with pytest.raises(RulebookError) as caught:
        load(text)
    found = [(problem.line, problem.code, problem.path) for problem in caught.value.problems]
    assert found == [
        (2, "unknown_key", "titel"),
        (3, "duration", "reviews.hollow"),
        (4, "unknown_key", "mql.whne"),
        (4, "string_type", "mql.label"),
    ]
    assert caught.value.problems[0].nearest == "title"
