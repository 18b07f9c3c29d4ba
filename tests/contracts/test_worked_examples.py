"""The worked examples of docs/algorithms hold: the definition and the engine both say so.

An example is a section with a rulebook, a table of events, perhaps one of attributes, and a table
of scores (``As of``) or of qualifications (``Qualified at``, up to the instant in its caption).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from ruamel.yaml import YAML
from tests.contracts.source import DOCS, page
from tests.engine.vectors import EngineSide, Happening, OracleSide, Side, at, lead

from teichaku.engine.backtest import (
    LOST,
    OPEN,
    WON,
    Outcomes,
    Qualified,
    Summary,
    summarise,
)
from teichaku.engine.facts import LeadFacts
from teichaku.engine.rulebook.durations import DAY_US
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.statistics import Rate

UNTIL = re.compile(r"until (\d{4}-\d{2}-\d{2} \d{2}:\d{2})")
Row = dict[str, str]


@dataclass(frozen=True)
class Example:
    """One section of a page."""

    rulebook: Rulebook
    lead: LeadFacts
    scores: Sequence[Row]
    qualified: Sequence[Row] | None
    until: str


def _sections() -> Iterator[tuple[str, str]]:
    for path in sorted((DOCS / "algorithms").glob("*.md")):
        for number, section in enumerate(re.split(r"^#+ ", path.read_text(), flags=re.MULTILINE)):
            if "```yaml" in section:
                yield f"{path.stem}-{number}", section


def _tables(section: str) -> dict[str, list[Row]]:
    """The rows of each table by the heading of its first column."""
    found: dict[str, list[Row]] = {}
    for block in re.findall(r"(?:^\|.*\n)+", section, flags=re.MULTILINE):
        head, _, *lines = (
            [c.strip() for c in line.split("|")[1:-1]] for line in block.splitlines()
        )
        found[head[0]] = [dict(zip(head, line, strict=True)) for line in lines]
    return found


def _happening(row: Row) -> Happening:
    type_, *objects = row["Event"].strip("`").split()
    named = [part if "=" in part else f"path={part}" for part in objects]
    return Happening(row["When"], type_, dict(part.split("=", 1) for part in named))


def _example(section: str) -> Example:
    text = section.split("```yaml\n")[1].split("```")[0]
    rulebook = load(f"rulebook: 1\ntitle: example\n{text}")
    tables = _tables(section)
    attributes = {
        row["Attribute"].strip("`"): YAML(typ="safe").load(row["Value"])
        for row in tables.get("Attribute", [])
    }
    until = UNTIL.search(section)
    return Example(
        rulebook=rulebook,
        lead=lead(
            *map(_happening, tables.get("When", [])),
            created=tables["Created"][0]["Created"] if "Created" in tables else "",
            attributes=attributes,
        ),
        scores=tables.get("As of", []),
        qualified=tables.get("Qualified at"),
        until=until[1] if until else "",
    )


SIDES = pytest.mark.parametrize("side", [OracleSide(), EngineSide()], ids=["definition", "engine"])
SECTIONS = pytest.mark.parametrize(
    "section", [pytest.param(text, id=name) for name, text in _sections()]
)


@SIDES
@SECTIONS
def test_the_example_holds(section: str, side: Side) -> None:
    example = _example(section)
    assert example.scores or example.qualified is not None, "an example shows a result"
    for row in example.scores:
        scores = side.score(example.rulebook, example.lead, at(row["As of"]))
        for name, shown in row.items():
            if hasattr(scores, name.lower()):
                found = getattr(scores, name.lower())
                expected = shown if name == "Grade" else float(shown)
                assert found == expected, f"{name} as of {row['As of']}"
    if example.qualified is not None:
        found = side.qualify(example.rulebook, example.lead, at(example.until))
        assert [(q.at, q.total) for q in found] == [
            (at(row["Qualified at"]), float(row["Total"])) for row in example.qualified
        ]


def test_every_engine_number_has_an_example() -> None:
    pages = {name.rsplit("-", 1)[0] for name, _ in _sections()}
    assert {"behaviour", "fit", "total-and-grade", "rising", "qualification", "windows"} <= pages


def _days(*texts: str) -> npt.NDArray[np.int64]:
    return np.array(texts, "datetime64[D]").astype(np.int64)


def _summary(rows: Sequence[tuple[int, str, str, str, int]], today: str) -> Summary:
    """Of lines: lead, day of qualification, days of creation and closing, how the deal went."""
    lead, qualified, opened, closed, kind = zip(*rows, strict=True)
    ids, first = np.unique(np.array(lead, np.int64), return_index=True)
    days = _days(*qualified)[first]
    outcomes = Outcomes(np.array(lead), _days(*opened), _days(*closed), np.array(kind))
    [now] = _days(today)
    found = Qualified(ids, days * DAY_US, days)
    return summarise(found, outcomes, window_days=90, today=int(now), span=(0, int(now)))


def _shown(rate: Rate) -> str:
    return ", ".join(f"{name} {round(value, 6)}" for name, value in rate._asdict().items() if value)


def test_the_example_of_the_opportunity_rate_holds() -> None:
    text = page("algorithms/opportunity-rate.md")
    rows = [
        (int(row["Lead"]), row["Qualified on"], row["Deal opened on"], "2026-09-01", OPEN)
        for row in _tables(text)["Lead"]
    ]
    found = _summary(rows, "2026-09-30")
    counts = f"matured {found.matured}, opportunities {found.opportunities}"
    assert f"{counts}, {_shown(found.opportunity_rate)}" in text


def test_the_example_of_the_win_rate_holds() -> None:
    text = page("algorithms/win-rate.md")
    kinds = {"open": OPEN, "won": WON, "lost": LOST}
    rows = [
        (int(row["Lead"]), "2026-04-01", "2026-05-01", "2026-06-01", kinds[deal])
        for row in _tables(text)["Lead"]
        for deal in row["Deals"].split(", ")
    ]
    found = _summary(rows, "2026-09-30")
    counts = f"won {found.won}, lost {found.lost}"
    assert f"{counts}, {_shown(found.win_rate)}, wins {found.wins}" in text
