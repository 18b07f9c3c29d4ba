"""From which checks an exception may be asked for a deal that is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teichaku.accounts.models import Role
from teichaku.core.registry import Text
from teichaku.deals.gate_checks import gates_judge
from teichaku.deals.gate_facts import subject_of
from teichaku.deals.gate_rules import GateBook
from teichaku.deals.gate_words import failing_text
from teichaku.deals.models import Deal, GateDecision, Waiver
from teichaku.deals.waivers import waiver_reasons
from teichaku.engine.rulebook.durations import DAY_US


@dataclass(frozen=True, slots=True)
class Askable:
    """A check that the deal breaks, with what an exception from it needs."""

    gate_id: str
    label: str
    missing: Sequence[str]
    reasons: Mapping[str, Text]
    approver: Text
    longest_days: int


def exceptions_askable(deal: Deal, book: GateBook) -> list[Askable]:
    """The checks that are on record as broken by the deal and still are, without an exception."""
    broken = GateDecision.objects.filter(deal=deal, applied=True).exclude(result="allow")
    names = set(broken.values_list("gate_id", flat=True))
    running = Waiver.objects.filter(deal=deal, closed_at=None) if names else Waiver.objects.none()
    names -= set(running.values_list("gate_id", flat=True))
    gates = [gate for gate in book.gates if gate.rule.id in names and gate.rule.waiver]
    if not gates:
        return []
    [verdicts] = gates_judge([subject_of(deal, book)], gates, book)
    return [
        Askable(
            gate_id=gate.rule.id,
            label=gate.rule.label or gate.rule.id,
            missing=[failing_text(each) for each in verdict.failing],
            reasons=waiver_reasons(policy),
            approver=Role(policy.approver).label,
            longest_days=policy.max.microseconds // DAY_US,
        )
        for gate, verdict in zip(gates, verdicts, strict=True)
        if verdict.result == "block" and (policy := gate.rule.waiver) is not None
    ]
