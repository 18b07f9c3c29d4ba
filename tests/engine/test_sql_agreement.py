"""The engine and one SQL query agree wherever SQL can say the rulebook."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.histories import lead_facts, moments
from tests.engine.sql_formulation import database, expressible, first_qualifications
from tests.engine.strategies import Data, rulebook_data

from teichaku.console.simulation import company_columns, simulate
from teichaku.engine.columns import columns_of
from teichaku.engine.evaluate import qualify
from teichaku.engine.facts import EventFact, LeadFacts
from teichaku.engine.program import compile_program
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook

ROOT = Path(__file__).resolve().parents[2]
END = int(datetime(2026, 10, 31, 15, tzinfo=UTC).timestamp()) * 1_000_000
BASE = """
rulebook: 1
title: plain
scoring:
  behaviour: [{group: g, rules: [{id: S-1, when: {event: page_view}, points: 3, half_life: 20d}]}]
mql: {when: {all: [{score: total, at_least: 5}, {last: {event: page_view}, within: 9d}]}}
"""


def sayable(data: Data) -> Data:
    """The same rulebook without what SQL cannot say."""
    for group in data["scoring"]["behaviour"]:
        for rule in group["rules"]:
            rule["points"] = abs(rule["points"])
            rule.pop("cap", None)
            for key in ("half_life", "linear", "expires"):
                if key in rule:
                    rule[key] = days(rule[key])
    if "mql" not in data:
        data["mql"] = {"id": "M-01", "when": {"score": "behaviour", "at_least": 1}}
    data["mql"]["when"] = helping(data["mql"]["when"], helps=True) or {
        "score": "total",
        "at_least": 3,
    }
    return data


def days(length: str) -> str:
    return f"{length[:-2]}0d" if length.endswith("mo") else length.replace("h", "d")


def helping(part: Data, *, helps: bool) -> Data | None:
    """The condition with events and scores kept only where more of them cannot harm."""
    if not part.keys() & {"all", "any", "none"}:
        if "attribute" in part:
            return part
        if "rising" in part:
            part = {"score": "behaviour", "at_least": part["rising"]}
        if "within" in part:
            part = {**part, "within": part["within"].replace("mo", "0d")}
        return part if helps else None
    kept = {}
    for key, parts in part.items():
        inner = [helping(p, helps=helps != (key == "none")) for p in parts]
        if any(inner):
            kept[key] = [p for p in inner if p]
    return kept or None


def both(rulebook, columns, until):
    """First qualifications by the engine and by SQL, as comparable rows."""
    program = compile_program(rulebook, columns.signatures)
    found = qualify(program, columns, until)
    first = np.unique(found.row, return_index=True)[1]
    ours = [found.row, found.at, found.behaviour, found.fit, found.total]
    with database(columns) as connection:
        theirs = first_qualifications(connection, rulebook, columns, until)
    names = ("lead", "instant", "behaviour", "fit", "total")
    return (
        list(zip(*(column[first].tolist() for column in ours), strict=True)),
        list(zip(*(theirs[name].tolist() for name in names), strict=True)),
    )


@given(data=rulebook_data().map(sayable), draw=st.data())
def test_first_qualifications_agree(data: Data, draw: st.DataObject) -> None:
    rulebook = Rulebook.model_validate(data)
    assert expressible(rulebook)
    leads = draw.draw(st.lists(lead_facts(rulebook), min_size=1, max_size=4))
    until = draw.draw(moments(rulebook, leads), "until")
    ours, theirs = both(rulebook, columns_of(leads), until)
    assert theirs == ours


@pytest.mark.parametrize("seed", [1, 2])
def test_they_agree_on_a_simulated_company(seed):
    rulebook = load((ROOT / "benchmarks" / "rulebook-sql.yaml").read_text(encoding="utf-8"))
    ours, theirs = both(rulebook, company_columns(simulate(3_000, 120_000, seed)), END)
    assert len(ours) > 100
    assert theirs == ours


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 3", "points: 3, cap: {times: 2}"),
        ("points: 3", "points: -3"),
        ("half_life: 20d", "expires: 1mo"),
        ("within: 9d", "within: 1mo"),
        ("{score: total, at_least: 5}", "{rising: 5}"),
        ("all: [", "none: ["),
    ],
)
def test_what_sql_cannot_say(old, new):
    assert expressible(load(BASE))
    assert not expressible(load(BASE.replace(old, new)))


GRID = """
rulebook: 1
title: grid
timezone: Asia/Tokyo
scoring:
  behaviour:
    - group: one
      max: 14
      rules:
        - {id: S-1, when: {event: page_view, path: /a}, points: 2, half_life: 2d}
        - {id: S-2, when: {event: page_view, path: /b}, points: 3, linear: 3d}
        - {id: S-3, when: {event: email_click}, points: 1.5, half_life: 1d, expires: 4d}
    - {group: two, min: 1, rules: [{id: S-4, when: {event: page_view}, points: 1, expires: 2d}]}
mql: {when: {any: [WHEN]}}
"""
A, VIEW, CLICK = "{event: page_view, path: /a}", "{event: page_view}", "{event: email_click}"


@pytest.mark.parametrize(
    "when",
    [
        "{score: behaviour, at_least: 9}",
        f"{{count: {A}, at_least: 3, within: 2d}}",
        f"{{all: [{{last: {A}, within: 36h}}, {{last: {CLICK}, within: 24h}}]}}",
        f"{{days: {VIEW}, at_least: 3, within: 3d}}",
        f"{{days: {CLICK}, at_least: 2, within: 30h}}",
        f"{{all: [{{days: {VIEW}, at_least: 4}}, {{count: {CLICK}, at_least: 2, within: 12h}}]}}",
    ],
)
def test_they_agree_where_every_window_ends_on_an_event(when):
    rng = np.random.default_rng(7)
    half_day, types = 12 * 3_600_000_000, (("page_view", "/a"), ("page_view", "/b"))
    leads = []
    for _ in range(400):
        steps = rng.choice(40, 12)  # midnights and noons of local days, with many ties
        kinds = rng.choice(3, 12)
        events = [
            EventFact(1_760_022_000_000_000 + int(step) * half_day,
                      *((*types, ("email_click", ""))[kind]), external_id=str(number))
            for number, (step, kind) in enumerate(zip(steps, kinds, strict=True))
        ]  # fmt: skip
        leads.append(LeadFacts(min(event.at for event in events), events))
    ours, theirs = both(load(GRID.replace("WHEN", when)), columns_of(leads), END)
    assert len(ours) > 20
    assert theirs == ours
