"""A file seen through its map: chunks of typed columns, bad rows put aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import cast

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput
from teichaku.intake.cells import Convert, convert_column, converter_for, expected_text
from teichaku.intake.fields import ATTRIBUTE, LONGEST, nearest
from teichaku.intake.instants import Day
from teichaku.intake.mapping import FileMap
from teichaku.intake.reader import BadRecord, Records, read_header, read_records

CHUNK_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as columns by field. A field that the map does not fill reads as blank."""

    lines: list[int]
    columns: Mapping[str, list[object]]

    def text(self, name: str) -> list[str]:
        """The texts of a field, trimmed, '' when blank."""
        return cast("list[str]", self.columns.get(name) or [""] * len(self.lines))

    def instants(self, name: str) -> list[datetime | None]:
        """The instants of a field, in UTC."""
        return cast("list[datetime | None]", self._or_none(name))

    def days(self, name: str) -> list[Day | None]:
        """The local dates of a field."""
        return cast("list[Day | None]", self._or_none(name))

    def numbers(self, name: str) -> list[float | None]:
        """The numbers of a field."""
        return cast("list[float | None]", self._or_none(name))

    def attributes(self) -> dict[str, list[str]]:
        """The company's own columns by name, as text."""
        return {
            name.removeprefix(ATTRIBUTE): cast("list[str]", values)
            for name, values in self.columns.items()
            if name.startswith(ATTRIBUTE)
        }

    def _or_none(self, name: str) -> list[object]:
        return self.columns.get(name) or [None] * len(self.lines)


@dataclass(frozen=True, slots=True)
class _Column:
    place: int | None  # None for a constant
    constant: str
    values: Mapping[str, str]
    convert: Convert | None


class FileRows:
    """The rows of one file. ``left_out`` counts those that ``where`` does not want."""

    def __init__(
        self,
        path: Path,
        file_map: FileMap,
        *,
        zone: tzinfo,
        on_bad: Callable[[BadRecord, Mapping[str, str]], None],
    ) -> None:
        self.path = path
        self.file_map = file_map
        self.read = 0
        self.left_out = 0
        self._on_bad = on_bad
        self._header = read_header(path)
        self._zone = file_map.zone or zone
        self._where = [
            (self._place(name), frozenset(wanted)) for name, wanted in file_map.where.items()
        ]
        self._columns = {
            **{name: self._column(name, None) for name in file_map.constants},
            **{name: self._column(name, column) for name, column in file_map.columns.items()},
        }

    @property
    def fields(self) -> Collection[str]:
        """The fields that the map fills."""
        return self._columns.keys()

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """All usable rows in file order; the others go to ``on_bad``."""
        for records in read_records(self.path, width=len(self._header), size=size):
            kept = self._wanted(records)
            self.read += len(kept.lines) + len(kept.bad)
            for bad in kept.bad:
                self._on_bad(bad, dict(zip(self._header, bad.cells, strict=False)))
            yield self._typed(kept)

    def scan(self, fields: Sequence[str], size: int = CHUNK_ROWS) -> Iterator[list[list[str]]]:
        """Only the texts of some fields, a list of columns per chunk, for a look ahead."""
        for records in read_records(self.path, width=len(self._header), size=size):
            cells = self._wanted(records).cells
            yield [_texts(self._columns[name], cells) for name in fields]

    def _column(self, name: str, column: str | None) -> _Column:
        kind = self.file_map.kind.type_of(name)
        assert kind is not None
        return _Column(
            place=None if column is None else self._place(column),
            constant=self.file_map.constants.get(name, ""),
            values=self.file_map.values.get(name, {}),
            convert=converter_for(kind, pattern=self.file_map.dates.get(name), zone=self._zone),
        )

    def _place(self, column: str) -> int:
        if self._header.count(column) == 1:
            return self._header.index(column)
        if column in self._header:
            raise InvalidInput(
                _("%(file)s has several columns called %(column)s; rename all but one.")
                % {"file": self.path.name, "column": column}
            )
        near = nearest(column, self._header)
        raise InvalidInput(
            _("%(file)s has no column %(column)s (its columns: %(header)s).%(hint)s")
            % {
                "file": self.path.name,
                "column": column,
                "header": ", ".join(self._header),
                "hint": " " + _("Did you mean %(near)s?") % {"near": near} if near else "",
            },
            column=column,
            nearest=near,
        )

    def _wanted(self, records: Records) -> Records:
        if not self._where:
            return records
        kept = [
            (line, cells)
            for line, cells in zip(records.lines, records.cells, strict=True)
            if all(cells[place].strip() in wanted for place, wanted in self._where)
        ]
        self.left_out += len(records.lines) - len(kept)
        return Records([line for line, _ in kept], [cells for _, cells in kept], records.bad)

    def _typed(self, records: Records) -> Chunk:
        columns: dict[str, list[object]] = {}
        problems: dict[int, BadRecord] = {}
        for name, column in self._columns.items():
            texts = _texts(column, records.cells)
            if column.convert is None:
                columns[name] = cast("list[object]", texts)
                for place in _overlong(name, texts):
                    problems.setdefault(place, self._too_long(records, place, name))
                continue
            columns[name], places = convert_column(texts, column.convert)
            for place in places:
                problems.setdefault(place, self._unreadable(records, place, name, texts[place]))
        for place, problem in self._blank_required(records, columns).items():
            problems.setdefault(place, problem)
        if not problems:
            return Chunk(records.lines, columns)
        for place in sorted(problems):
            self._on_bad(
                problems[place], dict(zip(self._header, records.cells[place], strict=True))
            )
        good = [i for i in range(len(records.lines)) if i not in problems]
        return Chunk(
            [records.lines[i] for i in good],
            {name: [values[i] for i in good] for name, values in columns.items()},
        )

    def _unreadable(self, records: Records, place: int, name: str, text: str) -> BadRecord:
        kind = self.file_map.kind.type_of(name)
        assert kind is not None
        message = _('%(field)s is "%(text)s", expected is %(expected)s.') % {
            "field": name,
            "text": text,
            "expected": expected_text(kind),
        }
        return BadRecord(records.lines[place], "unreadable", message, records.cells[place])

    def _too_long(self, records: Records, place: int, name: str) -> BadRecord:
        message = _("%(field)s is longer than %(limit)s characters; shorten it.") % {
            "field": name,
            "limit": LONGEST[name],
        }
        return BadRecord(records.lines[place], "too_long", message, records.cells[place])

    def _blank_required(
        self, records: Records, columns: Mapping[str, list[object]]
    ) -> dict[int, BadRecord]:
        found: dict[int, BadRecord] = {}
        kind = self.file_map.kind
        for name in kind.required:
            if None in columns[name] or "" in columns[name]:
                message = _("%(field)s is blank; it is needed.") % {"field": name}
                for place, value in enumerate(columns[name]):
                    if value in (None, ""):
                        found[place] = BadRecord(
                            records.lines[place], "missing", message, records.cells[place]
                        )
        if kind.any_of:
            given = [columns[name] for name in kind.any_of if name in columns]
            message = _("All of %(fields)s are blank; at least one is needed.") % {
                "fields": ", ".join(kind.any_of)
            }
            for place, values in enumerate(zip(*given, strict=True)):
                if not any(values):
                    found[place] = BadRecord(
                        records.lines[place], "missing", message, records.cells[place]
                    )
        return found


def _overlong(name: str, texts: list[str]) -> list[int]:
    limit = LONGEST.get(name)
    if limit is None or max(map(len, texts), default=0) <= limit:
        return []
    return [place for place, text in enumerate(texts) if len(text) > limit]


def _texts(column: _Column, cells: list[list[str]]) -> list[str]:
    place = column.place
    texts = (
        [column.constant] * len(cells)
        if place is None
        else [record[place].strip() for record in cells]
    )
    if column.values:
        change = column.values.get
        texts = [change(text, text) for text in texts]
    return texts
