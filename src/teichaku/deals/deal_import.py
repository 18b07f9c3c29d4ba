"""Deals files: a deal per id, linked to its lead where the lead is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F

from teichaku.core import bulk
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.ids import uuid7s
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.deals.deal_events import DealFacts, deal_events_write
from teichaku.deals.import_gate import ImportGate
from teichaku.deals.lead_links import (
    HELD,
    KEY_COLUMNS,
    LINK_COLUMNS,
    candidates_put,
    deal_keys,
    lead_roots,
    link_put,
    match_note,
    rejected_leads,
)
from teichaku.deals.lead_matching import LeadMatcher, Match, Suggestion
from teichaku.deals.lead_pools import DealKeys
from teichaku.deals.models import Deal, Stage, StageChange
from teichaku.deals.stages import UNSTAGED, stages_ensure
from teichaku.intake.collapse import collapse, gather, grouped
from teichaku.intake.instants import Day
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask
from teichaku.leads.attributes import attribute_reader, misfit_notes
from teichaku.leads.lead_import import owners_ensure
from teichaku.leads.names import corporate_number_key, domain_key, email_key
from teichaku.leads.references import (
    Known,
    companies_ensure,
    leads_by_email,
    leads_by_reference,
)
from teichaku.leads.row_changes import Values, as_json, row_changes
from teichaku.leads.selectors import lead_roots_of_companies

DEALS_AT_ONCE = 1_000
TEXTS = ("name", "kind", "lost_reason", "contact")
KEYS = {"email": email_key, "corporate_number": corporate_number_key, "domain": domain_key}
DAYS = ("created_on", "close_on", "closed_on")
LINKS = ("company_id", "owner_id", "stage_id")
INSTANTS = {"created_at": "created_on", "closed_at": "closed_on"}
EVENTS = ("created_event_id", "outcome_event_id", "event_count")
FIELDS = (*TEXTS, *KEYS, "lead_reference", *DAYS, *LINKS, "amount", *INSTANTS, "attributes")
STORED = (*FIELDS, *LINK_COLUMNS, *EVENTS)
COLUMNS = tuple(name.removesuffix("_id") for name in STORED)
STAGE_COLUMNS = ("deal", "stage", "at", "recorded_at", "actor_name", "source")
_STORED = itemgetter(*STORED)
_TOLD = itemgetter("lead_id", "created_on", "created_at", "closed_on", "closed_at")
_EVENTS = itemgetter(*EVENTS)


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
            refused = writer.write(part, wanted)
        writer.gate.reject(refused, chunk, places)
        done += sum(map(len, rows))
        task.progress(done)
    task.tally.duplicates += len(chunk.lines) - len(names)
    task.tally.notes.append(writer.match_note())
    task.tally.notes.extend(misfit_notes(writer.attributes))


class _Known(NamedTuple):
    """A deal that is already there."""

    id: int
    uid: UUID
    values: Values


@dataclass(slots=True)
class _Batch:
    """What one transaction has to write."""

    inserts: list[tuple[str, UUID, Values]] = field(default_factory=list)
    updates: list[tuple[int, UUID, Values]] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    stage_changes: list[bulk.Row] = field(default_factory=list)
    companies: set[int | None] = field(default_factory=set)
    known: list[int] = field(default_factory=list)
    suggestions: dict[int, Sequence[Suggestion]] = field(default_factory=dict)
    new_suggestions: list[Sequence[Suggestion]] = field(default_factory=list)


class _DealWriter:
    def __init__(self, task: ImportTask, chunk: Chunk) -> None:
        self.attributes = attribute_reader(chunk, "deal")
        self._task = task
        self._chunk = chunk
        self._order = [day.end(task.zone) if day else None for day in chunk.days("created_on")]
        self.gate = ImportGate(task)
        self._matcher = LeadMatcher()
        self._linked: Counter[str] = Counter()
        self._waiting = 0
        self._companies, new = companies_ensure(
            system=task.system,
            references=set(chunk.text("company")) - {""},
            actor=task.actor,
            recorded_at=task.recorded_at,
        )
        task.tally.companies_created += new
        self._owners = owners_ensure(task, chunk.text("owner"))
        stages = stages_ensure({*chunk.text("stage"), UNSTAGED} - {""}, actor=task.actor)
        self._stages = {key: stage.pk for key, stage in stages.items()}
        self._kinds = dict(Stage.objects.values_list("pk", "kind"))

    def wanted(self, rows: Sequence[list[int]]) -> list[Values]:
        """The stored columns that each deal's rows ask for."""
        chunk, order = self._chunk, self._order

        def one(values: Sequence[object]) -> list[object]:
            return collapse(values, rows, order)

        def found(name: str, known: Mapping[str, int]) -> list[int | None]:
            return [known.get(cast(str, text)) for text in one(chunk.text(name))]

        columns: dict[str, Sequence[object]] = {name: one(chunk.text(name)) for name in TEXTS}
        for name, key_of in KEYS.items():
            texts = cast("list[str]", one(chunk.text(name)))
            columns[name] = [key_of(text) if text else "" for text in texts]
        for name in DAYS:
            days = cast("list[Day | None]", one(chunk.days(name)))
            columns[name] = [day.on if day else None for day in days]
            for instant, source in INSTANTS.items():
                if source == name:
                    columns[instant] = [day.at if day else None for day in days]
        columns["lead_reference"] = one(chunk.text("lead"))
        columns["company_id"] = found("company", self._companies)
        columns["owner_id"] = found("owner", self._owners)
        columns["stage_id"] = found("stage", self._stages)
        columns["amount"] = one(chunk.numbers("amount"))
        columns["attributes"] = self._attributes(rows)
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _attributes(self, rows: Sequence[list[int]]) -> Sequence[object]:
        own = {
            name: cast("list[str]", collapse(values, rows, self._order))
            for name, values in self._chunk.attributes().items()
        }
        if not own:
            return [{}] * len(rows)
        return [
            self.attributes.row({name: column[i] for name, column in own.items()})
            for i in range(len(rows))
        ]

    def write(self, names: Sequence[str], wanted: Sequence[Values]) -> Mapping[str, str]:
        """New deals that the gate refuses, with why; the others of the chunk are written.

        Part of the caller's transaction.
        """
        batch = _Batch()
        current = self._current(names)
        known = [current.get(name) for name in names]
        batch.known = [deal.id for deal in current.values()]
        roots = lead_roots(
            [cast(int, k.values["lead_id"]) for k in known if k and k.values["lead_id"]]
        )
        matches = self._matches(known, wanted)
        rows = list(zip(names, known, wanted, matches, strict=True))
        refused: Mapping[str, str] = {}
        if self.gate.is_there:
            refused = self.gate.refusals(
                {
                    name: {**values, "lead": match.lead.id if match.lead else None}
                    for name, before, values, match in rows
                    if before is None
                }
            )
        uids = iter(uuid7s(len(rows) - len(current)))
        for name, before, values, match in rows:
            if name in refused:
                continue
            if before is None:
                after = self._add(batch, name, next(uids), values, match)
            else:
                after = self._change(batch, before, values, match, roots)
            self._count(after, match)
        self._store(batch)
        self.gate.record()
        return refused

    def _current(self, names: Sequence[str]) -> dict[str, _Known]:
        """The deals of these names that are already there."""
        found = bulk.lookup(Deal, "external_id", names, ("id",), system=self._task.system)
        stored = Deal.objects.filter(pk__in=[pk for (pk,) in found])
        return {
            row[0]: _Known(row[1], row[2], dict(zip(STORED, row[3:], strict=True)))
            for row in stored.values_list("external_id", "pk", "uid", *STORED)
        }

    def match_note(self) -> str:
        """A line that tells how the deals found their leads."""
        unmatched = self._task.tally.unlinked - self._waiting
        return match_note(self._linked, waiting=self._waiting, unmatched=unmatched)

    def _matches(self, known: Sequence[_Known | None], wanted: Sequence[Values]) -> list[Match]:
        """The match of each deal by what is told of it by now; none where a person decided."""
        keys: list[DealKeys] = []
        for before, values in zip(known, wanted, strict=True):
            if before is None:
                keys.append(deal_keys(self._task.system, values, self._task.zone))
            elif before.values["match_key"] in HELD:
                keys.append(DealKeys())
            else:
                told = {name: values[name] or before.values[name] for name in KEY_COLUMNS}
                keys.append(deal_keys(self._task.system, told, self._task.zone))
        rejected = rejected_leads([deal.id for deal in known if deal])
        places = {i: rejected[k.id] for i, k in enumerate(known) if k and k.id in rejected}
        return self._matcher.match(keys, places)

    def _count(self, values: Values, match: Match) -> None:
        if values["lead_id"] is None:
            self._task.tally.unlinked += 1
            self._waiting += bool(match.suggestions)
        else:
            self._linked[cast(str, values["match_key"])] += 1

    def _add(self, batch: _Batch, name: str, uid: UUID, values: Values, match: Match) -> Values:
        values["stage_id"] = values["stage_id"] or self._stages[UNSTAGED]
        values |= {"created_event_id": None, "outcome_event_id": None, "event_count": 0}
        values["lead_id"] = match.lead.id if match.lead else None
        values["match_key"], values["match_confidence"] = match.key, match.confidence
        batch.inserts.append((name, uid, values))
        batch.new_suggestions.append(match.suggestions)
        self._task.tally.created += 1
        return values

    def _change(
        self,
        batch: _Batch,
        known: _Known,
        values: Values,
        match: Match,
        roots: Mapping[int, int],
    ) -> Values:
        """The columns of a deal that is already there, as they are now."""
        deal, current = known.id, known.values
        changes, after = row_changes("deals.deal", deal, values, current, derived=INSTANTS)
        for name, source in INSTANTS.items():
            told = values[name]
            # The same day may come with a time now, or with another one.
            if told is not None and after[source] == values[source]:
                after[name] = told
            if after[name] != current[name]:
                changes.append(
                    FieldChange(
                        "deals.deal", deal, name, as_json(current[name]), as_json(after[name])
                    )
                )
        if current["match_key"] not in HELD:
            changes += link_put(deal, after, match, roots)
            batch.suggestions[deal] = match.suggestions
        if not changes:
            self._task.tally.unchanged += 1
            return after
        self._task.tally.updated += 1
        batch.changes += changes
        batch.updates.append((deal, known.uid, after))
        if self._is_won(current):
            batch.companies.add(cast("int | None", current["company_id"]))
        if after["stage_id"] != current["stage_id"]:
            batch.stage_changes.append(self._stage_change(deal, cast(int, after["stage_id"])))
        return after

    def _stage_change(self, deal: int, stage: int) -> bulk.Row:
        at = self._task.recorded_at
        return (deal, stage, at, at, self._task.actor.name, "import")

    def _store(self, batch: _Batch) -> None:
        task = self._task
        rows = [(uid, values) for _, uid, values in batch.inserts]
        rows += [(uid, values) for _, uid, values in batch.updates]
        ids = bulk.reserve_ids(Deal, len(batch.inserts)) if batch.inserts else []
        if rows:
            self._write_rows(batch, ids, rows)
        batch.suggestions |= zip(ids, batch.new_suggestions, strict=True)
        candidates_put(batch.suggestions, known=batch.known, at=task.recorded_at)
        # Who is a customer follows from won deals, and concerns every lead of the company.
        won = {cast("int | None", v["company_id"]) for _, v in rows if self._is_won(v)}
        companies = [company for company in won | batch.companies if company is not None]
        if companies:
            leads_changed.notify(lead_roots_of_companies(companies))

    def _write_rows(
        self, batch: _Batch, ids: Sequence[int], rows: Sequence[tuple[UUID, Values]]
    ) -> None:
        task = self._task
        events = deal_events_write(
            [self._facts(uid, values) for uid, values in rows],
            zone=task.zone,
            recorded_at=task.recorded_at,
            actor=task.actor,
        )
        for (_, values), live in zip(rows, events, strict=True):
            values |= dict(zip(EVENTS, live, strict=True))
        bulk.insert(
            Deal,
            ("id", "uid", "system", "external_id", "recorded_at", "source", *COLUMNS),
            [
                (
                    deal,
                    uid,
                    task.system,
                    name,
                    task.recorded_at,
                    "import",
                    *_STORED(values),
                )
                for deal, (name, uid, values) in zip(ids, batch.inserts, strict=True)
            ],
        )
        updated = [deal for deal, _, _ in batch.updates]
        bulk.update(Deal, COLUMNS, [(deal, *_STORED(v)) for deal, _, v in batch.updates])
        # Whoever has one of them open on a page hears of it before writing over it.
        Deal.objects.filter(pk__in=updated).update(version=F("version") + 1)
        bulk.insert_new(StageChange, STAGE_COLUMNS, batch.stage_changes)
        changes_record(batch.changes, actor=task.actor, at=task.recorded_at, source="import")
        written = [*ids, *updated]
        audit_record(
            actor=task.actor,
            action="deals.deals_import",
            object_type="deals.deal",
            count=len(written),
        )
        outbox_emit(topic="deals.written", payload={"deals": written})

    def _is_won(self, values: Values) -> bool:
        return self._kinds[cast(int, values["stage_id"])] == "won"

    def _facts(self, uid: UUID, values: Values) -> DealFacts:
        outcome = self._kinds[cast(int, values["stage_id"])]
        return DealFacts._make((uid, *_TOLD(values), outcome, *_EVENTS(values)))


def leads_referred(system: str, references: Collection[str]) -> dict[str, tuple[Known, str]]:
    """The leads meant, and by which key they were found: their id, or a personal address."""
    wanted = set(references) - {""}
    by_id = leads_by_reference(system, wanted)
    by_email = leads_by_email({name for name in wanted - by_id.keys() if "@" in name})
    return {
        **{name: (known, "email") for name, known in by_email.items()},
        **{name: (known, "external_id") for name, known in by_id.items()},
    }
