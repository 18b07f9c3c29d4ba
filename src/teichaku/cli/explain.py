"""One lead's score and the definition of an MQL, laid open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from django.utils.translation import gettext as _

from teichaku.cli.output import instant_given, iso, number, print_json, signed
from teichaku.cli.rulebooks import known_rulebook
from teichaku.core.errors import InvalidInput, NotFound
from teichaku.core.instants import instant_of
from teichaku.engine.explain import Reason
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.hashes import rulebook_hash
from teichaku.engine.rulebook.model import Rulebook, Scoring
from teichaku.engine.rulebook.show import predicate_sentence
from teichaku.leads.selectors import lead_find, lead_labels
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.explanations import Condition, Explanation, Qualified, lead_explained

WORDS = {
    "ja": {
        "as_of": "{at} 時点", "total": "合計 {total}点（行動 {behaviour} ＋ 属性 {fit}）",
        "grade": "グレード {grade}", "rising": "7日間の変化 {rising}点",
        "next": "次に期限が来る時点 {at}", "reasons": "スコアの内訳",
        "decay": "{name}（時間による減少）", "clamp": "グループ「{name}」の上限・下限",
        "range": "合計の上限・下限", "hits": "（{hits}回、直近 {at}）", "id": "［{id}］",
        "conditions": "MQLの条件", "met": "満たす", "missed": "満たさない",
        "unknown": "判定できません", "from": "{at} まで判定できません", "has": "（値 {value}）",
        "yes": "はい", "no": "いいえ", "now": "この時点の判定: {verdict}",
        "would": "このルールでMQLになった時点", "recorded": "記録されたMQL", "none": "なし",
        "import": "取り込み", "excludes": "［除外条件］", "date": "%Y/%m/%d %H:%M",
    },
    "en": {
        "as_of": "as of {at}", "total": "Total {total} (behaviour {behaviour} + fit {fit})",
        "grade": "Grade {grade}", "rising": "Change in 7 days {rising}",
        "next": "Next expiry {at}", "reasons": "What the score is made of",
        "decay": "{name} (faded with time)", "clamp": "limit of the group “{name}”",
        "range": "limit of the total", "hits": " ({hits}×, last {at})", "id": " [{id}]",
        "conditions": "The MQL definition", "met": "met", "missed": "not met",
        "unknown": "cannot be judged", "from": "cannot be judged before {at}",
        "has": " (value: {value})", "yes": "yes", "no": "no", "now": "At this instant: {verdict}",
        "would": "Qualified under this rulebook at", "recorded": "Recorded MQLs", "none": "none",
        "import": "imported", "excludes": " [excludes]", "date": "%Y-%m-%d %H:%M",
    },
}  # fmt: skip


def explain(
    lead: str, rulebook_file: Path | None, as_of: str | None, lang: str, *, as_json: bool
) -> None:
    """Why the lead scores what it scores, as of an instant."""
    rulebook = known_rulebook(rulebook_file) if rulebook_file else rulebook_in_force()
    if rulebook is None:
        raise InvalidInput(
            _(
                "No rulebook is in force. Give one with --rulebook FILE, or put one in force:"
                " teichaku rulebook activate FILE"
            )
        )
    known = lead_find(lead)
    if known is None:
        raise NotFound(
            _(
                "No lead has the id “%(lead)s”. Use the id of the imported file, or SYSTEM:ID"
                " where the map named a system."
            )
            % {"lead": lead}
        )
    instant = instant_given(as_of, ZoneInfo(rulebook.timezone)) if as_of else None
    found = lead_explained(known.root, rulebook, instant)
    label = lead_labels([known.root])[known.root]
    if as_json:
        print_json(_document(found, label, lang))
    else:
        click.echo("\n".join(_lines(found, label, lang)))


def _document(found: Explanation, label: str, lang: str) -> dict[str, object]:
    book = found.rulebook
    return {
        "lead": label,
        "rulebook": {"hash": rulebook_hash(book), "title": book.title},
        "as_of": iso(found.as_of, book),
        "behaviour": found.behaviour,
        "fit": found.fit,
        "total": found.total,
        "grade": found.grade,
        "rising": found.rising,
        "next_at": iso(found.next_at, book),
        "reasons": [_reason_document(reason, book, lang) for reason in found.reasons],
        "qualifies_now": found.holds,
        "conditions": [_condition_document(one, book, lang) for one in found.conditions],
        "qualified": [_qualified_document(one, book) for one in found.would_qualify],
        "recorded": [_qualified_document(one, book) for one in found.recorded],
    }


def _reason_document(reason: Reason, book: Rulebook, lang: str) -> dict[str, object]:
    return {
        "kind": reason.kind,
        "rule": reason.subject,
        "label": reason_label(reason, book, lang),
        "points": reason.points / MICRO,
        "hits": reason.hits,
        "latest": iso(instant_of(reason.latest), book) if reason.latest is not None else None,
    }


def _condition_document(one: Condition, book: Rulebook, lang: str) -> dict[str, object]:
    value = one.value
    return {
        "condition": predicate_sentence(one.clause, lang),
        "holds": one.holds if one.judgeable else None,
        "excludes": one.excludes,
        "value": value if isinstance(value, int | float | str | None) else str(value),
        "needed": one.needed,
        "judgeable_from": iso(one.judgeable_from, book),
    }


def _qualified_document(one: Qualified, book: Rulebook) -> dict[str, object]:
    return {
        "at": iso(one.at, book),
        "behaviour": one.behaviour,
        "fit": one.fit,
        "total": one.total,
        "source": one.source,
    }


def reason_label(reason: Reason, book: Rulebook, lang: str) -> str:
    """What people read beside the points of a line."""
    words = WORDS[lang]
    if reason.kind == "range":
        return words["range"]
    if reason.kind == "clamp":
        return words["clamp"].format(name=_group_label(book, reason.subject))
    name = _rule_label(book, reason.subject)
    return words["decay"].format(name=name) if reason.kind == "decay" else name


def _rule_label(book: Rulebook, rule_id: str) -> str:
    scoring = book.scoring or Scoring()
    labels = {rule.id: rule.label for group in scoring.behaviour for rule in group.rules}
    labels |= {rule.id: rule.label for rule in (scoring.fit.rules if scoring.fit else ())}
    return labels.get(rule_id) or rule_id


def _group_label(book: Rulebook, name: str) -> str:
    groups = book.scoring.behaviour if book.scoring else ()
    return next((group.label for group in groups if group.group == name and group.label), name)


def _lines(found: Explanation, label: str, lang: str) -> list[str]:
    words, book = WORDS[lang], found.rulebook
    lines = [f"{label}  {words['as_of'].format(at=_local(found.as_of, book, lang))}  {book.title}"]
    head = [
        words["total"].format(
            total=number(found.total), behaviour=number(found.behaviour), fit=number(found.fit)
        )
    ]
    if found.grade:
        head.append(words["grade"].format(grade=found.grade))
    head.append(words["rising"].format(rising=signed(found.rising, lang)))
    if found.next_at:
        head.append(words["next"].format(at=_local(found.next_at, book, lang)))
    lines += [*head, "", words["reasons"]]
    lines += [_reason_line(reason, book, lang) for reason in found.reasons] or [
        f"  {words['none']}"
    ]
    lines += ["", words["conditions"]]
    lines += [_condition_line(one, book, lang) for one in found.conditions]
    verdict = words["met"] if found.holds else words["missed"]
    lines += ["  " + words["now"].format(verdict=verdict), "", words["would"]]
    lines += [_qualified_line(one, book, lang) for one in found.would_qualify] or [
        f"  {words['none']}"
    ]
    if found.recorded:
        lines += ["", words["recorded"]]
        lines += [_qualified_line(one, book, lang) for one in found.recorded]
    return lines


def _local(instant: datetime, book: Rulebook, lang: str) -> str:
    return instant.astimezone(ZoneInfo(book.timezone)).strftime(WORDS[lang]["date"])


def _reason_line(reason: Reason, book: Rulebook, lang: str) -> str:
    words, label = WORDS[lang], reason_label(reason, book, lang)
    text = f"  {signed(reason.points / MICRO, lang):>12}  {label}"
    if reason.kind == "award" and reason.latest is not None:
        at = _local(instant_of(reason.latest), book, lang)
        text += words["hits"].format(hits=reason.hits, at=at)
    if reason.subject in ("", label):
        return text
    return text + words["id"].format(id=reason.subject)


def _condition_line(one: Condition, book: Rulebook, lang: str) -> str:
    words = WORDS[lang]
    if one.holds:
        verdict = words["met"]
    elif one.judgeable:
        verdict = words["missed"]
    elif one.judgeable_from:
        verdict = words["from"].format(at=_local(one.judgeable_from, book, lang))
    else:
        verdict = words["unknown"]
    value = words["has"].format(value=_value(one.value, words))
    excludes = words["excludes"] if one.excludes else ""
    return f"  {verdict}: {predicate_sentence(one.clause, lang)}{excludes}{value}"


def _value(value: float | int | str | bool | None, words: Mapping[str, str]) -> str:
    if value is None:
        return words["none"]
    if isinstance(value, bool):
        return words["yes"] if value else words["no"]
    return number(value) if isinstance(value, float) else str(value)


def _qualified_line(one: Qualified, book: Rulebook, lang: str) -> str:
    words = WORDS[lang]
    if one.total is None or one.behaviour is None or one.fit is None:
        return f"  {_local(one.at, book, lang)}  {words['import']}"
    scores = words["total"].format(
        total=number(one.total), behaviour=number(one.behaviour), fit=number(one.fit)
    )
    return f"  {_local(one.at, book, lang)}  {scores}"
