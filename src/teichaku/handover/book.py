"""The handover rules in force, with the business time in which their clocks run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from teichaku.accounts.selectors import absent_days
from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.rulebook.model import Handover, Rulebook
from teichaku.rulebook.models import Activation
from teichaku.rulebook.selectors import DEFAULT_ZONE, activation_in_force, rulebook_of

LOOK_AHEAD, LOOK_BACK = timedelta(days=120), timedelta(days=400)
DEFAULT_CAPACITY = 1_000  # without an agreed capacity nobody is ever full


@dataclass(frozen=True, slots=True)
class HandoverBook:
    """A rulebook as handovers need it; ``rules`` is None where nothing is agreed about them."""

    activation: Activation | None
    rulebook: Rulebook | None
    zone: ZoneInfo

    @property
    def rules(self) -> Handover | None:
        """What was agreed about handovers."""
        return self.rulebook.handover if self.rulebook else None

    @property
    def per_week(self) -> int:
        """How many leads a person takes in a week unless they have a number of their own."""
        capacity = self.rules.capacity if self.rules else None
        return capacity.per_week if capacity else DEFAULT_CAPACITY

    def today(self) -> date:
        """Today where the company works."""
        return clock.now().astimezone(self.zone).date()

    def week_start(self) -> datetime:
        """When the present week began: Monday, midnight."""
        day = self.today()
        return datetime.combine(day - timedelta(days=day.weekday()), datetime.min.time(), self.zone)

    def calendar(self, absences: Collection[date] = ()) -> BusinessCalendar:
        """Business time, without these days of absence."""
        return BusinessCalendar.of(self.rulebook, absences)

    def calendars(self, user_ids: Collection[int]) -> Mapping[int, BusinessCalendar]:
        """Each person's business time, in one query."""
        today, company = self.today(), self.calendar()
        away = absent_days(user_ids, today - LOOK_BACK, today + LOOK_AHEAD)
        return {user: self.calendar(days) if days else company for user, days in away.items()}


def handover_book(at: datetime | None = None) -> HandoverBook:
    """The rules in force at an instant (now)."""
    activation = activation_in_force(at)
    if activation is None:
        return HandoverBook(None, None, ZoneInfo(DEFAULT_ZONE))
    rulebook = rulebook_of(activation.revision.document)
    return HandoverBook(activation, rulebook, ZoneInfo(rulebook.timezone))
