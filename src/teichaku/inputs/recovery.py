"""Whether the steps of the follow-up ladder help: how often the entry was made soon after one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from teichaku.core import clock
from teichaku.engine.ladder import Recovery, Step
from teichaku.inputs.book import InputBook
from teichaku.inputs.models import LATE, ON_TIME, VOID, WAIVED, FollowUp

STEPS = (Step.NUDGE, Step.REMINDER, Step.MANAGER, Step.AGENDA)
NONE = Recovery(0, 0)


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """A rule, or all of them, and its recovery after each step, in the steps' order."""

    rule_id: str
    label: str
    steps: Sequence[Recovery]


def recoveries(start: datetime, end: datetime, book: InputBook) -> list[RecoveryRow]:
    """Of the steps taken from ``start`` on and before ``end``: all rules together, then each."""
    in_time = Q(obligation__settled_at__lte=F("recover_by"))
    entered = in_time & Q(obligation__state__in=[ON_TIME, LATE])
    ended = in_time & Q(obligation__state__in=[WAIVED, VOID])
    rows = FollowUp.objects.filter(outcome=FollowUp.Outcome.DONE, at__gte=start, at__lt=end)
    counted = (
        rows.order_by()
        .values_list("obligation__rule_id", "step")
        .annotate(
            entered=Count("pk", filter=entered),
            cases=Count("pk", filter=entered | (Q(recover_by__lte=clock.now()) & ~ended)),
        )
    )
    found = {(rule, step): Recovery(*counts) for rule, step, *counts in counted}
    rules = sorted({rule for rule, _step in found}, key=lambda rule: book.labels.get(rule, rule))
    each = [
        RecoveryRow(rule, book.labels.get(rule, rule), [found.get((rule, s), NONE) for s in STEPS])
        for rule in rules
    ]
    together = [sum((row.steps[n] for row in each), NONE) for n in range(len(STEPS))]
    return [RecoveryRow("", "", together), *each] if each else []
