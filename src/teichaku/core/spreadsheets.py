"""Texts on their way into spreadsheet programs, which would run some of them."""

from __future__ import annotations

import re
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN = re.compile(r"[+-]?\d[\d,.()\-\s]*")

# For workbooks: xlsxwriter then stores every text as a text.
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def is_formula(text: str) -> bool:
    """Whether a program would take the text for a formula; numbers, such as -5 or +81-3-1234-5678,
    are none.
    """
    return text.startswith(_STARTS) and not _PLAIN.fullmatch(text)


def neutral(cell: Any) -> Any:
    """The cell of a text file, with a mark ahead where a program would take it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell
