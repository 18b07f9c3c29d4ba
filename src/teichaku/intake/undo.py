"""Taking an import back whole: rows go, fields are as they were, what others need stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.intake.added_rows import CHANGES, added_rows_put
from teichaku.intake.models import ImportedRows, ImportRun, Upload
from teichaku.intake.undo_fields import fields_revert
from teichaku.intake.undo_rows import Remover
from teichaku.intake.undoables import Undoable, removal_order, undo_followers, undoables

UNDO_DAYS = 30
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of a table that stayed, and what needs them: a table, ``in use`` or ``changed``."""

    table: str
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What taking an import back did: rows removed by table, fields put back, and what stayed."""

    removed: dict[str, int]
    kept: tuple[Kept, ...]
    fields: int
    fields_kept: int


def undo_until(run: ImportRun) -> datetime:
    """Until when the import can be taken back."""
    return run.started_at + timedelta(days=UNDO_DAYS)


def undo_refusal(run: ImportRun) -> str:
    """Why the import cannot be taken back; '' when it can."""
    if run.undone_at is not None:
        return _("This import was taken back already.")
    if clock.now() > undo_until(run):
        return _(
            "Imports can be taken back for %(days)s days, and these are over. Correct the rows, or"
            " import a corrected file."
        ) % {"days": UNDO_DAYS}
    if run.finished_at is None and run.upload and run.upload.state == Upload.State.RUNNING:
        return _("This import is still running. Wait until it has finished, then take it back.")
    return ""


def undo_preview(run: ImportRun) -> UndoReport:
    """What would be taken back at most: rows that others need by then will stay."""
    removed: Counter[str] = Counter()
    fields = 0
    for rows in run.added.filter(done_from=None):
        if rows.table == CHANGES:
            fields += rows.last - rows.first + 1
        elif rows.table in undoables:
            found = _existing(undoables.get(rows.table), rows)
            removed[rows.table] += found.count()
    return UndoReport(dict(removed), (), fields, 0)


def import_undo(
    *, run: ImportRun, actor: Actor, progress: Callable[[int], None] = lambda rows: None
) -> UndoReport:
    """What became of all that the import brought; ``Conflict`` where it cannot be taken back.

    Written in short transactions: begun and broken off, it goes on where it was.
    """
    if why := undo_refusal(run):
        raise Conflict(why, run=run.uid)
    work = _Undo(run, actor, progress)
    if run.undo_at is None:
        run.undo_at = clock.now()
        run.save(update_fields=["undo_at"])
    order = removal_order()
    for undoable in order:
        if undoable.early:
            work.remove(undoable)
    work.revert()
    for undoable in order:
        if not undoable.early:
            work.remove(undoable)
    work.remove_kept(order)
    undo_followers.notify(actor)
    work.finish()
    return undo_report(run)


def undo_report(run: ImportRun) -> UndoReport:
    """What taking the import back has done so far."""
    told = run.undo_counts
    kept = tuple(
        Kept(table, why, count)
        for table, reasons in told.get("kept", {}).items()
        for why, count in reasons.items()
        if count
    )
    return UndoReport(
        told.get("removed", {}), kept, told.get("fields", 0), told.get("fields_kept", 0)
    )


def undo_forget(*, before: datetime) -> int:
    """How many notes of imports are gone that started too early to be taken back."""
    old = ImportedRows.objects.filter(run__started_at__lt=before)
    return old.delete()[0]


def _existing(undoable: Undoable, rows: ImportedRows) -> QuerySet[Any]:
    return undoable.model._default_manager.filter(pk__gte=rows.first, pk__lte=rows.last)


class _Undo:
    """One import on its way out."""

    def __init__(self, run: ImportRun, actor: Actor, progress: Callable[[int], None]) -> None:
        self._run, self._actor, self._progress = run, actor, progress
        self._done = 0

    def revert(self) -> None:
        """Nothing; fields are as they were where nobody changed them since."""
        for pk in self._waiting(CHANGES):
            with transaction.atomic():
                rows = self._lock(pk)
                if rows is None:
                    continue
                ids = list(range(rows.last, rows.first - 1, -1))
                result = fields_revert(run=self._run, changes=ids, actor=self._actor)
                rows.done_from = rows.first
                rows.save(update_fields=["done_from"])
                self._count("fields", result.fields)
                self._count("fields_kept", result.kept)
                self._record(CHANGES, result.fields)

    def remove(self, undoable: Undoable) -> None:
        """Nothing; the rows that the run added to the table are gone, or noted as kept."""
        for pk in self._waiting(undoable.table):
            while self._remove_some(undoable, pk):
                self._progress(self._done)

    def remove_kept(self, order: list[Undoable]) -> None:
        """Nothing; rows of imports taken back before are gone where nothing needs them now."""
        for undoable in order:
            held = ImportedRows.objects.filter(
                table=undoable.table, kept=True, run__undone_at__isnull=False
            )
            for run in ImportRun.objects.filter(pk__in=held.values("run")).order_by("pk"):
                with transaction.atomic():
                    _Undo(run, self._actor, self._progress)._again(undoable)

    def finish(self) -> None:
        """Nothing; the run is taken back."""
        run = self._run
        with transaction.atomic():
            run.undone_at = clock.now()
            run.save(update_fields=["undone_at"])
            audit_record(
                actor=self._actor,
                action="intake.import_undone",
                object_type="import_run",
                object_id=run.pk,
                values=dict(run.undo_counts),
            )
            outbox_emit(topic="intake.import_undone", payload={"run": run.pk})

    def _waiting(self, table: str) -> Iterator[int]:
        """What the run added to the table and is still there, latest first."""
        rows = ImportedRows.objects.filter(run=self._run, table=table, kept=False)
        yield from list(rows.order_by("-last", "-pk").values_list("pk", flat=True))

    def _lock(self, pk: int) -> ImportedRows | None:
        rows = ImportedRows.objects.select_for_update().get(pk=pk)
        return None if rows.done_from is not None and rows.done_from <= rows.first else rows

    def _remove_some(self, undoable: Undoable, pk: int) -> bool:
        """Whether there may be more."""
        with transaction.atomic():
            rows = self._lock(pk)
            if rows is None:
                return False
            below = rows.last if rows.done_from is None else rows.done_from - 1
            found = _existing(undoable, rows).filter(pk__lte=below).order_by("-pk")
            size = bulk.batch(ROWS_AT_ONCE)
            ids = list(found.values_list("pk", flat=True)[:size])
            kept = self._take(undoable, ids)
            added_rows_put(self._run, undoable.table, bulk.runs(sorted(kept)), kept=True)
            self._count_kept(undoable.table, kept)
            rows.done_from = ids[-1] if len(ids) == size else rows.first
            rows.save(update_fields=["done_from"])
        return len(ids) == size

    def _take(self, undoable: Undoable, ids: list[int]) -> dict[int, str]:
        if not ids:
            return {}
        result = Remover(undoable, self._run, self._actor).remove(ids)
        removed = self._run.undo_counts.setdefault("removed", {})
        for table, count in (+result.gone).items():
            removed[table] = removed.get(table, 0) + count
            self._record(table, count)
        self._done += len(ids)
        return result.kept

    def _again(self, undoable: Undoable) -> None:
        held = ImportedRows.objects.filter(run=self._run, table=undoable.table, kept=True)
        ids = [pk for rows in held for pk in _existing(undoable, rows).values_list("pk", flat=True)]
        held.delete()
        self._run.undo_counts.setdefault("kept", {}).pop(undoable.table, None)
        kept = self._take(undoable, sorted(ids, reverse=True))
        added_rows_put(self._run, undoable.table, bulk.runs(sorted(kept)), kept=True)
        self._count_kept(undoable.table, kept)

    def _count(self, name: str, more: int) -> None:
        self._run.undo_counts[name] = self._run.undo_counts.get(name, 0) + more

    def _count_kept(self, table: str, kept: dict[int, str]) -> None:
        if kept:
            reasons = self._run.undo_counts.setdefault("kept", {}).setdefault(table, {})
            for why, count in Counter(kept.values()).items():
                reasons[why] = reasons.get(why, 0) + count
        self._run.save(update_fields=["undo_counts"])

    def _record(self, table: str, count: int) -> None:
        self._run.save(update_fields=["undo_counts"])
        if count:
            values: dict[str, Json] = {"run": self._run.pk}
            audit_record(
                actor=self._actor,
                action="intake.rows_undone",
                object_type=table,
                count=count,
                values=values,
            )
