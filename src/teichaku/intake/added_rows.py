"""Which rows an import added, noted in the transaction that adds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import models

from teichaku.core import bulk
from teichaku.core.models import Change
from teichaku.intake.models import ImportedRows, ImportRun
from teichaku.intake.undoables import undoables

CHANGES = Change._meta.label_lower
_COLUMNS = ("run", "table", "first", "last", "kept")


@contextmanager
def added_rows_noted(run: ImportRun | None) -> Iterator[None]:
    """Within the block, rows added to tables that can be undone are noted for the run."""
    if run is None:
        yield
        return

    def note(model: type[models.Model], ids: Sequence[tuple[int, int]]) -> None:
        table = model._meta.label_lower
        if table == CHANGES or table in undoables:
            added_rows_put(run, table, ids)

    with bulk.noting(note):
        yield


def added_rows_put(
    run: ImportRun, table: str, ids: Sequence[tuple[int, int]], *, kept: bool = False
) -> None:
    """Nothing; the runs of ids are noted. Part of the caller's transaction."""
    bulk.insert(ImportedRows, _COLUMNS, [(run.pk, table, *ends, kept) for ends in ids])
