"""What obligations follow from: editions of rules, what was entered when, people's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.facts import Value
from teichaku.engine.rulebook.model import Calendar, InputRule


class Edition(NamedTuple):
    """What a rule asked from an instant on; None: it had been withdrawn."""

    since: datetime
    rule: InputRule | None
    hash: str = ""


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """An input rule through its editions, oldest first; the first one is its going live."""

    id: str
    editions: tuple[Edition, ...]


class Entered(NamedTuple):
    """What was known of a subject from an instant on, who answered for it, who entered it."""

    at: datetime
    values: Mapping[str, Value]
    unknown: Mapping[str, date]
    owner: int | None
    by: int | None = None


class Moment(NamedTuple):
    """Something that a rule waits for happened; ``occurrence`` names it for good."""

    occurrence: str
    at: datetime


class Span(NamedTuple):
    """A time in which a deal was open; without an end it still is."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A deal or an activity: what was entered when, what happened, when it was open."""

    kind: str
    id: int
    entered: tuple[Entered, ...]
    moments: Mapping[str, Sequence[Moment]] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()

    def known(self, at: datetime) -> Entered:
        """What was known at the instant; before the first entry that one."""
        found = self.entered[0]
        for entered in self.entered:
            if entered.at > at:
                break
            found = entered
        return found


class Held(NamedTuple):
    """A person's time in a role; ``before`` None: for good."""

    person: int
    role: str
    first: date
    before: date | None = None


class Staff:
    """Business time of the company and of each person, and who holds which role when."""

    def __init__(
        self,
        calendar: Calendar,
        zone: str = "Asia/Tokyo",
        *,
        absences: Mapping[int, AbstractSet[date]] | None = None,
        roles: Sequence[Held] = (),
    ) -> None:
        self._calendar, self._zone = calendar, zone
        self._absences = absences or {}
        self.company = BusinessCalendar(calendar, zone)
        self._people: dict[int, BusinessCalendar] = {}
        self._held: dict[tuple[int, str], list[Held]] = {}
        for held in roles:
            self._held.setdefault((held.person, held.role), []).append(held)

    def calendar(self, person: int | None) -> BusinessCalendar:
        """The business time in which the person works."""
        away = self._absences.get(person or 0)
        if person is None or not away:
            return self.company
        if person not in self._people:
            self._people[person] = BusinessCalendar(self._calendar, self._zone, away)
        return self._people[person]

    def holds(self, person: int | None, role: str, day: date) -> bool:
        """Whether the person had the role on the day."""
        held = self._held.get((person or 0, role), ())
        return any(h.first <= day and (h.before is None or day < h.before) for h in held)

    def day(self, at: datetime) -> date:
        """The local day of the instant."""
        return at.astimezone(self.company.zone).date()

    def midnight(self, day: date) -> datetime:
        """When the local day begins."""
        return datetime.combine(day, time(0), self.company.zone).astimezone(UTC)
