"""Input rates: how much of what was owed came in time, and what that says of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import quantiles
from typing import NamedTuple

from teichaku.engine.statistics import Rate, wilson

ENOUGH = 8  # obligations before a share is shown as a percentage
ENOUGH_FOR_ONE = 3  # obligations before a person speaks for or against a rule
ENOUGH_PEOPLE = 4  # people before a spread is shown: with fewer it would name them
SHADES = (0.4, 0.6, 0.8, 0.95)  # the shares from which the second to the fifth shade are used
ENOUGH_READ, READ_LEAST = 8, 0.1  # of so many entries less than this share read is "unread"


@dataclass(frozen=True, slots=True)
class InputRate:
    """What was owed. ``overdue``: not entered so far, or closed without entry after the deadline;
    ``waived`` in time is in no denominator.
    """

    on_time: int
    late: int
    overdue: int
    waived: int = 0

    @property
    def due(self) -> int:
        """The denominator: all that was owed by now."""
        return self.on_time + self.late + self.overdue

    def __add__(self, other: InputRate) -> InputRate:
        """Both together."""
        return InputRate(
            self.on_time + other.on_time,
            self.late + other.late,
            self.overdue + other.overdue,
            self.waived + other.waived,
        )

    @property
    def rate(self) -> Rate:
        """The share that came in time, with its Wilson 95 % interval."""
        return wilson(self.on_time, self.due)

    @property
    def percentage(self) -> float | None:
        """The share where there is enough to speak of one; the fraction can always be shown."""
        return self.rate.value if self.due >= ENOUGH else None


def shade(share: float) -> int:
    """How firmly set a share is shown: 1 below 40 %, 5 from 95 % on."""
    return 1 + sum(share >= least for least in SHADES)


def is_unread(read: int, entries: int) -> bool:
    """Whether hardly anybody looks at what is entered, so that the rule asks for too much."""
    return entries >= ENOUGH_READ and read < READ_LEAST * entries


class Streak(NamedTuple):
    """How many entries in a row, up to now, came in time; and how many are missing."""

    kept: int
    missed: int


def streak(in_time: Sequence[bool | None]) -> Streak:
    """The runs at the end of a person's obligations by deadline: True in time, False late,
    None still missing.
    """
    return Streak(_run(in_time, True), _run(in_time, None))


def _run(in_time: Sequence[bool | None], answer: bool | None) -> int:
    return sum(1 for _ in takewhile(lambda each: each is answer, reversed(in_time)))


class Spread(NamedTuple):
    """How far people lie apart, without saying who is where."""

    people: int
    lowest: float
    low_quarter: float
    middle: float
    high_quarter: float
    highest: float


def spread(people: Iterable[InputRate]) -> Spread | None:
    """The spread of those shares that can be spoken of; None for fewer than four people."""
    shares = sorted(share for one in people if (share := one.percentage) is not None)
    if len(shares) < ENOUGH_PEOPLE:
        return None
    low, middle, high = quantiles(shares, method="inclusive")
    return Spread(len(shares), shares[0], low, middle, high, shares[-1])


class Blame(NamedTuple):
    """How many of those who owed a rule's entries missed more than they made in time."""

    rule_id: str
    people: int
    missing: int


def blamed_rules(counts: Mapping[tuple[str, int], InputRate]) -> list[Blame]:
    """The rules to doubt before any person, the most missed first: at least two people, and half
    of all who owed at least three entries, made less than half of these in time.
    """
    by_rule: dict[str, list[bool]] = {}
    for (rule, _), found in counts.items():
        if found.due >= ENOUGH_FOR_ONE:
            by_rule.setdefault(rule, []).append(2 * found.on_time < found.due)
    blamed = [
        Blame(rule, len(missing), sum(missing))
        for rule, missing in by_rule.items()
        if sum(missing) >= 2 and 2 * sum(missing) >= len(missing)
    ]
    return sorted(blamed, key=lambda b: (-b.missing / b.people, b.rule_id))
