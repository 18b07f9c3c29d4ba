"""What is written as a base is what the kernel reads back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.engine.vectors import VIEW, at, book, did, lead, view

from teichaku.engine.columns import Columns, columns_of
from teichaku.engine.evaluate import qualify, score
from teichaku.engine.facts import LeadFacts
from teichaku.engine.program import compile_program
from teichaku.engine.store import base_read, base_write

ARRAYS = ("lead_ids", "created", "offsets", "at", "sig")
RICH = {"title": "部長", "company.employees": 120, "a": True, "founded": date(2024, 2, 29)}


def kept(columns: Columns, folder: Path) -> Columns:
    """The columns after a way through the disk, compared part by part."""
    base_write(folder, columns)
    found = base_read(folder)
    for name in ARRAYS:
        before, after = getattr(columns, name), getattr(found, name)
        assert after.dtype == before.dtype, name
        assert np.array_equal(after, before), name
    assert tuple(found.signatures) == tuple(columns.signatures)
    assert found.attributes.equals(columns.attributes)
    return found


def test_a_base_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [
        lead(view("2026-01-01 10:00"), did("2026-01-02 10:00", "見積依頼"), attributes=RICH),
        lead(created="2026-01-05 00:00"),
        lead(view("2026-01-03 10:00", "/価格"), attributes={"title": "担当"}),
    ]
    columns = replace(columns_of(rows), lead_ids=np.array([3, 70_000_000_000, 70_000_000_001]))
    found = kept(columns, tmp_path / "base")
    rules = book(f"{VIEW}, points: 10", fit=["when: {attribute: title, is: 部長}, points: 5"],
                 mql="{score: total, at_least: 10}")  # fmt: skip
    program, until = compile_program(rules, found.signatures), at("2026-02-01 00:00")
    assert (score(program, found, until).total / 1e6).tolist() == [15, 0, 10]
    assert qualify(program, found, until).row.tolist() == [0, 2]


def test_leads_without_any_event(tmp_path: Path) -> None:
    found = kept(columns_of([LeadFacts(1), LeadFacts(2)]), tmp_path / "base")
    assert (found.leads, found.events) == (2, 0)
    program = compile_program(book(f"{VIEW}, points: 10"), found.signatures)
    assert score(program, found, 10).total.tolist() == [0, 0]


def test_no_lead_at_all(tmp_path: Path) -> None:
    found = kept(columns_of([]), tmp_path / "base")
    assert (found.leads, found.events) == (0, 0)
    program = compile_program(book(f"{VIEW}, points: 10"), found.signatures)
    assert score(program, found, 10).total.tolist() == []


def test_a_base_is_written_once_and_cannot_be_changed(tmp_path: Path) -> None:
    columns = columns_of([lead(view("2026-01-01 10:00"))])
    found = kept(columns, tmp_path / "base")
    with pytest.raises(FileExistsError):
        base_write(tmp_path / "base", columns)
    with pytest.raises(ValueError, match="read-only"):
        found.at[0] = 0


def test_readers_keep_what_they_mapped_when_the_folder_goes(tmp_path: Path) -> None:
    columns = columns_of([lead(view("2026-01-01 10:00"))])
    found = kept(columns, tmp_path / "base")
    for file in (tmp_path / "base").iterdir():
        file.unlink()
    assert found.at.tolist() == columns.at.tolist()
