"""Stage history files: when a deal entered which stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.deals.models import StageChange
from teichaku.deals.references import deals_by_reference
from teichaku.deals.services import deal_closings_refresh
from teichaku.deals.stages import stages_ensure
from teichaku.intake.collapse import gather
from teichaku.intake.reader import BadRecord
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask

ROWS_AT_ONCE = 1_000
_COLUMNS = ("deal", "stage", "at", "recorded_at", "actor_name", "source")
Entry = tuple[str, str, datetime]


def stages_write(task: ImportTask) -> None:
    """Nothing; the history of stages is recorded, and deals it closes have their closing day."""
    chunk = gather(task.rows)
    deals = deals_by_reference(task.system, set(chunk.text("deal")))
    stages = stages_ensure(set(chunk.text("stage")), actor=task.actor)
    entries: dict[Entry, str] = {}
    instants = cast("list[datetime]", chunk.instants("at"))
    rows = zip(chunk.text("deal"), chunk.text("stage"), instants, chunk.text("actor"), strict=True)
    known = 0
    for place, (deal, stage, at, actor) in enumerate(rows):
        if deal not in deals:
            _reject(task, chunk, place)
            continue
        known += 1
        entry = (deal, stage, at)
        entries[entry] = max(actor, entries.get(entry, ""))
    task.tally.duplicates += known - len(entries)
    done = 0
    for part in bulk.chunked(sorted(entries), ROWS_AT_ONCE):
        table = [
            (
                deals[deal],
                stages[stage].pk,
                at,
                task.recorded_at,
                entries[deal, stage, at],
                "import",
            )
            for deal, stage, at in part
        ]
        with transaction.atomic():
            _write(task, table)
        done += len(part)
        task.progress(done)


def _write(task: ImportTask, table: Sequence[bulk.Row]) -> None:
    new = bulk.insert_new(StageChange, _COLUMNS, table, returning=("deal",))
    task.tally.created += len(new)
    task.tally.unchanged += len(table) - len(new)
    deals = sorted({deal for (deal,) in new})
    if not deals:
        return
    deal_closings_refresh(
        deals=deals, zone=task.zone, recorded_at=task.recorded_at, actor=task.actor
    )
    audit_record(
        actor=task.actor, action="deals.stages_import", object_type="deals.deal", count=len(new)
    )
    outbox_emit(topic="deals.written", payload={"deals": deals})


def _reject(task: ImportTask, chunk: Chunk, place: int) -> None:
    raw = {name: str(values[place]) for name, values in chunk.columns.items()}
    message = _(
        "There is no deal %(deal)s in the system %(system)s. Import the deals file first."
    ) % {"deal": raw["deal"], "system": task.system}
    task.reject(BadRecord(chunk.lines[place], "unknown_deal", message, list(raw.values())), raw)
