"""The figures of a backtest against a plain computation, and by hand at every edge."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from tests.engine.vectors import at

from teichaku.engine.backtest import (
    LOST,
    NO_DAY,
    OPEN,
    WON,
    Outcomes,
    Qualified,
    Summary,
    local_days,
    summarise,
    weekly_load,
)
from teichaku.engine.rulebook.durations import DAY_US, HOUR_US
from teichaku.engine.statistics import wilson

EPOCH = date(1970, 1, 1)
EVER = (-(10**7), 10**7)
WINDOW = 90
TODAY = date(2026, 9, 30)


class Deal(NamedTuple):
    """A deal of a lead."""

    lead: int
    created: date | None
    closed: date | None = None
    kind: int = OPEN


def number(day: date | None) -> int:
    return NO_DAY if day is None else (day - EPOCH).days


def qualified(*pairs: tuple[int, date]) -> Qualified:
    days = np.array([number(day) for _, day in pairs], np.int64)
    leads = np.array([lead for lead, _ in pairs], np.int64)
    return Qualified(leads, days * DAY_US + 12 * HOUR_US, days)


def outcomes(*deals: Deal) -> Outcomes:
    columns = zip(
        *((d.lead, number(d.created), number(d.closed), d.kind) for d in deals), strict=True
    )
    lead, created, closed, kind = columns if deals else ((), (), (), ())
    return Outcomes(*(np.array(c, np.int64) for c in (lead, created, closed, kind)))


def summary(
    found: Qualified,
    *deals: Deal,
    today: date = TODAY,
    span: tuple[int, int] = EVER,
    window: int = WINDOW,
) -> Summary:
    return summarise(found, outcomes(*deals), window_days=window, today=number(today), span=span)


class Plain:
    """The same figures, counted lead by lead."""

    def __init__(
        self, pairs: Sequence[tuple[int, date]], deals: Sequence[Deal], span: tuple[int, int]
    ) -> None:
        self.first: dict[int, date] = {}
        for lead, day in pairs:
            self.first[lead] = min(day, self.first.get(lead, day))
        self.pairs, self.deals, self.span = pairs, deals, span

    def opportunities(self) -> tuple[int, int]:
        length = timedelta(WINDOW)
        matured = [lead for lead, day in self.first.items() if day + length <= TODAY]
        reached = [
            lead
            for lead in matured
            if any(
                opened is not None and opened <= self.first[lead] + length
                for opened in (d.created or d.closed for d in self.deals if d.lead == lead)
            )
        ]
        return len(matured), len(reached)

    def closed(self, kind: int) -> list[int]:
        return [d.lead for d in self.deals if d.kind == kind and d.lead in self.first]

    def missed(self) -> tuple[int, int]:
        won: dict[int, list[date]] = defaultdict(list)
        for deal in self.deals:
            opened = deal.created or deal.closed
            if deal.kind == WON and opened and self.span[0] <= number(opened) < self.span[1]:
                won[deal.lead].append(opened)
        missed = [
            lead
            for lead, days in won.items()
            if lead not in self.first or all(self.first[lead] > opened for opened in days)
        ]
        return len(won), len(missed)

    def months(self) -> list[tuple[str, int]]:
        members: dict[tuple[int, int], set[int]] = defaultdict(set)
        for lead, day in self.pairs:
            members[day.year, day.month].add(lead)
        if not members:
            return []
        (year, month), last = min(members), max(members)
        found = []
        while (year, month) <= last:
            found.append((f"{year}-{month:02d}", len(members.get((year, month), ()))))
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return found


@pytest.mark.parametrize("seed", range(40))
def test_the_figures_are_those_of_a_plain_count(seed: int) -> None:
    chance = random.Random(seed)
    start = date(2025, 10, 1)

    def day() -> date:
        return start + timedelta(chance.randrange(400))

    leads = chance.choice((1, 5, 60))
    pairs = [(chance.randrange(leads) * 7, day()) for _ in range(chance.choice((0, 1, 40, 120)))]
    deals = [
        Deal(
            chance.randrange(leads + 3) * 7,
            chance.choice((None, day(), day())),
            chance.choice((None, day())),
            chance.choice((OPEN, WON, LOST)),
        )
        for _ in range(chance.choice((0, 1, 50)))
    ]
    span = chance.choice((EVER, (number(date(2026, 1, 1)), number(date(2026, 4, 1)))))
    found = summary(qualified(*pairs), *deals, span=span)
    plain = Plain(pairs, deals, span)
    assert found.qualified == len(plain.first)
    assert (found.matured, found.opportunities) == plain.opportunities()
    assert (found.won, found.lost) == (len(plain.closed(WON)), len(plain.closed(LOST)))
    assert found.wins == len(set(plain.closed(WON)))
    assert (found.winners, found.missed_wins) == plain.missed()
    assert found.by_month == plain.months()
    assert found.opportunity_rate == wilson(found.opportunities, found.matured)
    assert found.win_rate == wilson(found.won, found.won + found.lost)


def test_a_lead_matures_at_exactly_the_window() -> None:
    day = TODAY - timedelta(WINDOW)
    assert summary(qualified((1, day))).matured == 1
    assert summary(qualified((1, day + timedelta(1)))).matured == 0
    assert summary(qualified((1, TODAY)), window=0).matured == 1


def test_an_opportunity_counts_to_the_last_day_of_the_window_and_before() -> None:
    day = date(2026, 4, 10)
    for opened, counted in (
        (day + timedelta(WINDOW), 1),
        (day + timedelta(WINDOW + 1), 0),
        (day, 1),
        (day - timedelta(400), 1),
    ):
        assert summary(qualified((1, day)), Deal(1, opened)).opportunities == counted, opened


def test_a_young_leads_deal_is_not_an_opportunity_yet() -> None:
    found = summary(qualified((1, TODAY)), Deal(1, TODAY, TODAY, WON))
    assert (found.qualified, found.matured, found.opportunities) == (1, 0, 0)
    assert (found.wins, found.opportunity_rate.value, found.win_rate.value) == (1, None, 1.0)


def test_a_deal_without_a_day_of_creation_takes_that_of_closing() -> None:
    day = date(2026, 4, 10)
    found = summary(qualified((1, day)), Deal(1, None, day + timedelta(WINDOW), WON))
    assert (found.opportunities, found.winners, found.missed_wins) == (1, 1, 0)


def test_a_deal_without_any_day_is_won_but_placed_nowhere() -> None:
    found = summary(qualified((1, date(2026, 4, 10))), Deal(1, None, None, WON))
    assert (found.opportunities, found.won, found.wins, found.winners) == (0, 1, 1, 0)


def test_deals_count_singly_and_leads_once() -> None:
    day = date(2026, 4, 10)
    deals = [Deal(1, day, day, WON), Deal(1, day, day, WON), Deal(1, day, day, LOST), Deal(1, day)]
    found = summary(qualified((1, day)), *deals)
    assert (found.opportunities, found.wins, found.won, found.lost) == (1, 1, 2, 1)
    assert found.win_rate.value == 2 / 3


def test_deals_of_leads_that_never_qualified_are_only_missed() -> None:
    day = date(2026, 4, 10)
    found = summary(qualified((5, day)), Deal(4, day, day, WON), Deal(6, day, day, LOST))
    assert (found.won, found.lost, found.wins, found.win_rate.value) == (0, 0, 0, None)
    assert (found.winners, found.missed_wins) == (1, 1)


def test_a_win_is_missed_when_its_deal_was_opened_before_the_qualification() -> None:
    day = date(2026, 4, 10)
    for opened, missed in ((day, 0), (day - timedelta(1), 1), (day + timedelta(1), 0)):
        assert summary(qualified((1, day)), Deal(1, opened, TODAY, WON)).missed_wins == missed
    twice = [Deal(1, day - timedelta(9), TODAY, WON), Deal(1, day, TODAY, WON)]
    assert summary(qualified((1, day)), *twice).missed_wins == 0


def test_wins_of_deals_opened_outside_the_range_are_not_asked_about() -> None:
    span = (number(date(2026, 4, 1)), number(date(2026, 5, 1)))
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    deals = [Deal(lead, day, TODAY, WON) for lead, day in enumerate(days)]
    found = summary(qualified(), *deals, span=span)
    assert (found.winners, found.missed_wins) == (2, 2)


def test_the_first_of_several_qualifications_decides() -> None:
    found = qualified((2, date(2026, 6, 1)), (1, date(2026, 8, 1)), (2, date(2026, 2, 1)))
    assert found.first.lead.tolist() == [1, 2]
    assert found.first.day.tolist() == [number(date(2026, 8, 1)), number(date(2026, 2, 1))]
    figures = summary(found, Deal(2, date(2026, 6, 15)))
    assert (figures.qualified, figures.matured, figures.opportunities) == (2, 1, 0)


def test_months_without_any_are_named_and_a_lead_counts_once_in_each() -> None:
    found = summary(
        qualified((1, date(2025, 11, 30)), (2, date(2025, 11, 1)), (1, date(2025, 11, 2)),
                  (1, date(2026, 2, 1)))
    )  # fmt: skip
    assert found.by_month == [("2025-11", 2), ("2025-12", 0), ("2026-01", 0), ("2026-02", 1)]
    assert (found.qualified, summary(qualified()).by_month) == (2, [])


def test_nothing_at_all_has_no_rates() -> None:
    found = summary(qualified())
    assert (found.qualified, found.matured, found.winners) == (0, 0, 0)
    assert found.opportunity_rate == found.win_rate == (None, None, None)


def test_days_are_local() -> None:
    nine = 9 * HOUR_US
    instants = np.array([at("2026-04-01 00:00"), at("2026-03-31 23:59:59.999999")])
    assert local_days(instants, nine).tolist() == [
        number(date(2026, 4, 1)), number(date(2026, 3, 31)),
    ]  # fmt: skip
    assert local_days(np.array([-1, 0]), 0).tolist() == [-1, 0]


def test_weeks_run_from_monday_to_sunday() -> None:
    sunday = date(2026, 4, 5)
    found = qualified((1, sunday), (2, sunday + timedelta(1)), (3, sunday + timedelta(7)),
                      (4, sunday + timedelta(22)))  # fmt: skip
    assert sunday.isoweekday() == 7
    assert weekly_load(found).tolist() == [1, 2, 0, 0, 1]
    assert weekly_load(qualified()).tolist() == []


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (7, 9, 0.453, 0.937),
        (18, 20, 0.699, 0.972),
        (0, 10, 0.0, 0.278),
        (10, 10, 0.722, 1.0),
        (81, 263, 0.255, 0.366),
        (1, 1, 0.207, 1.0),
    ],
)
def test_wilson_intervals_are_the_published_ones(
    part: int, whole: int, low: float, high: float
) -> None:
    found = wilson(part, whole)
    assert found.value == part / whole
    assert (round(found.low or 0.0, 3), round(found.high or 0.0, 3)) == (low, high)
    assert 0 <= (found.low or 0.0) <= found.value


def test_a_share_of_nothing_is_none() -> None:
    assert wilson(0, 0) == (None, None, None)
