from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.engine.rulebook.documents import documents

from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.prose import en, en_fields, en_words, ja, ja_fields, ja_words
from teichaku.engine.rulebook.prose.names import names_of
from teichaku.engine.rulebook.references import predicates, rule_ids
from teichaku.engine.rulebook.show import predicate_sentence, rule_sentence, show
from teichaku.engine.rulebook.vocabulary import (
    AFTER_POINTS,
    BEFORE_POINTS,
    EVENT_TYPES,
    ROLES,
    WEEKDAYS,
)

TEXT = (Path(__file__).parents[2] / "data" / "rulebook-example.yaml").read_text(encoding="utf-8")
HEAD = "rulebook: 1\ntitle: t\n"
RULE = HEAD + "scoring: {{behaviour: [{{group: g, rules: [{{id: S-01, {}}}]}}]}}\n"


def _rule(text: str, lang: str) -> str:
    scoring = load(RULE.format(text)).scoring
    assert scoring is not None
    return rule_sentence(scoring.behaviour[0].rules[0], lang)


def _condition(text: str, lang: str) -> str:
    mql = load(HEAD + f"scoring: {{}}\nmql: {{when: {text}}}\n").mql
    assert mql is not None
    return predicate_sentence(mql.when, lang)


@pytest.mark.parametrize(
    ("text", "ja_text", "en_text"),
    [
        (
            'label: サービスページの閲覧, when: {event: page_view, path: "/service/**"}, points: 5,'
            " cap: {points: 20, per: 7d}, half_life: 30d",
            "サービスページの閲覧：/service/ 以下のページを閲覧すると ＋5点。7日間で合計20点まで。"
            "点数は30日ごとに半分になります。［S-01］",
            "サービスページの閲覧: +5 points for viewing a page under /service/. "
            "At most 20 points in any 7 days. The points halve every 30 days. [S-01]",
        ),
        (
            "when: {event: page_view, path: [/a*, /b/*, /"
            ", /c/*/d, /e]}, points: -2.5, expires: 1mo,"
            " cap: {times: 2, points: 4}",
            "/a で始まる同じ階層のページ、または /b/ 直下"
            "のページ、またはトップページ（/）、または "
            "/c/*/d の形のページ、または /e のページを閲覧"
            "すると －2.5点。通算で2回、合計－4点まで。"
            "1か月たつと点数はなくなります。［S-01］",
            "−2.5 points for viewing a page that begins wi"
            "th /a on that level, a page directly under "
            "/b/, the top page (/), a page of the form /c/*/d or the page /e. "
            "At most twice and −4 points in all. The points end after 1 month. [S-01]",
        ),
        (
            "when: {event: works_tour, rank: A}, points: 1, linear: 36h, cap: {times: 1, per: 12h}",
            "「works_tour」の行動（ランク「A」）があると ＋1点。12時間で1回まで。"
            "点数は36時間かけて一定の割合で減り、0点になります。［S-01］",
            "+1 point for doing “works_tour” (rank “A”). At most once in any 12 hours. "
            "The points shrink evenly to nothing over 36 hours. [S-01]",
        ),
    ],
)
def test_a_behaviour_rule_is_a_sentence(text: str, ja_text: str, en_text: str) -> None:
    assert _rule(text, "ja") == ja_text
    assert _rule(text, "en") == en_text


@pytest.mark.parametrize(
    ("text", "ja_text", "en_text"),
    [
        (
            "{all: [{rising: 5}, {any: [{score: fit, at_least"
            ": 1}, {attribute: email_is_free, is: false}]}],"
            " none: [{last: {event: opt_out}}]}",
            "合計スコアが7日前より5点以上高い、かつ（属性スコアが1点以上である、または"
            "フリーメールを使っていない）、かつ（これまでに、配"
            "信の停止を申し出たことがある）に当てはまらない",
            "the total score is at least 5 points above tha"
            "t of 7 days before and (the fit score is at "
            "least 1 point or the lead does not use free mail), and this does not hold: "
            "(the lead last asked for an end of mailings at any time so far)",
        ),
        (
            "{days: {event: email_open, campaign: [a, b]}, at_least: 2, within: 1d}",
            "直近1日に、メール（施策「a」または「b」）を開封した日が2日以上ある",
            "the lead opened a mail (campaign “a” or “b”) on"
            " at least 2 different days within the past day",
        ),
        (
            "{attribute: company.employees, between: [50, 1000.5]}",
            "企業の従業員数が50以上1,000.5以下である",
            "the company's number of employees is 50 to 1,000.5",
        ),
        (
            "{attribute: founded, between: [2020-01-31, 2020-02-29]}",
            "属性「founded」が2020年1月31日（金）から2020年2月29日（土）までである",
            "the attribute “founded” lies from 31 January 2020 to 29 February 2020",
        ),
        ('{attribute: x, is: "1"}', "属性「x」が「1」である", "the attribute “x” is “1”"),
        ("{attribute: x, is: 1}", "属性「x」が1である", "the attribute “x” is 1"),
        ("{attribute: x, is: true}", "属性「x」がはいである", "the attribute “x” is yes"),
        (
            "{attribute: title, matches: 部長|役員|代表}",
            "役職に「部長」「役員」「代表」のいずれかを含む",
            "the job title contains “部長”, “役員” or “代表”",
        ),
        (
            "{attribute: title, matches: ^部長$}",
            "役職が検索パターン「^部長$」に合う",
            "the job title matches the search pattern “^部長$”",
        ),
    ],
)
def test_a_condition_is_a_sentence(text: str, ja_text: str, en_text: str) -> None:
    assert _condition(text, "ja") == ja_text
    assert _condition(text, "en") == en_text


def test_deadlines_are_words() -> None:
    text = show(load(TEXT), "ja")
    for words in ("4営業時間以内", "翌営業日の同じ時刻まで", "3営業日以内", "毎週木曜16:30まで"):
        assert words in text
    assert not re.search(r"\d(bh|bd|mo)\b", text)
    assert not re.search(r"\d(bh|bd|mo)\b", show(load(TEXT), "en"))


def test_labels_of_the_rulebook_win_over_our_own_words() -> None:
    text = show(load(TEXT), "ja")
    assert "## 引合の定義" in text
    assert "引合を「見積」の段階に進める前に" in text
    assert "共通KPI「工場見学の数」" in text
    assert "共通KPI「商談化率（MQL→商談）」" in text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_rule_ends_its_sentence_with_its_id(lang: str) -> None:
    rulebook = load(TEXT)
    lines = show(rulebook, lang).splitlines()
    mark = "［{}］" if lang == "ja" else " [{}]"
    for _, name in rule_ids(rulebook):
        assert sum(line.endswith(mark.format(name)) for line in lines) == 1


def test_the_definition_of_an_mql_is_nested() -> None:
    text = show(load(TEXT), "ja")
    assert (
        "  - 次のいずれかに当てはまる\n    - 次のすべてに"
        "当てはまる\n      - 行動スコアが30点以上である" in text
    )
    assert "  - ただし、次のいずれかに当てはまるリードは除きます\n    - 競合企業である" in text


def test_sections_that_are_not_there_are_not_shown() -> None:
    assert show(load(HEAD), "ja") == "# t\n\n日付と時刻は日本時間（Asia/Tokyo）です。\n"
    assert show(load(HEAD), "en") == "# t\n\nDates and times are in Japan time (Asia/Tokyo).\n"


def test_japanese_is_written_by_our_rules() -> None:
    text = show(load(TEXT), "ja")
    assert "紐付" not in text
    assert "免除" not in text
    assert not re.search("[０-９Ａ-Ｚａ-ｚ]", text)
    assert not re.search(r"[一-龠ぁ-ん][,.](?!\d)", text)
    assert "。。" not in text


def test_both_languages_know_the_same_words() -> None:
    for module, other in ((ja_words, en_words), (ja_fields, en_fields)):
        tables = [
            name
            for name, value in vars(module).items()
            if name.isupper() and hasattr(value, "keys") and name != "COUNTS"
        ]
        assert tables
        for name in tables:
            assert set(vars(module)[name]) == set(vars(other)[name]), name
    assert set(ja.__all__) == set(en.__all__)
    assert set(ja_words.ROLES) == set(ROLES)
    assert set(ja_words.WEEKDAYS) == set(WEEKDAYS)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_entry_of_the_closed_lists_has_words(lang: str) -> None:
    words = ja_words if lang == "ja" else en_words
    names = names_of(load(TEXT))
    for point in (*AFTER_POINTS, *BEFORE_POINTS):
        said = (
            words.after_point(point, names)
            if point in AFTER_POINTS
            else words.before_point(point, names)
        )
        assert point not in said
    for event in EVENT_TYPES:
        said = _condition(f"{{last: {{event: {event}}}}}", lang)
        assert f"「{event}」" not in said
        assert f"“{event}”" not in said


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_rulebook_can_be_shown(rulebook: Rulebook) -> None:
    for lang in ("ja", "en"):
        text = show(rulebook, lang)
        for _, name in rule_ids(rulebook):
            assert name in text
        for _, predicate in predicates(rulebook):
            assert predicate_sentence(predicate, lang)
        assert (
            "None" not in text
            or "None" in str(rulebook.title)
            or "None" in repr(rulebook.model_dump())
        )
