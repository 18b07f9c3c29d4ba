"""Run as a program of its own: the rows of a workbook's best sheet, as CSV.

A workbook can be made to need any amount of memory or time. The limits set here end this process,
not the one that asked. It imports neither Django nor anything else of ours.
"""

from __future__ import annotations

import csv
import datetime
import json
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

ERROR_CELL = b't="e"'
HEADER_ROWS = 60  # merged cells further down are no header


def main(workbook: str, target: str, sheet: str, memory: str, seconds: str) -> None:
    """Nothing; the rows are in ``target``, what is known about the workbook on stdout."""
    _limit(int(memory), int(seconds))
    try:
        with Path(workbook).open("rb") as file:
            said = _read(CalamineWorkbook.from_filelike(file), Path(target), sheet)
            said["errors"] = _error_cells(file)
    except PasswordError:
        said = {"problem": "password"}
    except CalamineError as error:
        said = {"problem": "unreadable", "detail": str(error)[:200]}
    json.dump(said, sys.stdout)


def cell_text(value: object) -> str:
    """The value as a person would write it into a CSV file."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime.datetime():
            return value.isoformat(sep=" ")
        case datetime.timedelta():
            minutes, seconds = divmod(int(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(value)


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the asking process still ends us in time
        return
    wanted = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        _soft, hard = resource.getrlimit(kind)
        with suppress(OSError, ValueError):  # where the system cannot, the time still holds
            resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))


def _read(workbook: CalamineWorkbook, target: Path, sheet: str) -> dict[str, object]:
    sheets = [found for found in workbook.sheets_metadata if found.typ == SheetTypeEnum.WorkSheet]
    shown = [
        found.name
        for found in sheets
        if found.visible == SheetVisibleEnum.Visible or found.name == sheet
    ]
    names = shown or [found.name for found in sheets]
    if sheet and sheet not in names:
        return {"problem": "no_sheet", "sheets": names}
    best, most, width = "", -1, 0
    for name in [sheet] if sheet else names:
        rows, cells = _size(workbook, name)
        if rows > most:
            best, most, width = name, rows, cells
    if not best:
        return {"problem": "unreadable"}
    chosen = workbook.get_sheet_by_name(best)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in chosen.iter_rows():
            writer.writerow([_plain(cell_text(value)) for value in row[:width]])
    merges = chosen.merged_cell_ranges or []
    wide = sorted({top[0] for top, end in merges if end[1] > top[1] and top[0] < HEADER_ROWS})
    return {"sheets": names, "sheet": best, "wide": wide}


def _size(workbook: CalamineWorkbook, name: str) -> tuple[int, int]:
    """How many rows of the sheet look like a table's, and how far to the right it is filled."""
    rows = width = 0
    try:
        sheet = workbook.get_sheet_by_name(name)
    except CalamineError:
        return -1, 0  # the other sheets may still be good
    for row in sheet.iter_rows():
        filled = [i for i, value in enumerate(row) if value != ""]
        rows += len(filled) > 1
        width = max(width, filled[-1] + 1 if filled else 0)
    return rows, width


def _error_cells(file: BinaryIO) -> int:
    """How many cells hold an error such as #N/A, where the format tells; they are read as blank."""
    if not zipfile.is_zipfile(file):
        return 0
    count = 0
    with zipfile.ZipFile(file) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with archive.open(part) as sheet:
                    while block := sheet.read(1 << 20):
                        count += (block + sheet.read(len(ERROR_CELL))).count(ERROR_CELL)
    return count


def _plain(text: str) -> str:
    # Half a surrogate can be in a workbook but not in UTF-8, a NUL in neither.
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd").replace("\r\n", "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
