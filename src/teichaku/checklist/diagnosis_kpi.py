"""The KPIs as a baseline: by the MQLs on record, else by what a rulebook would have found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import F

from teichaku.checklist.starter import starter_rulebook
from teichaku.deals.outcomes import EPOCH, deal_outcome_columns
from teichaku.deals.selectors import deal_outcomes
from teichaku.engine.kpi import Cohort, Figures, Mqls, all_in_one, cohorts, figures
from teichaku.engine.rulebook.model import Rulebook
from teichaku.kpi.selectors import KpiReport, kpi_report
from teichaku.leads.models import Lead
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.backtest import backtest
from teichaku.scoring.base import store_open
from teichaku.scoring.hot import mql_days, mql_days_of
from teichaku.tracking.models import Event


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many leads, MQLs of them, with a deal, with a won deal. Without MQLs, of all leads."""

    leads: int
    mqls: int
    with_deal: int
    won: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """The KPIs as of a day, since when each lead is an MQL, and whose word that is.

    ``rulebook``: the one that was run over the history because no MQL is on record; ``provisional``
    if it is ours and not the company's.
    """

    report: KpiReport
    figures: Figures
    cohorts: Sequence[Cohort]
    funnel: Funnel
    mql_since: Mapping[int, date]
    rulebook: Rulebook | None
    provisional: bool


def baseline(as_of: date, now: datetime, zone: ZoneInfo) -> Baseline:
    """The KPIs by the MQLs on record; without any, but with behaviour, by a rulebook over it."""
    report = kpi_report(as_of=as_of)
    since = mql_days(zone, until=as_of)
    if since or not Event.objects.exists():
        funnel = _funnel(since)
        return Baseline(
            report, report.figures, report.cohorts, funnel, since, None, provisional=False
        )
    own = rulebook_in_force()
    rulebook = own or starter_rulebook()
    found = backtest(rulebook, store_open(), deal_outcome_columns(), now=now, start=None, end=None)
    since = mql_days_of(found, zone, until=as_of)
    return _by_backtest(report, since, rulebook, as_of, provisional=own is None)


def _by_backtest(
    report: KpiReport,
    since: Mapping[int, date],
    rulebook: Rulebook,
    as_of: date,
    *,
    provisional: bool,
) -> Baseline:
    """The same formulas over other MQLs; deals count as they are, whoever is an MQL."""
    leads = sorted(since)
    mqls = Mqls(
        np.array(leads, np.int64),
        np.array([since[lead].toordinal() - EPOCH for lead in leads], np.int64),
    )
    deals, today = deal_outcome_columns(), as_of.toordinal() - EPOCH
    [found] = figures(
        mqls, deals, all_in_one(mqls, deals), window_days=report.window_days, today=today
    )
    whole = report.figures
    return Baseline(
        report=report,
        figures=replace(found, won=whole.won, lost=whole.lost, win_rate=whole.win_rate),
        cohorts=cohorts(mqls, deals, window_days=report.window_days, today=today),
        funnel=_funnel(since),
        mql_since=since,
        rulebook=rulebook,
        provisional=provisional,
    )


def _funnel(mqls: Mapping[int, date]) -> Funnel:
    deals = [deal for deal in deal_outcomes() if not mqls or deal.lead in mqls]
    return Funnel(
        leads=Lead.objects.filter(pk=F("root"), kind=Lead.Kind.KNOWN).count(),
        mqls=len(mqls),
        with_deal=len({deal.lead for deal in deals}),
        won=len({deal.lead for deal in deals if deal.outcome == "won"}),
    )
