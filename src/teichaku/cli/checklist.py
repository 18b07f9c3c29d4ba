"""The checklist on the command line."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from teichaku.checklist.claims import claims_read
from teichaku.checklist.documents import checklist_document
from teichaku.checklist.selectors import ChecklistReport, checklist_findings
from teichaku.checklist.sentences import (
    day_text,
    evidence_text,
    item_title,
    need_text,
    phase_title,
    status_text,
)
from teichaku.cli.output import day_given, print_json
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import PHASES
from teichaku.engine.checklist.standing import PhaseScore


def checklist(as_of: str | None, claims_file: Path | None, *, as_json: bool) -> None:
    """The 20 items, computed from what is recorded; nothing is stored."""
    claims = claims_read(claims_file) if claims_file else None
    report = checklist_findings(day_given("--as-of", as_of) if as_of else None, claims)
    if as_json:
        print_json(checklist_document(report))
        return
    click.echo("\n".join(_lines(report)))


def _lines(report: ChecklistReport) -> list[str]:
    lines = [_("Adoption checklist as of %(day)s") % {"day": day_text(report.day)}]
    if report.claims:
        lines.append(
            _("Claimed %(claimed)s, of these proven %(proven)s")
            % {"claimed": report.claims.claimed, "proven": report.claims.proven}
        )
    if report.index.value is not None:
        lines.append(
            _("Adoption index %(index)s (rules %(rules)s, management %(management)s)")
            % {
                "index": f"{report.index.value:.2f}",
                "rules": f"{report.index.rules:.2f}",
                "management": f"{report.index.management:.2f}",
            }
        )
    found = {finding.item: finding for finding in report.findings}
    for phase in report.phases:
        lines += ["", _phase(phase)]
        for item in PHASES[phase.phase]:
            lines += _item(found[item])
    if report.next_item:
        following = {"item": report.next_item, "title": item_title(report.next_item)}
        lines += ["", _("Work on this next: %(item)s %(title)s") % following]
    return lines


def _phase(phase: PhaseScore) -> str:
    return _("%(phase)s: score %(score)s, confirmed %(confirmed)s/%(items)s") % {
        "phase": phase_title(phase.phase),
        "score": "-" if phase.value is None else f"{phase.value:.2f}",
        "confirmed": phase.confirmed,
        "items": phase.items,
    }


def _item(finding: Finding) -> list[str]:
    status = status_text(finding)
    if finding.valid_until:
        day = day_text(finding.valid_until)
        status = _("%(status)s, until %(day)s") % {"status": status, "day": day}
    return [
        f"  {finding.item:>2} {item_title(finding.item)} [{status}]",
        # What is not known stands in the sentences that follow, a date in the status.
        *(f"     - {evidence_text(one)}" for one in finding.clauses if one.value is not None),
        *(f"     > {need_text(need)}" for need in finding.needs),
    ]
