from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError
from tests.engine.rulebook.documents import documents

from teichaku.engine.rulebook.diff import diff
from teichaku.engine.rulebook.document import read, write
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.hashes import rulebook_hash
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.prose import en_sections, en_words, ja_sections, ja_words
from teichaku.engine.rulebook.prose.names import names_of

TEXT = (Path(__file__).parents[2] / "data" / "rulebook-example.yaml").read_text(encoding="utf-8")
BASE, DATA = load(TEXT), read(TEXT).data
NAMES = names_of(BASE)
Path_ = tuple[str | int, ...]
CLOSED: dict[str, tuple[str, ...]] = {
    "workdays": tuple(ja_words.WEEKDAYS), "holidays": ("JP", "none"),
    "per": tuple(ja_words.PERIODS),
    **dict.fromkeys(("role", "owner", "approver", "deputy", "chair"), tuple(ja_words.ROLES)),
    "by": ("coach", "山田"),
    "score": tuple(ja_words.AXES), "do": tuple(ja_words.BREACH_STEPS), "every": ("day", "month"),
    "is": tuple(ja_words.ANSWERS), "object": tuple(ja_words.OBJECTS), "mode": tuple(ja_words.MODES),
    "until_answered": tuple(ja_words.UNTIL_ANSWERED), "on_holiday": tuple(ja_words.ON_HOLIDAY),
    "expect": ("met", "missing"), "after": ("deal.won",), "before": ("deal.close", "meeting.close"),
    "day": ("sun", "bd7"), "timezone": ("UTC",),
}  # fmt: skip
WORDS = {
    "ja": [vars(ja_words)[name] for name in dir(ja_words) if name.isupper()],
    "en": [vars(en_words)[name] for name in dir(en_words) if name.isupper()],
}


def _leaves(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*path, index))
    else:
        yield path, data


TOGETHER = {  # values that are valid only with others: their own test is below
    ("inputs", 0, "when", "every"), ("inputs", 0, "when", "while"), ("meetings", 1, "every"),
}  # fmt: skip
LEAVES = [leaf for leaf in _leaves(DATA) if leaf[0] not in {("rulebook",), *TOGETHER}]


def _other_values(path: Path_, old: Any) -> Iterator[Any]:
    """New values for a leaf, the likeliest to be valid first."""
    key = next(str(step) for step in reversed(path) if isinstance(step, str))
    if isinstance(old, bool):
        yield not old
    elif isinstance(old, int | float):
        yield from (old + 3, old - 3, round(old + 0.07, 2))
    elif isinstance(old, date):
        yield from (old + timedelta(days=2), old - timedelta(days=2))
    elif old is None:
        yield "x"
    else:
        if re.fullmatch(r"\d+(d|h|mo|bh|bd)", old):
            amount = int(re.sub(r"\D", "", old))
            yield old.replace(str(amount), str(amount + 5), 1)
        yield from (value for value in CLOSED.get(key, ()) if value != old)
        yield from (
            old.replace("12-28", "12-27"),
            old.replace("05-01", "04-29"),
            old.replace("15", "16"),
        )
        yield from (
            old.replace("27-0", "28-0"),
            old.replace("12:", "11:"),
            old.replace(":30", ":40"),
        )
        yield from (old.replace(":45", ":55"), old.replace(":00", ":05"))
        yield from (f"{old}z", old.replace("/", "/z", 1), f"z{old}")


def _changed(path: Path_, value: Any) -> Rulebook | None:
    data = copy.deepcopy(DATA)
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    try:
        return Rulebook.model_validate(data)
    except ValidationError:
        return None


def _said(lang: str, value: Any) -> set[str]:
    """Every way in which a value may be worded."""
    words = ja_words if lang == "ja" else en_words
    said = set()
    if isinstance(value, bool):
        said |= {words.scalar(value), *(pair[0 if value else 1] for pair in words.TRAITS.values())}
    elif isinstance(value, int | float):
        said |= {words.number(abs(value)), words.share(value)}
        said |= {en_words.MONTHS[int(value) - 1]} if 1 <= value <= 12 else set()
        said |= {en_words.often(int(value))}
    elif isinstance(value, date):
        sections = ja_sections if lang == "ja" else en_sections
        said |= {words.day(value), sections.closed_days(value.isoformat())}
    else:
        said |= _texts(lang, value)
    return said


def _texts(lang: str, value: str) -> set[str]:
    words = ja_words if lang == "ja" else en_words
    said = {
        value,
        value.strip("*"),
        value.rpartition("|")[2],
        value.replace("-", "–"),
        value.replace("-", "〜"),
    }
    said |= {
        table[value]
        for table in WORDS[lang]
        if hasattr(table, "get") and isinstance(table.get(value), str)
    }
    said |= {text.partition("（")[0].partition(" (")[0] for text in said}
    if re.fullmatch(r"\d+(d|h|mo|bh|bd)", value):
        length = Duration.parse(value)
        said |= {words.span(length), words.deadline(length)}
    if " " in value and value[:3] in words.WEEKDAYS and value[3] == " ":
        said |= {words.deadline(value)}
    said |= {words.after_point(value, NAMES), words.before_point(value, NAMES)}
    if value.startswith("bd"):
        said |= {f"第{value[2:]}営業日", f"{value[2:]}th business day"}
    if re.fullmatch(r"[\d.\-]+", value):
        sections = ja_sections if lang == "ja" else en_sections
        said |= {sections.closed_days(value)}
    if value.startswith(("kpi.", "agenda.")):
        said |= {words.reason(value, NAMES)}
    return said


@pytest.mark.parametrize(
    ("path", "old"), LEAVES, ids=[".".join(map(str, path)) for path, _ in LEAVES]
)
def test_no_change_of_a_leaf_is_silent(path: Path_, old: Any) -> None:
    candidates = (
        (value, _changed(path, value)) for value in _other_values(path, old) if value != old
    )
    value, new = next(((value, new) for value, new in candidates if new), (None, None))
    assert new is not None, "no other valid value was found"
    for lang in ("ja", "en"):
        text = "\n".join(diff(BASE, new, lang))
        assert any(words in text for words in _said(lang, value)), (value, text)
        assert "\n".join(diff(new, BASE, lang)) not in {"", text}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), documents())
def test_two_rulebooks_differ_in_words_exactly_when_they_differ(
    old: Rulebook, new: Rulebook
) -> None:
    for lang, nothing in (("ja", "変更はありません。"), ("en", "Nothing changed.")):
        assert diff(old, old, lang) == [nothing]
        found = diff(old, new, lang)
        assert found
        assert (found == [nothing]) == (rulebook_hash(old) == rulebook_hash(new))


@pytest.mark.parametrize(
    ("old", "new", "ja_lines", "en_lines"),
    [
        (
            "points: 50,",
            "points: 60,",
            ["［V-11］見積依頼: 配点を50点から60点に変更"],
            ["[V-11] 見積依頼: points changed from 50 points to 60 points"],
        ),
        (
            "{score: behaviour, at_least: 30}",
            "{score: behaviour, at_least: 35}",
            [
                "［Q-01］営業に渡す基準: 条件を「行動スコアが30点以上"
                "である」から「行動スコアが35点以上である」に変更"
            ],
            [
                "[Q-01] 営業に渡す基準: condition changed from "
                "“the behaviour score is at least 30 points” "
                "to “the behaviour score is at least 35 points”"
            ],
        ),
        (
            "target: 0.4",
            "target: 0.45",
            ["［opportunity_rate］: 目標を40%から45%に変更"],
            ["[opportunity_rate]: target changed from 40% to 45%"],
        ),
        (
            "deadlines: {accept: 1bd, first_touch: 2bd}",
            "deadlines: {accept: 6bh}",
            [
                "営業への引き渡し: 引き受けるかどうかを決める期限を「"
                "翌営業日の同じ時刻まで」から「6営業時間以内」に変更",
                "営業への引き渡し: 最初の連絡の期限（「2営業日以内」）を削除",
            ],
            [
                "Handover to sales: deadline to accept or return changed from "
                "“by the same time on the next business day” to “within 6 business hours”",
                "Handover to sales: deadline of the first conta"
                "ct removed (it was “within 2 business days”)",
            ],
        ),
        (
            "mode: warn",
            "mode: block",
            ["［G-02］見積の前に決めること: モードを「注意」から「必須」に変更"],
            ["[G-02] 見積の前に決めること: mode changed from “warn” to “required”"],
        ),
        (
            "approver: sales_manager",
            "approver: executive",
            ["［G-01］引合にはMAリードが要る: 例外の承認者を営業責任者から経営者に変更"],
            [
                "[G-01] 引合にはMAリードが要る: exception, appr"
                "over changed from sales manager to executive"
            ],
        ),
        (
            "label: カタログ請求",
            "label: カタログの請求",
            ["［V-10］カタログの請求: 名称を「カタログ請求」から「カタログの請求」に変更"],
            ["[V-10] カタログの請求: name changed from “カタログ請求” to “カタログの請求”"],
        ),
        (
            "      - {attribute: department, is: 購買}\n",
            "",
            ["［Q-01］営業に渡す基準: 条件の除外の条件: 削除「部署が「購買」である」"],
            ["[Q-01] 営業に渡す基準: condition, exceptions: removed “the department is “購買””"],
        ),
        (
            "    - {id: sample}\n",
            "    - {id: sample}\n    - {id: trial, label: 試作}\n",
            ["引合の定義: 段階: 追加「試作［trial］」"],
            ["What counts as a 引合: stages: added “試作 [trial]”"],
        ),
        (
            "lost_reasons: [価格, 納期, 品質]",
            "lost_reasons: [納期, 価格, 品質]",
            ["引合の定義: 失注の理由を「価格」「納期」「品質」から「納期」「価格」「品質」に変更"],
            [
                "What counts as a 引合: reasons for a loss changed from “価格”, “納期” and “品質” "
                "to “納期”, “価格” and “品質”"
            ],
        ),
        (
            "reviews: {scoring: 90d, scenarios: 120d, rulebook: 180d, hollow: 30d}",
            "",
            [
                "見直し: 削除「スコアの配点は90日ごとに見直し"
                "ます。 シナリオは120日ごとに見直します。 "
                "運用ルール全体は180日ごとに見直します。 形骸化の兆しは30日ごとに見直します。」"
            ],
            [
                "Reviews: removed “Scoring is reviewed every 90 "
                "days. Scenarios are reviewed every 120 days. "
                "The whole rulebook is reviewed every 180 days. Si"
                "gns of hollow entry are reviewed every 30 days.”"
            ],
        ),
    ],
)
def test_a_change_names_the_rule_and_the_field(
    old: str, new: str, ja_lines: list[str], en_lines: list[str]
) -> None:
    assert TEXT.count(old) == 1
    changed = load(TEXT.replace(old, new))
    assert diff(BASE, changed, "ja") == ja_lines
    assert diff(BASE, changed, "en") == en_lines


@pytest.mark.parametrize(
    ("part", "old", "new", "says"),
    [
        (
            0,
            "every: week, while: deal.open, due",
            "every: week, due",
            "対象の状態（進行中の引合）を削除",
        ),
        (
            0,
            'week, while: deal.open, due: "thu 16:30"',
            "day, due: 1d",
            "入力の頻度を毎週から毎日に変更",
        ),
        (1, "every: month, day: bd2", "every: week, day: wed", "頻度を毎月から毎週に変更"),
    ],
)
def test_values_that_change_together_are_told_too(part: int, old: str, new: str, says: str) -> None:
    assert TEXT.count(old) == 1
    subject = ("［N-01］", "［month］")[part]
    found = diff(BASE, load(TEXT.replace(old, new)), "ja")
    assert any(line.startswith(subject) and says in line for line in found)


def _moved(move: str) -> Rulebook:
    data = copy.deepcopy(DATA)
    groups = data["scoring"]["behaviour"]
    if move == "rule":
        groups[1]["rules"].append(groups[0]["rules"].pop(0))
    elif move == "rules":
        groups[1]["rules"].reverse()
    elif move == "groups":
        groups.reverse()
    elif move == "stages":
        data["deal"]["stages"].reverse()
    elif move == "grades":
        data["scoring"]["grades"]["fit"] = {"B": 25, "A": 10, "C": 0}
    elif move == "routes":
        data["handover"]["to"][:2] = data["handover"]["to"][1::-1]
    elif move == "clauses":
        data["mql"]["when"]["none"].reverse()
    elif move == "new":
        groups[1]["rules"].append({"id": "V-13", "when": {"event": "call"}, "points": 2})
    else:
        data["inputs"].reverse()
    return load(write(data))


@pytest.mark.parametrize(
    ("move", "says"),
    [
        (
            "rule",
            "［V-01］加工事例を見た: グループを「［site］サイトの閲覧」から「［contact］」に移動",
        ),
        ("rules", "［contact］: 配点のルールの順番を変更（工場見学 → 見積依頼 → カタログ請求）"),
        ("groups", "スコア: 行動の配点のグループの順番を変更（contact → サイトの閲覧）"),
        ("stages", "引合の定義: 段階の順番を変更（sample → 見積 → 図面確認）"),
        ("grades", "スコア: 属性の等級のAを25点から10点に変更"),
        ("routes", "営業への引き渡し: 引き渡し先の順番を変更"),
        ("clauses", "［Q-01］営業に渡す基準: 条件を"),
        ("new", "配点のルール: 追加「電話で話すと ＋2点。［V-13］」"),
        (
            "inputs",
            "入力ルール: 順番を変更（月初の見通し → 訪問の記録 → 止まった引合を残さない）",
        ),
    ],
)
def test_moves_and_another_order_are_told(move: str, says: str) -> None:
    assert says in "\n".join(diff(BASE, _moved(move), "ja"))
    assert "Nothing changed." not in diff(BASE, _moved(move), "en")
