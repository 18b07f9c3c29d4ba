"""A made-up supplier of machine parts: its leads, what they did in three years, what became of it.

The same seed gives the same company. It is large where wanted: a hundred million events take less
than a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from teichaku.console import simulation_files
from teichaku.console.simulation_files import numbers_array
from teichaku.console.simulation_histories import Histories, histories_make
from teichaku.console.simulation_people import (
    MISSING,
    NO_DAY,
    Companies,
    People,
    companies_make,
    people_make,
)
from teichaku.console.simulation_pipeline import (
    Activities,
    Deals,
    activities_make,
    customers,
    deals_make,
)
from teichaku.console.simulation_time import START, micros
from teichaku.console.simulation_words import (
    CAMPAIGNS,
    DEPARTMENTS,
    INDUSTRIES,
    PREFECTURES,
    SHAPES,
    SOURCES,
    TITLES,
)
from teichaku.engine.columns import Columns


@dataclass(frozen=True, slots=True)
class SimulatedCompany:
    """Everything about the company, in columns; words are numbers until somebody asks."""

    seed: int
    companies: Companies
    people: People
    histories: Histories
    deals: Deals
    activities: Activities


def simulate(leads: int, events: int, seed: int = 0) -> SimulatedCompany:
    """A company with so many leads and exactly so many events of theirs."""
    if leads < 1 or events < 0:
        raise ValueError(f"a company needs at least one lead, and events from 0: {leads}, {events}")
    companies = companies_make(seed, leads)
    people = people_make(seed, leads, companies)
    histories = histories_make(seed, people, events)
    deals = deals_make(seed, people, companies, histories)
    return SimulatedCompany(seed, companies, people, histories, deals, activities_make(seed, deals))


def company_columns(company: SimulatedCompany) -> Columns:
    """The histories as the kernel reads them; lead ids are rows."""
    people, histories = company.people, company.histories
    return Columns(
        lead_ids=np.arange(len(people), dtype=np.int64),
        created=micros(people.created),
        offsets=histories.offsets,
        at=histories.at,
        sig=histories.shape,
        signatures=tuple(shape.signature for shape in SHAPES),
        attributes=_attributes(company),
    )


def company_write(company: SimulatedCompany, folder: Path) -> dict[str, Path]:
    """The files by entity, in the order in which they are imported, columns named like fields."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ("users", "companies", "leads", "events", "deals", "stages", "activities")
    files = {name: folder / f"{name}.csv" for name in names}
    simulation_files.write_users(files["users"], len(company.people))
    simulation_files.write_companies(files["companies"], company.companies)
    simulation_files.write_leads(files["leads"], company.people, company.deals)
    simulation_files.write_events(files["events"], company.histories)
    simulation_files.write_deals(files["deals"], company.deals, len(company.people))
    simulation_files.write_stages(files["stages"], company.deals, len(company.people))
    simulation_files.write_activities(
        files["activities"], company.activities, company.deals, len(company.people)
    )
    return files


def _attributes(company: SimulatedCompany) -> pa.Table:
    people, companies = company.people, company.companies
    at = people.company
    alone = at == MISSING
    start = np.datetime64(START.date(), "D")
    ordered = companies.first_order[at]
    return pa.table(
        {
            "campaign": _words(people.campaign, CAMPAIGNS),
            "company.employees": pa.array(companies.employees[at].astype(np.float64), mask=alone),
            "company.first_order": pa.array(
                start + np.where(ordered == NO_DAY, 0, ordered), mask=alone | (ordered == NO_DAY)
            ),
            "company.industry": _words(companies.industry[at], INDUSTRIES, alone),
            "company.is_competitor": pa.array(companies.is_competitor[at], mask=alone),
            "company.is_customer": pa.array(
                customers(company.deals, companies)[at] & ~alone, pa.bool_()
            ),
            "company.prefecture": _words(companies.prefecture[at], PREFECTURES, alone),
            "department": _words(people.department, DEPARTMENTS),
            "plants": pa.array(people.plants.astype(np.float64), mask=people.plants == MISSING),
            "source": _words(people.source, SOURCES),
            "title": _words(people.title, TITLES),
        }
    )


def _words(
    numbers: npt.NDArray[np.int16],
    listed: Iterable[str],
    absent: npt.NDArray[np.bool_] | None = None,
) -> pa.DictionaryArray[Any, Any]:
    missing = numbers == MISSING if absent is None else absent | (numbers == MISSING)
    codes = numbers_array(numbers.astype(np.int32), missing)
    return pa.DictionaryArray.from_arrays(codes, pa.array(list(listed), pa.string()))
