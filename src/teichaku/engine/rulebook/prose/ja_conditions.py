"""Japanese sentences for events and conditions."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Clause,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
    ScoreClause,
)
from teichaku.engine.rulebook.prose import ja_words as w
from teichaku.engine.rulebook.prose.names import Names
from teichaku.engine.rulebook.prose.patterns import literal_words, path_meaning

Line = tuple[int, str]


class Act(NamedTuple):
    """What happened to what: object word, particle, verb (plain, past), which filter names it."""

    noun: str
    particle: str
    plain: str
    past: str
    named_by: str = ""


def act_of(event: str, names: Names) -> Act:
    """The words of an event type."""
    deal = w.deal_name(names)
    return {
        "page_view": Act("ページ", "を", "閲覧する", "閲覧した", "path"),
        "form_submit": Act("フォーム", "を", "送信する", "送信した", "form"),
        "download": Act("資料", "を", "ダウンロードする", "ダウンロードした", "asset"),
        "email_open": Act("メール", "を", "開封する", "開封した"),
        "email_click": Act("メール内のリンク", "を", "クリックする", "クリックした"),
        "seminar_register": Act("セミナー", "に", "申し込む", "申し込んだ"),
        "seminar_attend": Act("セミナー", "に", "参加する", "参加した"),
        "exhibition": Act("展示会", "で", "接点がある", "接点があった"),
        "card_exchange": Act("名刺", "を", "交換する", "交換した"),
        "call": Act("電話", "で", "話す", "話した"),
        "meeting": Act("面談", "を", "する", "した"),
        "web_custom": Act("Web上の独自の行動", "が", "ある", "あった"),
        "deal_created": Act(deal, "が", "作成される", "作成された"),
        "deal_won": Act(deal, "を", "受注する", "受注した"),
        "deal_lost": Act(deal, "を", "失注する", "失注した"),
        "handover_accepted": Act("リード", "を", "営業が引き受ける", "営業が引き受けた"),
        "handover_returned": Act("リード", "が", "マーケに戻される", "マーケに戻された"),
        "opt_out": Act("配信の停止", "を", "申し出る", "申し出た"),
    }.get(event, Act(f"「{event}」の行動", "が", "ある", "あった"))


def event_name(event: str, names: Names) -> str:
    """An event type as a noun phrase: 「ページの閲覧」 and the like."""
    act = act_of(event, names)
    return f"{act.noun}{act.particle}{act.plain}"


def _pages(pattern: str) -> str:
    kind, part = path_meaning(pattern)
    return {
        "top": "トップページ（/）",
        "anything": "サイト内のすべてのページ（/ 以下）",
        "below": f"{part} 以下のページ",
        "children": f"{part} 直下のページ",
        "prefix": f"{part} で始まる同じ階層のページ",
        "exact": f"{part} のページ",
        "pattern": f"{part} の形のページ",
    }[kind]


_FILTERS = {
    "path": "パス",
    "form": "フォーム",
    "asset": "資料",
    "campaign": "施策",
    "rank": "ランク",
}


def matched(match: EventMatch, names: Names) -> str:
    """What the event is about, with every filter: 「/service/ 以下のページ」."""
    act = act_of(match.event, names)
    noun, rest = act.noun, []
    for key, word in _FILTERS.items():
        values: tuple[str, ...] | None = getattr(match, key)
        if values is None:
            continue
        if key == "path":
            text = "、または".join(_pages(value) for value in values)
            text = text.replace("、または/", "、または /")
        else:
            text = f"{word}{w.either(f'「{value}」' for value in values)}"
        if key == act.named_by:
            noun = text
        else:
            rest.append(text)
    return f"{noun}（{'、'.join(rest)}）" if rest else noun


def _window(within: Duration | None) -> str:
    if within is None:
        return "これまでに"
    return f"直近{w.span(within)}{'間' if within.unit == 'd' and within.amount > 1 else ''}に"


def _attribute(clause: AttributeClause) -> str:
    name = w.ATTRIBUTES.get(clause.attribute, f"属性「{clause.attribute}」")
    if clause.is_ is not None:
        if isinstance(clause.is_, bool) and clause.attribute in w.TRAITS:
            return w.TRAITS[clause.attribute][0 if clause.is_ else 1]
        return f"{name}が{w.scalar(clause.is_)}である"
    if clause.in_ is not None:
        values = w.either(w.scalar(value) for value in clause.in_)
        return f"{name}が{values}である"
    if clause.between is not None:
        low, high = clause.between
        if isinstance(low, date):
            return f"{name}が{w.scalar(low)}から{w.scalar(high)}までである"
        return f"{name}が{w.scalar(low)}以上{w.scalar(high)}以下である"
    words = literal_words(clause.matches or "")
    if words:
        return f"{name}に{w.either(f'「{word}」' for word in words)}を含む"
    return f"{name}が検索パターン「{clause.matches}」に合う"


def clause_sentence(clause: Clause, names: Names) -> str:
    """One leaf of a condition, in the plain form."""
    if isinstance(clause, AttributeClause):
        return _attribute(clause)
    if isinstance(clause, ScoreClause):
        return f"{w.AXES[clause.score]}が{w.points(clause.at_least)}以上である"
    if isinstance(clause, CountClause):
        act = act_of(clause.count.event, names)
        what = matched(clause.count, names)
        return f"{_window(clause.within)}、{what}{act.particle}{clause.at_least}回以上{act.past}"
    if isinstance(clause, DaysClause):
        act = act_of(clause.days.event, names)
        what = matched(clause.days, names)
        often = f"{act.past}日が{clause.at_least}日以上ある"
        return f"{_window(clause.within)}、{what}{act.particle}{often}"
    if isinstance(clause, LastClause):
        act = act_of(clause.last.event, names)
        what = matched(clause.last, names)
        return f"{_window(clause.within)}、{what}{act.particle}{act.past}ことがある"
    return f"合計スコアが7日前より{w.points(clause.rising)}以上高い"


def predicate_sentence(predicate: AnyPredicate, names: Names) -> str:
    """A condition in one line, in the plain form (ready for 場合 after it)."""
    if not isinstance(predicate, Combination):
        return clause_sentence(predicate, names)
    pieces = []
    if predicate.all_:
        pieces.append("、かつ".join(_inner(part, names) for part in predicate.all_))
    if predicate.any_:
        joined = "、または".join(_inner(part, names) for part in predicate.any_)
        more = len(predicate.any_) > 1 and (predicate.all_ or predicate.none_)
        pieces.append(f"（{joined}）" if more else joined)
    if predicate.none_:
        parts = [f"（{predicate_sentence(part, names)}）" for part in predicate.none_]
        which = "のいずれにも" if len(parts) > 1 else "に"
        pieces.append(f"{''.join(parts)}{which}当てはまらない")
    return "、かつ".join(pieces)


def _inner(part: AnyPredicate, names: Names) -> str:
    text = predicate_sentence(part, names)
    return f"（{text}）" if isinstance(part, Combination) else text


def outline(predicate: AnyPredicate, names: Names, depth: int = 0) -> list[Line]:
    """A condition as indented lines, for conditions too long for one."""
    if not isinstance(predicate, Combination):
        return [(depth, clause_sentence(predicate, names))]
    lines: list[Line] = []
    for parts, head in (
        (predicate.all_, "次のすべてに当てはまる"),
        (predicate.any_, "次のいずれかに当てはまる"),
        (predicate.none_, "次のどれにも当てはまらない"),
    ):
        if parts is None:
            continue
        lines.append((depth, f"さらに、{head}" if lines else head))
        for part in parts:
            lines.extend(_bracketed(part, names, depth + 1))
    return lines


def _bracketed(part: AnyPredicate, names: Names, depth: int) -> list[Line]:
    """A part of a list; several lists in it stand under one line, so that they stay one part."""
    if isinstance(part, Combination) and sum(map(bool, (part.all_, part.any_, part.none_))) > 1:
        return [(depth, "次のまとまりに当てはまる"), *outline(part, names, depth + 1)]
    return outline(part, names, depth)


def definition(predicate: AnyPredicate, names: Names) -> list[Line]:
    """The definition of an MQL: what must hold, then who is left out."""
    if not isinstance(predicate, Combination) or not predicate.none_:
        return outline(predicate, names)
    if not (predicate.all_ or predicate.any_):
        return outline(predicate, names)
    lines = outline(predicate.model_copy(update={"none_": None}), names)
    several = len(predicate.none_) > 1
    which = "次のいずれかに" if several else "次に"
    lines.append((0, f"ただし、{which}当てはまるリードは除きます"))
    for part in predicate.none_:
        lines.extend(_bracketed(part, names, 1))
    return lines
