"""The shared KPIs as of a local day: MQLs, opportunity rate, close rate, win rate, by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from teichaku.engine.backtest import (
    LOST,
    NO_DAY,
    OPEN,
    WON,
    Outcomes,
    by_month,
    deals_of,
    in_window,
    is_matured,
    months_of,
)
from teichaku.engine.statistics import Rate, wilson
from teichaku.engine.survival import Waits, reached_by

I64 = npt.NDArray[np.int64]
NO_MONTH = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Mqls:
    """Leads with the local day of their first qualification, by lead id."""

    lead: I64
    day: I64


@dataclass(frozen=True, slots=True)
class Groups:
    """The group of each MQL and of each deal, as numbers below ``size``.

    Without a group of MQLs every group is held against all of them, and what came of an MQL counts
    in the group of the deal.
    """

    size: int
    mql: I64 | None
    deal: I64


@dataclass(frozen=True, slots=True)
class Figures:
    """The KPIs of a group; ``docs/algorithms`` names their denominators."""

    mqls: int
    by_month: Sequence[tuple[str, int]]
    matured: int
    opportunities: int
    opportunity_rate: Rate
    won_mqls: int
    close_rate: Rate
    won: int
    lost: int
    win_rate: Rate


@dataclass(frozen=True, slots=True)
class Cohort:
    """The MQLs of one month. ``judged_on`` is the local day on which the youngest of them will be
    matured; until then there is an ``estimate`` of their rate, if history is long enough for one.
    """

    month: str
    mqls: int
    matured: int
    opportunities: int
    opportunity_rate: Rate
    judged_on: int | None
    estimate: Rate | None


def decided_days(deals: Outcomes) -> I64:
    """The day that counts as the decision: the recorded one, else the day of creation."""
    return np.where(deals.closed == NO_DAY, deals.created, deals.closed)


def kinds_as_of(deals: Outcomes, today: int) -> I64:
    """OPEN, WON or LOST at the end of the day; a deal without any day is as it stands."""
    decided = decided_days(deals)
    return np.where((decided != NO_DAY) & (decided > today), OPEN, deals.kind)


def all_in_one(mqls: Mqls, deals: Outcomes) -> Groups:
    """One group of everything."""
    return Groups(1, np.zeros(len(mqls.lead), np.int64), np.zeros(len(deals.lead), np.int64))


def months_apart(mqls: Mqls, deals: Outcomes, today: int) -> tuple[list[str | None], Groups]:
    """MQLs by the month of qualification, deals by that of the decision; None: not known."""
    decided = decided_days(deals)
    closing = months_of(np.where(decided == NO_DAY, 0, decided))
    closed = kinds_as_of(deals, today) != OPEN
    closing = np.where(closed & (decided != NO_DAY), closing, NO_MONTH)
    first = months_of(mqls.day)
    # A month in which nothing but open deals would stand is none.
    found = np.unique(np.concatenate([first, closing[closed]]))
    place = np.searchsorted(found, closing)
    names = [None if m == NO_MONTH else str(np.datetime64(int(m), "M")) for m in found]
    inside = np.minimum(place, max(len(found) - 1, 0))
    return names, Groups(len(found), np.searchsorted(found, first), inside)


def figures(
    mqls: Mqls, deals: Outcomes, groups: Groups, *, window_days: int, today: int
) -> list[Figures]:
    """The figures of each group at the end of the day."""
    own, place = deals_of(mqls.lead, deals)
    group = groups.deal[own] if groups.mql is None else groups.mql[place]
    matured = is_matured(mqls.day, window_days, today)
    kind = kinds_as_of(deals, today)
    reached = in_window(deals.opened[own], mqls.day[place], window_days) & matured[place]
    size = groups.size
    return [
        Figures(
            mqls=n, by_month=months, matured=ripe, opportunities=deal,
            opportunity_rate=wilson(deal, ripe), won_mqls=success, close_rate=wilson(success, n),
            won=won, lost=lost, win_rate=wilson(won, won + lost),
        )
        for n, months, ripe, deal, success, won, lost in zip(
            _per_group(groups, np.ones(len(mqls.lead), np.bool_)),
            _months_per_group(mqls, groups),
            _per_group(groups, matured),
            _distinct(group[reached], place[reached], size),
            _distinct(group[kind[own] == WON], place[kind[own] == WON], size),
            np.bincount(groups.deal[kind == WON], minlength=size).tolist(),
            np.bincount(groups.deal[kind == LOST], minlength=size).tolist(),
            strict=True,
        )
    ]  # fmt: skip


def cohorts(mqls: Mqls, deals: Outcomes, *, window_days: int, today: int) -> list[Cohort]:
    """The cohort of each month with MQLs, oldest first."""
    names, groups = months_apart(mqls, deals, today)
    assert groups.mql is not None
    whole = figures(mqls, deals, groups, window_days=window_days, today=today)
    waits = _waits(mqls, deals, window_days=window_days, today=today)
    found = []
    for number, (name, sums) in enumerate(zip(names, whole, strict=True)):
        if name is None or not sums.mqls:
            continue
        rows = groups.mql == number
        young = sums.matured < sums.mqls
        found.append(
            Cohort(
                name, sums.mqls, sums.matured, sums.opportunities, sums.opportunity_rate,
                judged_on=int(mqls.day[rows].max()) + window_days if young else None,
                estimate=reached_by(waits, rows, window_days) if young else None,
            )
        )  # fmt: skip
    return found


def _waits(mqls: Mqls, deals: Outcomes, *, window_days: int, today: int) -> Waits:
    """How long each MQL waited for its first deal, or has been waiting."""
    own, place = deals_of(mqls.lead, deals)
    opened = np.full(len(mqls.lead), NO_DAY)
    np.minimum.at(opened, place, deals.opened[own])
    age = today - mqls.day
    seen = in_window(opened, mqls.day, window_days) & (opened <= today)
    wait = np.where(seen, np.maximum(opened, mqls.day) - mqls.day, np.minimum(age, window_days))
    return Waits(wait, seen, age)


def _per_group(groups: Groups, rows: npt.NDArray[np.bool_]) -> list[int]:
    if groups.mql is None:
        return [int(rows.sum())] * groups.size
    counts: list[int] = np.bincount(groups.mql[rows], minlength=groups.size).tolist()
    return counts


def _distinct(group: I64, place: I64, size: int) -> list[int]:
    """How many different MQLs each group has."""
    most = int(place.max(initial=0)) + 1
    pairs = np.unique(group * most + place)
    counts: list[int] = np.bincount(pairs // most, minlength=size).tolist()
    return counts


def _months_per_group(mqls: Mqls, groups: Groups) -> list[list[tuple[str, int]]]:
    months = months_of(mqls.day)
    if groups.mql is None:
        return [by_month(months)] * groups.size
    order = np.argsort(groups.mql, kind="stable")
    edges = np.searchsorted(groups.mql[order], np.arange(1, groups.size))
    parts = np.split(months[order], edges)[: groups.size]  # one empty part where there is no group
    return [by_month(part) for part in parts]
