"""What reaches the made-up company from outside, week by week: companies, leads, their events.

The same market as ``simulate`` makes, moved in time so that it ends now.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from teichaku.console.simulation import SimulatedCompany, company_write, simulate
from teichaku.console.simulation_time import END
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.intake.services import import_file

WEEK: Final = timedelta(days=7)
MARKETING: Final = Actor(kind="import", name="MAツール（サンプル）")
Row = Mapping[str, str]

# The same companies once more, as somebody typed them into the list of customers.
_TYPED: Final = (("精機", "精器"), ("製作所", "制作所"), ("工業", "興業"), ("電子", "電氏"))
_DUPLICATES: Final = 8


@dataclass(frozen=True, slots=True)
class Week:
    """What was recorded until an instant, since the week before."""

    until: datetime
    leads: Sequence[Row]
    events: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Market:
    """The world outside; ``simulated`` knows what nobody sees, by the row of a lead."""

    simulated: SimulatedCompany
    companies: Path
    weeks: Sequence[Week]


def market_make(
    *, leads: int, events: int, seed: int, start: datetime, now: datetime, folder: Path
) -> Market:
    """The market between the two instants. Who was known before comes with the first week."""
    simulated = simulate(leads, events, seed)
    made = company_write(simulated, folder)
    shift = WEEK * math.ceil((now - END) / WEEK)  # whole weeks, so that Mondays stay Mondays
    arrived = _by_week(_shifted(made["leads"], "created_at", shift), "created_at", start, now)
    happened = _by_week(
        (row for row in _shifted(made["events"], "at", shift) if _instant(row, "at") > start),
        "at",
        start,
        now,
    )
    weeks = []
    for number in range(math.ceil((now - start) / WEEK)):
        until = min(start + WEEK * (number + 1), now)
        weeks.append(Week(until, arrived[number], happened[number]))
    return Market(simulated, _companies(made["companies"], folder), weeks)


def companies_import(market: Market) -> None:
    """Nothing; the companies are known."""
    import_file(entity="companies", path=market.companies, actor=MARKETING)


def week_import(week: Week, folder: Path) -> None:
    """Nothing; what the marketing tool recorded in the week is in."""
    for entity, rows in (("leads", week.leads), ("events", week.events)):
        if rows:
            path = folder / f"{entity}-{clock.now():%Y%m%d}.csv"
            _write(path, rows)
            import_file(entity=entity, path=path, actor=MARKETING)


def _shifted(path: Path, column: str, shift: timedelta) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row.pop("owner", None)  # who looks after whom is decided here
            row[column] = (datetime.fromisoformat(row[column]) + shift).isoformat()
            yield row


def _instant(row: Row, column: str) -> datetime:
    return datetime.fromisoformat(row[column])


def _by_week(
    rows: Iterable[Row], column: str, start: datetime, now: datetime
) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        at = _instant(row, column)
        if at < now:
            found[max(0, (at - start) // WEEK)].append(row)
    return found


def _companies(path: Path, folder: Path) -> Path:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[-1]["is_competitor"] = "true"  # even a small market has one
    again: list[Row] = []
    for row in rows:
        typed = next((pair for pair in _TYPED if pair[0] in row["name"]), None)
        if typed is not None and len(again) < _DUPLICATES:
            name = row["name"].removeprefix("株式会社").replace(*typed)
            copy = {"external_id": f"K{len(again):03d}", "name": f"{name}株式会社", "domain": ""}
            again.append({**row, **copy})
    both = folder / "companies-all.csv"
    _write(both, [*rows, *again])
    return both


def _write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
