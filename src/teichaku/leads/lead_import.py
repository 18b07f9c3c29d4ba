"""Leads files: one pass finds who the rows are, then they are written in short transactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import F

from teichaku.accounts.models import User
from teichaku.accounts.services import owner_ensure
from teichaku.core import bulk
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.ids import uuid7
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed, leads_qualified
from teichaku.intake.collapse import collapse, gather
from teichaku.intake.normalise import kana_full, phone_bare
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask
from teichaku.leads.attributes import attribute_reader, misfit_notes
from teichaku.leads.lead_matching import LeadGroup, leads_match
from teichaku.leads.models import Lead, LeadIdentity, StageEntry
from teichaku.leads.names import email_key
from teichaku.leads.references import companies_ensure
from teichaku.leads.row_changes import Values, row_changes
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.services import merges_record

GROUPS_AT_ONCE = 1_000
TEXTS = ("email", "name", "kana", "phone", "title", "department", "source", "campaign", "stage")
STORED = (*TEXTS, "email_key", "company_id", "owner_id", "created_at", "attributes")
COLUMNS = tuple(name.removesuffix("_id") for name in STORED)


@dataclass(slots=True)
class _Batch:
    """What one transaction has to write."""

    inserts: list[bulk.Row] = field(default_factory=list)
    updates: list[bulk.Row] = field(default_factory=list)
    identities: list[bulk.Row] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    stages: list[tuple[int, str]] = field(default_factory=list)
    merges: dict[int, int] = field(default_factory=dict)
    qualified: list[tuple[int, datetime]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)


def leads_write(task: ImportTask) -> None:
    """Nothing; the leads of the file are there, each person once."""
    chunk = gather(task.rows)
    groups = leads_match(chunk, task.system)
    companies, new = companies_ensure(
        system=task.system,
        references=set(chunk.text("company")) - {""},
        actor=task.actor,
        recorded_at=task.recorded_at,
    )
    task.tally.companies_created += new
    writer = _LeadWriter(task, chunk, companies, owners_ensure(task, chunk.text("owner")))
    done = 0
    for part in bulk.chunked(groups, bulk.batch(GROUPS_AT_ONCE)):
        with transaction.atomic():
            writer.write(part)
        done += sum(len(group.rows) for group in part)
        task.progress(done)
    task.tally.duplicates += len(chunk.lines) - len(groups)
    task.tally.notes.extend(misfit_notes(writer.attributes))


def owners_ensure(task: ImportTask, owners: Sequence[str]) -> dict[str, int]:
    """The person of each owner text; unknown ones are new people, and the tally knows."""
    before = User.objects.count()
    people = owner_ensure(owners=set(owners) - {""}, system=task.system, actor=task.actor)
    task.tally.owners_created += User.objects.count() - before
    return people


class _LeadWriter:
    def __init__(
        self,
        task: ImportTask,
        chunk: Chunk,
        companies: Mapping[str, int],
        owners: Mapping[str, int],
    ) -> None:
        self.attributes = attribute_reader(chunk, "lead")
        self._task = task
        self._chunk = chunk
        self._companies = companies
        self._owners = owners
        self._order = chunk.instants("created_at")

    def write(self, groups: Sequence[LeadGroup]) -> None:
        batch = _Batch()
        current = self._current([group.target for group in groups if group.target is not None])
        merged = self._merged_addresses(current)
        fresh = [group for group in groups if group.target is None]
        ids = iter(bulk.reserve_ids(Lead, len(fresh)) if fresh else ())
        for group, values, qualified in self._values(groups):
            lead = group.target if group.target is not None else next(ids)
            known = current.get(lead)
            if known and known["email"] and (lead, values["email_key"]) in merged:
                # Which of their addresses counts was decided when the two were merged.
                values |= {"email": known["email"], "email_key": known["email_key"]}
            if values["created_at"] is None and (known is None or known["created_at"] is None):
                # Not said when it was created: at the latest when it was qualified.
                values["created_at"] = qualified
            if known is None:
                self._add(batch, lead, values)
            elif not self._change(batch, lead, values, known, group):
                self._task.tally.unchanged += 1
            batch.identities += [(lead, self._task.system, name) for name in group.new_ids]
            if qualified is not None:
                batch.qualified.append((lead, qualified))
        self._store(batch)

    def _values(
        self, groups: Sequence[LeadGroup]
    ) -> list[tuple[LeadGroup, Values, datetime | None]]:
        rows = [group.rows for group in groups]
        chunk, order = self._chunk, self._order

        def one(values: Sequence[object], *, earliest: bool = False) -> list[object]:
            return collapse(values, rows, order, earliest=earliest)

        texts = [one(chunk.text(name)) for name in TEXTS]
        companies, owners = one(chunk.text("company")), one(chunk.text("owner"))
        created = one(chunk.instants("created_at"), earliest=True)
        qualified = one(chunk.instants("mql_at"), earliest=True)
        own = {name: one(values) for name, values in chunk.attributes().items()}
        result: list[tuple[LeadGroup, Values, datetime | None]] = []
        for i, group in enumerate(groups):
            values: Values = {name: column[i] for name, column in zip(TEXTS, texts, strict=True)}
            values["phone"] = phone_bare(cast(str, values["phone"]))
            values["kana"] = kana_full(cast(str, values["kana"]))
            values["email_key"] = email_key(cast(str, values["email"]))
            values["company_id"] = self._companies.get(cast(str, companies[i]))
            values["owner_id"] = self._owners.get(cast(str, owners[i]))
            values["created_at"] = created[i]
            values["attributes"] = self.attributes.row(
                {name: cast(str, column[i]) for name, column in own.items()}
            )
            result.append((group, values, cast("datetime | None", qualified[i])))
        return result

    def _current(self, ids: Sequence[int]) -> dict[int, Values]:
        rows = Lead.objects.filter(pk__in=ids).values_list("pk", *STORED)
        return {row[0]: dict(zip(STORED, row[1:], strict=True)) for row in rows}

    def _merged_addresses(self, roots: Collection[int]) -> set[tuple[int, object]]:
        """Roots with the addresses of those who were merged into them."""
        rows = Lead.objects.filter(root__in=roots).exclude(root=F("pk")).exclude(email_key="")
        return set(rows.values_list("root_id", "email_key"))

    def _add(self, batch: _Batch, lead: int, values: Values) -> None:
        self._task.tally.created += 1
        recorded = (lead, lead, uuid7(), Lead.Kind.KNOWN.value, self._task.recorded_at)
        batch.inserts.append((*recorded, *(values[name] for name in STORED)))
        batch.touched.add(lead)
        if values["stage"]:
            batch.stages.append((lead, cast(str, values["stage"])))

    def _change(
        self, batch: _Batch, lead: int, values: Values, current: Values, group: LeadGroup
    ) -> bool:
        """Whether anything about a lead that is already there is new."""
        changes, merged = row_changes(
            "leads.lead", lead, values, current, derived={"email_key": "email"}
        )
        batch.merges.update(dict.fromkeys(group.merged, lead))
        if not changes and not group.merged and not group.new_ids:
            return False
        self._task.tally.updated += 1
        self._task.tally.merged += len(group.merged)
        batch.touched.update((lead, *group.merged))
        if changes:
            batch.changes += changes
            batch.updates.append((lead, *(merged[name] for name in STORED)))
            if merged["stage"] != current["stage"]:
                batch.stages.append((lead, cast(str, merged["stage"])))
        return True

    def _store(self, batch: _Batch) -> None:
        task = self._task
        recorded = ("id", "root", "uid", "kind", "recorded_at")
        bulk.insert(Lead, (*recorded, *COLUMNS), batch.inserts)
        bulk.update(Lead, COLUMNS, batch.updates)
        bulk.insert(LeadIdentity, ("lead", "system", "external_id"), batch.identities)
        if batch.merges:
            merges_record(
                merges=batch.merges, actor=task.actor, reason="same e-mail", source="import"
            )
        changes_record(batch.changes, actor=task.actor, at=task.recorded_at, source="import")
        bulk.create(
            StageEntry(
                lead_id=lead,
                stage=stage,
                at=task.recorded_at,
                recorded_at=task.recorded_at,
                source="import",
                **actor_columns(task.actor),
            )
            for lead, stage in batch.stages
        )
        if batch.qualified:
            leads_qualified.notify(batch.qualified)
        if batch.touched:
            ids = sorted(batch.touched)
            audit_record(
                actor=task.actor,
                action="leads.leads_import",
                object_type="leads.lead",
                count=len(ids),
            )
            search_texts_write(ids)
            outbox_emit(topic="leads.written", payload={"leads": ids})
            leads_changed.notify(ids)
