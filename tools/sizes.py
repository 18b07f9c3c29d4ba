"""Measures files and functions against the size budget; a file in which much happens hides it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ("src", "tests", "benchmarks", "tools")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Measure(NamedTuple):
    """How many lines a file or a function has."""

    lines: int
    name: str


class Budget(NamedTuple):
    """What is measured, how many lines 95 of 100 may have, and how many each may have."""

    what: str
    most: int
    limit: int


FILES = Budget("files", 330, 600)
FUNCTIONS = Budget("functions", 45, 80)
VIEWS = Budget("views", 25, 25)


def python_files() -> list[Path]:
    """Every Python file of ours but migrations, which Django writes."""
    found = (path for folder in MEASURED for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def measure_files(paths: Iterable[Path]) -> Iterator[Measure]:
    """Each file with its lines."""
    for path in paths:
        yield Measure(len(path.read_text(encoding="utf-8").splitlines()), _name(path))


def measure_functions(paths: Iterable[Path]) -> Iterator[Measure]:
    """Each function and method with its lines, from ``def`` to its last one."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield Measure(lines, f"{_name(path)}:{node.lineno} {node.name}")


def overruns(budget: Budget, measures: Iterable[Measure]) -> list[str]:
    """What breaks the budget, in sentences; empty when nothing does."""
    ordered = sorted(measures)
    found = [
        f"{m.name} has {m.lines} lines; {budget.limit} is the limit."
        for m in ordered
        if m.lines > budget.limit
    ]
    if ordered:
        nearly_all = ordered[int(len(ordered) * 0.95)].lines
        if nearly_all > budget.most:
            found.append(
                f"95 of 100 {budget.what} should have at most {budget.most} lines;"
                f" {nearly_all} are needed to cover them."
            )
    return found


def all_overruns() -> list[str]:
    """Everything in the tree that breaks a budget."""
    paths = python_files()
    views = [path for path in paths if path.name == "views.py"]
    return [
        *overruns(FILES, measure_files(paths)),
        *overruns(FUNCTIONS, measure_functions(paths)),
        *overruns(VIEWS, measure_functions(views)),
    ]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    broken = all_overruns()
    for sentence in broken:
        click.echo(sentence)
    sys.exit(1 if broken else 0)
