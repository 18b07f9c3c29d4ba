"""How long entries take: measured by the forms, told of rules, never of people."""

from __future__ import annotations

from teichaku.core import clock
from teichaku.core.entry_times import EntryTime
from teichaku.inputs.models import InputTiming
from teichaku.inputs.subject_kinds import SUBJECT_KINDS

SHORTEST_MS, LONGEST_MS = 300, 2 * 3_600_000


def input_timing_record(*, subject_kind: str, subject_id: int, elapsed_ms: int) -> bool:
    """Whether it was kept how long an entry took; what nobody could take is not. Names nobody."""
    if subject_kind not in SUBJECT_KINDS or not SHORTEST_MS <= elapsed_ms <= LONGEST_MS:
        return False
    InputTiming.objects.create(
        subject_kind=subject_kind, subject_id=subject_id, at=clock.now(), elapsed_ms=elapsed_ms
    )
    return True


def entry_timing_keep(news: EntryTime) -> None:
    """Nothing; what a form told of its time is kept, if it is about something we measure."""
    input_timing_record(
        subject_kind=news.subject_kind,
        subject_id=news.subject_id,
        elapsed_ms=news.elapsed_ms,
    )
