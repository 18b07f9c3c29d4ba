"""Deals files: a deal per id, linked to its lead where the lead is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from uuid import UUID

from django.db import transaction

from teichaku.core import bulk
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.deals.deal_events import DealFacts, deal_events_write
from teichaku.deals.models import Deal, Stage, StageChange
from teichaku.deals.stages import UNSTAGED, stages_ensure
from teichaku.intake.collapse import collapse, gather, grouped
from teichaku.intake.instants import Day
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask
from teichaku.leads.attributes import attribute_reader, misfit_notes
from teichaku.leads.lead_import import owners_ensure
from teichaku.leads.references import (
    Known,
    companies_ensure,
    leads_by_email,
    leads_by_reference,
)
from teichaku.leads.row_changes import Values, as_json, row_changes
from teichaku.leads.selectors import lead_roots_of_companies

DEALS_AT_ONCE = 500
TEXTS = ("name", "kind", "lost_reason")
DAYS = ("created_on", "close_on", "closed_on")
LINKS = ("lead_id", "company_id", "owner_id", "stage_id")
INSTANTS = {"created_at": "created_on", "closed_at": "closed_on"}
MATCH = {"match_key": "lead_id", "match_confidence": "lead_id"}
EVENTS = ("created_event_id", "outcome_event_id", "event_count")
FIELDS = (*TEXTS, *DAYS, *LINKS, "amount", *INSTANTS, *MATCH, "attributes")
STORED = (*FIELDS, *EVENTS)
COLUMNS = tuple(name.removesuffix("_id") for name in STORED)


def deals_write(task: ImportTask) -> None:
    """Nothing; the deals of the file are there, and their leads' histories tell of them."""
    chunk = gather(task.rows)
    places = grouped(chunk.text("external_id"))
    names = sorted(places)
    writer = _DealWriter(task, chunk)
    done = 0
    for part in bulk.chunked(names, bulk.batch(DEALS_AT_ONCE)):
        rows = [places[name] for name in part]
        wanted = writer.wanted(rows)
        with transaction.atomic():
            writer.write(part, wanted)
        done += sum(map(len, rows))
        task.progress(done)
    task.tally.duplicates += len(chunk.lines) - len(names)
    task.tally.notes.extend(misfit_notes(writer.attributes))


@dataclass(slots=True)
class _Batch:
    """What one transaction has to write."""

    inserts: list[tuple[str, UUID, Values]] = field(default_factory=list)
    updates: list[tuple[int, UUID, Values]] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    stage_changes: list[StageChange] = field(default_factory=list)
    companies: set[int | None] = field(default_factory=set)


class _DealWriter:
    def __init__(self, task: ImportTask, chunk: Chunk) -> None:
        self.attributes = attribute_reader(chunk, "deal")
        self._task = task
        self._chunk = chunk
        self._order = [day.end(task.zone) if day else None for day in chunk.days("created_on")]
        self._leads = leads_referred(task.system, chunk.text("lead"))
        self._companies, new = companies_ensure(
            system=task.system,
            references=set(chunk.text("company")) - {""},
            actor=task.actor,
            recorded_at=task.recorded_at,
        )
        task.tally.companies_created += new
        self._owners = owners_ensure(task, chunk.text("owner"))
        self._stages = stages_ensure({*chunk.text("stage"), UNSTAGED} - {""}, actor=task.actor)
        self._kinds = dict(Stage.objects.values_list("pk", "kind"))

    def wanted(self, rows: Sequence[list[int]]) -> list[Values]:
        """The stored columns that each deal's rows ask for."""
        chunk, order = self._chunk, self._order

        def one(values: Sequence[object]) -> list[object]:
            return collapse(values, rows, order)

        texts = {name: one(chunk.text(name)) for name in (*TEXTS, "lead", "company", "owner")}
        stages = one(chunk.text("stage"))
        days = {name: one(chunk.days(name)) for name in DAYS}
        amounts = one(chunk.numbers("amount"))
        own = {name: one(values) for name, values in chunk.attributes().items()}
        wanted: list[Values] = []
        for i in range(len(rows)):
            values: Values = {name: texts[name][i] for name in TEXTS}
            values["amount"] = amounts[i]
            for name in DAYS:
                values[name] = _on(days[name][i])
            for name, source in INSTANTS.items():
                values[name] = _at(days[source][i])
            self._put_links(values, {name: cast(str, texts[name][i]) for name in texts})
            stage = self._stages.get(cast(str, stages[i]))
            values["stage_id"] = stage.pk if stage else None
            values["attributes"] = self.attributes.row(
                {name: cast(str, column[i]) for name, column in own.items()}
            )
            wanted.append(values)
        return wanted

    def write(self, names: Sequence[str], wanted: Sequence[Values]) -> None:
        """Nothing; one chunk of deals is written. Part of the caller's transaction."""
        task, batch = self._task, _Batch()
        stored = Deal.objects.filter(system=task.system, external_id__in=names)
        current = {
            row[0]: (row[1], row[2], dict(zip(STORED, row[3:], strict=True)))
            for row in stored.values_list("external_id", "pk", "uid", *STORED)
        }
        for name, values in zip(names, wanted, strict=True):
            if name in current:
                if not self._change(batch, values, *current[name]):
                    task.tally.unchanged += 1
                    task.tally.unlinked += current[name][2]["lead_id"] is None
                continue
            values["stage_id"] = values["stage_id"] or self._stages[UNSTAGED].pk
            values |= {"created_event_id": None, "outcome_event_id": None, "event_count": 0}
            batch.inserts.append((name, uuid7(), values))
            task.tally.created += 1
            task.tally.unlinked += values["lead_id"] is None
        self._store(batch)

    def _change(self, batch: _Batch, values: Values, deal: int, uid: UUID, current: Values) -> bool:
        changes, after = row_changes(
            "deals.deal", deal, values, current, derived={**INSTANTS, **MATCH}
        )
        for name, source in INSTANTS.items():
            told = values[name]
            # The same day may come with a time now, or with another one.
            if told is not None and after[source] == values[source] and told != after[name]:
                changes.append(
                    FieldChange("deals.deal", deal, name, as_json(after[name]), as_json(told))
                )
                after[name] = told
        if not changes:
            return False
        self._task.tally.updated += 1
        self._task.tally.unlinked += after["lead_id"] is None
        batch.changes += changes
        batch.updates.append((deal, uid, after))
        if self._is_won(current):
            batch.companies.add(cast("int | None", current["company_id"]))
        if after["stage_id"] != current["stage_id"]:
            batch.stage_changes.append(self._stage_change(deal, cast(int, after["stage_id"])))
        return True

    def _stage_change(self, deal: int, stage: int) -> StageChange:
        at = self._task.recorded_at
        return StageChange(
            deal_id=deal,
            stage_id=stage,
            at=at,
            recorded_at=at,
            actor_name=self._task.actor.name,
            source="import",
        )

    def _store(self, batch: _Batch) -> None:
        task = self._task
        rows = [(uid, values) for _, uid, values in batch.inserts]
        rows += [(uid, values) for _, uid, values in batch.updates]
        if not rows:
            return
        events = deal_events_write(
            [self._facts(uid, values) for uid, values in rows],
            zone=task.zone,
            recorded_at=task.recorded_at,
            actor=task.actor,
        )
        for (_, values), live in zip(rows, events, strict=True):
            values |= dict(zip(EVENTS, live, strict=True))
        ids = bulk.reserve_ids(Deal, len(batch.inserts)) if batch.inserts else []
        bulk.insert(
            Deal,
            ("id", "uid", "system", "external_id", "recorded_at", *COLUMNS),
            [
                (deal, uid, task.system, name, task.recorded_at, *(values[n] for n in STORED))
                for deal, (name, uid, values) in zip(ids, batch.inserts, strict=True)
            ],
        )
        bulk.update(
            Deal, COLUMNS, [(deal, *(v[name] for name in STORED)) for deal, _, v in batch.updates]
        )
        StageChange.objects.bulk_create(batch.stage_changes, ignore_conflicts=True)
        changes_record(batch.changes, actor=task.actor, at=task.recorded_at, source="import")
        written = ids + [deal for deal, _, _ in batch.updates]
        audit_record(
            actor=task.actor,
            action="deals.deals_import",
            object_type="deals.deal",
            count=len(written),
        )
        outbox_emit(topic="deals.written", payload={"deals": written})
        # Who is a customer follows from won deals, and concerns every lead of the company.
        won = {cast("int | None", v["company_id"]) for _, v in rows if self._is_won(v)}
        companies = [company for company in won | batch.companies if company is not None]
        if companies:
            leads_changed.notify(lead_roots_of_companies(companies))

    def _is_won(self, values: Values) -> bool:
        return self._kinds[cast(int, values["stage_id"])] == "won"

    def _facts(self, uid: UUID, values: Values) -> DealFacts:
        outcome = self._kinds[cast(int, values["stage_id"])]
        names = ("lead_id", "created_on", "created_at", "closed_on", "closed_at")
        facts = (uid, *(values[name] for name in names), outcome, *(values[n] for n in EVENTS))
        return DealFacts._make(facts)

    def _put_links(self, values: Values, texts: Mapping[str, str]) -> None:
        lead = self._leads.get(texts["lead"])
        values["lead_id"] = lead[0].id if lead else None
        values["match_key"] = lead[1] if lead else ""
        values["match_confidence"] = 1.0 if lead else None
        values["company_id"] = self._companies.get(texts["company"])
        values["owner_id"] = self._owners.get(texts["owner"])


def leads_referred(system: str, references: Collection[str]) -> dict[str, tuple[Known, str]]:
    """The leads meant, and by which key they were found: their id, or a personal address."""
    wanted = set(references) - {""}
    by_id = leads_by_reference(system, wanted)
    by_email = leads_by_email({name for name in wanted - by_id.keys() if "@" in name})
    return {
        **{name: (known, "email") for name, known in by_email.items()},
        **{name: (known, "external_id") for name, known in by_id.items()},
    }


def _on(day: object) -> object:
    return day.on if isinstance(day, Day) else None


def _at(day: object) -> object:
    return day.at if isinstance(day, Day) else None
