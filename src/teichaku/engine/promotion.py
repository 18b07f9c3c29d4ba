"""Whether a gate has earned the next mode, or has to give its mode up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from teichaku.engine.gates import Mode

TRIAL_DAYS = 14
MOST_OVERRIDDEN = 0.20
FEWEST_ATTEMPTS = 8
MOST_WRONG = 0.02
FEWEST_REVIEWED = 20
LONGEST_BURDEN_S = 60.0
SECONDS_PER_FIELD = 6.0

Reason = Literal[
    "trial_over", "trial_running", "well_founded", "overridden", "too_few_reviewed",
    "often_wrong", "too_long", "as_hard_as_it_gets",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a gate since it has its mode. ``stopped`` and ``overridden`` are attempts of
    the last 14 days, ``burden`` the median of seconds that an answer takes.
    """

    mode: Mode
    days: int
    stopped: int = 0
    overridden: int = 0
    reviewed: int = 0
    wrong: int = 0
    burden: float | None = None

    @property
    def override_rate(self) -> float | None:
        """The share of stopped attempts that went on by a reason or an exception."""
        return self.overridden / self.stopped if self.stopped else None

    @property
    def wrong_rate(self) -> float | None:
        """The share of reviewed verdicts that were wrong."""
        return self.wrong / self.reviewed if self.reviewed else None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The mode that the evidence speaks for, and why; the present one when nothing changes."""

    to: Mode
    reasons: tuple[Reason, ...]


def recommend(evidence: Evidence) -> Recommendation:
    """The mode to take next. People decide; nothing changes by itself."""
    mode = evidence.mode
    if mode != "shadow" and _overridden(evidence):
        return Recommendation("warn" if mode == "block" else "shadow", ("overridden",))
    if mode == "shadow":
        if evidence.days >= TRIAL_DAYS:
            return Recommendation("warn", ("trial_over",))
        return Recommendation("shadow", ("trial_running",))
    if mode == "block":
        return Recommendation("block", ("as_hard_as_it_gets",))
    against = _against_blocking(evidence)
    return (
        Recommendation("warn", against) if against else Recommendation("block", ("well_founded",))
    )


def _overridden(evidence: Evidence) -> bool:
    rate = evidence.override_rate
    known = evidence.days >= TRIAL_DAYS and evidence.stopped >= FEWEST_ATTEMPTS
    return known and rate is not None and rate > MOST_OVERRIDDEN


def _against_blocking(evidence: Evidence) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if evidence.reviewed < FEWEST_REVIEWED:
        found.append("too_few_reviewed")
    elif evidence.wrong / evidence.reviewed >= MOST_WRONG:
        found.append("often_wrong")
    if evidence.burden is not None and evidence.burden > LONGEST_BURDEN_S:
        found.append("too_long")
    return tuple(found)
