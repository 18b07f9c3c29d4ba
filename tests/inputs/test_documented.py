"""The worked examples of the pages about input tasks and rates hold."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.contracts.source import page
from tests.engine.test_obligations import TOKYO, meeting, one, rule, said, staff, watched

from teichaku.engine.input_rates import InputRate


def table(name: str, first: str) -> list[list[str]]:
    """The rows of the table on the page whose head begins with the word."""
    lines = page(f"algorithms/{name}.md").splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(f"| {first} |")) + 2
    rows = []
    for line in lines[begin:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.mark.parametrize("row", table("input-rate", "on_time"))
def test_rates(row: list[str]) -> None:
    on_time, late, overdue, waived, due = map(int, row[:5])
    counts = InputRate(on_time, late, overdue, waived)
    assert counts.due == due
    assert [f"{value:.3f}" for value in counts.rate] == row[5:]


@pytest.mark.parametrize("row", table("obligations", "Ended"))
def test_deadlines(row: list[str]) -> None:
    ended, entered, due, state = row
    known = [said(at(ended))]
    if entered:
        known.append(said(at(entered), outcome="前進"))
    asked = rule(what={"object": "activity", "fields": ["outcome"]})
    book = watched((datetime(2026, 11, 1, tzinfo=TOKYO), asked))
    found = one(meeting(*known, at=at(ended)), book, staff())
    assert f"{found.due_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" == due
    assert found.state == state


def at(text: str) -> str:
    """As the helpers of the engine's tests take it: without the year."""
    return text.removeprefix("2026-").replace(" ", "T")
