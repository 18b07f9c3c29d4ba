"""Figures as a report writes them: yen, counts, shares and days, in the language in use."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from teichaku.checklist.pain_lists import Cell, Kind

MAN, OKU = 10_000, 100_000_000
NOTHING = "–"


def in_japanese() -> bool:
    """Whether Japanese is in use."""
    return (get_language() or "ja").startswith("ja")


def yen(amount: float | None) -> str:
    """The whole amount, to the yen."""
    if amount is None:
        return NOTHING
    return f"{amount:,.0f}円" if in_japanese() else f"¥{amount:,.0f}"


def yen_short(amount: float | None) -> str:
    """The amount as cards show it: 万円 and 億円, or thousands and millions."""
    if amount is None:
        return NOTHING
    if in_japanese():
        return _yen_short_ja(round(amount))
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if abs(amount) >= size:
            return f"¥{amount / size:,.1f}{letter}"
    return f"¥{amount:,.0f}"


def _yen_short_ja(amount: int) -> str:
    if amount < MAN:
        return f"{amount:,}円"
    oku, rest = divmod(round(amount / MAN), OKU // MAN)
    if oku and rest:
        return f"{oku:,}億{rest:,}万円"
    return f"{oku:,}億円" if oku else f"{rest:,}万円"


def count(number: int | None) -> str:
    """The number with its thousands apart."""
    return NOTHING if number is None else f"{number:,}"


def unit(list_key: str) -> str:
    """What the rows of a list are counted in; English needs no word for it."""
    if not in_japanese():
        return ""
    return "組" if list_key == "duplicate_companies" else "件"


def share(value: float | None) -> str:
    """The share as a percentage with one decimal."""
    return NOTHING if value is None else f"{100 * value:.1f}%"


def day(value: date | None) -> str:
    """The day as tables show it."""
    return NOTHING if value is None else f"{value:%Y/%m/%d}"


def long_day(value: date) -> str:
    """The day as sentences say it."""
    if in_japanese():
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B} {value.year}"


def cell(value: Cell, kind: Kind) -> str:
    """A cell of a list as it is read."""
    if value is None or value == "":
        return NOTHING
    if kind == "yen" and isinstance(value, int):
        return yen(value)
    if kind == "number" and isinstance(value, int):
        return count(value)
    return day(value) if isinstance(value, date) else str(value)


def person(name: str) -> str:
    """The person's name, or that nobody is in charge."""
    return name or _("Nobody in charge")
