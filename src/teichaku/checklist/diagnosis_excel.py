"""The lists as a workbook, whole: one sheet each, and nothing in it that a program would run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from teichaku.checklist.diagnosis import Diagnosis
from teichaku.checklist.diagnosis_words import long_day, person
from teichaku.checklist.pain_lists import Cell, Column, Kind, PainList
from teichaku.core.spreadsheets import TEXT_ONLY, is_formula

WIDTHS = {"text": 26, "date": 13, "yen": 16, "number": 11}
SHEET_NAME_LONGEST = 31
OPTIONS = {"in_memory": True, **TEXT_ONLY}


def diagnosis_excel(found: Diagnosis, path: Path) -> None:
    """Nothing; the workbook is at the path: a sheet of sums, then a sheet for each list."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as workbook:
        sheets = _Sheets(workbook)
        sheets.sums(found)
        for pain in found.lists:
            sheets.rows(pain)
        sheets.input(found)


class _Sheets:
    """Writes sheets in one style."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._head = workbook.add_format(
            {"bold": True, "bg_color": "#F4EDF6", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._formats: dict[Kind, Format] = {
            "text": workbook.add_format({"valign": "top"}),
            "date": workbook.add_format({"num_format": "yyyy/mm/dd", "align": "left"}),
            "yen": workbook.add_format({"num_format": "#,##0"}),
            "number": workbook.add_format({"num_format": "#,##0"}),
        }
        # Excel shows such a cell as text even after somebody has edited it.
        self._quoted = workbook.add_format({"quote_prefix": True})

    def sums(self, found: Diagnosis) -> None:
        """The totals of the lists, and how each was found."""
        sheet = self._sheet(_("Summary"))
        sheet.write_string(0, 0, _("Diagnosis as of %(day)s") % {"day": long_day(found.as_of)})
        sheet.set_row(0, 22, self._title)
        columns = (
            Column("list", _("List")),
            Column("count", _("Count"), "number"),
            Column("amount", _("Amount (yen, without tax)"), "yen"),
            Column("without", _("Without an amount"), "number"),
            Column("estimate", _("Estimate (yen)"), "yen"),
            Column("how", _("How it was estimated")),
            Column("basis", _("How it was found")),
        )
        lines: list[tuple[Cell, ...]] = [
            (
                pain.title,
                pain.count,
                pain.amount,
                pain.without_amount if pain.judged else None,
                pain.estimate.amount if pain.estimate else None,
                pain.estimate.how if pain.estimate else "",
                pain.needs or pain.basis,
            )
            for pain in found.lists
        ]
        self._table(sheet, columns, lines, top=2)

    def rows(self, pain: PainList) -> None:
        """All rows of a list."""
        sheet = self._sheet(pain.title)
        if not pain.judged:
            sheet.write_string(0, 0, pain.needs)
            return
        self._table(sheet, pain.columns, [row.cells for row in pain.rows])

    def input(self, found: Diagnosis) -> None:
        """What is missing in the open deals of each person."""
        columns = (
            Column("person", _("In charge")),
            Column("open", _("Open deals"), "number"),
            Column("amount", _("No amount"), "number"),
            Column("close_date", _("No close date"), "number"),
            Column("company", _("No company"), "number"),
            Column("next_action", _("No next action"), "number"),
        )
        lines: list[tuple[Cell, ...]] = [
            (
                person(line.person),
                line.missing.open,
                line.missing.amount,
                line.missing.close_date,
                line.missing.company,
                line.missing.next_action,
            )
            for line in found.inputs.missing
        ]
        self._table(self._sheet(_("Missing input")), columns, lines)

    def _sheet(self, name: str) -> Worksheet:
        plain = "".join(" " if letter in r"[]:*?/\\" else letter for letter in name)
        sheet = self._workbook.add_worksheet(plain[:SHEET_NAME_LONGEST])
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def _table(
        self,
        sheet: Worksheet,
        columns: Sequence[Column],
        lines: Sequence[Sequence[Cell]],
        *,
        top: int = 0,
    ) -> None:
        for place, column in enumerate(columns):
            sheet.write_string(top, place, column.label, self._head)
            sheet.set_column(place, place, WIDTHS[column.kind])
            for line, cells in enumerate(lines, start=top + 1):
                self._write(sheet, line, place, cells[place], column.kind)
        sheet.freeze_panes(top + 1, 1)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, top + len(lines), len(columns) - 1)

    def _write(self, sheet: Worksheet, line: int, place: int, value: Cell, kind: Kind) -> None:
        if value is None or value == "":
            return
        if isinstance(value, date):
            sheet.write_datetime(line, place, value, self._formats["date"])
        elif isinstance(value, int):
            sheet.write_number(line, place, value, self._formats[kind])
        else:
            style = self._quoted if is_formula(value) else self._formats["text"]
            sheet.write_string(line, place, value, style)
