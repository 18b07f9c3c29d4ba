"""What then happened to the leads that a rulebook would have qualified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from teichaku.engine.rulebook.durations import DAY_US
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.statistics import Rate, wilson

I64 = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
OPEN, WON, LOST = 0, 1, 2
NO_DAY = np.iinfo(np.int64).max
NO_LEAD = -1
DEFAULT_WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Deals: lead id (NO_LEAD when it has none), local days since 1970 of creation and closing
    (NO_DAY when unknown), and OPEN, WON or LOST.
    """

    lead: I64
    created: I64
    closed: I64
    kind: I64

    @property
    def opened(self) -> I64:
        """The day that counts as creation: the recorded one, else the closing."""
        return np.where(self.created == NO_DAY, self.closed, self.created)


@dataclass(frozen=True, slots=True)
class Qualified:
    """Qualifications of a range of time, one per line: lead id, instant (µs), local day."""

    lead: I64
    at: I64
    day: I64

    @property
    def first(self) -> Qualified:
        """The first one of each lead, by lead id."""
        order = np.lexsort((self.at, self.lead))
        leads, places = np.unique(self.lead[order], return_index=True)
        return Qualified(leads, self.at[order][places], self.day[order][places])


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a backtest; denominators are named in ``docs/algorithms``."""

    qualified: int
    by_month: Sequence[tuple[str, int]]
    matured: int
    opportunities: int
    opportunity_rate: Rate
    wins: int
    won: int
    lost: int
    win_rate: Rate
    winners: int
    missed_wins: int


def local_days(at: I64, offset: int) -> I64:
    """Local days since 1970 of instants, in a zone so many µs ahead of UTC."""
    return (at + offset) // DAY_US


def window_days(rulebook: Rulebook | None) -> int:
    """Within how many local days an opportunity counts: the rulebook's, else 90."""
    kpis = rulebook.kpis if rulebook else None
    kpi = (kpis or {}).get("opportunity_rate")
    return kpi.window.amount if kpi and kpi.window else DEFAULT_WINDOW_DAYS


def is_matured(day: I64, window_days: int, today: int) -> Marks:
    """Which days of qualification are at least the window old."""
    return day + window_days <= today


def in_window(opened: I64, day: I64, window_days: int) -> Marks:
    """Which deals were opened by the end of the window after the day; an earlier one was."""
    inside: Marks = (opened != NO_DAY) & (opened <= day + window_days)
    return inside


def deals_of(leads: I64, outcomes: Outcomes) -> tuple[I64, I64]:
    """Which outcomes belong to these leads (ascending), and to which line of them."""
    place = np.searchsorted(leads, outcomes.lead)
    inside = place < len(leads)
    inside[inside] = leads[place[inside]] == outcomes.lead[inside]
    return np.flatnonzero(inside), place[inside]


def months_of(days: I64) -> I64:
    """Local months since January 1970 of local days."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def by_month(months: I64) -> list[tuple[str, int]]:
    """How often each month occurs, months without any between the first and last included."""
    if len(months) == 0:
        return []
    first = int(months.min())
    counts = np.bincount(months - first)
    names = np.arange(first, first + len(counts)).astype("datetime64[M]")
    return [(str(name), int(count)) for name, count in zip(names, counts, strict=True)]


def summarise(
    found: Qualified, outcomes: Outcomes, *, window_days: int, today: int, span: tuple[int, int]
) -> Summary:
    """The figures as of a local day; ``span`` is the range of local days that was asked for."""
    first = found.first
    matured = is_matured(first.day, window_days, today)
    own, place = deals_of(first.lead, outcomes)
    kind = outcomes.kind[own]
    in_time = in_window(outcomes.opened[own], first.day[place], window_days)
    with_deal = _marked(len(first.lead), place[in_time]) & matured
    won, lost = int((kind == WON).sum()), int((kind == LOST).sum())
    winners, missed = _missed(first, outcomes, span)
    return Summary(
        qualified=len(first.lead),
        by_month=_by_month(found),
        matured=int(matured.sum()),
        opportunities=int(with_deal.sum()),
        opportunity_rate=wilson(int(with_deal.sum()), int(matured.sum())),
        wins=int(_marked(len(first.lead), place[kind == WON]).sum()),
        won=won,
        lost=lost,
        win_rate=wilson(won, won + lost),
        winners=winners,
        missed_wins=missed,
    )


def weekly_load(found: Qualified) -> I64:
    """How many leads qualified in each week (Monday to Sunday) from the first to the last."""
    if len(found.day) == 0:
        return np.zeros(0, np.int64)
    weeks = (found.day + 3) // 7  # 1970-01-01 was a Thursday
    return np.bincount(weeks - weeks.min()).astype(np.int64)


def _marked(size: int, places: I64) -> Marks:
    marks = np.zeros(size, np.bool_)
    marks[places] = True
    return marks


def _missed(first: Qualified, outcomes: Outcomes, span: tuple[int, int]) -> tuple[int, int]:
    """Leads that won a deal opened within the span, and those of them that had not qualified by
    the day the deal was opened.
    """
    opened = outcomes.opened
    rows = (outcomes.kind == WON) & (opened >= span[0]) & (opened < span[1])
    leads, opened = outcomes.lead[rows], opened[rows]
    place = np.minimum(np.searchsorted(first.lead, leads), max(len(first.lead) - 1, 0))
    in_time = np.zeros(len(leads), np.bool_)
    if len(first.lead):
        in_time = (first.lead[place] == leads) & (first.day[place] <= opened)
    winners = np.unique(leads)
    return len(winners), len(winners) - len(np.unique(leads[in_time]))


def _by_month(found: Qualified) -> list[tuple[str, int]]:
    """Distinct leads per local month."""
    leads, place = np.unique(found.lead, return_inverse=True)
    pairs = np.unique(months_of(found.day) * len(leads) + place)
    return by_month(pairs // max(len(leads), 1))
