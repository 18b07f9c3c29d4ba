"""Records in runs, each with the line on which it starts, the unusable ones put aside."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from teichaku.intake.limits import MOST_LINE

if TYPE_CHECKING:
    import _csv

csv.field_size_limit(MOST_LINE)

_BREAK = re.compile(r"\r\n|\n|\r")
# Comes after the last line. Within a cell it shows that a quote was never closed.
_END = "\x1dend of file\x1d"
_MARKED = "teichaku.marked"


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


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records are and how they are written.

    ``skip`` lines come before the first record, which has the number ``first``. Numbers go on by
    lines, or ``by_record`` where a record is a row of a sheet.
    """

    path: Path
    encoding: str = "utf-8"
    start: int = 0
    delimiter: str = ","
    skip: int = 0
    first: int = 1
    by_record: bool = False
    clean: bool = False
    ended: bool = True

    def open(self) -> TextIOWrapper:
        """The text from its first line; bytes that cannot be decoded come as half surrogates."""
        file = self.path.open("rb")
        file.seek(self.start)
        errors = "surrogateescape" if self.encoding == "utf-8" else _MARKED
        return TextIOWrapper(file, self.encoding, errors, newline="")


def read_records(source: Source, *, width: int, size: int) -> Iterator[Records]:
    """All records of that width, ``size`` at a time."""
    with source.open() as text:
        lines = chain(islice(text, source.skip, None), [_END])
        reader = csv.reader(lines, delimiter=source.delimiter)
        first = source.first
        while True:
            before = reader.line_num
            run = _run(reader, size, first, by_record=source.by_record)
            if reader.line_num == before:
                return
            lines_read = reader.line_num - before
            first += len(run.cells) + len(run.bad) if source.by_record else lines_read
            records = _of_width(run, width, last_is_whole=_take_end(run, source))
            yield records if source.clean else _without_dirty(records)


def _run(reader: _csv.Reader, size: int, first: int, *, by_record: bool) -> Records:
    """The next records as they come; what came before an error is kept."""
    before = reader.line_num
    records: list[list[str]] = []
    bad: list[BadRecord] = []
    try:
        records.extend(islice(reader, size))
    except csv.Error as error:
        message = _("This row cannot be read as CSV: %(error)s.") % {"error": error}
        line = first + (len(records) if by_record else reader.line_num - before - 1)
        bad.append(BadRecord(line, "csv", message, []))
    lines = list(range(first, first + len(records)))
    if not by_record and reader.line_num - before > len(records):
        lines = _starting_lines(records, first)
    return Records(lines, records, bad)


def _take_end(run: Records, source: Source) -> bool:
    """Whether the last record is whole. The mark of the end is no longer in the run."""
    if not run.cells or not run.cells[-1] or not run.cells[-1][-1].endswith(_END):
        return True
    last, line = run.cells.pop(), run.lines.pop()
    if last == [_END]:
        return source.ended
    last[-1] = last[-1].removesuffix(_END)
    message = _(
        "A quote in this row is opened and never closed, so that all that follows belongs to it."
        " Close the quote; if the file broke off here, export it again."
    )
    run.bad.append(BadRecord(line, "truncated", message, list(map(_printable, last))))
    return True


def _of_width(run: Records, width: int, *, last_is_whole: bool) -> Records:
    blank = [""] * width
    if all(map(width.__eq__, map(len, run.cells))) and blank not in run.cells:
        return run
    kept = Records([], [], run.bad)
    broken = None if last_is_whole else run.lines[-1] if run.lines else None
    for line, record in zip(run.lines, run.cells, strict=True):
        if not any(record):
            continue
        if len(record) > width and not any(map(str.strip, record[width:])):
            record = record[:width]  # noqa: PLW2901 - delimiters at the end say nothing
        if len(record) == width:
            kept.lines.append(line)
            kept.cells.append(record)
        elif line == broken and len(record) < width:
            message = _("The file breaks off in this row. Export it again.")
            kept.bad.append(BadRecord(line, "truncated", message, list(map(_printable, record))))
        else:
            message = _ragged(len(record), width)
            kept.bad.append(BadRecord(line, "ragged", message, list(map(_printable, record))))
    return kept


def _ragged(cells: int, width: int) -> str:
    return _(
        "The row has %(n)s cells, the first line names %(width)s columns."
        " A comma or line break inside a cell needs quotes around the cell."
    ) % {"n": cells, "width": width}


def _starting_lines(records: list[list[str]], first: int) -> list[int]:
    """The line of each record, where some cells hold line breaks."""
    lines: list[int] = []
    for record in records:
        lines.append(first)
        first += 1 + sum(len(_BREAK.findall(cell)) for cell in record)
    return lines


def _without_dirty(records: Records) -> Records:
    if is_clean("\x1f".join(record) for record in records.cells):
        return records
    kept = Records([], [], list(records.bad))
    for line, record in zip(records.lines, records.cells, strict=True):
        if is_clean(record):
            kept.lines.append(line)
            kept.cells.append(record)
            continue
        if "\0" in "".join(record):
            reason, message = "nul", _("The row holds a NUL byte, which no text has.")
        else:
            reason = "encoding"
            message = _(
                "The row holds characters in another encoding than the rest of the file."
                ' Save the file as "CSV UTF-8".'
            )
        kept.bad.append(BadRecord(line, reason, message, list(map(_printable, record))))
    return kept


def is_clean(texts: Iterator[str] | list[str]) -> bool:
    """Whether every text can be stored: decoded throughout, and without NUL."""
    joined = "".join(texts)
    try:
        joined.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in joined


def _printable(text: str) -> str:
    # Neither half a surrogate nor NUL can be stored by PostgreSQL.
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "\ufffd")


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff" * (error.end - error.start), error.end


codecs.register_error(_MARKED, _mark)
