"""What went wrong, what was expected: one sentence per kind of problem, in Japanese and English."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_Both = tuple[str, str]


def explain(code: str, context: dict[str, Any]) -> _Both:
    """The sentence of a problem in Japanese and English."""
    if code in _WITH_CONTEXT:
        return _WITH_CONTEXT[code](context)
    if code in _PLAIN:
        return _PLAIN[code]
    return _fallback(code, context)


def _given(context: dict[str, Any]) -> str:
    text = str(context.get("given", ""))
    return text if len(text) <= 60 else f"{text[:57]}..."


def _listed(context: dict[str, Any], most: int = 12) -> str:
    words = [str(word) for word in context.get("valid", ())]
    return ", ".join(words[:most]) + (" …" if len(words) > most else "")


def _unknown_key(context: dict[str, Any]) -> _Both:
    key, valid = context["key"], _listed(context, 30)
    return (
        f"「{key}」というキーはありません。ここで使えるキー: {valid}。",
        f"There is no key “{key}” here; expected one of: {valid}.",
    )


def _missing(context: dict[str, Any]) -> _Both:
    return f"「{context['key']}」が必要です。", f"“{context['key']}” is required here."


def _one_of(context: dict[str, Any]) -> _Both:
    given, valid = _given(context), _listed(context)
    return (
        f"「{given}」は使えません。使える値: {valid}。",
        f"“{given}” is not possible; expected one of: {valid}.",
    )


def _duration(context: dict[str, Any]) -> _Both:
    return (
        f"「{_given(context)}」は期間ではありません。90d 4h 1mo 8bh 1bd のように書いてください。",
        f"“{_given(context)}” is not a duration; expected something like 90d 4h 1mo 8bh 1bd.",
    )


def _duration_unit(context: dict[str, Any]) -> _Both:
    units = context["units"]
    return (
        f"「{_given(context)}」は使えません。ここで使える単位（0より大きい値）: {units}。",
        f"“{_given(context)}” is not possible; expected a positive amount like: {units}.",
    )


def _duplicate(context: dict[str, Any]) -> _Both:
    name = context.get("name") or context.get("given")
    return f"「{name}」が二度あります。", f"“{name}” stands twice; expected a name of its own."


_EXAMPLES = (
    "R-012", "10:00", "09:00-12:00", "2027-03-20", "12-29..01-03", "fri 17:00", "mon", "A", "1",
)  # fmt: skip


def _pattern(context: dict[str, Any]) -> _Both:
    pattern = str(context.get("pattern", ""))
    if re.search(pattern, "company.industry") and not re.search(pattern, "R_012."):
        wanted = "company.industry"
    else:
        wanted = next((text for text in _EXAMPLES if re.search(pattern, text)), pattern)
    return (
        f"「{_given(context)}」の書き方が違います。{wanted} のように書いてください。",
        f"“{_given(context)}” has the wrong form; expected something like {wanted}.",
    )


def _typed(ja: str, en: str) -> Callable[[dict[str, Any]], _Both]:
    def both(context: dict[str, Any]) -> _Both:
        return (
            f"「{_given(context)}」は使えません。{ja}を書いてください。",
            f"“{_given(context)}” is not possible; expected {en}.",
        )

    return both


def _bound(sign_ja: str, sign_en: str, key: str) -> Callable[[dict[str, Any]], _Both]:
    def both(context: dict[str, Any]) -> _Both:
        limit = context.get(key)
        return (
            f"「{_given(context)}」は使えません。{limit}{sign_ja}にしてください。",
            f"“{_given(context)}” is not possible; expected {sign_en} {limit}.",
        )

    return both


def _fallback(code: str, context: dict[str, Any]) -> _Both:
    says = context.get("says") or code
    return (
        f"「{_given(context)}」は使えません（{says}）。",
        f"“{_given(context)}” is not possible: {says}.",
    )


_WITH_CONTEXT: dict[str, Callable[[dict[str, Any]], _Both]] = {
    "unknown_key": _unknown_key,
    "missing": _missing,
    "literal_error": _one_of,
    "event_type": _one_of,
    "after": _one_of,
    "before": _one_of,
    "why": _one_of,
    "duration": _duration,
    "duration_unit": _duration_unit,
    "duplicate": _duplicate,
    "duplicate_id": _duplicate,
    "string_pattern_mismatch": _pattern,
    "int_type": _typed("整数", "a whole number"),
    "int_from_float": _typed("整数", "a whole number"),
    "float_type": _typed("数値", "a number"),
    "string_type": _typed("文字列", "a text"),
    "bool_type": _typed("true か false", "true or false"),
    "date_type": _typed("2027-03-31 の形の日付", "a date such as 2027-03-31"),
    "tuple_type": _typed("リスト", "a list"),
    "dict_type": _typed("キーと値の組", "keys with values"),
    "model_type": _typed("キーと値の組", "keys with values"),
    "model_attributes_type": _typed("キーと値の組", "keys with values"),
    "greater_than": _bound("より大きい値", "more than", "gt"),
    "greater_than_equal": _bound("以上", "at least", "ge"),
    "less_than": _bound("より小さい値", "less than", "lt"),
    "less_than_equal": _bound("以下", "at most", "le"),
    "re2": lambda context: (
        f"検索パターンを読めません（{context['problem']}）。",
        f"Not an RE2 pattern: {context['problem']}.",
    ),
}
_PLAIN: dict[str, _Both] = {
    "not_mapping": (
        "キーと値の組で始まる文書にしてください。",
        "Expected a document of keys and values.",
    ),
    "too_short": (
        "空にはできません。1つ以上書いてください。",
        "Expected at least one entry, found none.",
    ),
    "string_too_short": ("空にはできません。", "Expected a text, found nothing."),
    "string_too_long": ("500文字以内にしてください。", "Expected at most 500 characters."),
    "points": (
        "小数は6桁まで、−1000000から1000000までの数値にしてください。",
        "Expected at most six decimals, between -1000000 and 1000000.",
    ),
    "between": (
        "[下限, 上限] の順に、同じ種類の値を2つ書いてください。",
        "Expected two bounds of one kind, the lower first.",
    ),
    "one_operator": (
        "is, in, between, matches のうち1つだけを書いてください。",
        "Expected exactly one of is, in, between, matches.",
    ),
    "empty_combination": (
        "all, any, none のどれか、または attribute, count, days, last, score, rising が必要です。",
        "Expected all, any or none, or one of attribute, count, days, last, score, rising.",
    ),
    "path": (
        "** は区切りの / と / の間に単独で書いてください（例: /service/**）。",
        "** must be a whole segment, as in /service/**.",
    ),
    "zone": (
        "Asia/Tokyo のようなタイムゾーン名が必要です。",
        "Expected a time zone such as Asia/Tokyo.",
    ),
    "zone_moves": (
        "夏時間や時差の変更があるタイムゾーンは使えません。UTC+9の国なら Asia/Tokyo です。",
        "Zones whose clock moves (daylight saving) are refused; expected a fixed one such as "
        "Asia/Tokyo.",
    ),
    "reserved_stage": (
        "won と lost は初めからあるため、ステージには書けません。",
        "The stages won and lost exist by themselves; expected another id.",
    ),
    "empty_cap": ("times か points が必要です。", "Expected times or points."),
    "two_decays": (
        "half_life と linear はどちらか一方だけにしてください。",
        "Expected half_life or linear, not both.",
    ),
    "fit_attribute": (
        "属性の点数では attribute の条件だけを使えます。",
        "Fit rules look at attributes only; expected attribute conditions.",
    ),
    "grades": (
        "基準は高いものから順に、同じ値を繰り返さずに書いてください。",
        "Expected thresholds from the highest to the lowest, none twice.",
    ),
    "min_max": ("min は max 以下にしてください。", "Expected min at or below max."),
    "finite_number": ("数値を書いてください。", "Expected a number."),
    "day": ("この日付はありません。", "This day does not exist; expected one that does."),
    "day_range": (
        "両端とも年を付けるか、両端とも付けずに、早い日から書いてください。",
        "Expected both ends with a year or both without, the earlier first.",
    ),
    "opening": (
        "終わりは始まりより後にしてください（例: 09:00-12:00）。",
        "Expected an end after the start, as in 09:00-12:00.",
    ),
    "catch_all": (
        "最後の引き渡し先には when を書けません（残り全員を受け取ります）。",
        "The last route must catch all; expected no when on it.",
    ),
    "unreachable_route": (
        "when のない引き渡し先は最後に置いてください。後の行に届きません。",
        "A route without when must be the last; the ones after it are never reached.",
    ),
    "one_start": (
        "after か every のどちらか一方が必要です。",
        "Expected exactly one of after, every.",
    ),
    "due": (
        "every: week の期限は「fri 17:00」、それ以外は 1bd のような期間にしてください。",
        "Expected “fri 17:00” with every: week, otherwise a duration such as 1bd.",
    ),
    "while_every": ("while は every と一緒に使ってください。", "Expected every beside while."),
    "empty_require": (
        "linked_lead, lead_has_event_before, fields のどれかが必要です。",
        "Expected linked_lead, lead_has_event_before or fields.",
    ),
    "meeting_day": (
        "毎週の会議の day には曜日（mon〜sun）を書いてください。",
        "A weekly meeting needs a weekday, mon to sun.",
    ),
    "meeting_gate": (
        "meeting.close の前に求められるのは fields の decisions, outcomes, check_ins だけで、"
        "applies_to と waiver は使えません。",
        "Before meeting.close only the fields decisions, outcomes and check_ins can be asked for,"
        " without applies_to and waiver.",
    ),
    "no_scoring": (
        "スコアの条件を使うには scoring が必要です。",
        "A condition on scores needs a scoring section.",
    ),
}
