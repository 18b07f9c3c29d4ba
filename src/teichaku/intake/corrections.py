"""The rows that stayed out, as a file to be corrected and brought in again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import xlsxwriter

from teichaku.core.spreadsheets import TEXT_ONLY, neutral
from teichaku.intake.mappings import reason_columns
from teichaku.intake.models import ImportRun, RejectedRow

AT_ONCE = 2_000


def corrections_csv(run: ImportRun) -> bytes:
    """The rows with the columns of the file, the reason first; UTF-8 that Excel understands."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([neutral(cell) for cell in row] for row in _table(run))
    return text.getvalue().encode("utf-8-sig")


def corrections_xlsx(run: ImportRun) -> bytes:
    """The same as a workbook, every cell a text."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {**TEXT_ONLY, "in_memory": True}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        for place, row in enumerate(_table(run)):
            for column, cell in enumerate(row):
                sheet.write_string(place, column, cell, text)
        sheet.freeze_panes(1, 0)
    return target.getvalue()


def _table(run: ImportRun) -> Iterator[list[str]]:
    rows = RejectedRow.objects.filter(run=run).order_by("line")
    yield [*reason_columns(), *run.header]
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield [row.message, str(row.line), *(str(row.raw.get(name, "")) for name in run.header)]
