"""Events files: streamed, because they are the long ones."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain, compress
from operator import itemgetter

import numpy as np
from django.db import transaction

from teichaku.core import bulk
from teichaku.core.canonical import Json
from teichaku.intake.collapse import hash_texts
from teichaku.intake.fields import ATTRIBUTE
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask
from teichaku.leads.attributes import (
    AttributeReader,
    TypeSurvey,
    attributes_register,
    misfit_notes,
)
from teichaku.leads.references import lead_ids_by_reference, leads_by_email, leads_ensure
from teichaku.tracking.services import EventColumns, EventRow, Signatures, events_write_columns
from teichaku.tracking.shapes import Shape, shape_of

ROWS_AT_ONCE, LEADS_AT_ONCE = 2_500, 2_500
# So many rows are sorted by lead before they are written: the rows of a transaction then touch few
# pages of the index by lead, and each lead is marked and looked up in few transactions.
WINDOW = 50_000


def events_import(task: ImportTask) -> None:
    """Nothing; the events of the file are recorded, each once."""
    writer = _EventWriter(task)
    waiting: list[EventColumns] = []
    rows = 0
    for chunk in task.rows.chunks():
        waiting.append(writer.columns(chunk))
        rows += len(chunk.lines)
        if rows >= WINDOW:
            writer.write(waiting)
            waiting, rows = [], 0
    writer.write(waiting)
    writer.write_contested()
    if writer.attributes:
        task.tally.notes.extend(misfit_notes(writer.attributes))


class _EventWriter:
    """Knows the leads and shapes met so far, and the ids that stand for different events."""

    def __init__(self, task: ImportTask) -> None:
        self._task = task
        self._default_source = f"import:{task.system}"
        self._done = 0
        self._signatures = Signatures()
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._leads: dict[str, int] = {}
        self._contested_ids, self.attributes = _look_ahead(task)
        # Of the rows with one id the one to be written, after what it is chosen by.
        self._contested: dict[tuple[str, str], tuple[tuple[object, ...], EventRow]] = {}

    def columns(self, chunk: Chunk) -> EventColumns:
        """The events of the chunk; leads that nobody knew have been created.

        Rows with a contested id are not among them, but wait for the end.
        """
        text = chunk.text
        recorded_at = self._task.recorded_at
        columns = EventColumns(
            lead=self._lead_ids(text("lead")),
            shape=self._shapes_of(chunk),
            at=[at for at in chunk.instants("at") if at is not None],
            source=[source or self._default_source for source in text("source")],
            external_id=text("external_id"),
            recorded_at=[instant or recorded_at for instant in chunk.instants("recorded_at")],
            url=text("url"),
            duration=chunk.numbers("duration"),
            actor=text("actor"),
            origin=["human"] * len(chunk.lines),
            attributes=self._attributes(chunk),
        )
        if "" in columns.external_id:
            columns = columns._replace(external_id=self._keys(text("lead"), columns))
        if self._contested_ids:
            columns = self._uncontested(text("lead"), columns)
        return columns

    def write(self, waiting: Sequence[EventColumns]) -> None:
        """Nothing; the rows are recorded, those about one lead together."""
        columns = [list(chain.from_iterable(parts)) for parts in zip(*waiting, strict=True)]
        if not columns or not columns[0]:
            return
        lead = columns[0]
        by_lead = sorted(range(len(lead)), key=lead.__getitem__)
        columns = [[column[i] for i in by_lead] for column in columns]
        size = bulk.batch(ROWS_AT_ONCE)
        for start in range(0, len(lead), size):
            self._write(EventColumns._make(column[start : start + size] for column in columns))

    def write_contested(self) -> None:
        """Nothing; of rows with one id the latest is recorded, else the greatest."""
        chosen = [row for _, row in self._contested.values()]
        if chosen:
            self.write([EventColumns._make(zip(*chosen, strict=True))])

    def _write(self, columns: EventColumns) -> None:
        with transaction.atomic():
            new = events_write_columns(
                columns=columns, actor=self._task.actor, signatures=self._signatures
            )
        rows = len(columns.lead)
        self._done += rows
        self._task.tally.created += new
        self._task.tally.duplicates += rows - new
        self._task.progress(self._done)

    def _uncontested(self, leads: Sequence[str], columns: EventColumns) -> EventColumns:
        contested = self._contested_ids
        plain = [name not in contested for name in columns.external_id]
        if all(plain):
            return columns
        for lead, row in zip(leads, map(EventRow._make, zip(*columns, strict=True)), strict=True):
            if row.external_id in contested:
                self._contend((row.at, _canonical(lead, row)), row)
        return EventColumns._make(list(compress(column, plain)) for column in columns)

    def _contend(self, weight: tuple[object, ...], row: EventRow) -> None:
        key = (row.source, row.external_id)
        chosen = self._contested.setdefault(key, (weight, row))
        if chosen[1] is not row:
            self._task.tally.duplicates += 1
            self._contested[key] = max(chosen, (weight, row), key=itemgetter(0))

    def _lead_ids(self, references: list[str]) -> list[int]:
        leads = self._leads
        unknown = set(references) - leads.keys()
        if unknown:
            leads.update(lead_ids_by_reference(self._task.system, unknown))
            addresses = {name for name in unknown - leads.keys() if "@" in name}
            leads.update((name, known.id) for name, known in leads_by_email(addresses).items())
            for missing in bulk.chunked(sorted(unknown - leads.keys()), LEADS_AT_ONCE):
                self._create(missing)
        return [leads[reference] for reference in references]

    def _create(self, references: Sequence[str]) -> None:
        task = self._task
        with transaction.atomic():
            created = leads_ensure(
                system=task.system,
                references=references,
                actor=task.actor,
                recorded_at=task.recorded_at,
            )
        task.tally.leads_created += len(created)
        self._leads.update((reference, known.id) for reference, known in created.items())

    def _shapes_of(self, chunk: Chunk) -> list[Shape]:
        shapes = self._shapes
        parts = list(zip(*map(chunk.text, Shape._fields), strict=True))
        for unknown in set(parts) - shapes.keys():
            shapes[unknown] = shape_of(*unknown)
        return [shapes[part] for part in parts]

    def _attributes(self, chunk: Chunk) -> list[dict[str, Json] | None]:
        columns = chunk.attributes()
        if not columns or self.attributes is None:
            return [None] * len(chunk.lines)
        rows = zip(*columns.values(), strict=True)
        return [
            self.attributes.row(dict(zip(columns, texts, strict=True))) or None for texts in rows
        ]

    def _keys(self, leads: Sequence[str], columns: EventColumns) -> list[str]:
        """The ids of the events; those without one get one made of all that the file says."""
        rows = map(EventRow._make, zip(*columns, strict=True))
        return [
            row.external_id or hash_texts((self._task.system, *_canonical(lead, row)))
            for lead, row in zip(leads, rows, strict=True)
        ]


def _canonical(lead: str, row: EventRow) -> tuple[str, ...]:
    """All that the file says about the event, as texts."""
    # When the file does not tell when it was recorded, that is the time of the import: no part.
    return (
        lead,
        *row.shape,
        row.at.isoformat(),
        row.url,
        "" if row.duration is None else repr(row.duration),
        row.actor,
        "" if row.attributes is None else repr(sorted(row.attributes.items())),
    )


def _look_ahead(task: ImportTask) -> tuple[frozenset[str], AttributeReader | None]:
    """Ids that occur more than once in the file, and the reader of its attributes."""
    names = [name for name in task.rows.fields if name.startswith(ATTRIBUTE)]
    wanted = [name for name in ("external_id",) if name in task.rows.fields] + names
    if not wanted:
        return frozenset(), None
    survey = TypeSurvey(name.removeprefix(ATTRIBUTE) for name in names)
    hashes = array("q")
    for columns in task.rows.scan(wanted):
        by_name = dict(zip(wanted, columns, strict=True))
        hashes.extend(map(hash, filter(None, by_name.pop("external_id", []))))
        for name, texts in by_name.items():
            survey.add(name.removeprefix(ATTRIBUTE), texts)
    reader = attributes_register("event", survey.types()) if names else None
    return _repeated(task, hashes), reader


def _repeated(task: ImportTask, hashes: array[int]) -> frozenset[str]:
    # Eight bytes per row find the few hashes that repeat; only for those the ids are compared.
    values, counts = np.unique(np.frombuffer(hashes, dtype=np.int64), return_counts=True)
    suspects = set(values[counts > 1].tolist())
    if not suspects:
        return frozenset()
    seen: set[str] = set()
    repeated: set[str] = set()
    for [ids] in task.rows.scan(["external_id"]):
        for name in ids:
            if name and hash(name) in suspects:
                (repeated if name in seen else seen).add(name)
    return frozenset(repeated)
