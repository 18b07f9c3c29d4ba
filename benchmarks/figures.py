"""One measured figure against its target, and how figures are taken."""

from __future__ import annotations

import gc
import resource
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """A row of the table; ``skipped`` says why there is no value."""

    name: str
    value: float | None
    unit: str
    bound: Literal["at most", "at least"]
    limit: float
    ratio_to: str = ""
    skipped: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None when nothing was measured."""
        if self.value is None:
            return None
        return self.value <= self.limit if self.bound == "at most" else self.value >= self.limit

    @property
    def target(self) -> str:
        """The target as people write it."""
        return f"{'≤' if self.bound == 'at most' else '≥'} {self.limit:,g} {self.unit}"

    def as_json(self, *, judged: bool) -> dict[str, object]:
        """The figure as ``build/bench.json`` has it."""
        found: dict[str, object] = {
            "name": self.name, "value": self.value, "unit": self.unit, "target": self.target,
            "ratio_to": self.ratio_to or None, "ok": self.ok if judged else None,
        }  # fmt: skip
        return found | ({"skipped": self.skipped} if self.skipped else {})

    def as_plain(self) -> dict[str, object]:
        """The figure's own fields, for another process."""
        return asdict(self)


def table(figures: Sequence[Figure], *, judged: bool) -> str:
    """The figures as lines; unjudged ones are shown without a verdict."""
    lines = [("", "measured", "target", "against", "")]
    for figure in figures:
        value = "–" if figure.value is None else f"{figure.value:,.4g} {figure.unit}"
        marks = {True: "ok", False: "MISSED", None: f"skipped: {figure.skipped}"}
        mark = marks[figure.ok] if judged or figure.value is None else ""
        lines.append((figure.name, value, figure.target, figure.ratio_to, mark))
    widths = [max(_width(line[k]) for line in lines) for k in range(5)]
    return "\n".join(_padded(line, widths) for line in lines)


def _padded(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = zip(line, widths, strict=True)
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip()


def fastest(work: Callable[[], object], repetitions: int) -> float:
    """Seconds of the quickest of several runs: what the machine can do when left alone."""
    found = []
    for _ in range(repetitions):
        gc.collect()
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def say(text: str) -> None:
    """Progress, beside the table."""
    print(text, file=sys.stderr, flush=True)


def peak_gigabytes() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
