"""Imports of files that a test writes out in full."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from teichaku.core.actors import Actor
from teichaku.intake.mapping import mapping_for
from teichaku.intake.services import ImportReport, import_file

ACTOR = Actor(kind="import", name="test")


def import_text(entity: str, text: str, *, file_map: str = "", dry_run: bool = False):
    """The report of importing a CSV text."""
    return import_bytes(entity, text.encode(), file_map=file_map, dry_run=dry_run)


def import_bytes(
    entity: str, content: bytes, *, file_map: str = "", dry_run: bool = False
) -> ImportReport:
    """The report of importing a file of these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{entity}.csv"
        path.write_bytes(content)
        return import_file(
            entity=entity,
            path=path,
            actor=ACTOR,
            file_map=mapping_for(file_map, entity) if file_map else None,
            dry_run=dry_run,
        )


def import_rows(entity: str, rows: Sequence[Mapping[str, str]], **options) -> ImportReport:
    """The report of importing rows given as mappings; absent fields are blank."""
    names = sorted({name for row in rows for name in row})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{entity}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        return import_file(entity=entity, path=path, actor=ACTOR, **options)
