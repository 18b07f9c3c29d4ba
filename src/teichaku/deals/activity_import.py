"""Activity files: what was done about deals, leads and companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.db import transaction

from teichaku.core import bulk
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.deals.deal_import import leads_referred
from teichaku.deals.models import Activity
from teichaku.deals.references import deals_by_reference
from teichaku.intake.collapse import collapse, gather, grouped, row_keys
from teichaku.intake.instants import Day
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask
from teichaku.leads.attributes import attribute_reader, misfit_notes
from teichaku.leads.lead_import import owners_ensure
from teichaku.leads.references import companies_ensure
from teichaku.leads.row_changes import Values, row_changes

ROWS_AT_ONCE = 1_000
TEXTS = ("kind", "outcome", "next_action")
LINKS = ("deal", "lead", "company", "owner")
STORED = (*TEXTS, "at", "next_action_on", *(f"{name}_id" for name in LINKS), "attributes")
COLUMNS = tuple(name.removesuffix("_id") for name in STORED)


def activities_write(task: ImportTask) -> None:
    """Nothing; the activities of the file are there. One that names nobody known is unlinked."""
    chunk = gather(task.rows)
    names = list(chunk.text("external_id"))
    nameless = [i for i, name in enumerate(names) if not name]
    for i, key in zip(nameless, row_keys(chunk, nameless), strict=True):
        names[i] = key
    places = grouped(names)
    writer = _ActivityWriter(task, chunk)
    done = 0
    for part in bulk.chunked(sorted(places), ROWS_AT_ONCE):
        rows = [places[name] for name in part]
        wanted = writer.wanted(rows)
        with transaction.atomic():
            writer.write(part, wanted)
        done += sum(map(len, rows))
        task.progress(done)
    task.tally.duplicates += len(names) - len(places)
    task.tally.notes.extend(misfit_notes(writer.attributes))


class _ActivityWriter:
    def __init__(self, task: ImportTask, chunk: Chunk) -> None:
        self.attributes = attribute_reader(chunk, "activity")
        self._task = task
        self._chunk = chunk
        companies, new = companies_ensure(
            system=task.system,
            references=set(chunk.text("company")) - {""},
            actor=task.actor,
            recorded_at=task.recorded_at,
        )
        task.tally.companies_created += new
        leads = leads_referred(task.system, chunk.text("lead"))
        self._links = {
            "deal": deals_by_reference(task.system, set(chunk.text("deal")) - {""}),
            "lead": {name: known.id for name, (known, _) in leads.items()},
            "company": companies,
            "owner": owners_ensure(task, chunk.text("owner")),
        }

    def wanted(self, rows: Sequence[list[int]]) -> list[Values]:
        """The stored columns that each activity's rows ask for."""
        chunk = self._chunk
        order = chunk.instants("at")
        texts = {n: collapse(chunk.text(n), rows, order) for n in (*TEXTS, *LINKS)}
        at = collapse(order, rows, order)
        days = collapse(chunk.days("next_action_on"), rows, order)
        recorded = collapse(chunk.instants("recorded_at"), rows, order)
        own = {name: collapse(v, rows, order) for name, v in chunk.attributes().items()}
        wanted: list[Values] = []
        for i in range(len(rows)):
            values: Values = {name: texts[name][i] for name in TEXTS}
            values["at"] = at[i]
            day = days[i]
            values["next_action_on"] = day.on if isinstance(day, Day) else None
            values["recorded_at"] = recorded[i] or self._task.recorded_at
            for name in LINKS:
                values[f"{name}_id"] = self._links[name].get(cast(str, texts[name][i]))
            values["attributes"] = self.attributes.row(
                {name: cast(str, column[i]) for name, column in own.items()}
            )
            wanted.append(values)
        return wanted

    def write(self, names: Sequence[str], wanted: Sequence[Values]) -> None:
        """Nothing; one chunk of activities is written. Part of the caller's transaction."""
        task = self._task
        stored = Activity.objects.filter(system=task.system, external_id__in=names)
        current = {
            row[0]: (row[1], dict(zip(STORED, row[2:], strict=True)))
            for row in stored.values_list("external_id", "pk", *STORED)
        }
        inserts: list[bulk.Row] = []
        updates: list[bulk.Row] = []
        history: list[FieldChange] = []
        for name, values in zip(names, wanted, strict=True):
            entered = values.pop("recorded_at")  # when somebody wrote it down; never rewritten
            after = values
            if name in current:
                activity, before = current[name]
                changes, after = row_changes("deals.activity", activity, values, before, derived={})
                history += changes
                if changes:
                    updates.append((activity, *(after[column] for column in STORED)))
                task.tally.updated += bool(changes)
                task.tally.unchanged += not changes
            else:
                recorded = (task.system, name, entered)
                inserts.append((*recorded, *(values[column] for column in STORED)))
            task.tally.unlinked += not (after["deal_id"] or after["lead_id"] or after["company_id"])
        task.tally.created += len(inserts)
        if not (inserts or updates):
            return
        bulk.insert(Activity, ("system", "external_id", "recorded_at", *COLUMNS), inserts)
        bulk.update(Activity, COLUMNS, updates)
        changes_record(history, actor=task.actor, at=task.recorded_at, source="import")
        audit_record(
            actor=task.actor,
            action="deals.activities_import",
            object_type="deals.activity",
            count=len(inserts) + len(updates),
        )
        ids = stored.values_list("pk", flat=True)
        outbox_emit(topic="deals.activities_written", payload={"activities": list(ids)})
