"""Scores and qualifications brought up to date: evaluated by the engine, written in sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput
from teichaku.core.instants import instant_of, micros
from teichaku.core.outbox import outbox_emit
from teichaku.engine.columns import Columns
from teichaku.engine.evaluate import ScoreColumns, grades, score
from teichaku.engine.layout import FOREVER
from teichaku.engine.program import Program, compile_program
from teichaku.engine.rulebook.base import MICRO
from teichaku.leads.models import Lead
from teichaku.rulebook.models import Activation
from teichaku.rulebook.selectors import activation_in_force, rulebook_of
from teichaku.scoring.base import Part, store_open
from teichaku.scoring.dirty import marks_again, marks_note
from teichaku.scoring.histories import columns_of_leads, with_computed
from teichaku.scoring.memberships import (
    leads_due,
    members_recount,
    memberships_end,
    memberships_write,
    segments_live,
    segments_stamp,
    standings,
)
from teichaku.scoring.models import DirtyLead, Score, Segment
from teichaku.scoring.qualify import Findings, findings, findings_write

ROWS_AT_ONCE = 8_000  # one transaction of SQLite stays under 250 ms
MANY = 20_000  # so many changed leads are quicker read from the store
FINDING_ROWS = 6  # a qualification with its evidence and message takes as long as so many scores
SCORED = ("behaviour", "fit", "total", "grade", "rising", "revision", "as_of", "next_at", "history")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a run brought up to date."""

    revision: str
    as_of: datetime
    leads: int
    events: int
    qualified: int
    superseded: int
    seconds: float


def scores_refresh(
    *,
    actor: Actor,
    only_changed: bool = False,
    progress: Progress = lambda done, all_leads: None,
) -> Refresh:
    """Every lead scored as of now under the rulebook in force, what newly qualified recorded, and
    segments up to date.

    ``only_changed``: the leads that changed, and those whose score changes by itself by now.
    """
    started = time.perf_counter()
    activation = activation_in_force()
    if activation is None:
        raise InvalidInput(
            _(
                "No rulebook is in force, so there is nothing to score by. Activate one:"
                " teichaku rulebook activate FILE"
            )
        )
    as_of = clock.now()
    marks, changed = _marks()
    segments = segments_live()
    parts = _changed(changed, as_of) if only_changed else store_open().parts
    whole = sum(int(keep.sum()) for _columns, keep in parts)
    done = leads = events = qualified = superseded = 0
    for columns, keep in parts:
        run = _Run(activation, with_computed(columns, as_of), keep, as_of, actor)
        found = run.findings(changed)
        for rows in run.chunks(found):
            new, replaced = run.write(rows, found)
            qualified, superseded = qualified + new, superseded + replaced
            done += len(rows)
            progress(done, whole)
        run.follow(segments)
        leads += int(keep.sum())
        events += int(np.diff(columns.offsets)[keep].sum())
    if not only_changed:
        marks_again(marks)
        members_recount()
    _note_scored({lead: marks[lead] for lead in changed}, actor)
    segments_stamp(segments, as_of, whole=not only_changed)
    seconds = time.perf_counter() - started
    return Refresh(activation.revision.hash, as_of, leads, events, qualified, superseded, seconds)


def _marks() -> tuple[dict[int, int], set[int]]:
    """The mark of every lead that the base lacks, and those that scoring has not seen."""
    rows = DirtyLead.objects.values_list("lead_id", "mark", "scored_mark")
    found = list(rows)
    marks = {lead: mark for lead, mark, _scored in found}
    return marks, {lead for lead, mark, scored in found if mark != scored}


def _changed(changed: AbstractSet[int], as_of: datetime) -> list[Part]:
    due = Score.objects.filter(next_at__lte=as_of).values_list("lead_id", flat=True)
    leads = sorted({*changed, *due, *leads_due(as_of)})
    if len(leads) > MANY:
        return [(part, keep & np.isin(part.lead_ids, leads)) for part, keep in store_open().parts]
    columns = columns_of_leads(leads)
    return [(columns, np.ones(columns.leads, np.bool_))]


class _Run:
    """One evaluation of some columns under one activation."""

    def __init__(
        self,
        activation: Activation,
        columns: Columns,
        keep: npt.NDArray[np.bool_],
        as_of: datetime,
        actor: Actor,
    ) -> None:
        self.activation, self.columns, self.as_of, self.actor = activation, columns, as_of, actor
        self.rulebook = rulebook_of(activation.revision.document)
        self.program: Program = compile_program(self.rulebook, columns.signatures)
        self.scores: ScoreColumns = score(self.program, columns, micros(as_of))
        self.history = columns.fingerprints(np.full(columns.leads, micros(as_of)))
        self.rows = np.flatnonzero(keep)
        self.grades = grades(self.rulebook, self.scores.behaviour, self.scores.fit)

    def findings(self, changed: AbstractSet[int]) -> Findings:
        """The qualifications to record, read against the ledger before scores are overwritten."""
        return findings(
            self.program,
            self.columns,
            self.rows,
            activation=self.activation,
            as_of=self.as_of,
            changed=changed,
        )

    def chunks(self, found: Findings) -> list[npt.NDArray[np.int64]]:
        """Rows in portions of one transaction, smaller where much was found."""
        ids = self.columns.lead_ids[self.rows].tolist()
        rows_each = [1 + FINDING_ROWS * len(found.get(lead, ())) for lead in ids]
        portion = np.cumsum(rows_each, dtype=np.int64) // ROWS_AT_ONCE
        parts = np.split(self.rows, np.flatnonzero(np.diff(portion)) + 1)
        return [part for part in parts if len(part)]

    def write(self, rows: npt.NDArray[np.int64], found: Findings) -> tuple[int, int]:
        """How many qualified and how many rows superseded others; one transaction, so that a lead
        is never taken for evaluated without what was found of it.
        """
        ids = self.columns.lead_ids[rows].tolist()
        scores = self._score_rows(ids, rows)
        with transaction.atomic():
            bulk.upsert(Score, "lead", SCORED, scores, steady="next_at")
            audit_record(
                actor=self.actor, action="scoring.scores_refresh", object_type="scoring.score",
                count=len(ids),
            )  # fmt: skip
            outbox_emit(topic="scoring.scored", payload={"leads": ids})
            return findings_write(
                [finding for lead in ids for finding in found.get(lead, ())],
                activation=self.activation,
                actor=self.actor,
            )

    def follow(self, segments: Sequence[Segment]) -> None:
        """Nothing; the leads are in the segments whose conditions they meet."""
        if segments:
            found = standings(segments, self.rulebook, self.columns, self.as_of)
            ids = self.columns.lead_ids
            memberships_write(found, ids, self.rows, as_of=self.as_of, actor=self.actor)

    def _score_rows(self, ids: list[int], rows: npt.NDArray[np.int64]) -> list[bulk.Row]:
        found = self.scores
        points = [
            (values[rows] / MICRO).tolist()
            for values in (found.behaviour, found.fit, found.total, found.rising)
        ]
        next_at = [None if at == FOREVER else instant_of(at) for at in found.next_at[rows].tolist()]
        behaviour, fit, total, rising = points
        letters = self.grades[rows].tolist()
        count = len(ids)
        revisions, instants = [self.activation.revision_id] * count, [self.as_of] * count
        return list(
            zip(ids, behaviour, fit, total, letters, rising, revisions, instants, next_at,
                self.history[rows].tolist(), strict=True)
        )  # fmt: skip


def _note_scored(marks: dict[int, int], actor: Actor) -> None:
    """The changes that were read are scored; later ones keep a mark of their own."""
    for chunk in bulk.chunked(sorted(marks.items()), ROWS_AT_ONCE):
        with transaction.atomic():
            leads = marks_note("scored_mark", chunk)
            # A merge left these without a history of their own.
            merged = Lead.objects.filter(pk__in=leads).exclude(root=F("pk"))
            away = list(merged.values_list("pk", flat=True))
            Score.objects.filter(lead__in=away).delete()
            memberships_end(away, actor=actor)
