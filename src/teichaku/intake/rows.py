"""A file seen through its map: chunks of typed columns, bad rows put aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import cast

from django.utils.translation import gettext as _

from teichaku.core.errors import InvalidInput
from teichaku.intake.cells import Convert, convert_column, converter_for, expected_text
from teichaku.intake.continued import Continuation
from teichaku.intake.date_order import order_proven
from teichaku.intake.fields import ATTRIBUTE, LONGEST, FieldType, nearest
from teichaku.intake.instants import Day, Order, has_short_date
from teichaku.intake.layout import position_named
from teichaku.intake.mapping import FileMap
from teichaku.intake.reader import BadRecord, Records
from teichaku.intake.tables import Table

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
    places: tuple[int, ...]  # none for a constant
    constant: str
    values: Mapping[str, str]
    convert: Convert | None


class FileRows:
    """The rows of one file. ``left_out`` counts those that ``where`` does not want."""

    def __init__(
        self,
        table: Table,
        file_map: FileMap,
        *,
        zone: tzinfo,
        on_bad: Callable[[BadRecord, Mapping[str, str]], None],
    ) -> None:
        self.path = table.path
        self.file_map = file_map
        self.read = 0
        self.left_out = 0
        self._on_bad = on_bad
        self._table = table
        self._header = table.header
        self._zone = file_map.zone or zone
        self._where = [
            (self._place(name), frozenset(wanted)) for name, wanted in file_map.where.items()
        ]
        self._columns = {
            **{name: self._column(name, ()) for name in file_map.constants},
            **{name: self._column(name, columns) for name, columns in file_map.columns.items()},
        }
        self._filled = [self._place(name) for name in file_map.filled]
        self._carried = [self._place(name) for name in file_map.carried]

    @property
    def fields(self) -> Collection[str]:
        """The fields that the map fills."""
        return self._columns.keys()

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """All usable rows in file order; the others go to ``on_bad``."""
        for records in self._records(size):
            kept = self._wanted(records)
            self.read += len(kept.lines) + len(kept.bad)
            for bad in kept.bad:
                self._on_bad(bad, dict(zip(self._header, bad.cells, strict=False)))
            yield self._typed(kept)

    def scan(self, fields: Sequence[str], size: int = CHUNK_ROWS) -> Iterator[list[list[str]]]:
        """Only the texts of some fields, a list of columns per chunk, for a look ahead."""
        for records in self._records(size):
            cells = self._wanted(records).cells
            yield [self._texts_only(name, cells) for name in fields]

    def cells_at(self, lines: Collection[int]) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows that start at these lines, by column as the file has them."""
        for records in self._records(CHUNK_ROWS):
            for line, cells in zip(records.lines, records.cells, strict=True):
                if line in lines:
                    yield line, dict(zip(self._header, cells, strict=True))

    def _records(self, size: int) -> Iterator[Records]:
        mark = self.file_map.continued_by
        whole = Continuation(self._place(mark), self._carried).whole if mark else None
        for records in self._table.records(size):
            yield whole(records) if whole else records

    def _column(self, name: str, columns: Sequence[str]) -> _Column:
        kind = self.file_map.kind.type_of(name)
        assert kind is not None
        read = _Column(
            places=tuple(map(self._place, columns)),
            constant=self.file_map.constants.get(name, ""),
            values=self.file_map.values.get(name, {}),
            convert=None,
        )
        pattern = self.file_map.dates.get(name)
        convert = converter_for(
            kind,
            pattern=pattern,
            zone=self._zone,
            order=None if pattern else self._order(name, kind, read),
            scale=self.file_map.scale.get(name, 1),
        )
        return replace(read, convert=convert)

    def _order(self, name: str, kind: FieldType, column: _Column) -> Order | None:
        """The order of short dates such as 8/9/14, which only the whole column can prove."""
        if kind not in (FieldType.INSTANT, FieldType.DAY):
            return None
        if not any(map(has_short_date, _texts(column, self._table.sample))):
            return None
        texts = (
            text
            for records in self._table.records(CHUNK_ROWS)
            for text in _texts(column, records.cells)
        )
        return order_proven(texts, field=name, file=self.path.name)

    def _place(self, column: str) -> int:
        column = " ".join(column.split())  # as the header's names are
        if column in self._header:
            return self._header.index(column)
        position = position_named(column)
        if position is not None and position < len(self._header):
            return position
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
        if not (self._where or self._filled):
            return records
        kept = [
            (line, cells)
            for line, cells in zip(records.lines, records.cells, strict=True)
            if all(cells[place].strip() in wanted for place, wanted in self._where)
            and all(cells[place].strip() for place in self._filled)
        ]
        self.left_out += len(records.lines) - len(kept)
        return Records([line for line, _ in kept], [cells for _, cells in kept], records.bad)

    def _typed(self, records: Records) -> Chunk:
        columns: dict[str, list[object]] = {}
        problems: dict[int, BadRecord] = {}
        for name, column in self._columns.items():
            texts = self._texts_only(name, records.cells)
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

    def _texts_only(self, name: str, cells: list[list[str]]) -> list[str]:
        """The texts of a field, blank in rows for which the map does not want it."""
        texts = _texts(self._columns[name], cells)
        for other, wanted in self.file_map.only.get(name, {}).items():
            others = _texts(self._columns[other], cells)
            texts = [
                text if value in wanted else "" for text, value in zip(texts, others, strict=True)
            ]
        return texts

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
    texts = _joined(column, cells)
    if column.values:
        change = column.values.get
        texts = [change(text, text) for text in texts]
    return texts


def _joined(column: _Column, cells: list[list[str]]) -> list[str]:
    match column.places:
        case ():
            return [column.constant] * len(cells)
        case (place,):
            return [record[place].strip() for record in cells]
        case places:
            return [
                " ".join(filter(None, (record[place].strip() for place in places)))
                for record in cells
            ]
