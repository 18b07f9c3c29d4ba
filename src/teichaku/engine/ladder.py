"""The follow-up ladder: what happens about an entry that stays missing, and when.

The person comes first: a badge, then two messages. The manager is asked for a cause only after the
person has known for a business day, and at last the entry is a blank row of the next meeting. All
of it lies in the person's own working time, so that days of absence stop the clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import NamedTuple

from teichaku.engine.calendar import BusinessCalendar, NeverOpen
from teichaku.engine.input_rates import ENOUGH
from teichaku.engine.statistics import Rate, wilson

IN_A_ROW = 3  # deadlines in a row with something missing before the manager is asked early
EARLY_BD, LATE_BD, AGENDA_BD = 1, 3, 5  # business days after the deadline
LAPSED_BD = 3  # business days after which a step that nobody took is not made up for
RECOVERY_BD = 2  # business days in which an entry counts as brought about by a step
LONGEST_SNOOZE_BD = 5
DEFECT_PEOPLE, DEFECT_SPAN = 3, timedelta(days=30)
ENOUGH_CASES, LOW_SHARE = 20, 0.2


class Step(IntEnum):
    """The steps, one harder to overlook than the other."""

    BADGE = 0
    NUDGE = 1
    REMINDER = 2
    MANAGER = 3
    AGENDA = 4


MESSAGES = (Step.NUDGE, Step.REMINDER)


@dataclass(frozen=True, slots=True)
class Owed:
    """An entry as the ladder sees it.

    ``in_a_row``: how many of the person's deadlines up to this one have something missing.
    ``quiet_until``: the day to which the person put the messages off, saying why.
    ``told_at``: when the person first was told of it, or answered; None: not yet.
    """

    created_at: datetime
    due_at: datetime
    settled_at: datetime | None = None
    in_a_row: int = 1
    quiet_until: date | None = None
    told_at: datetime | None = None


class Reached(NamedTuple):
    """A step and the instant from which it is its turn."""

    step: Step
    at: datetime


def steps_reached(owed: Owed, calendar: BusinessCalendar, as_of: datetime) -> list[Reached]:
    """The steps whose instant has come, in order; none for an entry that is settled."""
    if owed.settled_at is not None and owed.settled_at <= as_of:
        return []
    try:
        planned = _planned(owed, calendar)
    except NeverOpen:
        return []  # someone away for years: the clock stands still
    return [reached for reached in planned if reached.at <= as_of]


def _planned(owed: Owed, calendar: BusinessCalendar) -> list[Reached]:
    """The steps in order. One that would come after a later one is left out."""
    due = calendar.next_opening(owed.due_at)
    quiet = _opening(owed.quiet_until, calendar)
    nudge = max(due, quiet) if quiet else due
    reminder = calendar.add_bd(nudge, 1)
    wanted = [Reached(Step.AGENDA, calendar.add_bd(due, AGENDA_BD))]
    if owed.told_at is not None:
        wait = EARLY_BD if owed.in_a_row >= IN_A_ROW else LATE_BD
        known = calendar.add_bd(owed.told_at, EARLY_BD)
        wanted.append(Reached(Step.MANAGER, max(calendar.add_bd(due, wait), known)))
    wanted.append(Reached(Step.REMINDER, reminder))
    wanted.append(Reached(Step.NUDGE, nudge))
    wanted.append(Reached(Step.BADGE, badge_at(owed.created_at, owed.due_at, calendar)))
    kept: list[Reached] = []
    for reached in wanted:
        if not kept or reached.at <= kept[-1].at:
            kept.append(reached)
    return kept[::-1]


def badge_at(created_at: datetime, due_at: datetime, calendar: BusinessCalendar) -> datetime:
    """When half of the business time before the deadline is over."""
    half = calendar.business_seconds(created_at, due_at) / 2
    middle = calendar.next_opening(calendar.add_bh(created_at, half / 3_600))
    return min(middle, calendar.next_opening(due_at))


def has_lapsed(reached: Reached, calendar: BusinessCalendar, as_of: datetime) -> bool:
    """Whether it is too late for the step, as nobody was there to take it for days."""
    return calendar.add_bd(reached.at, LAPSED_BD) < as_of


def _opening(day: date | None, calendar: BusinessCalendar) -> datetime | None:
    if day is None:
        return None
    return calendar.next_opening(datetime.combine(day, time(0), calendar.zone))


class Answer(NamedTuple):
    """Why a person's entries for a rule are missing, as their manager was told."""

    rule_id: str
    cause: str
    person: int
    at: datetime


class Defect(NamedTuple):
    """A rule of which so many people gave the same cause; then it is the rule, not they."""

    rule_id: str
    cause: str
    people: int


def rule_defects(answers: Iterable[Answer], as_of: datetime) -> list[Defect]:
    """The rules with one cause from three people or more in the last 30 days, the most first."""
    people: dict[tuple[str, str], set[int]] = defaultdict(set)
    for answer in answers:
        if as_of - DEFECT_SPAN < answer.at <= as_of:
            people[answer.rule_id, answer.cause].add(answer.person)
    found = [
        Defect(rule, cause, len(named))
        for (rule, cause), named in people.items()
        if len(named) >= DEFECT_PEOPLE
    ]
    return sorted(found, key=lambda d: (-d.people, d.rule_id, d.cause))


@dataclass(frozen=True, slots=True)
class Recovery:
    """Of so many times that a step was taken, how often the entry was made soon after it."""

    entered: int
    cases: int

    @property
    def rate(self) -> Rate:
        """The share with its Wilson 95 % interval."""
        return wilson(self.entered, self.cases)

    @property
    def percent(self) -> int | None:
        """The share where there is enough to speak of one; the fraction can always be shown."""
        return round(100 * self.entered / self.cases) if self.cases >= ENOUGH else None

    @property
    def interval(self) -> tuple[int, int]:
        """The ends of the interval in percent."""
        _share, low, high = self.rate
        return round(100 * (low or 0)), round(100 * (1 if high is None else high))

    @property
    def is_low(self) -> bool:
        """Whether the step helps so seldom that it should be thought over."""
        return self.cases >= ENOUGH_CASES and self.entered < LOW_SHARE * self.cases

    def __add__(self, other: Recovery) -> Recovery:
        """Both together."""
        return Recovery(self.entered + other.entered, self.cases + other.cases)
