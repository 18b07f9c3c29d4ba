"""Clauses: one thing that an item asks for, what was found, and how clauses become a status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from teichaku.engine.checklist.facts import Share

Value = bool | int | float
Unit = Literal["yes", "count", "share", "days", "hours", "minutes", "number"]


class Status(StrEnum):
    """What an item is found to be."""

    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    UNMET = "unmet"
    WAITING = "waiting"
    NO_DATA = "no_data"
    CLAIMED = "claimed"


class Part(StrEnum):
    """What a clause is for: the item needs it, it is weighed with others, it stands beside."""

    REQUIRED = "required"
    MEASURED = "measured"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for; ``need`` names what would tell where nothing does.

    ``limit`` is reached from below (``at_least``) or kept from above (``at_most``); beyond
    ``floor`` the whole item fails. Fewer than ``enough`` cases tell nothing; ``judge_on``: too
    young until then.
    """

    key: str
    part: Part
    unit: Unit
    bound: Literal["at_least", "at_most"]
    value: Value | None
    limit: Value
    need: str
    n: int | None = None
    enough: int = 0
    floor: float | None = None
    judge_on: date | None = None

    @property
    def passed(self) -> bool | None:
        """Whether it holds; None where that cannot be told."""
        if self.value is None or self.judge_on is not None or (self.n or 0) < self.enough:
            return None
        return self._within(self.limit)

    @property
    def broken(self) -> bool:
        """Whether it alone makes the item fail."""
        if self.passed is not False:
            return False
        if self.floor is not None:
            return not self._within(self.floor)
        return self.part is Part.REQUIRED

    def _within(self, limit: float) -> bool:
        value = self.value or 0
        return value >= limit if self.bound == "at_least" else value <= limit


def exists(
    key: str,
    value: bool | None,
    need: str,
    *,
    part: Part = Part.REQUIRED,
    judge_on: date | None = None,
) -> Clause:
    """Something must be there."""
    waiting = judge_on if value is None else None
    return Clause(key, part, "yes", "at_least", value, True, need, judge_on=waiting)


def at_least(
    key: str,
    value: Value | None,
    limit: Value,
    need: str,
    *,
    part: Part = Part.MEASURED,
    unit: Unit = "count",
    judge_on: date | None = None,
) -> Clause:
    """A figure must reach a limit."""
    waiting = judge_on if value is None else None
    return Clause(key, part, unit, "at_least", value, limit, need, judge_on=waiting)


def at_most(
    key: str, value: Value | None, limit: Value, need: str, *, part: Part = Part.MEASURED,
    unit: Unit = "count",
) -> Clause:  # fmt: skip
    """A figure must not pass a limit."""
    return Clause(key, part, unit, "at_most", value, limit, need)


def share_of(
    key: str,
    share: Share | None,
    limit: float,
    need: str,
    *,
    part: Part = Part.MEASURED,
    bound: Literal["at_least", "at_most"] = "at_least",
    enough: int = 0,
    floor: float | None = None,
    judge_on: date | None = None,
) -> Clause:
    """A share must keep to a limit; of nothing there is no share."""
    value, n = (None, None) if share is None else (share.value, share.whole)
    waiting = judge_on if value is None else None
    return Clause(key, part, "share", bound, value, limit, need, n, enough, floor, waiting)


def status_of(clauses: Sequence[Clause]) -> Status:
    """The status that clauses add up to; notes do not count.

    All hold: confirmed. All required ones hold and at least half of the measured ones: partial.
    Something cannot be told and nothing has failed: too young, or no data. Else unmet.
    """
    decisive = [clause for clause in clauses if clause.part is not Part.NOTED]
    if all(clause.passed for clause in decisive):
        return Status.CONFIRMED
    measured = [clause for clause in decisive if clause.part is Part.MEASURED]
    required = [clause for clause in decisive if clause.part is Part.REQUIRED]
    holding = sum(clause.passed is True for clause in measured)
    if (
        measured
        and 2 * holding >= len(measured)
        and all(clause.passed for clause in required)
        and not any(clause.broken for clause in measured)
    ):
        return Status.PARTIAL
    if any(clause.passed is False for clause in decisive):
        return Status.UNMET
    missing = [clause for clause in decisive if clause.passed is None]
    return Status.WAITING if all(clause.judge_on for clause in missing) else Status.NO_DATA
