"""From the text of cells to values, a column at a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal
from math import isfinite

from django.utils.translation import gettext as _

from teichaku.intake.fields import FieldType
from teichaku.intake.instants import Order, day_of, instant_of, parser_for, parser_ordered

Convert = Callable[[str], object]

MOST_DIGITS = 17  # what follows the first digit of any 64-bit number
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "はい", "○", "有"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "いいえ", "×", "無"})
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MONEY_MARKS = str.maketrans("", "", ",¥\\ ")
_MINUS = re.compile(r"[-−‐‑–—―ー△▲](?=[\d.])")
_BRACKETS = re.compile(r"\(([\d.][^()]*)\)")
_UNITS = {"兆": 10**12, "億": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, "": 1}
_PART = re.compile(r"(\d+(?:\.\d+)?)(兆|億|千万|百万|万|千|)")


def converter_for(
    kind: FieldType,
    *,
    pattern: str | None,
    zone: tzinfo,
    order: Order | None = None,
    scale: int = 1,
) -> Convert | None:
    """What turns a filled cell into a value (``ValueError`` when it cannot); None for text.

    ``order`` is that of short dates; ``scale`` multiplies numbers that name no unit themselves.
    """
    match kind:
        case FieldType.TEXT:
            return None
        case FieldType.INSTANT:
            parse = parser_ordered(order) if order else parser_for(pattern)
            return lambda text: instant_of(parse(text), zone)
        case FieldType.DAY:
            parse = parser_ordered(order) if order else parser_for(pattern)
            return lambda text: day_of(parse(text), zone)
        case FieldType.NUMBER:
            return lambda text: _number(text) * scale
        case FieldType.INTEGER:
            return lambda text: _integer(text, scale)
        case FieldType.AMOUNT:
            return lambda text: _amount(text, scale)
        case FieldType.BOOLEAN:
            return _boolean


def convert_column(texts: list[str], convert: Convert) -> tuple[list[object], list[int]]:
    """The values, None for blank cells, and the places of cells that cannot be read.

    Equal texts are converted once: dates and words repeat a lot within a file.
    """
    known: dict[str, object] = {"": None}
    bad: set[str] = set()
    for text in set(texts) - known.keys():
        try:
            known[text] = convert(text)
        except (ValueError, ArithmeticError):
            bad.add(text)
            known[text] = None
    places = [i for i, text in enumerate(texts) if text in bad] if bad else []
    return [known[text] for text in texts], places


def expected_text(kind: FieldType) -> str:
    """What a person should have written into a cell of that type."""
    match kind:
        case FieldType.INSTANT | FieldType.DAY:
            return _("a date or time such as 2026-11-22 or 2026/11/22 10:30")
        case FieldType.AMOUNT:
            return _("a whole amount such as 1200000")
        case FieldType.INTEGER:
            return _("a whole number")
        case FieldType.NUMBER:
            return _("a number")
        case FieldType.BOOLEAN:
            return _("yes or no")
        case FieldType.TEXT:
            return _("text")


def _number(text: str) -> float:
    plain = _signed(text)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    value = float(plain)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _integer(text: str, scale: int) -> int:
    plain = _signed(text).removesuffix("円")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    return _whole(Decimal(plain) * scale, text)


def _amount(text: str, scale: int) -> int:
    """Yen, also from 1,200千円 or 1億2,000万円. A unit in the cell counts, not the scale."""
    plain = _signed(text)
    if _NUMBER.fullmatch(plain):
        return _whole(Decimal(plain) * scale, text)
    bare = plain.lstrip("+-")
    parts = _PART.findall(bare)
    worths = [_UNITS[unit] for _number, unit in parts]
    written = "".join(number + unit for number, unit in parts)
    # Units go down from the left; whatever is left over is no amount.
    if not parts or bare.removesuffix("円") != written or worths != sorted(set(worths))[::-1]:
        raise ValueError(text)
    total = sum(
        (Decimal(number) * worth for (number, _unit), worth in zip(parts, worths, strict=True)),
        start=Decimal(0),
    )
    return _whole(-total if plain.startswith("-") else total, text)


def _signed(text: str) -> str:
    """The number in plain digits, with a plain minus for the other ways to write one."""
    plain = unicodedata.normalize("NFKC", text).translate(_MONEY_MARKS)
    if found := _BRACKETS.fullmatch(plain):
        return "-" + found[1]
    return _MINUS.sub("-", plain, count=1) if _MINUS.match(plain) else plain


def _whole(value: Decimal, text: str) -> int:
    # The size is checked before a number such as 1e999999 is written out.
    if value.adjusted() > MOST_DIGITS or value != value.to_integral_value():
        raise ValueError(text)
    return int(value)


def _boolean(text: str) -> bool:
    word = unicodedata.normalize("NFKC", text).casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(text)
