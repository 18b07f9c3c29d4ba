"""Where in a sheet or file the table is: what comes before it, its header, and sums at its end."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Row = list[str]

MOST_PREAMBLE = 50
LONGEST_NAME = 300
EVIDENCE_ROWS = 60  # so many say what kind of values a column has
KIND_SHARE = 0.8
NUMBERED = "列"
_POSITION = re.compile(r"(?:列|column)\s?(\d{1,4})", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:総|小)?合?\s*計|(?:sub|grand)?[\s-]*totals?|sum|合計[\s:(].*", re.IGNORECASE
)
_KINDS = (
    ("number", re.compile(r"[-+△▲]?[¥\\$€]?[\d,]*\d(?:\.\d+)?(?:%|円|(?:千|万|百万)円)?")),
    ("date", re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[T\s].*)?")),
    ("e-mail", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("digits", re.compile(r"[\d()+-]{6,}")),
    ("address", re.compile(r"https?://\S+")),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The names of the columns, and which rows they were read from.

    ``body`` is the place of the first row of data among the rows that were looked at; ``top`` the
    first row of the header, None when the file names no columns.
    """

    header: list[str]
    top: int | None
    body: int
    repeated: frozenset[str] = frozenset()


def position_named(name: str) -> int | None:
    """The column, from 0, that 列3 or "column 3" stands for; None for any other name."""
    found = _POSITION.fullmatch(unicodedata.normalize("NFKC", name.strip()))
    return int(found[1]) - 1 if found and int(found[1]) else None


def layout_of(
    rows: Sequence[Row], *, headerless: bool = False, merged: Collection[int] = ()
) -> Layout:
    """The layout that the first rows of a file show, of which at least one is not blank.

    ``merged`` are the rows with cells that span several columns.
    """
    width = _width(rows)
    filled = [i for i, row in enumerate(rows) if any(map(str.strip, row))]
    if headerless or _first_is_data(rows, filled, width):
        names = [f"{NUMBERED}{i + 1}" for i in range(width)]
        return Layout(names, None, filled[0])
    top = _top(rows, filled, width, merged)
    if _is_grouped(rows, top, merged):
        names, body = _joined(rows[top], rows[top + 1]), top + 2
    else:
        names, body = rows[top], top + 1
    names = [" ".join(name.replace("\ufeff", "").split()) for name in names]
    repeated = {name for name, count in Counter(names).items() if name and count > 1}
    return Layout(_unique(names), top, body, frozenset(repeated))


def is_total(row: Row) -> bool:
    """Whether the row holds sums of those above: it says so, and all else in it is numbers."""
    filled = [text for text in map(str.strip, row) if text]
    if not filled or not _TOTAL.fullmatch(unicodedata.normalize("NFKC", filled[0])):
        return False
    return all(kind_of(text) == "number" for text in filled[1:])


def kind_of(text: str) -> str:
    """What a cell looks like: number, date, e-mail, digits, address, or '' for mere text."""
    plain = unicodedata.normalize("NFKC", text.strip()) if len(text) < LONGEST_NAME else ""
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(plain)), "")


def _width(rows: Sequence[Row]) -> int:
    widths = Counter(len(row) for row in rows if any(map(str.strip, row)))
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0]


def _first_is_data(rows: Sequence[Row], filled: list[int], width: int) -> bool:
    """Whether the first row looks like those below it in the columns that look like anything."""
    first = rows[filled[0]]
    below = [rows[i] for i in filled[1:EVIDENCE_ROWS] if len(rows[i]) == len(first)]
    if len(first) != width or 2 * len(_texts(first)) < width:
        return False
    alike = unlike = 0
    for place, text in enumerate(first):
        kind = _common_kind([row[place] for row in below])
        if kind and text.strip():
            alike += kind_of(text) == kind
            unlike += kind_of(text) != kind
    return alike > unlike


def _common_kind(texts: list[str]) -> str:
    """What nearly all filled cells of a column look like, '' when that is nothing."""
    kinds = Counter(kind_of(text) for text in texts if text.strip())
    kind, count = max(kinds.items(), key=lambda item: item[1], default=("", 0))
    return kind if count >= KIND_SHARE * kinds.total() else ""


def _top(rows: Sequence[Row], filled: list[int], width: int, merged: Collection[int]) -> int:
    """The row of the header: the first that names most columns, else the first of all."""
    first = filled[0]
    wanted = max(2, (width + 1) // 2)
    titled = len(_texts(rows[first])) < wanted
    for i in filled[:MOST_PREAMBLE]:
        if _is_grouped(rows, i, merged):
            return i
        cells = _texts(rows[i])
        if len(cells) < wanted or len(cells) <= 2 < width:
            continue  # a title, or a label and its value
        if _is_header_like(cells) and (i == first or titled or _has_values_below(rows, i)):
            return i
        if i != first:
            break
    return first


def _has_values_below(rows: Sequence[Row], i: int) -> bool:
    """Whether the rows below are of a kind where the row itself holds mere text."""
    below = [row for row in rows[i + 1 : i + EVIDENCE_ROWS] if len(row) == len(rows[i])]
    return any(
        _common_kind([row[place] for row in below])
        for place, text in enumerate(rows[i])
        if text.strip()
    )


def _texts(row: Row) -> Row:
    return [text for text in map(str.strip, row) if text]


def _is_header_like(cells: list[str]) -> bool:
    return all(len(text) <= LONGEST_NAME and not kind_of(text) for text in cells)


def _is_grouped(rows: Sequence[Row], top: int, merged: Collection[int]) -> bool:
    """Whether the row and the next are one header: groups, with their columns below."""
    if top + 1 >= len(rows):
        return False
    upper = [text.strip() for text in rows[top]]
    lower = [text.strip() for text in rows[top + 1]]
    if len(upper) != len(lower) or not upper[0] or len(_texts(upper)) < 2 or all(upper):
        return False  # without a blank cell beside a name nothing can span two columns
    if not all(map(str.__add__, upper, lower)) or not _is_header_like([*upper, *lower]):
        return False
    return top in merged or _has_values_below(rows, top + 1)


def _joined(upper: Row, lower: Row) -> Row:
    """One name per column: its own where that tells it apart, else with its group's before it."""
    own = [b.strip() or a.strip() for a, b in zip(upper, lower, strict=True)]
    common = {name for name, count in Counter(own).items() if count > 1}
    names: Row = []
    group = ""
    for a, b, name in zip(upper, lower, own, strict=True):
        group = a.strip() or group
        names.append(f"{group} {name}" if name in common and b.strip() else name)
    return names


def _unique(names: Row) -> Row:
    """The names, none twice: blank ones by their place, repeated ones numbered."""
    unique: dict[str, None] = {}
    taken, counts = set(names), Counter[str]()
    for i, name in enumerate(names):
        base = candidate = name or f"{NUMBERED}{i + 1}"
        while candidate in unique or (candidate != name and candidate in taken):
            counts[base] += 1
            candidate = f"{base} ({counts[base] + 1})"
        unique[candidate] = None
    return list(unique)
