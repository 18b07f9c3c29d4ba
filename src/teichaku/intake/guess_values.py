"""What the cells of a column look like: the evidence for or against what its name says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from typing import Protocol

from teichaku.intake.cells import converter_for
from teichaku.intake.fields import FieldType
from teichaku.intake.header_keys import header_key
from teichaku.intake.instants import has_short_date, orders_possible, parse_sniffed
from teichaku.intake.reader import Records

SAMPLED = 2_000
SCANNED = 100_000
AT_ONCE = 5_000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+?[\d\-() .]{8,20}")
_URL = re.compile(r"(https?://)?([\w-]+\.)+[a-z]{2,}(/\S*)?", re.IGNORECASE)
_SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?")


class Tabular(Protocol):
    """What is guessed on: named columns and rows."""

    @property
    def header(self) -> list[str]:
        """The names of the columns."""

    def records(self, size: int) -> Iterator[Records]:
        """The rows in runs."""


@dataclass(frozen=True)
class Column:
    """One column of the sample."""

    name: str
    key: str
    cells: tuple[str, ...]  # trimmed, of all sampled rows

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """The cells that say something."""
        return tuple(cell for cell in self.cells if cell and cell.upper() != "NULL")

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The different texts."""
        return frozenset(self.filled)

    def share(self, test: Callable[[str], object]) -> float:
        """The share of filled cells that pass; 0 for a blank column."""
        passing = {text for text in self.distinct if test(text)}
        return sum(text in passing for text in self.filled) / max(1, len(self.filled))

    @cached_property
    def emails(self) -> float:
        """The share that are e-mail addresses."""
        return self.share(_EMAIL.fullmatch)

    @cached_property
    def dates(self) -> float:
        """The share that are dates or times in any form that is read."""
        return self.share(_is_date)

    @cached_property
    def numbers(self) -> float:
        """The share that are numbers or amounts."""
        return self.share(_is_number)

    @cached_property
    def phones(self) -> float:
        """The share that are telephone numbers."""
        return self.share(_is_phone)

    @cached_property
    def urls(self) -> float:
        """The share that are addresses of pages or domains."""
        return self.share(_URL.fullmatch)

    @cached_property
    def corporate_numbers(self) -> float:
        """The share that have the 13 digits of a corporate number."""
        return self.share(lambda text: re.fullmatch(r"\d{13}", _bare(text)))

    @cached_property
    def unique(self) -> float:
        """The share of filled cells that differ from all others; 1 for a blank column."""
        return len(self.distinct) / len(self.filled) if self.filled else 1.0

    @cached_property
    def japanese(self) -> float:
        """The share that are not plain ASCII."""
        return self.share(lambda text: not text.isascii())


@dataclass(frozen=True)
class Sample:
    """Rows from all over a file, and all the words of columns with few of them."""

    columns: tuple[Column, ...]
    words: dict[str, list[str]]  # by column name; columns with too many words are left out
    rows: int

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def sample_take(table: Tabular) -> Sample:
    """Up to 2,000 rows spread evenly over the file's first 100,000; the same for the same file."""
    header = table.header
    kept: list[list[str]] = []
    words: list[dict[str, None] | None] = [{} for _ in header]
    step, seen = 1, 0
    for records in table.records(AT_ONCE):
        _words_add(words, records.cells)
        for row in records.cells:
            if seen % step == 0:
                kept.append(row)
                if len(kept) > SAMPLED:
                    kept, step = kept[::2], step * 2
            seen += 1
        if seen >= SCANNED:
            break
    cells = list(zip(*kept, strict=True)) or [()] * len(header)
    return Sample(
        columns=tuple(
            Column(name, header_key(name), tuple(map(str.strip, texts)))
            for name, texts in zip(header, cells, strict=True)
        ),
        words={
            name: sorted(found.keys() - {""})
            for name, found in zip(header, words, strict=True)
            if found is not None
        },
        rows=seen,
    )


MOST_WORDS = 300


def _words_add(words: list[dict[str, None] | None], rows: Sequence[Sequence[str]]) -> None:
    for place, known in enumerate(words):
        if known is None:
            continue
        known.update((row[place].strip(), None) for row in rows)
        if len(known) > MOST_WORDS:
            words[place] = None


def ambiguous_dates(column: Column) -> frozenset[str]:
    """The dates such as 8/9/14 of the column, where they do not prove which number is the day."""
    short = frozenset(filter(has_short_date, column.distinct))
    return short if len(orders_possible(short)) != 1 else frozenset()


def _is_date(text: str) -> bool:
    if _SERIAL.fullmatch(text) or has_short_date(text):
        return True
    try:
        parse_sniffed(text)
    except (ValueError, ArithmeticError):
        return False
    return True


_amount = converter_for(FieldType.NUMBER, pattern=None, zone=UTC)
_money = converter_for(FieldType.AMOUNT, pattern=None, zone=UTC)


def _is_number(text: str) -> bool:
    for convert in (_amount, _money):
        try:
            if convert is not None:
                convert(text)
        except (ValueError, ArithmeticError):
            continue
        return True
    return False


def _is_phone(text: str) -> bool:
    bare = _bare(text)
    return bool(_PHONE.fullmatch(bare)) and 9 <= sum(map(str.isdigit, bare)) <= 15


def _bare(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[‐-―−ー]", "-", text)
