"""All that is held about one person, for whoever asks: readable by people and by programs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

import xlsxwriter

from teichaku.consent.evidence import refusals_of
from teichaku.consent.people import person_of
from teichaku.core import clock
from teichaku.core.canonical import Json
from teichaku.core.personal_data import personal_export
from teichaku.core.spreadsheets import TEXT_ONLY
from teichaku.leads.models import Lead

SHEET_NAME = 31
Rows = Sequence[Mapping[str, Json]]


def person_zip(lead: Lead) -> bytes:
    """A zip archive with the data as JSON and as a workbook, a sheet per table."""
    told = personal_export(person_of(lead))
    told.setdefault("consent", {})["refusal"] = [
        {
            "channel": row.channel, "reason": row.reason, "purpose": row.purpose,
            "at": row.at.isoformat(), "lifted_at": _instant(row.lifted_at),
        }
        for row in refusals_of(lead)
    ]  # fmt: skip
    document = {"taken_at": clock.now().isoformat(), "person": str(lead.uid), "data": told}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(document, ensure_ascii=False, indent=2)
        archive.writestr("person.json", text)
        archive.writestr("person.xlsx", _workbook(told))
    return target.getvalue()


def _workbook(told: Mapping[str, Mapping[str, Rows]]) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, TEXT_ONLY)
    bold = book.add_format({"bold": True, "bottom": 1})
    for room, tables in told.items():
        for table, rows in tables.items():
            if not rows:
                continue
            sheet = book.add_worksheet(f"{room} {table}"[:SHEET_NAME])
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(rows[0]):
                sheet.write_string(0, column, name, bold)
            for line, row in enumerate(rows, start=1):
                for column, value in enumerate(row.values()):
                    sheet.write_string(line, column, _cell(value))
    if not book.worksheets():
        book.add_worksheet("person")
    book.close()
    return target.getvalue()


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _cell(value: Json) -> str:
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
