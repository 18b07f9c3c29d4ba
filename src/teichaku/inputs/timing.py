"""How long entries take: measured by the forms, told of rules, never of people."""

from __future__ import annotations

from teichaku.core import clock
from teichaku.inputs.models import InputTiming

SUBJECTS = ("deal", "activity")
SHORTEST_MS, LONGEST_MS = 300, 2 * 3_600_000


def input_timing_record(*, subject_kind: str, subject_id: int, elapsed_ms: int) -> bool:
    """Whether it was kept how long an entry took; what nobody could take is not. Names nobody."""
    if subject_kind not in SUBJECTS or not SHORTEST_MS <= elapsed_ms <= LONGEST_MS:
        return False
    InputTiming.objects.create(
        subject_kind=subject_kind, subject_id=subject_id, at=clock.now(), elapsed_ms=elapsed_ms
    )
    return True
