"""Keeping what was found, so that the way can be seen and a proof can expire."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from teichaku.checklist.evidence import clause_document
from teichaku.checklist.models import FindingEntry
from teichaku.checklist.selectors import ChecklistReport, checklist_findings, latest_entries
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.engine.checklist.finding import Finding

COMPARED = ("item", "status", "evidence", "valid_until", "judge_on", "rulebook_hash")


def checklist_compute(*, actor: Actor, as_of: date | None = None) -> tuple[Finding, ...]:
    """The findings at the end of a local day (now); those that differ from the day before are kept.

    A later run on the same day replaces that day's.
    """
    report = checklist_findings(as_of)
    with transaction.atomic():
        known = {entry.item: _compared(entry) for entry in latest_entries(report.day)}
        wanted = [_entry(report, finding) for finding in report.findings]
        changed = [entry for entry in wanted if known.get(entry.item) != _compared(entry)]
        today = FindingEntry.objects.filter(day=report.day).order_by("item")
        if [*map(_compared, today)] != [*map(_compared, changed)]:
            today.delete()
            _store(changed, report, actor)
    return report.findings


def _store(changed: list[FindingEntry], report: ChecklistReport, actor: Actor) -> None:
    FindingEntry.objects.bulk_create(changed)
    audit_record(
        actor=actor,
        action="checklist.findings_compute",
        object_type="checklist.findingentry",
        count=len(changed),
        values={"day": report.day.isoformat()},
    )
    outbox_emit(topic="checklist.computed", payload={"entries": [entry.pk for entry in changed]})


def _entry(report: ChecklistReport, finding: Finding) -> FindingEntry:
    return FindingEntry(
        item=finding.item,
        day=report.day,
        status=finding.status.value,
        evidence=[dict(clause_document(clause)) for clause in finding.clauses],
        valid_until=finding.valid_until,
        judge_on=finding.judge_on,
        rulebook_hash=report.rulebook_hash,
        as_of=report.as_of,
        computed_at=clock.now(),
    )


def _compared(entry: FindingEntry) -> tuple[object, ...]:
    return tuple(getattr(entry, name) for name in COMPARED)
