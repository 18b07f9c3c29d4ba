"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

from tools.sizes import Budget, Measure, all_overruns, overruns

BUDGET = Budget("files", most=10, limit=20)


def test_the_tree_keeps_its_budget() -> None:
    assert all_overruns() == []


def test_one_file_over_the_limit_is_named() -> None:
    small = [Measure(5, f"small{n}.py") for n in range(99)]
    assert overruns(BUDGET, [*small, Measure(21, "big.py")]) == [
        "big.py has 21 lines; 20 is the limit."
    ]


def test_many_files_near_the_limit_are_too_many() -> None:
    [sentence] = overruns(BUDGET, [Measure(15, f"{n}.py") for n in range(10)])
    assert "at most 10 lines" in sentence
