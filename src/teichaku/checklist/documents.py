"""The checklist as one document for programs: codes and figures, with the sentences beside."""

from __future__ import annotations

from teichaku.checklist.evidence import clause_document
from teichaku.checklist.selectors import ChecklistReport
from teichaku.checklist.sentences import (
    evidence_text,
    item_title,
    need_text,
    phase_title,
    status_text,
)
from teichaku.core.canonical import Json
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import phase_of


def checklist_document(report: ChecklistReport) -> dict[str, Json]:
    """The whole report."""
    claims, next_item = report.claims, report.next_item
    return {
        "as_of": report.day.isoformat(),
        "rulebook": report.rulebook_hash or None,
        "index": {
            "value": report.index.value,
            "rules": report.index.rules,
            "management": report.index.management,
        },
        "phases": [
            {
                "phase": phase.phase,
                "title": phase_title(phase.phase),
                "score": phase.value,
                "confirmed": phase.confirmed,
                "items": phase.items,
            }
            for phase in report.phases
        ],
        "next": {"item": next_item, "title": item_title(next_item)} if next_item else None,
        "claims": {
            "claimed": claims.claimed,
            "proven": claims.proven,
            "gap": claims.gap,
            "unproven": list(claims.unproven),
        }
        if claims
        else None,
        "items": [_item(finding) for finding in report.findings],
    }


def _item(finding: Finding) -> dict[str, Json]:
    return {
        "item": finding.item,
        "phase": phase_of(finding.item),
        "title": item_title(finding.item),
        "status": finding.status.value,
        "status_text": status_text(finding),
        "valid_until": finding.valid_until.isoformat() if finding.valid_until else None,
        "judge_on": finding.judge_on.isoformat() if finding.judge_on else None,
        "evidence": [
            {**clause_document(clause), "text": evidence_text(clause)} for clause in finding.clauses
        ],
        "needs": [{"key": need, "text": need_text(need)} for need in finding.needs],
    }
