"""How long an entry took, as its form tells; rooms above keep it, of the record and of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from teichaku.core.registry import Listeners

LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class EntryTime:
    """From the first key to saving, of an entry about one record."""

    subject_kind: str
    subject_id: int
    elapsed_ms: int


entry_times: Listeners[EntryTime] = Listeners("listener to how long entries took")


def entry_time_tell(posted: Mapping[str, str], *, subject_kind: str, subject_id: int) -> None:
    """Nothing; what the form says of its time is told. A form without a script says nothing."""
    text = posted.get("elapsed_ms", "")
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        entry_times.notify(EntryTime(subject_kind, subject_id, int(text)))
