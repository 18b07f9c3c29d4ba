"""The shared KPIs from the records: two queries, whatever they are broken down by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import BigIntegerField, Case, Func, When

from teichaku.core import clock
from teichaku.deals.models import Deal
from teichaku.deals.outcomes import EPOCH, outcome_columns
from teichaku.engine.backtest import NO_DAY, NO_LEAD, Outcomes, by_month, months_of, window_days
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
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.durations import DAY_US, HOUR_US
from teichaku.engine.rulebook.zones import fixed_offset
from teichaku.kpi.breakdowns import MONTH, Breakdown, Key, breakdown
from teichaku.rulebook.selectors import rulebook_in_force, zone_in_force
from teichaku.scoring.models import Qualification

I64 = npt.NDArray[np.int64]
QUARTER_HOUR_US = HOUR_US // 4
EASTMOST_US = 13 * HOUR_US  # no zone in use is further ahead of UTC, but for a few islands


@dataclass(frozen=True, slots=True)
class KpiGroup:
    """The figures of one value of what they are broken down by; None where there is no value."""

    key: Key
    figures: Figures


@dataclass(frozen=True, slots=True)
class KpiReport:
    """The shared KPIs at the end of a local day, over the whole history up to it.

    ``recycled``: leads that qualified once more, by month, in none of the other figures.
    ``deals`` and ``linked``: how many deals there were by then, and how many of them have a lead.
    """

    as_of: date
    window_days: int
    by: str | None
    figures: Figures
    cohorts: Sequence[Cohort]
    groups: Sequence[KpiGroup]
    recycled: Sequence[tuple[str, int]]
    deals: int
    linked: int


@dataclass(frozen=True, slots=True)
class _Records:
    """MQLs and deals in columns, each with its value of what is asked for."""

    mqls: Mqls
    mql_values: Sequence[object]
    recycled: I64  # days
    deals: Outcomes
    deal_values: Sequence[object]


class _Micros(Func):
    """An instant as µs since 1970 UTC, without being parsed row by row."""

    output_field = BigIntegerField()
    template = "(extract(epoch FROM %(expressions)s) * 1000000)::bigint"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """The same where an instant is a text with as many decimals as it needs."""
        [instant] = self.get_source_expressions()
        sql, parameters = compiler.compile(instant)
        # Whole seconds first, for SQLite rounds the last millisecond of a day into the next one.
        whole = f"CAST(strftime('%%s', substr({sql}, 1, 19)) AS INTEGER) * 1000000"
        return f"({whole} + CAST(substr({sql}, 21) AS INTEGER))", (*parameters, *parameters)


def kpi_report(*, as_of: date | None = None, by: str | None = None) -> KpiReport:
    """The shared KPIs at the end of ``as_of`` (today), broken down ``by`` where that is given."""
    zone = zone_in_force()
    day = as_of or clock.now().astimezone(zone).date()
    today, window = day.toordinal() - EPOCH, window_days(rulebook_in_force())
    asked = breakdown(by) if by not in (None, MONTH) else None
    with transaction.atomic():
        records = _records(asked, today, fixed_offset(zone.key))
    mqls, deals = records.mqls, records.deals
    known = (deals.opened <= today) | (deals.opened == NO_DAY)
    [whole] = figures(mqls, deals, all_in_one(mqls, deals), window_days=window, today=today)
    return KpiReport(
        as_of=day,
        window_days=window,
        by=by,
        figures=whole,
        cohorts=cohorts(mqls, deals, window_days=window, today=today),
        groups=_grouped(records, asked, by, window, today) if by else (),
        recycled=by_month(months_of(records.recycled)),
        deals=int(known.sum()),
        linked=int((known & (deals.lead != NO_LEAD)).sum()),
    )


def _grouped(
    records: _Records, asked: Breakdown | None, by: str, window: int, today: int
) -> list[KpiGroup]:
    """Months as they follow each other, others by size; what has no value comes last."""
    mqls, deals = records.mqls, records.deals
    keys: Sequence[Key]
    if asked is None:
        keys, groups = months_apart(mqls, deals, today)
    else:
        keys, places = asked.keys([*records.mql_values, *records.deal_values])
        own = np.split(places, [len(records.mql_values)])
        groups = Groups(len(keys), own[0] if asked.splits_mqls else None, own[1])
    found = figures(mqls, deals, groups, window_days=window, today=today)

    def rank(group: KpiGroup) -> tuple[bool, int, int, str]:
        sums = group.figures
        size = (0, 0) if by == MONTH else (-sums.mqls, -(sums.won + sums.lost))
        return (group.key is None, *size, str(group.key))

    return sorted((KpiGroup(*pair) for pair in zip(keys, found, strict=True)), key=rank)


def _records(asked: Breakdown | None, today: int, offset: timedelta) -> _Records:
    mqls, mql_values, recycled = _mqls(asked, today, int(offset.total_seconds()) * MICRO)
    deals = Deal.objects.filter(is_pending=False).order_by("pk")
    columns = ["lead__root_id", "created_on", "closed_on", "stage__kind"]
    if asked is not None:
        deals, columns = deals.annotate(asked=asked.of_deals()), [*columns, "asked"]
    rows = list(deals.values_list(*columns))
    return _Records(mqls, mql_values, recycled, outcome_columns(rows), [row[-1] for row in rows])


def _mqls(asked: Breakdown | None, today: int, offset: int) -> tuple[Mqls, Sequence[object], I64]:
    """Each root lead's first standing qualification by the day, its value of what is asked for,
    and the days on which a lead that had been one was found again.
    """
    standing = Qualification.objects.filter(superseded_by=None, withdrawn=False)
    said = standing.annotate(
        micros=_Micros("at"),
        imported=Case(When(source=Qualification.Source.IMPORT, then=1), default=0),
    )
    columns = ["lead__root_id", "lead_id", "micros", "imported"]
    if asked is not None and asked.splits_mqls:
        said, columns = said.annotate(asked=asked.of_qualifications()), [*columns, "asked"]
    rows = list(said.values_list(*columns))
    numbers = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
    day = _days(numbers[:, 2], numbers[:, 3] == 1, offset)
    known = np.flatnonzero(day <= today)
    known = known[np.lexsort((numbers[known, 2], day[known]))]
    leads, first = np.unique(numbers[known, 0], return_index=True)
    values = [rows[row][-1] for row in known[first].tolist()] if len(columns) > 4 else []
    _told, once = np.unique(numbers[known, 1], return_index=True)
    # A file that names a lead's day again says nothing new; only the rulebook finds it anew.
    again = np.delete(known, once)
    again = again[numbers[again, 3] == 0]
    return Mqls(leads, day[known[first]]), values, day[again]


def _days(at: I64, imported: npt.NDArray[np.bool_], offset: int) -> I64:
    """Local days. A date alone in a file was kept as the last microsecond of that day in the
    file's zone: that date it stays, wherever the rulebook lives.
    """
    alone = imported & ((at + 1) % QUARTER_HOUR_US == 0)
    ahead = -(at + 1) % DAY_US
    ahead = np.where(ahead > EASTMOST_US, ahead - DAY_US, ahead)
    return (at + np.where(alone, ahead, offset)) // DAY_US
