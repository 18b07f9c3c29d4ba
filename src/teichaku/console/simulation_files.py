"""The made-up company as UTF-8 CSV files whose columns are named like the fields of an import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from teichaku.console.simulation_histories import Histories
from teichaku.console.simulation_people import MISSING, NO_DAY, Companies, People
from teichaku.console.simulation_pipeline import LOST, OPEN, Activities, Deals, reps_count
from teichaku.console.simulation_time import START, START_US
from teichaku.console.simulation_words import (
    ACTIVITY_KINDS,
    ACTIVITY_OUTCOMES,
    CAMPAIGNS,
    COMPANY_HEADS,
    COMPANY_TAILS,
    DEAL_KINDS,
    DEPARTMENTS,
    FAMILIES,
    GIVEN,
    INDUSTRIES,
    LOST_REASONS,
    NEXT_ACTIONS,
    PREFECTURES,
    SHAPES,
    SOURCES,
    STAGES,
    TEAMS,
    TITLES,
)

I64 = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64] | npt.NDArray[np.int16] | npt.NDArray[np.int32]
if TYPE_CHECKING:  # pyarrow's classes take parameters in its stubs only
    Texts: TypeAlias = pa.Array[Any]
    Columns = Mapping[str, pa.Array[Any]]
_ROWS_AT_ONCE = 500_000
_OWN_DOMAIN = "minato-sample.example"
_FREE_DOMAIN = "freemail.example"
_FREE_SHARE = 8  # every so many-th lead writes from a private address
_OFFSET = "+09:00"


def write_users(path: Path, leads: int) -> None:
    """Reps in teams under their managers, inside sales, marketing, and those above."""
    reps = reps_count(leads)
    per_team = reps // len(TEAMS)
    rows: list[tuple[str, str, str, str, str]] = []
    for number in range(reps):
        team = TEAMS[number // per_team]
        rows.append((_rep(number), "sales_rep", "営業部", team, f"M{number // per_team + 1:02d}"))
    rows += [
        (f"M{n + 1:02d}", "sales_manager", "営業部", team, "X01") for n, team in enumerate(TEAMS)
    ]
    rows += [(f"I{n:02d}", "inside_sales", "営業部", "inside_sales", "M01") for n in (1, 2)]
    rows += [(f"K{n:02d}", "marketer", "マーケティング部", "", "K90") for n in (1, 2)]
    rows += [
        ("K90", "marketing_manager", "マーケティング部", "", "X01"),
        ("X01", "executive", "役員室", "", ""),
        ("A01", "administrator", "情報システム部", "", "X01"),
    ]
    ids, roles, departments, teams, managers = zip(*rows, strict=True)
    names = [f"{FAMILIES[n % 12][0]} {GIVEN[n // 12 % 10][0]}" for n in range(len(rows))]
    _write(
        path,
        {
            "external_id": pa.array(ids),
            "email": pa.array([f"{name.lower()}@{_OWN_DOMAIN}" for name in ids]),
            "name": pa.array(names),
            "role": pa.array(roles),
            "department": pa.array(departments),
            "team": pa.array(teams),
            "manager": pa.array(managers),
        },
    )


def write_companies(path: Path, companies: Companies) -> None:
    """A company a row. No corporate numbers: a made-up one could be somebody's."""
    count = len(companies.employees)
    numbers = np.arange(count)
    ordered = companies.first_order
    _write(
        path,
        {
            "external_id": _ids("C", numbers, 6),
            "name": _company_names(numbers),
            "domain": _join(_ids("c", numbers, 6), ".example"),
            "industry": _words(companies.industry, INDUSTRIES),
            "employees": pa.array(companies.employees),
            "prefecture": _words(companies.prefecture, PREFECTURES),
            "is_competitor": pa.array(companies.is_competitor),
            "attribute.first_order": _days(ordered, ordered == NO_DAY),
        },
    )


def write_leads(path: Path, people: People, deals: Deals) -> None:
    """A lead a row; those with a deal have its owner."""
    count = len(people)
    numbers = np.arange(count)
    owner = np.full(count, MISSING, np.int64)
    linked = deals.lead != MISSING
    owner[deals.lead[linked]] = deals.owner[linked]
    _write(
        path,
        {
            "external_id": lead_ids(numbers),
            **_persons(numbers, people.company),
            "company": _ids("C", people.company, 6),
            "title": _words(people.title, TITLES),
            "department": _words(people.department, DEPARTMENTS),
            "source": _words(people.source, SOURCES),
            "campaign": _words(people.campaign, CAMPAIGNS),
            "created_at": _instants(people.created),
            "owner": _owners(owner, count),
            "attribute.plants": numbers_array(people.plants, people.plants == MISSING),
        },
    )


def _persons(numbers: I64, company: I64) -> Columns:
    """Names and addresses, each address once."""
    family, given = numbers * 7 % len(FAMILIES), numbers // 3 % len(GIVEN)
    free = (company == MISSING) | (numbers % _FREE_SHARE == 0)
    domain = _join(_ids("c", np.where(free, 0, company), 6), ".example")
    domain = pc.if_else(pa.array(free), _FREE_DOMAIN, domain)
    families = [_words(family, [names[k] for names in FAMILIES]) for k in range(3)]
    return {
        "email": _join(families[2], _ids(".", numbers, 7), "@", domain),
        "name": _join(families[0], " ", _words(given, [names[0] for names in GIVEN])),
        "kana": _join(families[1], " ", _words(given, [names[1] for names in GIVEN])),
    }


def write_events(path: Path, histories: Histories) -> None:
    """The log in order of time, as a log is; ids count within the order of the engine."""
    counts = np.diff(histories.offsets)
    order = np.argsort(histories.at, kind="stable")
    words = {
        "type": [shape.signature.type for shape in SHAPES],
        "path": [shape.signature.path for shape in SHAPES],
        "form": [shape.signature.form for shape in SHAPES],
        "asset": [shape.signature.asset for shape in SHAPES],
        "campaign": [shape.signature.campaign for shape in SHAPES],
        "rank": [shape.signature.rank for shape in SHAPES],
        "source": [shape.source for shape in SHAPES],
    }
    leads = lead_ids(np.arange(len(counts)))

    def tables() -> Iterator[Columns]:
        for begin in range(0, len(order), _ROWS_AT_ONCE):
            rows = order[begin : begin + _ROWS_AT_ONCE]
            lead = np.searchsorted(histories.offsets, rows, side="right") - 1
            shape = histories.shape[rows]
            yield {
                "external_id": _ids("E", rows, 9),
                "lead": pc.take(leads, numbers_array(lead, lead == MISSING)),
                "at": _instants((histories.at[rows] - START_US) // 1_000_000),
                **{name: _words(shape, texts) for name, texts in words.items()},
            }

    _write_all(path, tables(), ["external_id", "lead", "at", *words])


def write_deals(path: Path, deals: Deals, leads: int) -> None:
    """A deal a row; the owner is the rep."""
    outcomes = np.where(deals.outcome == OPEN, 0, deals.outcome - 1 + len(STAGES))
    reached = (deals.entered != MISSING).sum(axis=1) - 1
    stage = np.where(deals.outcome == OPEN, np.maximum(reached, 0), outcomes)
    numbers = np.arange(len(deals))
    _write(
        path,
        {
            "external_id": deal_ids(numbers),
            "lead": lead_ids(deals.lead),
            "company": _ids("C", deals.company, 6),
            "owner": _owners(deals.owner, leads),
            "name": _join(_ids("サンプル引合 ", numbers, 6), ""),
            "stage": _words(stage, [*STAGES, "won", "lost"]),
            "kind": _words(deals.kind, DEAL_KINDS),
            "amount": pa.array(deals.amount),
            "created_on": _instants(deals.created),
            "close_on": _days(deals.expected, deals.expected == NO_DAY),
            "closed_on": _instants(deals.closed),
            "lost_reason": _words(
                np.where(deals.outcome == LOST, deals.lost_reason, np.int16(MISSING)),
                LOST_REASONS,
            ),
        },
    )


def write_stages(path: Path, deals: Deals, leads: int) -> None:
    """Each stage a deal entered, and its end."""
    deal, stage = np.nonzero(deals.entered != MISSING)
    closed = np.flatnonzero(deals.closed != MISSING)
    deal = np.concatenate([deal, closed])
    stage = np.concatenate([stage, deals.outcome[closed] - 1 + len(STAGES)])
    every = np.column_stack([deals.entered, deals.closed, deals.closed])
    at = every[deal, stage]
    order = np.lexsort((stage, at))
    _write(
        path,
        {
            "deal": deal_ids(deal[order]),
            "stage": _words(stage[order], [*STAGES, "won", "lost"]),
            "at": _instants(at[order]),
            "actor": _owners(deals.owner[deal[order]], leads),
        },
    )


def write_activities(path: Path, activities: Activities, deals: Deals, leads: int) -> None:
    """An activity a row."""
    deal = activities.deal
    _write(
        path,
        {
            "external_id": _ids("T", np.arange(len(deal)), 7),
            "deal": deal_ids(deal),
            "lead": lead_ids(deals.lead[deal]),
            "company": _ids("C", deals.company[deal], 6),
            "owner": _owners(deals.owner[deal], leads),
            "kind": _words(activities.kind, ACTIVITY_KINDS),
            "at": _instants(activities.at),
            "outcome": _words(activities.outcome, ACTIVITY_OUTCOMES),
            "next_action": _words(activities.next_action, NEXT_ACTIONS),
            "next_action_on": _days(activities.next_on, activities.next_on == NO_DAY),
        },
    )


def lead_ids(rows: I64) -> Texts:
    """The external ids of lead rows, null for MISSING: L000001 is the first."""
    return _ids("L", np.where(rows == MISSING, MISSING, rows + 1), 6)


def deal_ids(rows: I64) -> Texts:
    """The external ids of deal rows."""
    return _ids("D", rows + 1, 6)


def _rep(number: int) -> str:
    return f"U{number + 1:03d}"


def _owners(numbers: I64, leads: int) -> Texts:
    return _words(numbers, [_rep(number) for number in range(reps_count(leads))])


def _company_names(numbers: I64) -> Texts:
    head = _words(numbers % len(COMPANY_HEADS), COMPANY_HEADS)
    tail = _words(numbers // len(COMPANY_HEADS) % len(COMPANY_TAILS), COMPANY_TAILS)
    again = pc.cast(pa.array(numbers // (len(COMPANY_HEADS) * len(COMPANY_TAILS)) + 1), pa.string())
    return _join("株式会社サンプル", head, tail, "第", again)


def _ids(prefix: str, numbers: I64, digits: int) -> Texts:
    text = pc.cast(numbers_array(numbers, numbers == MISSING), pa.string())
    return _join(prefix, pc.utf8_lpad(text, width=digits, padding="0"))


def _join(*parts: str | Texts) -> Texts:
    return pc.binary_join_element_wise(*parts, "")


def _words(numbers: Numbers, texts: Iterable[str]) -> Texts:
    found = numbers_array(numbers, numbers == MISSING)
    return pc.take(pa.array(list(texts), pa.string()), found)


def numbers_array(numbers: Numbers, absent: Truth) -> pa.Int64Array:
    """Whole numbers, null where absent."""
    return cast(pa.Int64Array, pa.array(numbers, mask=absent))


def _instants(seconds: I64) -> Texts:
    """Wall clock readings with their offset."""
    local = np.datetime64(START.replace(tzinfo=None), "s") + seconds
    return _join(pc.cast(pa.array(local, mask=seconds == MISSING), pa.string()), _OFFSET)


def _days(numbers: I64, absent: Truth) -> Texts:
    days = np.datetime64(START.date(), "D") + np.where(absent, 0, numbers)
    return pc.cast(pa.array(days, mask=absent), pa.string())


def _write(path: Path, columns: Columns) -> None:
    _write_all(path, iter([columns]), list(columns))


def _write_all(path: Path, parts: Iterator[Columns], names: Sequence[str]) -> None:
    # No word of this world holds a comma or a quotation mark.
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write((",".join(names) + "\n").encode())
        for part in parts:
            csv.write_csv(pa.table(dict(part)), file, options)
