"""The shared KPIs against a plain count of dates, and by hand at the edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teichaku.engine.backtest import LOST, NO_DAY, NO_LEAD, OPEN, WON, Outcomes
from teichaku.engine.kpi import (
    Cohort,
    Figures,
    Groups,
    Mqls,
    all_in_one,
    cohorts,
    figures,
    months_apart,
)
from teichaku.engine.statistics import wilson

EPOCH = date(1970, 1, 1)
TODAY = date(2026, 9, 30)
WINDOW = timedelta(90)
KINDS = {OPEN: "open", WON: "won", LOST: "lost"}


class Mql(NamedTuple):
    """A lead, the day of its first qualification, and its group."""

    lead: int
    day: date
    group: int = 0


class Deal(NamedTuple):
    """A deal of a lead, or of none."""

    lead: int | None
    created: date | None
    closed: date | None = None
    kind: int = OPEN
    group: int = 0


def number(day: date | None) -> int:
    return NO_DAY if day is None else (day - EPOCH).days


def columns(mqls: Sequence[Mql], deals: Sequence[Deal]) -> tuple[Mqls, Outcomes]:
    leads = [NO_LEAD if d.lead is None else d.lead for d in deals]
    return (
        Mqls(*(np.array(c, np.int64) for c in ([m.lead for m in mqls],
                                               [number(m.day) for m in mqls]))),
        Outcomes(*(np.array(c, np.int64) for c in (
            leads, [number(d.created) for d in deals], [number(d.closed) for d in deals],
            [d.kind for d in deals]))),
    )  # fmt: skip


def grouped(mqls: Sequence[Mql], deals: Sequence[Deal], size: int, *, split: bool) -> Groups:
    own = np.array([m.group for m in mqls], np.int64)
    return Groups(size, own if split else None, np.array([d.group for d in deals], np.int64))


def whole(*rows: Mql | Deal, today: date = TODAY) -> Figures:
    mqls = sorted(row for row in rows if isinstance(row, Mql))
    found = columns(mqls, [row for row in rows if isinstance(row, Deal)])
    [sums] = figures(*found, all_in_one(*found), window_days=WINDOW.days, today=number(today))
    return sums


class Plain:
    """The same figures, counted row by row with dates."""

    def __init__(self, mqls: Sequence[Mql], deals: Sequence[Deal]) -> None:
        self.mqls, self.deals = mqls, deals

    def opened(self, deal: Deal) -> date | None:
        return deal.created or deal.closed

    def decision(self, deal: Deal) -> str:
        day = deal.closed or deal.created
        return "open" if day and day > TODAY else KINDS[deal.kind]

    def in_time(self, mql: Mql, deals: Sequence[Deal]) -> bool:
        days = [self.opened(deal) for deal in deals if deal.lead == mql.lead]
        return any(day and day - mql.day <= WINDOW for day in days)

    def sums(self, mqls: Sequence[Mql], own: Sequence[Deal], closed: Sequence[Deal]) -> list[int]:
        """MQLs, matured, opportunities, MQLs won, deals won, deals lost."""
        ripe = [mql for mql in mqls if TODAY - mql.day >= WINDOW]
        winners = {deal.lead for deal in own if self.decision(deal) == "won"}
        ways = Counter(self.decision(deal) for deal in closed)
        return [
            len(mqls), len(ripe), sum(self.in_time(mql, own) for mql in ripe),
            sum(mql.lead in winners for mql in mqls), ways["won"], ways["lost"],
        ]  # fmt: skip


def counts(found: Figures) -> list[int]:
    return [found.mqls, found.matured, found.opportunities, found.won_mqls, found.won, found.lost]


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[Mql], list[Deal]]:
    near = st.integers(-220, 40).map(lambda n: TODAY + timedelta(n))
    leads = draw(st.lists(st.integers(1, 12), unique=True, max_size=12))
    past = st.integers(-220, 0).map(lambda n: TODAY + timedelta(n))
    group = st.integers(0, 2)
    mqls = [Mql(lead, draw(past), draw(group)) for lead in sorted(leads)]
    deal = st.builds(
        Deal, st.none() | st.integers(1, 14), st.none() | near, st.none() | near,
        st.sampled_from([OPEN, WON, LOST]), group,
    )  # fmt: skip
    return mqls, draw(st.lists(deal, max_size=25))


@given(companies())
def test_the_figures_are_those_of_a_plain_count(company: tuple[list[Mql], list[Deal]]) -> None:
    mqls, deals = company
    plain = Plain(mqls, deals)
    found = whole(*mqls, *deals)
    assert counts(found) == plain.sums(mqls, deals, deals)
    assert found.opportunity_rate == wilson(found.opportunities, found.matured)
    assert found.close_rate == wilson(found.won_mqls, found.mqls)
    assert found.win_rate == wilson(found.won, found.won + found.lost)
    months = Counter(f"{mql.day:%Y-%m}" for mql in mqls)
    assert {month: n for month, n in found.by_month if n} == months


@given(companies())
def test_a_value_of_the_lead_splits_mqls_and_their_deals(
    company: tuple[list[Mql], list[Deal]],
) -> None:
    mqls, deals = company
    data, plain = columns(mqls, deals), Plain(mqls, deals)
    parts = grouped(mqls, deals, 3, split=True)
    found = figures(*data, parts, window_days=WINDOW.days, today=number(TODAY))
    for group in range(3):
        own = [mql for mql in mqls if mql.group == group]
        closed = [deal for deal in deals if deal.group == group]
        assert counts(found[group]) == plain.sums(own, deals, closed)
    totals = [sum(column) for column in zip(*map(counts, found), strict=True)]
    assert totals == counts(whole(*mqls, *deals)), "the groups add up"


@given(companies())
def test_a_value_of_the_deal_holds_each_group_against_all_mqls(
    company: tuple[list[Mql], list[Deal]],
) -> None:
    mqls, deals = company
    data, plain = columns(mqls, deals), Plain(mqls, deals)
    parts = grouped(mqls, deals, 3, split=False)
    found = figures(*data, parts, window_days=WINDOW.days, today=number(TODAY))
    for group in range(3):
        own = [deal for deal in deals if deal.group == group]
        assert counts(found[group]) == plain.sums(mqls, own, own)


@given(companies())
def test_months_part_mqls_by_qualification_and_deals_by_decision(
    company: tuple[list[Mql], list[Deal]],
) -> None:
    mqls, deals = company
    data, plain = columns(mqls, deals), Plain(mqls, deals)
    names, parts = months_apart(*data, number(TODAY))
    found = figures(*data, parts, window_days=WINDOW.days, today=number(TODAY))
    closed = [deal for deal in deals if plain.decision(deal) != "open"]

    def closing(deal: Deal) -> str | None:
        day = deal.closed or deal.created
        return f"{day:%Y-%m}" if day else None

    assert set(names) == {f"{m.day:%Y-%m}" for m in mqls} | {closing(deal) for deal in closed}
    for name, sums in zip(names, found, strict=True):
        own = [mql for mql in mqls if f"{mql.day:%Y-%m}" == name]
        here = [deal for deal in closed if closing(deal) == name]
        assert counts(sums) == plain.sums(own, deals, here)


def test_the_window_ends_with_its_last_day() -> None:
    day = TODAY - WINDOW
    for deal, counted in (
        (Deal(1, day + WINDOW), 1),
        (Deal(1, day + WINDOW + timedelta(1)), 0),
        (Deal(1, day - timedelta(2), day - timedelta(2), WON), 1),
        (Deal(1, None, day), 1),
        (Deal(1, None, None, WON), 0),
    ):
        found = whole(Mql(1, day), deal)
        assert (found.matured, found.opportunities) == (1, counted), deal
    assert whole(Mql(1, day + timedelta(1)), Deal(1, day)).matured == 0


def test_what_is_decided_later_is_open_yet() -> None:
    created = TODAY - timedelta(9)
    for closed, won in ((TODAY, 1), (TODAY + timedelta(1), 0), (None, 1)):
        found = whole(Mql(1, created), Deal(1, created, closed, WON), Deal(None, None, None, LOST))
        assert (found.won, found.won_mqls, found.lost) == (won, won, 1)


def test_nothing_has_no_rates() -> None:
    found = whole()
    assert found.opportunity_rate == found.close_rate == found.win_rate == (None, None, None)
    assert (counts(found), found.by_month) == ([0] * 6, [])
    empty = columns([], [])
    assert months_apart(*empty, 0)[0] == []
    assert figures(*empty, months_apart(*empty, 0)[1], window_days=90, today=0) == []
    assert cohorts(*empty, window_days=90, today=0) == []


def of_months(*rows: Mql | Deal) -> dict[str, Cohort]:
    mqls = sorted(row for row in rows if isinstance(row, Mql))
    found = columns(mqls, [row for row in rows if isinstance(row, Deal)])
    return {c.month: c for c in cohorts(*found, window_days=90, today=number(TODAY))}


def test_a_month_is_judged_when_its_youngest_is_old_enough() -> None:
    first, last = date(2026, 6, 1), date(2026, 7, 20)
    found = of_months(
        Mql(1, first), Mql(2, date(2026, 7, 2)), Mql(3, date(2026, 7, 3)), Mql(4, last),
        Deal(1, first), Deal(2, date(2026, 7, 9)), Deal(4, last), Deal(9, last, last, WON),
    )  # fmt: skip
    assert list(found) == ["2026-06", "2026-07"], "deals alone make no cohort"
    june, july = found.values()
    assert (june.judged_on, june.estimate, june.opportunity_rate.value) == (None, None, 1.0)
    assert (july.mqls, july.matured, july.opportunities) == (3, 1, 1)
    assert july.judged_on == number(last + WINDOW)
    assert july.estimate is not None
    # at 0 days one of three, at 7 one of the two left, and then nobody before the window ends
    assert july.estimate.value == pytest.approx(1 - 2 / 3 * 1 / 2)


def test_a_young_month_goes_on_as_the_older_ones_did() -> None:
    old, young = date(2026, 5, 1), date(2026, 9, 20)
    leads = [Mql(n, old) for n in range(1, 11)] + [Mql(n, young) for n in range(11, 15)]
    deals = [Deal(n, old + timedelta(40)) for n in range(1, 5)] + [Deal(11, young)]
    september = of_months(*leads, *deals)["2026-09"]
    assert (september.matured, september.opportunity_rate.value) == (0, None)
    # one of four at once by themselves; later, as of the ten older ones, four of ten
    assert september.estimate is not None
    assert september.estimate.value == pytest.approx(1 - 3 / 4 * 6 / 10)


def test_without_a_history_as_long_as_the_window_nothing_is_estimated() -> None:
    found = of_months(Mql(1, TODAY - timedelta(89)), Deal(1, TODAY))
    [cohort] = found.values()
    assert (cohort.matured, cohort.estimate) == (0, None)
