"""Excel and OpenDocument workbooks, opened where a hostile one can do no harm."""

from __future__ import annotations

import json
import mmap
import re
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput
from teichaku.intake import sheet_reader
from teichaku.intake.fields import nearest
from teichaku.intake.limits import (
    MEGABYTE,
    MOST_RATIO,
    MOST_UNPACKED,
    WORKBOOK_MEMORY,
    WORKBOOK_SECONDS,
)

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BOOK = re.compile("book".encode("utf-16-le"), re.IGNORECASE)  # Workbook, Book, WORKBOOK
_MAIN_PART = re.compile(r"(?:^|[/\\])(?:workbook\d*\.(?:xml|bin)|content\.xml)$", re.IGNORECASE)
_MANIFEST = "META-INF/manifest.xml"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet of a workbook, written out as CSV in UTF-8."""

    name: str
    sheets: tuple[str, ...]
    wide: frozenset[int]  # rows at the top with cells that span several columns
    errors: int  # cells that hold an error such as #N/A


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a workbook, or packed or stored like one."""
    return head.startswith((OLE, *ZIP))


def sheet_read(path: Path, target: Path, *, sheet: str | None) -> Sheet:
    """The sheet of that name, else the one with most rows, written to ``target``.

    What is no workbook, is protected or asks for too much raises ``InvalidInput``.
    """
    with path.open("rb") as file:
        stored = file.read(8).startswith(OLE)
    if stored:
        _check_stored(path)
    else:
        _check_packed(path)
    said = _said(path, target, sheet)
    match said.get("problem"):
        case "no_sheet":
            raise _no_sheet(path.name, sheet or "", said["sheets"])
        case "password":
            raise _protected(path.name)
        case "unreadable":
            raise _damaged(path.name)
    return Sheet(said["sheet"], tuple(said["sheets"]), frozenset(said["wide"]), said["errors"])


def _said(path: Path, target: Path, sheet: str | None) -> dict[str, Any]:
    program = str(Path(sheet_reader.__file__))
    limits = (str(WORKBOOK_MEMORY), str(WORKBOOK_SECONDS))
    try:
        done = subprocess.run(  # noqa: S603 - our own program, the file's name as one argument
            [
                sys.executable,
                "-I",
                program,
                str(path.absolute()),
                str(target),
                sheet or "",
                *limits,
            ],
            capture_output=True,
            timeout=WORKBOOK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_much(path.name) from error
    if done.returncode < 0:
        raise _too_much(path.name)
    try:
        return cast("dict[str, Any]", json.loads(done.stdout))
    except ValueError as error:
        exhausted = b"MemoryError" in done.stderr or b"File too large" in done.stderr
        raise (_too_much if exhausted else _damaged)(path.name) from error


def _check_packed(path: Path) -> None:
    """Nothing; what is no workbook, or unpacks to too much by its own account, is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            locked = any(part.flag_bits & 1 for part in parts) or _is_encrypted(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise _damaged(path.name) from error
    if locked:
        raise _protected(path.name)
    if not any(_MAIN_PART.search(part.filename) for part in parts):
        raise _no_workbook(path.name)
    unpacked = sum(part.file_size for part in parts)
    bomb = unpacked > MOST_RATIO * path.stat().st_size and unpacked > 10 * MEGABYTE
    if bomb or unpacked > MOST_UNPACKED:
        raise _too_much(path.name)


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument file says that its parts are locked."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return b"encryption-data" in manifest.read(MEGABYTE)


def _check_stored(path: Path) -> None:
    """Nothing; what is another program's document, or locked by a password, is refused."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise _protected(path.name)
        if not _BOOK.search(content):
            raise _no_workbook(path.name)


def _no_sheet(name: str, sheet: str, sheets: list[str]) -> InvalidInput:
    near = nearest(sheet, sheets)
    return InvalidInput(
        _("%(file)s has no sheet %(sheet)s; its sheets are: %(sheets)s.")
        % {"file": name, "sheet": sheet, "sheets": ", ".join(sheets)},
        reason="no_sheet",
        nearest=near,
    )


def _protected(name: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s is protected by a password. Open it, remove the password"
            " (File > Info > Protect Workbook) and save it again."
        )
        % {"file": name},
        reason="protected",
    )


def _no_workbook(name: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s is neither a workbook nor a CSV file. If it is an archive, unpack it first;"
            " if it is another document, save its table as Excel (.xlsx) or CSV."
        )
        % {"file": name},
        reason="no_table",
    )


def _damaged(name: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s looks like a workbook but cannot be opened; it may be damaged or cut off."
            " Open it in Excel and save it again, or export it again."
        )
        % {"file": name},
        reason="damaged",
    )


def _too_much(name: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s needs more memory or time than a workbook of rows ever does, so it was not"
            " opened. Save the sheet with the rows as CSV UTF-8 and import that."
        )
        % {"file": name},
        reason="too_much",
    )
