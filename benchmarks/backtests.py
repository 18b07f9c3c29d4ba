"""Rows 3 and 4: any rulebook over three years of a simulated company.

Runs in a process of its own, so that the peak of memory is the backtest's.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tests.engine.sql_formulation import database, first_qualifications

from benchmarks.figures import Figure, fastest, peak_gigabytes, say
from benchmarks.one_pass import one_pass
from teichaku.console.simulation import SimulatedCompany, company_columns, simulate
from teichaku.console.simulation_people import MISSING
from teichaku.console.simulation_time import micros
from teichaku.engine.backtest import NO_DAY, Outcomes, Qualified, Summary, local_days, summarise
from teichaku.engine.columns import Columns
from teichaku.engine.evaluate import qualify
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.zones import fixed_offset
from teichaku.engine.store import base_read, base_write

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "tests" / "data" / "rulebook-example.yaml"
FULL, SQL = HERE / "rulebook-full.yaml", HERE / "rulebook-sql.yaml"
NOW = int(datetime(2026, 10, 31, 15, tzinfo=UTC).timestamp()) * MICRO
SEED = 20261031


def row_3(*, quick: bool) -> list[Figure]:
    """200k leads with 10M events: example rulebook, every feature, DuckDB, one plain pass."""
    leads, events, times = (500, 10_000, 1) if quick else (200_000, 10_000_000, 5)
    size = f"3 backtest {_short(leads)} leads / {_short(events)} events"
    with tempfile.TemporaryDirectory() as folder:
        columns, outcomes = _store(leads, events, Path(folder))
        example = _seconds(EXAMPLE, columns, outcomes, times)
        full = _seconds(FULL, columns, outcomes, times)
        passed = fastest(_warm(lambda: one_pass(columns)), 2 * times)
        ours, duckdb = _against_sql(columns, times)
    return [
        Figure(f"{size}, example rulebook", example, "s", "at most", 0.3),
        Figure(f"{size}, every feature", full, "s", "at most", 0.5),
        Figure(
            f"{size}, example rulebook", example / passed, "×", "at most", 25,
            ratio_to=f"one plain pass, {passed:.4f} s",
        ),
        Figure(
            f"{size}, rulebook SQL can say, {ours:.3f} s", duckdb / ours, "× faster", "at least", 8,
            ratio_to=f"DuckDB, {duckdb:.2f} s",
        ),
    ]  # fmt: skip


def row_4(*, quick: bool) -> list[Figure]:
    """2M leads with 100M events, and the memory it took."""
    leads, events, times = (1_000, 20_000, 1) if quick else (2_000_000, 100_000_000, 2)
    size = f"4 backtest {_short(leads)} leads / {_short(events)} events"
    with tempfile.TemporaryDirectory() as folder:
        columns, outcomes = _store(leads, events, Path(folder))
        seconds = _seconds(EXAMPLE, columns, outcomes, times)
    return [
        Figure(f"{size}, example rulebook", seconds, "s", "at most", 5),
        Figure(f"{size}, peak memory", peak_gigabytes(), "GB", "at most", 8),
    ]


def _store(leads: int, events: int, folder: Path) -> tuple[Columns, Outcomes]:
    """The company as the store keeps it, mapped into memory."""
    started = time.perf_counter()
    company = simulate(leads, events, SEED)
    say(f"{leads:,} leads, {events:,} events simulated in {time.perf_counter() - started:.1f} s")
    base_write(folder / "base", company_columns(company))
    return base_read(folder / "base"), _outcomes(company)


def _outcomes(company: SimulatedCompany) -> Outcomes:
    deals, offset = company.deals, 9 * 3600 * MICRO
    linked = deals.lead != MISSING
    created = local_days(micros(deals.created), offset)
    closed = np.where(deals.closed == MISSING, NO_DAY, local_days(micros(deals.closed), offset))
    return Outcomes(deals.lead[linked], created[linked], closed[linked], deals.outcome[linked])


def _seconds(path: Path, columns: Columns, outcomes: Outcomes, times: int) -> float:
    rulebook = load(path.read_text(encoding="utf-8"))
    seconds = fastest(_warm(lambda: _backtest(rulebook, columns, outcomes)), times)
    qualified = _backtest(rulebook, columns, outcomes).qualified
    say(f"{path.name}: {seconds:.3f} s, {qualified:,} leads qualified")
    return seconds


def _warm(work: Callable[[], object]) -> Callable[[], object]:
    """The work, done once already: compiled, and its data in memory."""
    work()
    return work


def _backtest(rulebook: Rulebook, columns: Columns, outcomes: Outcomes) -> Summary:
    """All of it: the rulebook compiled, every lead through all of time, outcomes joined."""
    found = qualify(compile_program(rulebook, columns.signatures), columns, NOW)
    offset = int(fixed_offset(rulebook.timezone).total_seconds()) * MICRO
    qualified = Qualified(columns.lead_ids[found.row], found.at, local_days(found.at, offset))
    today = int(local_days(np.array([NOW]), offset)[0])
    return summarise(qualified, outcomes, window_days=90, today=today, span=(-(10**7), 10**7))


def _against_sql(columns: Columns, times: int) -> tuple[float, float]:
    """Seconds of the engine and of DuckDB for one rulebook; refuses different answers."""
    rulebook = load(SQL.read_text(encoding="utf-8"))

    def engine() -> object:
        return qualify(compile_program(rulebook, columns.signatures), columns, NOW)

    with database(columns) as connection:

        def sql() -> object:
            return first_qualifications(connection, rulebook, columns, NOW)

        theirs = first_qualifications(connection, rulebook, columns, NOW)
        found = qualify(compile_program(rulebook, columns.signatures), columns, NOW)
        for ours, name in ((found.row, "lead"), (found.at, "instant"), (found.total, "total")):
            if not np.array_equal(ours, theirs[name]):
                raise AssertionError(f"the engine and DuckDB disagree about {name}")
        return fastest(engine, times), fastest(sql, min(times, 3))


def _short(number: int) -> str:
    if number >= 1_000_000:
        return f"{number // 1_000_000}M"
    return f"{number // 1_000}k" if number >= 1_000 else str(number)
