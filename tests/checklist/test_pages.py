"""The pages of the items say the limits that the items are held to."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.contracts.source import page
from tests.engine.checklist_facts import DAY, IN_ORDER

from teichaku.engine.checklist.clauses import Clause
from teichaku.engine.checklist.facts import InputTraceFacts, Share
from teichaku.engine.checklist.items import DEPENDENTS, FORMULAS, PHASES, Phase

ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| (\w+) \| ([^|]+) \|$", re.MULTILINE)
STANDS = re.compile(r"^\| (\d+) \| ([\d, ]+) \|$", re.MULTILINE)
TOLD = replace(IN_ORDER, traces=InputTraceFacts(*[Share(1, 2)] * 3))


def limit(clause: Clause) -> str:
    text = "≥" if clause.bound == "at_least" else "≤"
    text = "yes" if clause.unit == "yes" else f"{text} {clause.limit:g}"
    text += f", floor {clause.floor:g}" if clause.floor is not None else ""
    return text + (f", n ≥ {clause.enough}" if clause.enough else "")


@pytest.mark.parametrize("phase", PHASES)
def test_each_page_has_the_clauses_of_its_items(phase: Phase) -> None:
    _, *sections = page(f"algorithms/checklist/{phase}.md").split("\n## ")
    assert [int(section.split(".")[0]) for section in sections] == list(PHASES[phase])
    for item, section in zip(PHASES[phase], sections, strict=True):
        clauses = FORMULAS[item](TOLD, DAY).clauses
        expected = [(one.key, one.part.value, limit(one)) for one in clauses]
        assert ROW.findall(section) == expected
        assert f"`checklist-{item}/1`" in section
        assert "**Example.**" in section


def test_the_page_says_which_items_stand_on_which() -> None:
    rows = STANDS.findall(page("algorithms/checklist/README.md"))
    written = {int(item): tuple(map(int, others.split(","))) for item, others in rows}
    assert written == DEPENDENTS
