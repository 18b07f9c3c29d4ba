"""What is to happen at the made-up company, done in order of time as the clock moves along."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Final, TypeVar

import numpy as np

from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar

PURPOSE_DEMO: Final = 20
T = TypeVar("T")


class Agenda:
    """Things to do, each at its instant; what lies behind ``until`` never happens."""

    def __init__(self, until: datetime, calendar: BusinessCalendar, chance: Chance) -> None:
        self.until, self.chance = until, chance
        self._calendar = calendar
        self._order = count()
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []

    def add(self, at: datetime, do: Callable[[], None], *, office: bool = True) -> datetime:
        """When it happens: in business time at or soon after the instant, unless said otherwise."""
        if office:
            at = self.office_time(at)
        if at < self.until:
            heapq.heappush(self._waiting, (at, next(self._order), do))
        return at

    def office_time(self, at: datetime) -> datetime:
        """The instant in business time; what would wait for an opening comes some time after it."""
        opened = self._calendar.next_opening(at)
        if opened == at:
            return at
        return self._calendar.add_bh(opened, self.chance.share() * 5)

    def run_until(self, instant: datetime) -> int:
        """How many things were done, up to the instant."""
        done = 0
        while self._waiting and self._waiting[0][0] <= instant:
            at, _, do = heapq.heappop(self._waiting)
            with clock.moved_to(at):
                do()
            done += 1
        return done


class Chance:
    """Draws by a seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def share(self) -> float:
        """A number from 0 to 1."""
        return float(self._rng.random())

    def hits(self, odds: float) -> bool:
        """True this often."""
        return self.share() < odds

    def one(self, things: tuple[T, ...] | list[T]) -> T:
        """One of them, each as likely."""
        return things[int(self._rng.integers(len(things)))]

    def weighted(self, shares: Mapping[str, float]) -> str:
        """One of the keys, each as likely as its share."""
        weights = np.array(list(shares.values()))
        return list(shares)[int(self._rng.choice(len(weights), p=weights / weights.sum()))]

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self._rng.integers(low, high + 1))

    def some(self, mean: float) -> int:
        """How many, on average so many."""
        return int(self._rng.poisson(mean))

    def days(self, mean: float) -> timedelta:
        """A span, on average of so many days."""
        return timedelta(days=float(self._rng.exponential(mean)))

    def amount(self, employees: int) -> int:
        """What an order of a company of that size may be worth, in yen."""
        size = float(np.exp(self._rng.normal(13.6, 0.7))) * (employees / 100) ** 0.3
        return int(size / 10_000) * 10_000 + 50_000
