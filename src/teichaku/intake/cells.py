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
from teichaku.intake.instants import day_of, instant_of, parser_for

Convert = Callable[[str], object]

MOST_DIGITS = 17  # what follows the first digit of any 64-bit number
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "はい", "○", "有"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "いいえ", "×", "無"})
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MONEY_MARKS = str.maketrans("", "", ",¥\\円 ")


def converter_for(kind: FieldType, *, pattern: str | None, zone: tzinfo) -> Convert | None:
    """What turns a filled cell into a value (``ValueError`` when it cannot); None for text."""
    match kind:
        case FieldType.TEXT:
            return None
        case FieldType.INSTANT:
            parse = parser_for(pattern)
            return lambda text: instant_of(parse(text), zone)
        case FieldType.DAY:
            parse = parser_for(pattern)
            return lambda text: day_of(parse(text), zone)
        case FieldType.NUMBER:
            return _number
        case FieldType.INTEGER | FieldType.AMOUNT:
            return _integer
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
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    value = float(plain)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).translate(_MONEY_MARKS)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(text)
    value = Decimal(plain)
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
