"""The seam: rooms above register who writes a kind of file, without intake knowing their tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol

from teichaku.core.actors import Actor
from teichaku.core.registry import Listeners, Registry
from teichaku.intake.reader import BadRecord
from teichaku.intake.rows import FileRows


@dataclass(slots=True)
class Tally:
    """What became of the rows so far."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    unlinked: int = 0
    merged: int = 0
    owners_created: int = 0
    leads_created: int = 0
    companies_created: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportTask:
    """All that a writer needs: the rows, whose names they use, who imports, and where to report."""

    rows: FileRows
    system: str
    zone: tzinfo
    actor: Actor
    recorded_at: datetime
    tally: Tally
    progress: Callable[[int], None]
    reject: Callable[[BadRecord, Mapping[str, str]], None]


class Writer(Protocol):
    """Writes all rows of a file, in transactions short enough for others to get a turn."""

    def __call__(self, task: ImportTask, /) -> None:
        """Nothing; the tables and the tally tell."""


writers: Registry[Writer] = Registry("import writer")
# Told once all rows of a file are written, so that earlier files can find what this one brought.
followers: Listeners[ImportTask] = Listeners("follower of imports")
