"""Events files: streamed, because they are the long ones."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat

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
from teichaku.leads.references import leads_by_reference, leads_ensure
from teichaku.tracking.services import EventRow, Signatures, events_write
from teichaku.tracking.shapes import Shape, path_normalise

ROWS_AT_ONCE = 2_500
# Millions of named tuples: made without a Python call each.
_SHAPE: Callable[[tuple[str, ...]], Shape] = partial(tuple.__new__, Shape)
_EVENT_ROW: Callable[[tuple[object, ...]], EventRow] = partial(tuple.__new__, EventRow)


def events_import(task: ImportTask) -> None:
    """Nothing; the events of the file are recorded, each once."""
    writer = _EventWriter(task)
    done = 0
    for chunk in task.rows.chunks(bulk.batch(ROWS_AT_ONCE)):
        writer.write(writer.rows(chunk))
        done += len(chunk.lines)
        task.progress(done)
    writer.write_contested()
    if writer.attributes:
        task.tally.notes.extend(misfit_notes(writer.attributes))


class _EventWriter:
    """Knows the leads and shapes met so far, and the ids that stand for different events."""

    def __init__(self, task: ImportTask) -> None:
        self._task = task
        self._default_source = f"import:{task.system}"
        self._signatures = Signatures()
        self._leads: dict[str, int] = {}
        self._contested_ids, self.attributes = _look_ahead(task)
        self._contested: dict[tuple[str, str], list[EventRow]] = {}

    def rows(self, chunk: Chunk) -> list[EventRow]:
        """The events of the chunk; leads that nobody knew have been created."""
        text = chunk.text
        leads = self._lead_ids(text("lead"))
        recorded = [instant or self._task.recorded_at for instant in chunk.instants("recorded_at")]
        columns = (
            leads,
            self._shapes(chunk),
            chunk.instants("at"),
            [source or self._default_source for source in text("source")],
            text("external_id"),
            recorded,
            text("url"),
            chunk.numbers("duration"),
            text("actor"),
            repeat("human", len(leads)),
            self._attributes(chunk),
        )
        rows = list(map(_EVENT_ROW, zip(*columns, strict=True)))
        if "" not in text("external_id"):
            return rows
        return [
            row if row.external_id else row._replace(external_id=self._key(lead, row))
            for lead, row in zip(text("lead"), rows, strict=True)
        ]

    def write(self, rows: Sequence[EventRow]) -> None:
        """Nothing; the rows are recorded, but those with a contested id wait for the end."""
        contested = self._contested_ids
        plain = [row for row in rows if row.external_id not in contested] if contested else rows
        if len(plain) < len(rows):
            for row in rows:
                if row.external_id in contested:
                    key = (row.source, row.external_id)
                    self._contested.setdefault(key, []).append(row)
        self._write(plain)

    def write_contested(self) -> None:
        """Nothing; of rows with one id the latest is recorded, else the greatest."""
        names = {lead: name for name, lead in sorted(self._leads.items())}
        chosen = []
        for rows in self._contested.values():
            chosen.append(max(rows, key=lambda row: (row.at, _canonical(names[row.lead], row))))
            self._task.tally.duplicates += len(rows) - 1
        for start in range(0, len(chosen), ROWS_AT_ONCE):
            self._write(chosen[start : start + ROWS_AT_ONCE])

    def _write(self, rows: Sequence[EventRow]) -> None:
        with transaction.atomic():
            written = events_write(rows=rows, actor=self._task.actor, signatures=self._signatures)
        self._task.tally.created += len(written.new)
        self._task.tally.duplicates += written.duplicates

    def _lead_ids(self, references: list[str]) -> list[int]:
        task, leads = self._task, self._leads
        unknown = set(references) - leads.keys()
        if unknown:
            found = leads_by_reference(task.system, unknown)
            missing = unknown - found.keys()
            if missing:
                with transaction.atomic():
                    found |= leads_ensure(
                        system=task.system,
                        references=missing,
                        actor=task.actor,
                        recorded_at=task.recorded_at,
                    )
                task.tally.leads_created += len(missing)
            leads.update((reference, known.id) for reference, known in found.items())
        return [leads[reference] for reference in references]

    def _shapes(self, chunk: Chunk) -> list[Shape]:
        paths = {text: path_normalise(text) for text in set(chunk.text("path"))}
        path = [paths[text] for text in chunk.text("path")]
        parts = (chunk.text(name) for name in Shape._fields[2:])
        return list(map(_SHAPE, zip(chunk.text("type"), path, *parts, strict=True)))

    def _attributes(self, chunk: Chunk) -> list[dict[str, Json] | None]:
        columns = chunk.attributes()
        if not columns or self.attributes is None:
            return [None] * len(chunk.lines)
        rows = zip(*columns.values(), strict=True)
        return [
            self.attributes.row(dict(zip(columns, texts, strict=True))) or None for texts in rows
        ]

    def _key(self, lead: str, row: EventRow) -> str:
        return hash_texts((self._task.system, *_canonical(lead, row)))


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
