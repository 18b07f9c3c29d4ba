"""Companies files: matched as a whole, written in short transactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.ids import uuid7
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.intake.collapse import collapse, gather
from teichaku.intake.reader import BadRecord
from teichaku.intake.rows import Chunk
from teichaku.intake.writers import ImportTask
from teichaku.leads.attributes import AttributeReader, attribute_reader, misfit_notes
from teichaku.leads.company_matching import CompanyGroup, companies_match
from teichaku.leads.models import Company, CompanyIdentity, CompanyMergeEntry
from teichaku.leads.names import company_name_key, corporate_number_key, domain_key
from teichaku.leads.row_changes import Values, row_changes
from teichaku.leads.search_text import search_texts_write
from teichaku.leads.selectors import lead_roots_of_companies

GROUPS_AT_ONCE = 1_000
PLAIN = ("name", "industry", "prefecture", "employees", "is_competitor")
STORED = (*PLAIN, "name_key", "corporate_number", "domain", "attributes")


@dataclass(slots=True)
class _Batch:
    """What one transaction has to write."""

    inserts: list[bulk.Row] = field(default_factory=list)
    updates: list[bulk.Row] = field(default_factory=list)
    identities: list[bulk.Row] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    merges: dict[int, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)


def companies_write(task: ImportTask) -> None:
    """Nothing; the companies of the file are there, each once."""
    chunk = _checked(gather(task.rows), task)
    groups = companies_match(chunk, task.system)
    reader = attribute_reader(chunk, "company")
    done = 0
    for part in bulk.chunked(groups, GROUPS_AT_ONCE):
        wanted = _wanted(chunk, part, reader)
        with transaction.atomic():
            _write(task, part, wanted)
        done += sum(len(group.rows) for group in part)
        task.progress(done)
    task.tally.duplicates += len(chunk.lines) - len(groups)
    task.tally.notes.extend(misfit_notes(reader))


def _checked(chunk: Chunk, task: ImportTask) -> Chunk:
    """The rows whose corporate number and head count can be what they claim."""
    bad: dict[int, str] = {}
    for i, number in enumerate(chunk.text("corporate_number")):
        if number and not corporate_number_key(number):
            bad[i] = _("corporate_number is %(text)s; it needs 13 digits.") % {"text": number}
    for i, employees in enumerate(chunk.numbers("employees")):
        if employees is not None and employees < 0:
            bad[i] = _("employees is %(text)s; it cannot be negative.") % {"text": employees}
    for i, message in bad.items():
        raw = {name: str(values[i]) for name, values in chunk.columns.items()}
        task.reject(BadRecord(chunk.lines[i], "unreadable", message, list(raw.values())), raw)
    good = [i for i in range(len(chunk.lines)) if i not in bad]
    return Chunk(
        [chunk.lines[i] for i in good],
        {name: [values[i] for i in good] for name, values in chunk.columns.items()},
    )


def _wanted(chunk: Chunk, groups: Sequence[CompanyGroup], reader: AttributeReader) -> list[Values]:
    """The stored columns that each group's rows ask for."""
    rows, order = [group.rows for group in groups], [None] * len(chunk.lines)
    columns = {
        name: collapse(chunk.columns.get(name) or [""] * len(order), rows, order)
        for name in (*PLAIN, "corporate_number", "domain")
    }
    own = {name: collapse(texts, rows, order) for name, texts in chunk.attributes().items()}
    wanted: list[Values] = []
    for i in range(len(groups)):
        values = {name: column[i] for name, column in columns.items()}
        for name in ("employees", "is_competitor"):
            values[name] = None if values[name] == "" else values[name]
        name = cast(str, values["name"])
        values["name_key"] = company_name_key(name) if name else ""
        values["corporate_number"] = corporate_number_key(cast(str, values["corporate_number"]))
        values["domain"] = domain_key(cast(str, values["domain"]))
        values["attributes"] = reader.row({k: cast(str, column[i]) for k, column in own.items()})
        wanted.append(values)
    return wanted


def _write(task: ImportTask, groups: Sequence[CompanyGroup], wanted: Sequence[Values]) -> None:
    batch = _Batch()
    targets = [group.target for group in groups if group.target is not None]
    rows = Company.objects.filter(pk__in=targets).values_list("pk", *STORED)
    current = {row[0]: dict(zip(STORED, row[1:], strict=True)) for row in rows}
    fresh = len(groups) - len(targets)
    ids = iter(bulk.reserve_ids(Company, fresh) if fresh else ())
    for group, values in zip(groups, wanted, strict=True):
        company = group.target if group.target is not None else next(ids)
        if group.target is None:
            recorded = (company, company, uuid7(), task.recorded_at)
            batch.inserts.append((*recorded, *(values[name] for name in STORED)))
            batch.touched.add(company)
            task.tally.created += 1
        elif _change(batch, company, group, values, current[company]):
            task.tally.updated += 1
            task.tally.merged += len(group.merged)
        else:
            task.tally.unchanged += 1
        batch.identities += [(company, task.system, name) for name in group.new_ids]
    _store(task, batch)


def _change(
    batch: _Batch, company: int, group: CompanyGroup, values: Values, current: Values
) -> bool:
    changes, after = row_changes(
        "leads.company", company, values, current, derived={"name_key": "name"}
    )
    if not (changes or group.merged or group.new_ids):
        return False
    batch.merges.update(dict.fromkeys(group.merged, company))
    batch.touched.update((company, *group.merged))
    if changes:
        batch.changes += changes
        batch.updates.append((company, *(after[name] for name in STORED)))
    return True


def _store(task: ImportTask, batch: _Batch) -> None:
    if not batch.touched:
        return
    # Merged ones go first: a corporate number is unique among roots.
    for merged, kept in batch.merges.items():
        moving = list(Company.objects.filter(root=merged).values_list("pk", flat=True))
        Company.objects.filter(pk__in=moving).update(root=kept)
        batch.changes += [FieldChange("leads.company", c, "root", merged, kept) for c in moving]
    bulk.create(
        CompanyMergeEntry(
            merged_id=merged, kept_id=kept, at=task.recorded_at, **actor_columns(task.actor)
        )
        for merged, kept in batch.merges.items()
    )
    bulk.insert(Company, ("id", "root", "uid", "recorded_at", *STORED), batch.inserts)
    bulk.update(Company, STORED, batch.updates)
    bulk.insert(CompanyIdentity, ("company", "system", "external_id"), batch.identities)
    changes_record(batch.changes, actor=task.actor, at=task.recorded_at, source="import")
    ids = sorted(batch.touched)
    audit_record(
        actor=task.actor,
        action="leads.companies_import",
        object_type="leads.company",
        count=len(ids),
    )
    outbox_emit(topic="leads.companies_written", payload={"companies": ids})
    leads = lead_roots_of_companies(ids)
    search_texts_write(leads)
    leads_changed.notify(leads)
