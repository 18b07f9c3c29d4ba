"""One deal of the made-up company as it will have gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.console.demo_staff import Habit
from teichaku.core.actors import Actor
from teichaku.deals.models import Deal


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales rep: the person, the habit, and the days on which they are not there."""

    user: User
    habit: Habit
    starts_at: datetime
    away_from: datetime | None = None

    def works(self, at: datetime) -> bool:
        """Whether the rep is there."""
        return self.starts_at <= at and (self.away_from is None or at < self.away_from)


@dataclass(slots=True)
class Story:
    """A possible sale: where it comes from, whose it is, and the deal once there is one."""

    rep: Rep
    company: int
    employees: int
    lead: int | None  # the lead that it truly came from, if any
    odds: float  # of winning it, as a logit
    kind: str = "新規"
    deal: Deal | None = None
    stage: str = ""
    close_on: date | None = None
    amount: int = 0
    is_complete: bool = False  # amount, closing date and who decides were entered

    @property
    def actor(self) -> Actor:
        """The rep as the doer of writes."""
        return actor_of(self.rep.user)
