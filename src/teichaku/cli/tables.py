"""Tables in a terminal, where a full-width sign takes two places."""

from __future__ import annotations

from collections.abc import Container, Sequence
from unicodedata import east_asian_width


def table_lines(rows: Sequence[Sequence[str]], *, numbers: Container[int] = ()) -> list[str]:
    """The lines, indented, with the columns under each other; ``numbers`` end on one line."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            _filled(cell, width, before=place in numbers)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _filled(cell: str, width: int, *, before: bool) -> str:
    blanks = " " * (width - _width(cell))
    return blanks + cell if before else cell + blanks


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
