"""Live qualification against the ledger: new rows, and superseding ones where the past changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import Model, QuerySet, TextField
from django.db.models.functions import Cast

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.ids import uuid7
from teichaku.core.instants import instant_of, micros
from teichaku.core.outbox import outbox_emit_each
from teichaku.engine.columns import Columns
from teichaku.engine.evaluate import Live, QualificationColumns, qualify_live
from teichaku.engine.explain import clause_values
from teichaku.engine.facts import LiveState
from teichaku.engine.layout import NEVER
from teichaku.engine.program import Program
from teichaku.engine.rulebook.base import MICRO
from teichaku.leads.models import StageEntry
from teichaku.rulebook.models import Activation
from teichaku.scoring.models import Qualification, Score

RESET_STAGES = ("returned", "recycled")
RESET_EVENT = "handover_returned"
COLUMNS = (
    "uid", "lead", "revision", "at", "behaviour", "fit", "total", "source", "evidence",
    "recorded_at", "supersedes", "withdrawn",
)  # fmt: skip
AT_ONCE = 1_000
FEW = 2_000  # of more leads, what is on record is read in one go


@dataclass(frozen=True, slots=True)
class Recorded:
    """A qualification of the ledger that stands; ``own``: found since the present activation."""

    pk: int
    lead: int
    at: int
    own: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A row for the ledger; ``supersedes`` the one it replaces, ``withdrawn`` if only that."""

    lead: int
    at: int
    behaviour: int
    fit: int
    total: int
    evidence: Mapping[str, Json]
    supersedes: int | None = None
    withdrawn: bool = False
    uid: UUID = field(default_factory=uuid7)


M = TypeVar("M", bound=Model)
Findings = Mapping[int, Sequence[Finding]]  # by root lead
I64 = npt.NDArray[np.int64]


def findings(
    program: Program,
    columns: Columns,
    rows: I64,
    *,
    activation: Activation,
    as_of: datetime,
    changed: AbstractSet[int],
) -> Findings:
    """What the ledger lacks for these rows; ``changed`` leads may have another past than before.

    A lead is looked at from its last evaluation on. Only where the past itself changed (late or
    retracted events, merges) is it looked at from the rulebook's start again, and what differs
    then supersedes what stands.
    """
    start = micros(activation.effective_from)
    seen = _last_evaluations(activation, columns.lead_ids)
    rewritten = _rewritten(columns, rows, changed, seen)
    again = (seen == NEVER) | rewritten
    since = np.where(again, start, np.maximum(seen, start))
    ask = again | (seen < start)
    ledger, resets = _ledger(activation, columns.lead_ids), _resets(columns)
    states = [LiveState()] * columns.leads
    for lead, row in _rows_of(columns, ledger.keys() | resets.keys()):
        known = [q.at for q in ledger.get(lead, ()) if not (q.own and again[row])]
        states[row] = LiveState(max(known, default=None), tuple(resets.get(lead, ())))
    found = qualify_live(program, columns, Live(since, ask, states), micros(as_of))
    return _against_ledger(program, columns, rows, found, ledger, again)


def _rows_of(columns: Columns, leads: AbstractSet[int]) -> Iterator[tuple[int, int]]:
    """Each of the leads that the columns have, with its row."""
    wanted = np.array(sorted(leads), np.int64)
    ids, rows, _where = np.intersect1d(
        columns.lead_ids, wanted, assume_unique=True, return_indices=True
    )
    yield from zip(ids.tolist(), rows.tolist(), strict=True)


def _against_ledger(
    program: Program,
    columns: Columns,
    rows: I64,
    found: QualificationColumns,
    ledger: Mapping[int, Sequence[Recorded]],
    again: npt.NDArray[np.bool_],
) -> Findings:
    keep = np.zeros(columns.leads, np.bool_)
    keep[rows] = True
    by_lead: dict[int, list[Finding]] = {}
    for k, row in enumerate(found.row.tolist()):
        if keep[row]:
            finding = _finding(program, columns, row, found, k)
            by_lead.setdefault(finding.lead, []).append(finding)
    withdrawals = _withdrawals(columns.lead_ids)
    again = again & keep
    for lead, row in _rows_of(columns, by_lead.keys() | ledger.keys()):
        if not again[row]:
            continue
        standing = [q for q in ledger.get(lead, ()) if q.own]
        closed = withdrawals.get(lead, ())
        by_lead[lead] = _differences(lead, standing, by_lead.get(lead, []), closed)
    return by_lead


def _differences(
    lead: int, standing: Sequence[Recorded], found: Sequence[Finding], withdrawals: Sequence[int]
) -> list[Finding]:
    """What makes the ledger say what was found: equal instants stay, the rest first against first.

    Rows that came with a merged lead are withdrawn rather than superseded, so that each lead has
    its own past back when the merge is undone; what was withdrawn can be found again.
    """
    wanted = {finding.at: finding for finding in found}
    own: list[Recorded] = []
    gone: list[Recorded] = []
    for old in sorted(standing, key=lambda q: q.lead != lead):
        if wanted.pop(old.at, None) is None:
            (own if old.lead == lead else gone).append(old)
    places = [*(old.pk for old in own), *withdrawals][: len(wanted)]
    result = [
        replace(finding, supersedes=place)
        for finding, place in zip_longest(wanted.values(), places)
    ]
    result.extend(
        Finding(old.lead, old.at, 0, 0, 0, {}, old.pk, withdrawn=True)
        for old in (*own[len(wanted) :], *gone)
    )
    return result


def _finding(
    program: Program, columns: Columns, row: int, found: QualificationColumns, k: int
) -> Finding:
    at = int(found.at[k])
    return Finding(
        int(columns.lead_ids[row]), at, int(found.behaviour[k]), int(found.fit[k]),
        int(found.total[k]), _evidence(program, columns, row, at),
    )  # fmt: skip


def _evidence(program: Program, columns: Columns, row: int, at: int) -> dict[str, Json]:
    """What the definition saw, clause by clause in the program's order."""
    mql = program.rulebook.mql
    counted: list[Json] = [
        {"holds": v.holds, "value": v.value, "needed": v.needed}
        for v in clause_values(program, columns, row, at)
    ]
    return {"definition": mql.id if mql else "", "clauses": counted}


def findings_write(
    found: Sequence[Finding], *, activation: Activation, actor: Actor
) -> tuple[int, int]:
    """How many leads' qualifications are new, and how many superseded one that stood."""
    recorded_at = clock.now()
    if found:
        with transaction.atomic():
            rows = [
                (f.uid, f.lead, activation.revision_id, instant_of(f.at), f.behaviour / MICRO,
                 f.fit / MICRO, f.total / MICRO, "engine", f.evidence, recorded_at,
                 f.supersedes, f.withdrawn)
                for f in found
            ]  # fmt: skip
            # Another run may have found the same meanwhile: what it wrote stands.
            added = bulk.insert_new(Qualification, COLUMNS, rows, returning=("uid",))
            new = {UUID(str(uid)) for (uid,) in added}
            found = [f for f in found if f.uid in new]
            audit_record(
                actor=actor, action="scoring.leads_qualify",
                object_type="scoring.qualification", count=len(found),
            )  # fmt: skip
            outbox_emit_each(
                topic="scoring.qualified",
                payloads=[{"qualification": f.uid, "lead": f.lead} for f in found],
            )
    superseded = sum(1 for f in found if f.supersedes is not None)
    return len(found) - superseded, superseded


def _last_evaluations(activation: Activation, leads: I64) -> I64:
    """When each of the leads was last evaluated under this revision; ``NEVER`` where it was not."""
    rows = _about(Score.objects.filter(revision=activation.revision_id), "lead", leads)
    instants: dict[str, int] = {}  # a run writes one instant to all, so few texts need reading
    ids, found = [], []
    for lead, text in rows.values_list("lead_id", Cast("as_of", TextField())).iterator():
        if text not in instants:
            at = datetime.fromisoformat(text)
            instants[text] = micros(at if at.tzinfo else at.replace(tzinfo=UTC))
        ids.append(lead)
        found.append(instants[text])
    seen = np.full(len(leads), NEVER)
    _ids, places, which = np.intersect1d(
        leads, np.array(ids, np.int64), assume_unique=True, return_indices=True
    )
    seen[places] = np.array(found, np.int64)[which]
    return seen


def _rewritten(
    columns: Columns, rows: I64, changed: AbstractSet[int], seen: I64
) -> npt.NDArray[np.bool_]:
    """The leads whose events up to their last evaluation are not those that it saw: some came
    late, were retracted, or moved with a merge. When they were recorded does not tell: an import
    may commit after an evaluation that began after it.
    """
    rewritten = np.zeros(columns.leads, np.bool_)
    looked_at = np.zeros(columns.leads, np.bool_)
    looked_at[rows] = True
    looked_at &= seen != NEVER
    places = {lead: row for lead, row in _rows_of(columns, changed) if looked_at[row]}
    if not places:
        return rewritten
    until = np.full(columns.leads, NEVER)
    until[list(places.values())] = seen[list(places.values())]
    now = columns.fingerprints(until)
    then: dict[int, int] = {}
    for chunk in bulk.chunked(places, AT_ONCE):
        then.update(Score.objects.filter(lead__in=chunk).values_list("lead_id", "history"))
    for lead, row in places.items():
        rewritten[row] = int(now[row]) != then.get(lead)
    return rewritten


def _about(rows: QuerySet[M], column: str, leads: I64) -> QuerySet[M]:
    """The rows about these leads; about all where these are many."""
    return rows.filter(**{f"{column}__in": leads.tolist()}) if len(leads) <= FEW else rows


def _ledger(activation: Activation, leads: I64) -> dict[int, list[Recorded]]:
    """The standing qualifications of root leads, oldest first."""
    rows = Qualification.objects.filter(superseded_by=None, withdrawn=False).order_by("at", "pk")
    start, revision = activation.effective_from, activation.revision_id
    found: dict[int, list[Recorded]] = {}
    columns = ("lead__root_id", "pk", "lead_id", "at", "revision_id")
    for root, pk, lead, at, by in _about(rows, "lead__root", leads).values_list(*columns):
        own = by == revision and at >= start
        found.setdefault(root, []).append(Recorded(pk, lead, micros(at), own))
    return found


def _withdrawals(leads: I64) -> dict[int, list[int]]:
    """The rows that withdrew a lead's qualification and that nothing has replaced."""
    rows = Qualification.objects.filter(superseded_by=None, withdrawn=True).order_by("at", "pk")
    found: dict[int, list[int]] = {}
    for lead, pk in _about(rows, "lead", leads).values_list("lead_id", "pk"):
        found.setdefault(lead, []).append(pk)
    return found


def _resets(columns: Columns) -> dict[int, list[int]]:
    """When root leads were returned or recycled."""
    rows = StageEntry.objects.filter(stage__in=RESET_STAGES)
    stages = _about(rows, "lead__root", columns.lead_ids).values_list("lead__root_id", "at")
    found: dict[int, list[int]] = {}
    for lead, at in stages:
        found.setdefault(lead, []).append(micros(at))
    kinds = [k for k, shape in enumerate(columns.signatures) if shape.type == RESET_EVENT]
    events = np.flatnonzero(np.isin(columns.sig, kinds))
    owners = columns.lead_ids[np.searchsorted(columns.offsets, events, side="right") - 1]
    for lead, instant in zip(owners.tolist(), columns.at[events].tolist(), strict=True):
        found.setdefault(lead, []).append(instant)
    return found
