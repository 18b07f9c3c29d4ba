"""What then happened to the leads that a rulebook would have qualified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from teichaku.engine.rulebook.durations import DAY_US
from teichaku.engine.statistics import Rate, wilson

I64 = npt.NDArray[np.int64]
OPEN, WON, LOST = 0, 1, 2
NO_DAY = np.iinfo(np.int64).max
DEFAULT_WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Deals that have a lead: lead id, local days since 1970 of creation and closing (NO_DAY when
    unknown), and OPEN, WON or LOST.
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


def summarise(
    found: Qualified, outcomes: Outcomes, *, window_days: int, today: int, span: tuple[int, int]
) -> Summary:
    """The figures as of a local day; ``span`` is the range of local days that was asked for."""
    first = found.first
    matured = first.day + window_days <= today
    own, place = _of(first, outcomes)
    opened, kind = outcomes.opened[own], outcomes.kind[own]
    in_time = (opened != NO_DAY) & (opened <= first.day[place] + window_days)
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


def _of(first: Qualified, outcomes: Outcomes) -> tuple[I64, I64]:
    """Which outcomes belong to qualified leads, and to which line of ``first``."""
    place = np.searchsorted(first.lead, outcomes.lead)
    inside = place < len(first.lead)
    inside[inside] = first.lead[place[inside]] == outcomes.lead[inside]
    return np.flatnonzero(inside), place[inside]


def _marked(size: int, places: I64) -> npt.NDArray[np.bool_]:
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
    """Distinct leads per local month, months without any between the first and last included."""
    if len(found.day) == 0:
        return []
    months = found.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first = int(months.min())
    leads, place = np.unique(found.lead, return_inverse=True)
    pairs = np.unique((months - first) * len(leads) + place)
    counts = np.bincount(pairs // len(leads))
    names = np.arange(first, first + len(counts)).astype("datetime64[M]")
    return [(str(name), int(count)) for name, count in zip(names, counts, strict=True)]
