"""The made-up company's market: other companies, and the people of them who became leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from teichaku.console.simulation_time import (
    DAY,
    DAYS,
    EXHIBITION_DAYS,
    EXHIBITIONS,
    LENGTH,
    instants,
    stream,
)
from teichaku.console.simulation_words import (
    CAMPAIGNS,
    DECIDERS,
    DEPARTMENTS,
    INDUSTRIES,
    PERSONAS,
    PREFECTURES,
    SOURCES,
    TEAM_OF_PREFECTURE,
    TEAMS,
    TITLES,
    share_table,
)

I16 = npt.NDArray[np.int16]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

MISSING: Final = -1
NO_DAY: Final = -1_000_000
LEADS_PER_COMPANY = 2.6
_KNOWN_BEFORE = 0.08  # of the leads, when the three years begin
PURPOSE_COMPANIES, PURPOSE_PEOPLE = 1, 2
WANTED_INDUSTRIES = ("機械", "自動車", "製造業", "情報通信業")


@dataclass(frozen=True, slots=True)
class Companies:
    """A row per company; words are numbers of the lists in ``simulation_words``."""

    industry: I16
    prefecture: I16
    employees: I64
    is_competitor: Truth
    first_order: I64  # day number since the start, NO_DAY without an order

    @property
    def team(self) -> I64:
        """The sales team that looks after each company."""
        teams = [TEAMS.index(TEAM_OF_PREFECTURE.get(name, TEAMS[0])) for name in PREFECTURES]
        return np.array(teams)[self.prefecture]


@dataclass(frozen=True, slots=True)
class People:
    """A row per lead. ``intent`` nobody sees: it makes people active, and makes them buy."""

    company: I64  # MISSING for those who left none
    title: I16
    department: I16
    source: I16
    campaign: I16
    plants: I64
    created: I64  # seconds since the start
    begins: F64  # shares of all business: the span in which they are heard of
    fades: F64
    intent: F64
    persona: I16
    fit: F64  # how well they fit, 0 to 1

    def __len__(self) -> int:
        return len(self.created)


def companies_make(seed: int, leads: int) -> Companies:
    """The companies for so many leads."""
    rng = stream(seed, PURPOSE_COMPANIES)
    count = max(1, round(leads / LEADS_PER_COMPANY))
    size = np.exp(rng.normal(4.6, 1.25, count))
    ordered = rng.random(count) < 0.12
    return Companies(
        industry=words(rng, INDUSTRIES, count),
        prefecture=words(rng, PREFECTURES, count),
        employees=np.clip(size, 3, 30_000).astype(np.int64),
        is_competitor=rng.random(count) < 0.012,
        first_order=np.where(ordered, rng.integers(-2500, DAYS, count), NO_DAY),
    )


def people_make(seed: int, leads: int, companies: Companies) -> People:
    """So many leads, most of them at a company, the big ones with many."""
    rng = stream(seed, PURPOSE_PEOPLE)
    weight = rng.random(leads) ** 1.5
    company = (weight * len(companies.employees)).astype(np.int64)
    company[rng.random(leads) < 0.1] = MISSING
    source = words(rng, SOURCES, leads)
    intent = rng.normal(0.0, 1.0, leads)
    begins = rng.random(leads) ** 0.85
    begins[rng.random(leads) < _KNOWN_BEFORE] = 0.0
    created = instants(begins, rng.random(leads))
    created, begins = _at_exhibitions(rng, created, begins, source)
    campaign = rng.integers(0, len(CAMPAIGNS), leads).astype(np.int16)
    campaign[rng.random(leads) < 0.55] = MISSING
    title = _told(rng, words(rng, TITLES, leads), 0.12)
    return People(
        company=company,
        title=title,
        department=_told(rng, words(rng, DEPARTMENTS, leads), 0.15),
        source=source,
        campaign=campaign,
        plants=np.where(rng.random(leads) < 0.3, rng.integers(1, 6, leads), MISSING),
        created=created,
        begins=begins,
        fades=begins + (1 - begins) * rng.random(leads) ** 0.6,
        intent=intent,
        persona=_personas(rng, intent),
        fit=_fit(companies, company, title),
    )


def words(rng: np.random.Generator, shares: Mapping[str, float], count: int) -> I16:
    """So many numbers of words, each as likely as its share."""
    table = share_table(list(shares.values()), 4096)
    return table[rng.integers(0, len(table), count)]


def _told(rng: np.random.Generator, values: I16, silent: float) -> I16:
    return np.where(rng.random(len(values)) < silent, np.int16(MISSING), values)


def _at_exhibitions(
    rng: np.random.Generator, created: I64, begins: F64, source: I16
) -> tuple[I64, F64]:
    """Leads met at an exhibition are created there, on one of its days between ten and five."""
    met = source == list(SOURCES).index("exhibition")
    count = int(met.sum())
    which = rng.integers(0, len(EXHIBITIONS), count)
    day = np.array(EXHIBITIONS)[which] + rng.integers(0, EXHIBITION_DAYS, count)
    created = created.copy()
    created[met] = day * DAY + rng.integers(10 * 3600, 17 * 3600, count)
    begins = begins.copy()
    begins[met] = share_of_instants(created[met])
    return created, begins


def share_of_instants(seconds: I64) -> F64:
    """The share of all business done by these instants, roughly: the inverse of ``instants``."""
    grid = np.linspace(0.0, 1.0, 4097)[:-1]
    known = instants(grid, np.zeros(len(grid)))
    return np.asarray(np.interp(seconds, np.append(known, LENGTH), np.append(grid, 1.0)))


def _personas(rng: np.random.Generator, intent: F64) -> I16:
    names = list(PERSONAS)
    persona = np.digitize(intent, [-0.5, 0.9, 1.7]).astype(np.int16)
    persona[rng.random(len(intent)) < 0.03] = names.index("seeker")
    return persona


def _fit(companies: Companies, company: I64, title: I16) -> F64:
    wanted = np.array([name in WANTED_INDUSTRIES for name in INDUSTRIES])
    sized = (companies.employees >= 30) & (companies.employees <= 800)
    of_company = 0.4 * wanted[companies.industry] + 0.3 * sized - 1.0 * companies.is_competitor
    decides = np.array([name in DECIDERS for name in TITLES])
    of_person = 0.3 * (decides[title] & (title != MISSING))
    fit = np.where(company == MISSING, 0.0, of_company[company]) + of_person
    return np.asarray(fit, np.float64)
