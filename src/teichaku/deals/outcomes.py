"""Deals as the columns that a backtest joins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

import numpy as np

from teichaku.deals.selectors import deal_outcomes
from teichaku.engine.backtest import LOST, NO_DAY, NO_LEAD, OPEN, WON, Outcomes

EPOCH = date(1970, 1, 1).toordinal()
Row: TypeAlias = tuple[int | None, date | None, date | None, str]
KINDS = {"open": OPEN, "won": WON, "lost": LOST}


def deal_outcome_columns() -> Outcomes:
    """Every deal that has a lead, by root lead, in local days as the files gave them."""
    return outcome_columns(deal_outcomes())


def outcome_columns(deals: Iterable[Row]) -> Outcomes:
    """The columns of deals given as root lead, days of creation and closing, and outcome."""
    rows = list(deals)
    return Outcomes(
        lead=np.array([NO_LEAD if row[0] is None else row[0] for row in rows], np.int64),
        created=np.array([_day(row[1]) for row in rows], np.int64),
        closed=np.array([_day(row[2]) for row in rows], np.int64),
        kind=np.array([KINDS[row[3]] for row in rows], np.int64),
    )


def _day(value: date | None) -> int:
    return NO_DAY if value is None else value.toordinal() - EPOCH
