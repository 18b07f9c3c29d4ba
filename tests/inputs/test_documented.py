"""The worked examples of the pages about input tasks and rates hold."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.contracts.source import page
from tests.engine.test_obligations import TOKYO, meeting, one, rule, said, staff, watched

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.input_rates import InputRate, is_unread, shade
from teichaku.engine.ladder import Owed, Recovery, Step, steps_reached
from teichaku.engine.rulebook.model import Calendar


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


def test_the_fields_of_a_page() -> None:
    rolling = InputRate(0, 0, 0)
    for _week, fraction, four_weeks, shown, deep in table("input-rate", "Week"):
        part, whole = map(int, fraction.split("/"))
        rolling += InputRate(part, 0, whole - part)
        share = rolling.percentage
        assert f"{rolling.on_time}/{rolling.due}" == four_weeks
        percent = "" if share is None else f", {share:.0%}".replace("%", " %")
        assert f"{fraction}{percent}" == shown
        assert ("none" if share is None else str(shade(share))) == deep


@pytest.mark.parametrize(
    ("share", "found"), [(0, 1), (0.399, 1), (0.4, 2), (0.6, 3), (0.8, 4), (0.949, 4), (0.95, 5)]
)
def test_shades(share: float, found: int) -> None:
    assert shade(share) == found


@pytest.mark.parametrize("row", table("read-rate", "Entries"))
def test_entries_that_nobody_reads(row: list[str]) -> None:
    entries, read, answer = row
    assert is_unread(int(read), int(entries)) is answer.startswith("yes")


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


@pytest.mark.parametrize("row", table("follow-up-ladder", "Begun"))
def test_steps(row: list[str]) -> None:
    begun, due, in_a_row, away, *steps = row
    days = [date.fromisoformat(f"2026-{away}")] if away else []
    calendar = BusinessCalendar(Calendar(), absences=days)
    owed = Owed(tokyo(begun), tokyo(due), in_a_row=int(in_a_row), told_at=tokyo(due))
    found = steps_reached(owed, calendar, tokyo("12-31 00:00"))
    assert [reached.step for reached in found] == list(Step)
    assert [f"{reached.at.astimezone(TOKYO):%m-%d %H:%M}" for reached in found] == steps


@pytest.mark.parametrize("row", table("ladder-recovery", "entered"))
def test_recovery(row: list[str]) -> None:
    entered, cases = map(int, row[:2])
    found = Recovery(entered, cases)
    assert [f"{value:.3f}" for value in found.rate] == row[2:5]
    assert found.is_low is (row[5] == "yes")


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=TOKYO)
