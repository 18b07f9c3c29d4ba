"""The table of input rates as an Excel file."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter
from django.utils.translation import gettext as _

from teichaku.core.spreadsheets import TEXT_ONLY
from teichaku.inputs.rate_table import Cell, RateTable

A4 = 9


def rates_xlsx(table: RateTable) -> bytes:
    """The table as a file: counts as numbers, a share only where there is enough for one."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **TEXT_ONLY}) as book:
        sheet = book.add_worksheet(_("Input rates"))
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        share = book.add_format({"num_format": "0%"})
        for place, text in enumerate(_heads(table)):
            sheet.write_string(0, place, text, head)
        for row, line in enumerate(table.lines, start=1):
            sheet.write_string(row, 0, line.place)
            sheet.write_string(row, 1, line.label)
            for number, cell in enumerate(line.cells):
                _cell_write(sheet, row, 2 + 4 * number, cell, share)
            if line.streak is not None:
                sheet.write_number(row, 2 + 4 * len(line.cells), line.streak.missed)
        sheet.set_column(0, 1, 18)
        sheet.freeze_panes(1, 2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.write_string(len(table.lines) + 2, 0, _explained())
    return file.getvalue()


def _heads(table: RateTable) -> list[str]:
    parts = (_("In time"), _("Tasks due"), _("Excepted"), _("Share over four weeks"))
    columns = [f"{head.label} {part}" for head in table.heads for part in parts]
    return [_("Department"), _("Name"), *columns, _("Missing in a row")]


def _cell_write(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    cell: Cell,
    share: xlsxwriter.format.Format,
) -> None:
    if cell.withheld:
        return
    counts = cell.counts
    for place, number in enumerate((counts.on_time, counts.due, counts.waived)):
        sheet.write_number(row, column + place, number)
    if cell.percent is not None:
        sheet.write_number(row, column + 3, cell.rolling.rate.value or 0, share)


def _explained() -> str:
    return _(
        "In time and due: tasks whose deadline lies in the column. The share covers the four weeks"
        " that end with it and waits for 8 tasks. Tasks of others appear a business day after"
        " their deadline."
    )
