"""Real exports, read by the product and, beside it, by hand with the csv module."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.intake.importing import ACTOR

from teichaku.intake.mapping import mapping_for
from teichaku.intake.services import ImportReport, import_file

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data"
Row = Mapping[str, str]


def import_real(entity: str, path: Path, mapping: str) -> ImportReport:
    text = (HERE.parent / "mappings" / mapping).read_text(encoding="utf-8")
    return import_file(entity=entity, path=path, actor=ACTOR, file_map=mapping_for(text, entity))


def rows_of(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval at 95 %, as the roots of (p − share)² = z²·p(1 − p)/n in p."""
    z, share = 1.959964, part / whole
    a, b, c = 1 + z * z / whole, -(2 * share + z * z / whole), share * share
    root = math.sqrt(b * b - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
