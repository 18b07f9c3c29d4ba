"""Column names as people and tools write them, brought to one spelling for comparing."""

from __future__ import annotations

import re
import unicodedata

from teichaku.intake.header_words import SECRET_WORDS

_BRACKETS = re.compile(r"[(\[{【〔<「『]([^)\]}】〕>」』]*)[)\]}】〕>」』]")
_SCALES = {"千円": 1_000, "万円": 10_000, "百万円": 1_000_000, "億円": 100_000_000}
_SAYS_NOTHING = re.compile(
    r"|必須|任意|入力必須|required|optional|単位.*|円|千円|万円|百万円|億円|税抜き?|税込み?|jpy|yen|usd|半角.*|全角.*"
    r"|%|人|件|年|月|日|date|number|text|string|.*まで|.*文字.*"
)
_MARKS = re.compile(r"[*※★◎]")
_OURS = re.compile(r"[\W_]+")
_PREFIXES = ("property_", "properties.", "attributes.", "fields.")


def header_key(header: str) -> str:
    """The one spelling: width, case, blanks, marks, units and a tool's affixes do not matter."""
    text = unicodedata.normalize("NFKC", header).casefold().strip().removeprefix("\ufeff")
    text = _BRACKETS.sub(_unless_empty_words, _MARKS.sub("", text))
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    text = re.sub(r"__?c$", "", text)
    return _OURS.sub("", text)


def header_scale(header: str) -> int:
    """By how much the numbers of the column are to be multiplied, 1000 for （千円）."""
    text = unicodedata.normalize("NFKC", header)
    for inside in (*_BRACKETS.findall(text), text.rpartition(":")[2], text.rpartition("/")[2]):
        word = inside.strip().removeprefix("単位").lstrip(":： ")
        if word in _SCALES:
            return _SCALES[word]
    return 1


def header_is_secret(header: str) -> bool:
    """Whether the column names something that must never be brought in, such as a password."""
    key = header_key(header)
    return any(word in key for word in SECRET_WORDS)


def _unless_empty_words(found: re.Match[str]) -> str:
    inside = found[1].strip()
    return "" if _SAYS_NOTHING.fullmatch(inside) else f" {inside} "
