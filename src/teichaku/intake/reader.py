"""UTF-8 CSV in chunks, each record with the line on which it starts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput

if TYPE_CHECKING:
    import _csv

_BREAK = re.compile(r"\r\n|\n|\r")


class BadRecord(NamedTuple):
    """A record that cannot be used: where, a stable code, the text for people, its cells."""

    line: int
    reason: str
    message: str
    cells: list[str]


class Records(NamedTuple):
    """A run of good records, the bad ones among them left out, and how many were read."""

    lines: list[int]
    cells: list[list[str]]
    bad: list[BadRecord]


def read_header(path: Path) -> list[str]:
    """The column names; a file without any raises ``InvalidInput``."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        try:
            header = next(csv.reader(file), None)
        except csv.Error as error:
            raise InvalidInput(
                _("%(file)s: the first line cannot be read as CSV (%(error)s).")
                % {"file": path.name, "error": error}
            ) from error
    if not header or not any(map(str.strip, header)):
        raise InvalidInput(
            _("%(file)s is empty: the first line has to name the columns.") % {"file": path.name}
        )
    if not _is_clean(header):
        raise InvalidInput(
            _(
                "%(file)s is not UTF-8 text: its first line cannot be decoded."
                ' Save it as "CSV UTF-8" and import it again.'
            )
            % {"file": path.name}
        )
    return [name.strip().removeprefix("\ufeff") for name in header]


def read_records(path: Path, *, width: int, size: int) -> Iterator[Records]:
    """All records after the header, ``size`` at a time."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        while True:
            before = reader.line_num
            records = _next_records(reader, width, size)
            if reader.line_num == before:
                return
            yield _without_dirty(records)


def _next_records(reader: _csv.Reader, width: int, size: int) -> Records:
    first = reader.line_num + 1
    records: list[list[str]] = []
    bad: list[BadRecord] = []
    try:
        records.extend(islice(reader, size))  # what came before an error is kept
    except csv.Error as error:
        message = _("This row cannot be read as CSV: %(error)s.") % {"error": error}
        bad.append(BadRecord(reader.line_num, "csv", message, []))
    lines = list(range(first, first + len(records)))
    if reader.line_num >= first + len(records):
        lines = _starting_lines(records, first)
    if all(map(width.__eq__, map(len, records))):
        return Records(lines, records, bad)
    kept = Records([], [], bad)
    for line, record in zip(lines, records, strict=True):
        if len(record) == width:
            kept.lines.append(line)
            kept.cells.append(record)
        elif record:
            message = _(
                "The row has %(n)s cells, the first line names %(width)s columns."
                " A comma or line break inside a cell needs quotes around the cell."
            ) % {"n": len(record), "width": width}
            bad.append(BadRecord(line, "ragged", message, list(map(_printable, record))))
    return kept


def _starting_lines(records: list[list[str]], first: int) -> list[int]:
    """The line of each record, where some cells hold line breaks."""
    lines: list[int] = []
    for record in records:
        lines.append(first)
        first += 1 + sum(len(_BREAK.findall(cell)) for cell in record)
    return lines


def _without_dirty(records: Records) -> Records:
    if _is_clean("\x1f".join(record) for record in records.cells):
        return records
    lines: list[int] = []
    cells: list[list[str]] = []
    bad = list(records.bad)
    for line, record in zip(records.lines, records.cells, strict=True):
        if _is_clean(record):
            lines.append(line)
            cells.append(record)
            continue
        if "\0" in "".join(record):
            reason, message = "nul", _("The row holds a NUL byte, which no text has.")
        else:
            reason = "encoding"
            message = _('The row is not UTF-8 text. Save the file as "CSV UTF-8".')
        bad.append(BadRecord(line, reason, message, list(map(_printable, record))))
    return Records(lines, cells, bad)


def _is_clean(texts: Iterator[str] | list[str]) -> bool:
    joined = "".join(texts)
    try:
        joined.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in joined


def _printable(text: str) -> str:
    # Neither half a surrogate nor NUL can be stored by PostgreSQL.
    return (
        text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")
    )
