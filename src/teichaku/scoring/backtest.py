"""Any rulebook over all of history: who would have qualified, when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from teichaku.core.instants import micros
from teichaku.engine.backtest import (
    Outcomes,
    Qualified,
    Summary,
    local_days,
    summarise,
    weekly_load,
    window_days,
)
from teichaku.engine.evaluate import QualificationColumns, qualify
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.zones import fixed_offset
from teichaku.scoring.base import Part, Store
from teichaku.scoring.histories import with_computed

I64 = npt.NDArray[np.int64]
FAR = 10**7  # days; no end of the range


@dataclass(frozen=True, slots=True)
class Backtest:
    """One rulebook's run: a line per qualification in the range, by lead and time, and the sums."""

    rulebook: Rulebook
    leads: int
    events: int
    lead: I64
    at: I64
    behaviour: I64
    fit: I64
    total: I64
    summary: Summary
    weekly: I64


def backtest(
    rulebook: Rulebook,
    store: Store,
    outcomes: Outcomes,
    *,
    now: datetime,
    start: datetime | None,
    end: datetime | None,
) -> Backtest:
    """The rulebook over the store; qualifications in [start, end) are reported."""
    ever = _by_lead([_lines(rulebook, part, now) for part in store.parts])
    reported = ever.between(
        None if start is None else micros(start), None if end is None else micros(end)
    )
    offset = int(fixed_offset(rulebook.timezone).total_seconds()) * MICRO
    whole, found = (Qualified(q.row, q.at, local_days(q.at, offset)) for q in (ever, reported))
    span = (
        -FAR if start is None else _day(start, offset),
        FAR if end is None else _day(end, offset),
    )
    window, today = window_days(rulebook), _day(now, offset)
    summary = summarise(found, outcomes, window_days=window, today=today, span=span)
    # Nobody missed a win whose lead had qualified before the range.
    missed = summarise(whole, outcomes, window_days=window, today=today, span=span).missed_wins
    return Backtest(
        rulebook, store.leads, store.events, reported.row, reported.at, reported.behaviour,
        reported.fit, reported.total, replace(summary, missed_wins=missed),
        weekly_load(found.first),
    )  # fmt: skip


def _day(instant: datetime, offset: int) -> int:
    return int(local_days(np.array([micros(instant)]), offset)[0])


def _lines(rulebook: Rulebook, part: Part, now: datetime) -> QualificationColumns:
    """The qualifications of a part's rows to keep; ``row`` holds lead ids."""
    columns = with_computed(part[0], now)
    found = qualify(compile_program(rulebook, columns.signatures), columns, micros(now))
    keep = part[1][found.row]
    return QualificationColumns(
        columns.lead_ids[found.row[keep]], found.at[keep], found.behaviour[keep], found.fit[keep],
        found.total[keep],
    )  # fmt: skip


def _by_lead(parts: Sequence[QualificationColumns]) -> QualificationColumns:
    names = ("row", "at", "behaviour", "fit", "total")
    whole = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    order = np.lexsort((whole[1], whole[0]))
    return QualificationColumns(*(column[order] for column in whole))
