"""Bringing a file in: once or ten times, the result is the same."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import InvalidInput
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.settings import setting_read
from teichaku.intake.added_rows import added_rows_noted
from teichaku.intake.fields import ENTITIES
from teichaku.intake.layout import position_named
from teichaku.intake.limits import max_file_mb
from teichaku.intake.mapping import FileMap, mapping_default, mapping_yaml
from teichaku.intake.models import ImportRun, RejectedRow, Upload
from teichaku.intake.reader import BadRecord
from teichaku.intake.rows import FileRows
from teichaku.intake.tables import Table, table_open
from teichaku.intake.writers import ImportTask, Tally, followers, writers

DEFAULT_ZONE = ZoneInfo("Asia/Tokyo")
SHOWN_REJECTS = 20
REJECTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that stayed out."""

    line: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do."""

    entity: str
    file: str
    system: str
    dry_run: bool
    read: int
    left_out: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    unlinked: int
    merged: int
    owners_created: int
    leads_created: int
    companies_created: int
    seconds: float
    rows_per_second: float
    notes: tuple[str, ...]
    rejected_rows: tuple[Rejected, ...]

    def as_json(self) -> dict[str, Json]:
        """The report as plain JSON."""
        return asdict(self)


class _Quarantine:
    """Collects bad rows; with a run they are stored a batch at a time, as the file has them."""

    def __init__(self, run: ImportRun | None) -> None:
        self.count = 0
        self.first: list[Rejected] = []
        self._run = run
        self._waiting: list[bulk.Row] = []
        self._by_writer: dict[int, BadRecord] = {}

    def put_by_writer(self, bad: BadRecord, raw: Mapping[str, str]) -> None:
        """Nothing; a writer knows fields only, so the file's own cells are looked up later."""
        self._tell(bad)
        if self._run is not None:
            self._by_writer[bad.line] = bad

    def put(self, bad: BadRecord, raw: Mapping[str, str]) -> None:
        self._tell(bad)
        self._store(bad, raw)

    def look_up(self, rows: FileRows) -> None:
        """Nothing; what writers rejected is stored with the file's own cells."""
        if self._by_writer:
            for line, raw in rows.cells_at(self._by_writer.keys()):
                self._store(self._by_writer[line], raw)
        self._by_writer.clear()

    def _tell(self, bad: BadRecord) -> None:
        self.count += 1
        if len(self.first) < SHOWN_REJECTS:
            self.first.append(Rejected(bad.line, bad.reason, bad.message))

    def _store(self, bad: BadRecord, raw: Mapping[str, str]) -> None:
        if self._run is not None:
            self._waiting.append((self._run.pk, bad.line, bad.reason, bad.message, dict(raw)))
            if len(self._waiting) >= REJECTS_AT_ONCE:
                self.flush()

    def flush(self) -> None:
        with transaction.atomic():
            bulk.insert_new(RejectedRow, ("run", "line", "reason", "message", "raw"), self._waiting)
        self._waiting.clear()


def import_file(
    *,
    entity: str,
    path: Path,
    actor: Actor,
    file_map: FileMap | None = None,
    sheet: str | None = None,
    table: Table | None = None,
    dry_run: bool = False,
    zone: tzinfo = DEFAULT_ZONE,
    progress: Callable[[int], None] = lambda rows: None,
    upload: Upload | None = None,
) -> ImportReport:
    """What became of the file's rows. A dry run says the same and leaves nothing behind.

    ``table`` is the file's table where it is open already, in place of a ``sheet``.
    ``progress`` is called with the rows done so far. A file or map that cannot be used at all
    raises ``InvalidInput``; single bad rows are put in quarantine and reported. A run of the
    ``upload`` that broke off goes on.
    """
    started = time.perf_counter()
    _check_file(entity, path)
    table = _table_suited(table or _table_open(path, sheet), file_map)
    file_map = file_map or _default_map(entity, table)
    if file_map.entity != entity:
        raise InvalidInput(
            _("The map is for %(other)s, the file should be %(entity)s.")
            % {"other": file_map.entity, "entity": entity}
        )
    tally = Tally(notes=list(table.notes))
    # A dry run is the real thing taken back, so that its counts cannot differ.
    with transaction.atomic() if dry_run else nullcontext():
        run = None if dry_run else _run_start(table, actor, file_map, upload)
        quarantine = _Quarantine(run)
        rows = FileRows(table, file_map, zone=zone, on_bad=quarantine.put)
        task = ImportTask(
            rows=rows,
            system=file_map.system,
            zone=file_map.zone or zone,
            actor=actor,
            recorded_at=clock.now(),
            tally=tally,
            progress=progress,
            reject=quarantine.put_by_writer,
        )
        with _collector_spared(), added_rows_noted(run):
            writers.get(entity)(task)
            followers.notify(task)
        quarantine.look_up(rows)
        quarantine.flush()
        seconds = time.perf_counter() - started
        report = _report(task, quarantine, entity, dry_run, seconds)
        if run is not None:
            _run_finish(run, report, actor)
        else:
            transaction.set_rollback(True)
    return report


@contextmanager
def _collector_spared() -> Iterator[None]:
    """Within the block, garbage is looked for among new objects only.

    Many rows make many objects, and each round over all that the process holds costs more than
    a thousand rows.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _check_file(entity: str, path: Path) -> None:
    if entity not in ENTITIES:
        raise InvalidInput(
            _("%(entity)s cannot be imported; possible are %(known)s.")
            % {"entity": entity, "known": ", ".join(ENTITIES)}
        )
    if not path.is_file():
        raise InvalidInput(_("There is no file %(path)s.") % {"path": path})


def _table_open(path: Path, sheet: str | None, *, headerless: bool = False) -> Table:
    limit = setting_read(max_file_mb)
    return table_open(path, sheet=sheet, headerless=headerless, max_mb=limit)


def _table_suited(table: Table, file_map: FileMap | None) -> Table:
    """The table as the map sees it."""
    names = {name for names in file_map.columns.values() for name in names} if file_map else set()
    # Columns called by a position that is no column's name mean a file that names none.
    if any(position_named(name) is not None for name in names - set(table.header)):
        return _table_open(table.path, table.shape.sheet, headerless=True)
    return table


def _default_map(entity: str, table: Table) -> FileMap:
    file_map = mapping_default(entity, table.header)
    used = {name for names in file_map.columns.values() for name in names}
    if both := sorted(used & table.repeated):
        raise InvalidInput(
            _("%(file)s has several columns called %(column)s; rename all but one.")
            % {"file": table.path.name, "column": both[0]}
        )
    return file_map


def _run_start(table: Table, actor: Actor, file_map: FileMap, upload: Upload | None) -> ImportRun:
    entity, path = file_map.entity, table.path
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    begun = upload and upload.runs.filter(entity=entity, sha256=digest, finished_at=None).first()
    if begun:
        # It broke off: what it added before belongs to the same run, and goes back with it.
        begun.rejected_rows.all().delete()
        return begun
    with transaction.atomic():
        run = ImportRun.objects.create(
            entity=entity,
            file_name=path.name,
            sha256=digest,
            size=path.stat().st_size,
            started_at=clock.now(),
            header=table.header,
            mapping=mapping_yaml([file_map]),
            upload=upload,
            **actor_columns(actor),
        )
        audit_record(
            actor=actor,
            action="intake.import_started",
            object_type="import_run",
            object_id=run.pk,
            values={"entity": entity, "sha256": digest},
        )
    return run


def _run_finish(run: ImportRun, report: ImportReport, actor: Actor) -> None:
    counts = {
        name: value
        for name, value in report.as_json().items()
        if isinstance(value, int) and not isinstance(value, bool)
    }
    with transaction.atomic():
        run.counts = counts
        run.notes = list(report.notes)
        run.finished_at = clock.now()
        run.save(update_fields=["counts", "notes", "finished_at"])
        audit_record(
            actor=actor,
            action="intake.import_finished",
            object_type="import_run",
            object_id=run.pk,
            values=counts,
        )
        outbox_emit(topic="intake.import_finished", payload={"run": run.pk})


def _report(
    task: ImportTask, quarantine: _Quarantine, entity: str, dry_run: bool, seconds: float
) -> ImportReport:
    tally = task.tally
    return ImportReport(
        entity=entity,
        file=task.rows.path.name,
        system=task.system,
        dry_run=dry_run,
        read=task.rows.read,
        left_out=task.rows.left_out,
        created=tally.created,
        updated=tally.updated,
        unchanged=tally.unchanged,
        duplicates=tally.duplicates,
        rejected=quarantine.count,
        unlinked=tally.unlinked,
        merged=tally.merged,
        owners_created=tally.owners_created,
        leads_created=tally.leads_created,
        companies_created=tally.companies_created,
        seconds=round(seconds, 3),
        rows_per_second=round(task.rows.read / seconds, 1) if seconds else 0.0,
        notes=tuple(tally.notes),
        rejected_rows=tuple(quarantine.first),
    )
