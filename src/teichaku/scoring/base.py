"""The store: a sorted base on disk and the leads that changed since. Losing it loses nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from teichaku.core import bulk, clock
from teichaku.core.ids import uuid7
from teichaku.engine.columns import Columns
from teichaku.engine.store import base_read, base_write
from teichaku.scoring.dirty import marks_note
from teichaku.scoring.histories import (
    attribute_table,
    columns_of_leads,
    created_instants,
    lead_rows,
    stored_signatures,
)
from teichaku.scoring.models import DirtyLead, StoreBase

COMPACT_ABOVE = 0.05  # of all leads; below it the changed ones are cheaper to read each time
MARKS_AT_ONCE = 5_000
EVENTS_AT_ONCE = 50_000

_EVENTS = (
    "SELECT l.root_id AS root, e.signature_id AS signature, {at} AS occurred,"
    " e.source, e.external_id"
    " FROM tracking_event e JOIN leads_lead l ON l.id = e.lead_id"
    " WHERE e.origin = 'human' AND e.retracted_at IS NULL"
)

_EVENT_SCHEMA = pa.schema(
    {
        "root": pa.int64(),
        "signature": pa.int64(),
        "occurred": pa.string(),
        "source": pa.string(),
        "external_id": pa.string(),
    }
)

Part = tuple[Columns, npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Store:
    """What the engine evaluates: the base, which of its rows are out of date, and those afresh."""

    base: Columns
    stale: npt.NDArray[np.bool_]
    fresh: Columns

    @property
    def parts(self) -> tuple[Part, Part]:
        """Both columns, each with which of its rows to keep."""
        return (self.base, ~self.stale), (self.fresh, np.ones(self.fresh.leads, np.bool_))

    @property
    def leads(self) -> int:
        """How many leads."""
        return self.base.leads - int(self.stale.sum()) + self.fresh.leads

    @property
    def events(self) -> int:
        """How many events are evaluated."""
        counts = np.diff(self.base.offsets)
        return int(counts[~self.stale].sum()) + self.fresh.events


def store_open() -> Store:
    """The store as of now; the base is built when there is none or too many leads changed."""
    with transaction.atomic():
        base = StoreBase.objects.filter(current=True).first()
        changed = DirtyLead.objects.exclude(base_mark=F("mark"), base_mark__isnull=False)
        dirty = np.array(sorted(changed.values_list("lead_id", flat=True)), np.int64)
    columns = None
    if base is not None and len(dirty) <= COMPACT_ABOVE * base.leads:
        columns = _readable(_folder(base))
    if columns is None:
        columns = base_build()
        return Store(columns, np.zeros(columns.leads, np.bool_), columns_of_leads([]))
    stale = np.isin(columns.lead_ids, dirty)
    return Store(columns, stale, columns_of_leads(dirty.tolist()))


def base_build() -> Columns:
    """The base anew from the database; changes made meanwhile stay marked."""
    marks = dict(DirtyLead.objects.values_list("lead_id", "mark"))
    columns = _read_columns()
    folder = Path(settings.STATE_DIR) / "base" / uuid7().hex
    base_write(folder, columns)
    try:
        old = _point_to(folder, columns)
    except IntegrityError:
        old = _point_to(folder, columns)  # another was made at the same moment; this one follows it
    for chunk in bulk.chunked(sorted(marks.items()), MARKS_AT_ONCE):
        with transaction.atomic():
            marks_note("base_mark", chunk)
    for base in old[:-1]:
        shutil.rmtree(_folder(base), ignore_errors=True)
    return _mapped(folder)


def _point_to(folder: Path, columns: Columns) -> list[StoreBase]:
    """The bases before this one, which is the current one now."""
    with transaction.atomic():
        old = list(StoreBase.objects.select_for_update().order_by("generation"))
        StoreBase.objects.filter(current=True).update(current=False)
        StoreBase.objects.create(
            folder=folder.name,
            leads=columns.leads,
            events=columns.events,
            built_at=clock.now(),
            current=True,
        )
        # The last base stays: another process may be reading the pointer to it right now.
        StoreBase.objects.filter(pk__in=[base.pk for base in old[:-1]]).delete()
    return old


def _folder(base: StoreBase) -> Path:
    return Path(settings.STATE_DIR) / "base" / base.folder


def _readable(folder: Path) -> Columns | None:
    """The base of a folder; None where it is gone or damaged, for it can be made again."""
    try:
        return _mapped(folder) if folder.exists() else None
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=2)
def _mapped(folder: Path) -> Columns:
    return base_read(folder)


def _read_columns() -> Columns:
    rows = list(lead_rows())
    roots = np.array([row.root for row in rows], np.int64)
    ids, signatures = stored_signatures()
    events = _sorted_events()
    place = np.searchsorted(roots, events.column("root").to_numpy())
    at = events.column("instant").to_numpy()
    sig = np.searchsorted(np.array(ids), events.column("signature").to_numpy()).astype(np.int32)
    # What browsers did that are nobody's yet is nobody's history.
    own = np.isin(events.column("root").to_numpy(), roots)
    if not own.all():
        place, at, sig = place[own], at[own], sig[own]
    offsets = np.searchsorted(place, np.arange(len(roots) + 1)).astype(np.int64)
    return Columns(
        lead_ids=roots,
        created=created_instants(rows, offsets, at),
        offsets=offsets,
        at=at,
        sig=sig,
        signatures=signatures,
        attributes=attribute_table(rows),
    )


def _sorted_events() -> pa.Table:
    """Every visible event by lead, instant, source and external id; texts as UTF-8 bytes."""
    if connection.vendor == "sqlite":
        events, instant = _sqlite_events(), "epoch_us(CAST(occurred AS TIMESTAMP))"
    else:
        events, instant = _postgresql_events(), "occurred"
    with duckdb.connect() as sorter:
        sorter.register("events", events)
        table: pa.Table = sorter.sql(
            f"SELECT root, signature, {instant} AS instant FROM events"  # noqa: S608
            " ORDER BY root, instant, source, external_id"
        ).to_arrow_table()
    return table.combine_chunks()


def _sqlite_events() -> pa.Table:
    """The events through the connection that is open already.

    A driver with an SQLite of its own must not open the file in this process: a process that
    closes a file loses its locks on it, whoever took them, and two libraries would truncate each
    other's shared memory.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS.format(at="e.at || ''"))  # as text, not parsed row by row
        batches = []
        while rows := cursor.fetchmany(EVENTS_AT_ONCE):
            columns = zip(zip(*rows, strict=True), _EVENT_SCHEMA, strict=True)
            arrays = [pa.array(column, field.type) for column, field in columns]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=_EVENT_SCHEMA))
    return pa.Table.from_batches(batches, _EVENT_SCHEMA)


def _postgresql_events() -> pa.Table:
    """The events as Arrow, over a connection of their own."""
    from adbc_driver_postgresql import dbapi

    at = "(extract(epoch FROM e.at) * 1000000)::bigint"
    where = _libpq(connection.get_connection_params())
    with dbapi.connect(where) as source, source.cursor() as cursor:
        cursor.execute(_EVENTS.format(at=at))
        return cursor.fetch_arrow_table()


def _libpq(parameters: dict[str, Any]) -> str:
    names = {"dbname": "dbname", "user": "user", "password": "password", "host": "host",
             "port": "port"}  # fmt: skip
    given = {key: parameters[name] for key, name in names.items() if parameters.get(name)}
    return " ".join(f"{key}='{_escaped(str(value))}'" for key, value in given.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
