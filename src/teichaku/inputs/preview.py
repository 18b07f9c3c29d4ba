"""What a planned rulebook would do to the obligations that are open."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from teichaku.core import bulk, clock
from teichaku.engine import obligations as engine
from teichaku.inputs.book import InputBook
from teichaku.inputs.models import OPEN, VOID, Obligation
from teichaku.inputs.subject_kinds import SUBJECT_KINDS

AT_ONCE = 200


class RuleEffect(NamedTuple):
    """What a changed rulebook would do to what is open under one rule, before it is agreed to."""

    rule_id: str
    open: int
    void: int
    later: int


def rules_preview(*, book: InputBook) -> list[RuleEffect]:
    """The effect of a planned book (``input_book(planned=…)``) on open obligations, by rule."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    since = max((e.since for rule in book.rules for e in rule.editions), default=clock.now())
    as_of = max(since, clock.now())
    for kind, about in SUBJECT_KINDS.items():
        running = Obligation.objects.filter(state=OPEN, subject_kind=kind)
        ids = running.order_by("subject_id").values_list("subject_id", flat=True).distinct()
        for portion in bulk.chunked(ids, AT_ONCE):
            rows = running.filter(subject_id__in=portion)
            due = {(r.subject_id, r.rule_id, r.occurrence): r.due_at for r in rows}
            for subject in about.subjects(portion, book):
                for told in engine.obligations_of(subject, book.rules, book.staff, as_of):
                    before = due.get((subject.id, told.rule_id, told.occurrence))
                    if before is not None:
                        row = counts[told.rule_id]
                        row[0] += 1
                        row[1] += told.state == VOID
                        row[2] += told.state == OPEN and told.due_at > before
    return [RuleEffect(rule, *row) for rule, row in sorted(counts.items())]
