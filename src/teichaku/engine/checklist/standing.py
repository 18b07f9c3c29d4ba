"""Where a company stands: phase scores, the item to work on next, the index, claimed and proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from teichaku.engine.checklist.clauses import Status
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import DEPENDENTS, MANAGEMENT, PHASES, RULES, Phase
from teichaku.engine.checklist.thresholds import PHASE_ENOUGH

POINTS: Mapping[Status, float] = {Status.CONFIRMED: 1.0, Status.PARTIAL: 0.5}


@dataclass(frozen=True, slots=True)
class PhaseScore:
    """The mean of a phase's items; None while all of them wait."""

    phase: Phase
    value: float | None
    confirmed: int
    items: int


@dataclass(frozen=True, slots=True)
class Index:
    """The adoption index √(rules × management) with its two legs."""

    value: float | None
    rules: float | None
    management: float | None


@dataclass(frozen=True, slots=True)
class Claims:
    """How many items a person ticked, how many of these are proven, and which are not."""

    claimed: int
    proven: int
    unproven: tuple[int, ...]

    @property
    def gap(self) -> int:
        """Ticked but not proven."""
        return self.claimed - self.proven


@dataclass(frozen=True, slots=True)
class Standing:
    """All of it, from one set of findings."""

    phases: tuple[PhaseScore, ...]
    next_item: int | None
    index: Index
    claims: Claims | None


def with_claims(found: Sequence[Finding], claims: Mapping[int, bool]) -> tuple[Finding, ...]:
    """The findings, where an item that nothing can tell but a person ticked is only claimed."""
    return tuple(
        replace(one, status=Status.CLAIMED)
        if one.status is Status.NO_DATA and claims.get(one.item)
        else one
        for one in found
    )


def standing(found: Sequence[Finding], claims: Mapping[int, bool] | None = None) -> Standing:
    """The standing that findings add up to."""
    status = {one.item: one.status for one in found}
    phases = tuple(_phase(phase, items, status) for phase, items in PHASES.items())
    return Standing(phases, _next_item(phases, status), _index(status), _claims(status, claims))


def mean_score(items: Sequence[int], status: Mapping[int, Status]) -> float | None:
    """1 for confirmed, 0.5 for partial, else 0; items that wait are left out."""
    judged = [status[item] for item in items if status[item] is not Status.WAITING]
    return sum(POINTS.get(one, 0.0) for one in judged) / len(judged) if judged else None


def _phase(phase: Phase, items: Sequence[int], status: Mapping[int, Status]) -> PhaseScore:
    confirmed = sum(status[item] is Status.CONFIRMED for item in items)
    return PhaseScore(phase, mean_score(items, status), confirmed, len(items))


def _next_item(phases: Sequence[PhaseScore], status: Mapping[int, Status]) -> int | None:
    """In the earliest phase that is not good enough, the item that holds up most others."""
    for phase in phases:
        if phase.value is None or phase.value >= PHASE_ENOUGH:
            continue
        done = {Status.CONFIRMED, Status.WAITING}
        possible = [item for item in PHASES[phase.phase] if status[item] not in done]
        return max(possible, key=lambda item: (_held_up(item, status), -item))
    return None


def _held_up(item: int, status: Mapping[int, Status]) -> int:
    dependents = DEPENDENTS.get(item, ())
    return sum(status[one] is not Status.CONFIRMED for one in dependents)


def _index(status: Mapping[int, Status]) -> Index:
    rules, management = mean_score(RULES, status), mean_score(MANAGEMENT, status)
    if rules is None or management is None:
        return Index(None, rules, management)
    return Index(sqrt(rules * management), rules, management)


def _claims(status: Mapping[int, Status], claims: Mapping[int, bool] | None) -> Claims | None:
    if claims is None:
        return None
    claimed = sorted(item for item, yes in claims.items() if yes)
    unproven = tuple(item for item in claimed if status[item] is not Status.CONFIRMED)
    return Claims(len(claimed), len(claimed) - len(unproven), unproven)
