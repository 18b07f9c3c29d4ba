"""Since when leads are hot: when they last became MQLs, by the ledger or by a backtest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from teichaku.core.instants import instant_of
from teichaku.scoring.backtest import Backtest
from teichaku.scoring.models import Qualification


def mql_days(zone: ZoneInfo, *, until: date) -> dict[int, date]:
    """The local day on which each root lead last became an MQL, up to a day, by the ledger."""
    standing = Qualification.objects.filter(superseded_by=None, withdrawn=False)
    rows = standing.values_list("lead__root_id", "at").iterator(chunk_size=5_000)
    return _latest(((lead, at) for lead, at in rows), zone, until)


def mql_days_of(found: Backtest, zone: ZoneInfo, *, until: date) -> dict[int, date]:
    """The same by a backtest, as if its rulebook had always been in force."""
    pairs = zip(found.lead.tolist(), found.at.tolist(), strict=True)
    return _latest(((lead, instant_of(at)) for lead, at in pairs), zone, until)


def _latest(
    qualified: Iterable[tuple[int, datetime]], zone: ZoneInfo, until: date
) -> dict[int, date]:
    latest: dict[int, date] = {}
    for lead, at in qualified:
        day = at.astimezone(zone).date()
        if day <= until and day >= latest.get(lead, day):
            latest[lead] = day
    return latest
