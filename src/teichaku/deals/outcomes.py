"""Deals as the columns that a backtest joins."""

from __future__ import annotations

from datetime import date

import numpy as np

from teichaku.deals.selectors import deal_outcomes
from teichaku.engine.backtest import LOST, NO_DAY, OPEN, WON, Outcomes

EPOCH = date(1970, 1, 1).toordinal()
KINDS = {"open": OPEN, "won": WON, "lost": LOST}


def deal_outcome_columns() -> Outcomes:
    """Every deal that has a lead, by root lead, in local days as the files gave them."""
    rows = list(deal_outcomes())
    return Outcomes(
        lead=np.array([row.lead for row in rows], np.int64),
        created=np.array([_day(row.created_on) for row in rows], np.int64),
        closed=np.array([_day(row.closed_on) for row in rows], np.int64),
        kind=np.array([KINDS[row.outcome] for row in rows], np.int64),
    )


def _day(value: date | None) -> int:
    return NO_DAY if value is None else value.toordinal() - EPOCH
