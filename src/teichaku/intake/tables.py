"""Any file that people hand in, seen as one table: columns, rows, and what was recognised."""

from __future__ import annotations

import csv
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from itertools import takewhile
from pathlib import Path
from shutil import rmtree

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.core.errors import InvalidInput
from teichaku.intake.layout import MOST_PREAMBLE, Layout, is_total, layout_of
from teichaku.intake.limits import MEGABYTE, MOST_COLUMNS, max_file_mb
from teichaku.intake.reader import Records, Source, is_clean, read_records
from teichaku.intake.sniff import (
    SAMPLE_BYTES,
    SAMPLE_RECORDS,
    Writing,
    check_is_table,
    sniff_delimiter,
    sniff_writing,
)
from teichaku.intake.workbooks import Sheet, is_workbook, sheet_read

MOST_TOTALS = 5
TAIL_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Shape:
    """What was recognised about a file: how it is written and where its rows are."""

    encoding: str
    delimiter: str
    newline: str
    sheet: str | None
    header_line: int | None  # None when the file names no columns
    header_lines: int  # 2 when a line of groups stands above the names
    preamble: int  # lines before the header that are no part of the table
    totals: int  # rows of sums at the end, left out


@dataclass(frozen=True)
class Table:
    """A file's columns and rows. Of a repeated column the first has the bare name."""

    path: Path
    header: list[str]
    shape: Shape
    notes: tuple[str, ...]
    sheets: tuple[str, ...]
    repeated: frozenset[str]
    sample: list[list[str]]  # the first good rows
    _source: Source  # the rows of a workbook are written out for as long as the table lives

    def records(self, size: int) -> Iterator[Records]:
        """All records, ``size`` at a time, the unusable ones put aside."""
        runs = read_records(self._source, width=len(self.header), size=size)
        return _without_totals(runs, self.shape.totals) if self.shape.totals else runs


def table_open(
    path: Path,
    *,
    sheet: str | None = None,
    headerless: bool = False,
    max_mb: int = max_file_mb.default,
) -> Table:
    """The table of the file; one that holds none, or asks for too much, raises ``InvalidInput``.

    ``headerless`` says that already the first row is data, where that cannot be seen.
    """
    _check_size(path, max_mb)
    with path.open("rb") as file:
        head = file.read(512)
    if is_workbook(head):
        return _workbook_table(path, sheet, headerless=headerless)
    check_is_table(head, path.name)
    writing = sniff_writing(path)
    source = Source(path, writing.encoding, writing.start, clean=writing.clean, ended=writing.ended)
    source = replace(source, delimiter=sniff_delimiter(_sample_text(source)))
    return _table(path, source, writing, headerless=headerless)


def _check_size(path: Path, max_mb: int) -> None:
    size = path.stat().st_size
    if size == 0:
        raise _empty(path.name)
    if size > max_mb * MEGABYTE:
        raise InvalidInput(
            _(
                "%(file)s has %(size)s MB; up to %(limit)s MB are read. Split it, or let an"
                " administrator raise the setting intake.max_file_mb."
            )
            % {"file": path.name, "size": -(-size // MEGABYTE), "limit": max_mb},
            reason="too_large",
        )


def _workbook_table(path: Path, sheet: str | None, *, headerless: bool) -> Table:
    folder = Path(tempfile.mkdtemp(prefix="teichaku-"))
    try:
        source = Source(folder / "rows.csv", by_record=True, clean=True)
        found = sheet_read(path, source.path, sheet=sheet)
        writing = Writing("utf-8", 0, "\r\n", clean=True, ended=True)
        table = _table(path, source, writing, found, headerless=headerless)
    except BaseException:
        rmtree(folder)
        raise
    weakref.finalize(table, rmtree, folder, ignore_errors=True)
    return table


def _table(
    path: Path,
    source: Source,
    writing: Writing,
    found: Sheet | None = None,
    *,
    headerless: bool,
) -> Table:
    rows, starts = _first_rows(source)
    if not any(any(map(str.strip, row)) for row in rows):
        raise _empty(path.name)
    _check_width(path.name, max(map(len, rows)))
    layout = layout_of(rows, headerless=headerless, merged=found.wide if found else ())
    _check_header(path.name, layout)
    skip = starts[layout.body]
    numbers = range(len(starts)) if source.by_record else starts
    source = replace(source, skip=skip, first=numbers[layout.body] + 1)
    top = None if layout.top is None else numbers[layout.top] + 1
    width = len(layout.header)
    shape = Shape(
        encoding=writing.encoding,
        delimiter=source.delimiter,
        newline=writing.newline,
        sheet=found.name if found else None,
        header_line=top,
        header_lines=0 if layout.top is None else layout.body - layout.top,
        preamble=top - 1 if top else 0,
        totals=_count_totals(source),
    )
    return Table(
        path=path,
        header=layout.header,
        shape=shape,
        notes=tuple(_notes(shape, layout, found)),
        sheets=found.sheets if found else (),
        repeated=layout.repeated,
        sample=[row for row in rows[layout.body :] if len(row) == width and any(row)],
        _source=source,
    )


def _sample_text(source: Source) -> str:
    with source.open() as text:
        sample = text.read(SAMPLE_BYTES)
    whole, _break, rest = sample.rpartition("\n")
    return whole if len(rest) < len(sample) == SAMPLE_BYTES else sample


def _first_rows(source: Source) -> tuple[list[list[str]], list[int]]:
    """The first records, and how many lines come before each; one more for the line after them."""
    rows: list[list[str]] = []
    starts = [0]
    with source.open() as text:
        reader = csv.reader(text, delimiter=source.delimiter)
        while len(rows) < MOST_PREAMBLE + SAMPLE_RECORDS:
            try:
                row = next(reader, None)
            except csv.Error:
                row = []
            if row is None:
                break
            rows.append(row)
            starts.append(reader.line_num)
    return rows, starts


def _check_width(name: str, width: int) -> None:
    if width > MOST_COLUMNS:
        raise InvalidInput(
            _(
                "%(file)s has %(n)s columns; up to %(limit)s are read. Export only the columns"
                " that are needed, or check that the delimiter is a comma."
            )
            % {"file": name, "n": width, "limit": MOST_COLUMNS},
            reason="too_many_columns",
        )


def _check_header(name: str, layout: Layout) -> None:
    if not is_clean(layout.header):
        raise InvalidInput(
            _(
                "%(file)s: the names of the columns cannot be read, they are in an unknown"
                ' encoding. Save the file as "CSV UTF-8" and import it again.'
            )
            % {"file": name},
            reason="no_text",
        )


def _count_totals(source: Source) -> int:
    """How many rows at the end of the file hold sums."""
    with source.path.open("rb") as file:
        file.seek(max(source.start, source.path.stat().st_size - TAIL_BYTES) // 2 * 2)
        text = file.read().decode(source.encoding, "replace")
    lines = list(StringIO(text, newline=""))[-2 * MOST_TOTALS :]
    rows = [_one_row(line, source.delimiter) for line in lines]
    filled = [row for row in reversed(rows) if any(map(str.strip, row))]
    return len(list(takewhile(is_total, filled[:MOST_TOTALS])))


def _one_row(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _without_totals(runs: Iterator[Records], most: int) -> Iterator[Records]:
    """The same, without rows of sums at the very end."""
    held = next(runs, None)
    for run in runs:
        assert held is not None
        if len(run.lines) + len(run.bad) > most:
            yield held
            held = run
        else:
            held = Records(held.lines + run.lines, held.cells + run.cells, held.bad + run.bad)
    for _number in range(most if held else 0):
        assert held is not None
        _drop_total(held)
    if held:
        yield held


def _drop_total(run: Records) -> None:
    """Nothing; the last record of the run is gone if it holds sums."""
    if run.bad and (not run.lines or run.bad[-1].line > run.lines[-1]):
        if is_total(run.bad[-1].cells):
            run.bad.pop()
    elif run.lines and is_total(run.cells[-1]):
        run.lines.pop()
        run.cells.pop()


def _notes(shape: Shape, layout: Layout, found: Sheet | None) -> Iterator[str]:
    """What was recognised and is not plain, for people to check."""
    if shape.encoding != "utf-8":
        yield _("The file was read as %(encoding)s.") % {"encoding": _encoding_name(shape.encoding)}
    if found and len(found.sheets) > 1:
        others = ", ".join(name for name in found.sheets if name != found.name)
        yield _("The sheet %(sheet)s was read, not %(others)s.") % {
            "sheet": found.name,
            "others": others,
        }
    if shape.header_line is None:
        yield _("The file does not name its columns; they are called %(first)s to %(last)s.") % {
            "first": layout.header[0],
            "last": layout.header[-1],
        }
    if shape.preamble:
        yield _("The columns are named in line %(line)s; what stands above was left out.") % {
            "line": shape.header_line
        }
    if shape.header_lines > 1:
        yield _("The names of the columns were put together from two lines.")
    if layout.repeated:
        yield _("Several columns are called %(names)s; from the second on they are numbered.") % {
            "names": ", ".join(sorted(layout.repeated))
        }
    if shape.totals:
        yield ngettext(
            "%(n)s row of sums at the end was left out.",
            "%(n)s rows of sums at the end were left out.",
            shape.totals,
        ) % {"n": shape.totals}
    if found and found.errors:
        yield ngettext(
            "The workbook has %(n)s cell with an error such as #N/A; it is read as blank.",
            "The workbook has %(n)s cells with an error such as #N/A; they are read as blank.",
            found.errors,
        ) % {"n": found.errors}


def _encoding_name(encoding: str) -> str:
    return {"cp932": "Shift_JIS (CP932)", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}[encoding]


def _empty(name: str) -> InvalidInput:
    return InvalidInput(
        _("%(file)s is empty: a line has to name the columns.") % {"file": name}, reason="empty"
    )
