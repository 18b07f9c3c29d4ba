"""The 20 items as the report shows them: a word, a tone and an icon, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from teichaku.checklist.selectors import ChecklistReport
from teichaku.checklist.sentences import (
    evidence_text,
    item_title,
    need_text,
    phase_title,
    status_text,
)
from teichaku.checklist.wording import STATUSES
from teichaku.engine.checklist.clauses import Part, Status
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import PHASES
from teichaku.engine.checklist.standing import PhaseScore

LOOKS: Mapping[Status, tuple[str, str]] = {
    Status.CONFIRMED: ("ok", "circle-check"),
    Status.PARTIAL: ("soon", "contrast"),
    Status.UNMET: ("over", "circle-x"),
    Status.WAITING: ("info", "hourglass"),
    Status.NO_DATA: ("calm", "circle-question-mark"),
    Status.CLAIMED: ("calm", "circle-dashed"),
}
NEEDS_SHOWN = 2  # what is missing first; the JSON names all


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item."""

    number: int
    title: str
    word: str
    tone: str
    icon: str
    evidence: str
    claimed: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class PhaseView:
    """A phase with its score, what it is made of, and its items."""

    title: str
    score: str
    counts: str
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class ItemsView:
    """All items; ``claimed`` and ``gap`` are None where nobody said what they claim."""

    proven: int
    claimed: int | None
    gap: int | None
    phases: tuple[PhaseView, ...]


def items_view(report: ChecklistReport, claims: Mapping[int, bool] | None) -> ItemsView:
    """The checklist of the report."""
    by_item = {finding.item: finding for finding in report.findings}
    standing = report.claims
    confirmed = sum(one.status is Status.CONFIRMED for one in report.findings)
    return ItemsView(
        proven=standing.proven if standing else confirmed,
        claimed=standing.claimed if standing else None,
        gap=standing.gap if standing else None,
        phases=tuple(_phase(phase, by_item, report.next_item, claims) for phase in report.phases),
    )


def item_evidence(finding: Finding) -> str:
    """What decides the item: the clauses that tell something, else what would tell."""
    told = [
        clause
        for clause in finding.clauses
        if clause.value is not None and clause.part is not Part.NOTED
    ]
    decisive = [clause for clause in told if not clause.passed] or told
    said = _(", ").join(evidence_text(clause) for clause in decisive)
    texts = (need_text(need).rstrip("。.") for need in finding.needs[:NEEDS_SHOWN])
    needs = _(". ").join(texts) + _(".") if finding.needs else ""
    if finding.status in (Status.NO_DATA, Status.CLAIMED):
        return needs or said
    return said or needs


def _phase(
    score: PhaseScore,
    findings: Mapping[int, Finding],
    next_item: int | None,
    claims: Mapping[int, bool] | None,
) -> PhaseView:
    items = PHASES[score.phase]
    return PhaseView(
        title=phase_title(score.phase),
        score="–" if score.value is None else f"{score.value:.2f}",
        counts=_counts([findings[item] for item in items]),
        lines=tuple(_line(findings[item], next_item, claims) for item in items),
    )


def _counts(findings: list[Finding]) -> str:
    parts = [
        f"{STATUSES[status]} {number}"
        for status in Status
        if (number := sum(finding.status is status for finding in findings))
    ]
    return _(", ").join(parts)


def _line(finding: Finding, next_item: int | None, claims: Mapping[int, bool] | None) -> ItemLine:
    tone, icon = LOOKS[finding.status]
    answer = (claims or {}).get(finding.item)
    return ItemLine(
        number=finding.item,
        title=item_title(finding.item),
        word=status_text(finding),
        tone=tone,
        icon=icon,
        evidence=item_evidence(finding),
        claimed="–" if answer is None else _("yes") if answer else _("no"),
        is_next=finding.item == next_item,
    )
