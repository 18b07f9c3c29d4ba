"""How the text of a file is written: its encoding, line breaks and delimiter."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput
from teichaku.intake.limits import MEGABYTE, MOST_LINE, MOST_ROWS

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_BYTES = 256 * 1024
SAMPLE_RECORDS = 200
JUDGED_LINES = 20_000
_HEAD = 4096
_BREAK = re.compile(rb"\r\n|\r|\n")
_OTHERS = {
    b"%PDF-": "PDF",
    b"\x89PNG\r\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b\x08": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"BZh91AY": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"SQLite format 3\x00": "SQLite",
    b"\x7fELF": "ELF",
    b"{\\rtf": "RTF",
}
_WIDE_BREAKS = (",", "\t", ";", "\n")
# Bytes that CP932 has no character for and that its decoder lets through all the same.
_NOT_CP932 = frozenset("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")


@dataclass(frozen=True, slots=True)
class Writing:
    """How a text file is written. ``clean`` when every byte of it is known to be text."""

    encoding: str
    start: int  # where the text begins, after the byte order marks
    newline: str
    clean: bool
    ended: bool  # whether the last line has its line break


def check_is_table(head: bytes, name: str) -> None:
    """Nothing; a file that begins like one of another kind raises ``InvalidInput``."""
    for mark, kind in _OTHERS.items():
        if head.startswith(mark):
            raise _other_kind(name, kind)
    text = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")):
        raise _other_kind(name, "HTML / XML")
    if text.startswith((b'{"', b"[{", b"{\n", b"{\r\n")):
        raise _other_kind(name, "JSON")


def sniff_writing(path: Path) -> Writing:
    """How the file is written; what is no text, or too long, raises ``InvalidInput``."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        start = _mark_length(head)
        encoding = _wide_encoding(head)
        file.seek(start)
        scan = _scan(file, path.name, wide=encoding is not None)
        if encoding is None:
            _check_binary(scan, path)
            encoding = "utf-8" if scan.is_utf8 else _judged(file, start, path.name)
    newline = found[0].decode() if (found := _BREAK.search(head.replace(b"\0", b""))) else "\n"
    clean = scan.is_utf8 and not scan.nuls
    return Writing(encoding, start, newline, clean, scan.ended)


def sniff_delimiter(text: str) -> str:
    """The character that splits most records of the text into the same number of cells."""
    best, delimiter = (0.0, 0), DELIMITERS[0]
    lines = list(StringIO(text, newline=""))
    for candidate in DELIMITERS:
        if candidate not in text:
            continue
        widths = _widths(lines, candidate)
        several = Counter(width for width in widths if width > 1)
        if not several:
            continue
        # Of equally common widths the greater one.
        width, count = max(several.items(), key=lambda item: (item[1], item[0]))
        share = count / len(widths)
        if widths[0] == 1:
            share /= 2  # only where lines come before the header is the first one not split
        found = (round(share, 2), width)
        if found > best:
            best, delimiter = found, candidate
    return delimiter


def _widths(lines: list[str], delimiter: str) -> list[int]:
    widths: list[int] = []
    reader = csv.reader(lines, delimiter=delimiter)
    while len(widths) < SAMPLE_RECORDS:
        try:
            record = next(reader, None)
        except csv.Error:
            continue
        if record is None:
            break
        if record:
            widths.append(len(record))
    return widths


@dataclass(slots=True)
class _Scan:
    """What one pass over the bytes found."""

    size: int = 0
    nuls: int = 0
    is_utf8: bool = True
    ended: bool = True


def _mark_length(head: bytes) -> int:
    """The byte order marks; some tools write two."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return 2
    start = 0
    while head.startswith(codecs.BOM_UTF8, start):
        start += 3
    return start


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 of either order, by its mark or by where its zero bytes are; else None."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    low, high = head[1::2].count(0), head[::2].count(0)
    if low + high < 2:
        return None
    for encoding, these, others in (("utf-16-le", low, high), ("utf-16-be", high, low)):
        marks = (mark.encode(encoding) for mark in _WIDE_BREAKS)
        if these > 5 * others and any(mark in head for mark in marks):
            return encoding
    return None


def _scan(file: BinaryIO, name: str, *, wide: bool) -> _Scan:
    """One pass over everything, holding a megabyte at a time."""
    scan = _Scan(is_utf8=not wide)
    decode = codecs.getincrementaldecoder("utf-8")().decode
    lines = run = 0
    while block := file.read(MEGABYTE):
        scan.size += len(block)
        if b"\0" in block:  # to look is cheaper than to count
            scan.nuls += block.count(0)
        if scan.is_utf8:
            scan.is_utf8 = _decodes(decode, block)
        breaks = block.count(b"\n")
        mark = b"\n" if breaks else b"\r"
        lines += breaks or block.count(mark)
        first = block.find(mark)
        if run + (first if first >= 0 else len(block)) > MOST_LINE:
            raise _too_long(name)
        run = len(block) - block.rfind(mark) - 1 if first >= 0 else run + len(block)
        if lines > MOST_ROWS:
            raise _too_many(name)
        scan.ended = block[-1:] in b"\r\n" or block[-2:] in (b"\n\0", b"\r\0")
    if scan.is_utf8:
        scan.is_utf8 = _decodes(lambda rest: decode(rest, True), b"")
    return scan


def _decodes(decode: Callable[[bytes], str], block: bytes) -> bool:
    try:
        decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _check_binary(scan: _Scan, path: Path) -> None:
    if scan.nuls > 10 and scan.nuls * 20 > scan.size:
        raise _no_text(path.name)


def _judged(file: BinaryIO, start: int, name: str) -> str:
    """UTF-8 or CP932, whichever most lines are in that are not plain ASCII.

    Japanese in CP932 is almost never valid UTF-8, while UTF-8 is often valid CP932: therefore
    UTF-8 needs only half of the lines.
    """
    file.seek(start)
    plain = utf8 = cp932 = other = 0
    while (utf8 + cp932 + other) < JUDGED_LINES and (lines := file.readlines(MEGABYTE)):
        for line in lines:
            if line.isascii():
                plain += 1
            elif _is_utf8(line):
                utf8 += 1
            elif _is_cp932(line):
                cp932 += 1
            else:
                other += 1
    if utf8 >= cp932 + other:
        return "utf-8"
    if cp932 >= other:
        return "cp932"
    if other * 10 <= plain:
        return "utf-8"  # mostly readable: the lines that are not are put aside
    raise _no_text(name)


def _is_utf8(line: bytes) -> bool:
    return _decodes(bytes.decode, line)


def _is_cp932(line: bytes) -> bool:
    try:
        text = line.decode("cp932")
    except UnicodeDecodeError:
        return False
    return _NOT_CP932.isdisjoint(text)


def _no_text(name: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s cannot be read as text: it is neither UTF-8, UTF-16 nor Japanese Windows"
            ' (Shift_JIS). Open it in its own program and save it as "CSV UTF-8" or Excel (.xlsx).'
        )
        % {"file": name},
        reason="no_text",
    )


def _other_kind(name: str, kind: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s is a %(kind)s file, not a table. Export the list as CSV or Excel (.xlsx) and"
            " import that."
        )
        % {"file": name, "kind": kind},
        reason="no_table",
    )


def _too_long(name: str) -> InvalidInput:
    return InvalidInput(
        _(
            "%(file)s has a line of more than %(limit)s MB, which no list has. Check that it is"
            " the file you meant, and export it again."
        )
        % {"file": name, "limit": MOST_LINE // MEGABYTE},
        reason="long_line",
    )


def _too_many(name: str) -> InvalidInput:
    return InvalidInput(
        _("%(file)s has more than %(limit)s rows. Split it and import the parts one by one.")
        % {"file": name, "limit": f"{MOST_ROWS:,}"},
        reason="too_many_rows",
    )
