"""Imports and uploads, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.errors import NotFound
from teichaku.intake.field_words import KIND_WORDS
from teichaku.intake.models import ImportRun, RejectedRow, Upload
from teichaku.intake.undo import Kept, UndoReport, undo_refusal, undo_report, undo_until
from teichaku.intake.undo_rows import CHANGED, IN_USE
from teichaku.intake.undoables import undoables

RUNS_AT_ONCE = 50
SHOWN_REJECTS = 20
COUNTS = ("read", "created", "updated", "unchanged", "duplicates", "unlinked", "rejected")


@dataclass(frozen=True, slots=True)
class UndoLine:
    """What becomes of the rows of one table; ``why`` they stay, if they do."""

    word: str
    count: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class UndoView:
    """What taking an import back does, or has done."""

    removed: tuple[UndoLine, ...]
    kept: tuple[UndoLine, ...]
    fields: int
    fields_kept: int


@dataclass(frozen=True, slots=True)
class RunView:
    """An import with its counts."""

    run: ImportRun
    word: str
    counts: dict[str, int]
    rejects: tuple[RejectedRow, ...]
    until: datetime
    refusal: str
    undone: UndoView | None


def runs_listed(before: int | None) -> tuple[list[tuple[ImportRun, str]], bool]:
    """The latest imports, each with what it brought, and whether there are earlier ones."""
    runs: QuerySet[ImportRun] = ImportRun.objects.order_by("-pk")
    if before is not None:
        runs = runs.filter(pk__lt=before)
    rows = list(runs[: RUNS_AT_ONCE + 1])
    found = [(run, str(KIND_WORDS[run.entity])) for run in rows[:RUNS_AT_ONCE]]
    return found, len(rows) > RUNS_AT_ONCE


def run_find(uid: UUID) -> ImportRun:
    """The import; ``NotFound`` when there is none."""
    run = ImportRun.objects.select_related("upload").filter(uid=uid).first()
    if run is None:
        raise NotFound(f"no import {uid}")
    return run


def upload_find(uid: UUID, purpose: str) -> Upload:
    """The upload; ``NotFound`` when there is none of that purpose."""
    upload = Upload.objects.filter(uid=uid, purpose=purpose).first()
    if upload is None:
        raise NotFound(f"no upload {uid}")
    return upload


def run_view(run: ImportRun) -> RunView:
    """The import as its page shows it."""
    return RunView(
        run=run,
        word=str(KIND_WORDS[run.entity]),
        counts={name: run.counts.get(name, 0) for name in COUNTS},
        rejects=tuple(run.rejected_rows.order_by("line")[:SHOWN_REJECTS]),
        until=undo_until(run),
        refusal=undo_refusal(run),
        undone=undo_view(undo_report(run)) if run.undo_at else None,
    )


def undo_view(report: UndoReport) -> UndoView:
    """The report in words."""
    removed = tuple(
        UndoLine(_table_word(table), count) for table, count in sorted(report.removed.items())
    )
    kept = tuple(UndoLine(_table_word(one.table), one.count, _why(one)) for one in report.kept)
    return UndoView(removed, kept, report.fields, report.fields_kept)


def upload_rate(upload: Upload) -> float:
    """Rows per second so far."""
    first = upload.runs.order_by("pk").first()
    seconds = (clock.now() - first.started_at).total_seconds() if first else 0.0
    return upload.rows_done / seconds if seconds > 0 else 0.0


def _why(kept: Kept) -> str:
    if kept.why == IN_USE:
        return _("somebody works with it")
    if kept.why == CHANGED:
        return _("changed since")
    return _("needed by: %(table)s") % {"table": _table_word(kept.why)}


def _table_word(table: str) -> str:
    return str(undoables.get(table).label) if table in undoables else table
