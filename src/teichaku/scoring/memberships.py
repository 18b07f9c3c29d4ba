"""Who is in which segment: read off the engine for the leads at hand, differences written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import transaction
from django.db.models import F, Q

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.instants import micros
from teichaku.core.outbox import outbox_emit
from teichaku.engine.columns import Columns
from teichaku.engine.conditions import condition_turns
from teichaku.engine.layout import FOREVER
from teichaku.engine.rulebook.model import Rulebook
from teichaku.scoring.models import Membership, MembershipChange, Segment
from teichaku.scoring.segment_conditions import condition_asked

LEADS_AT_ONCE = 4_000  # one transaction of SQLite stays under 250 ms
KNOWN = ("id", "lead", "inside", "turns_at")
_ROW = ("segment", "lead", "inside", "since", "turns_at")
_UNKNOWN: tuple[int | None, bool, int | None] = (None, False, None)
_CHANGE = ("segment", "revision", "lead", "entered", "at")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where leads stand with a segment: whether they are in it, and when that turns by itself."""

    segment: Segment
    inside: npt.NDArray[np.bool_]
    turns_at: npt.NDArray[np.int64]


def segments_live() -> list[Segment]:
    """The segments that are kept up to date."""
    rows = Segment.objects.filter(archived_at=None, revision__isnull=False)
    return list(rows.select_related("revision").order_by("pk"))


def leads_due(as_of: datetime) -> AbstractSet[int]:
    """The leads whose place in a live segment turns by itself by now."""
    due = Membership.objects.filter(turns_at__lte=micros(as_of), segment__archived_at=None)
    return set(due.values_list("lead_id", flat=True))


def standings(
    segments: Iterable[Segment], rulebook: Rulebook, columns: Columns, as_of: datetime
) -> list[Standing]:
    """Where every lead of the columns stands with each segment."""
    found = []
    for segment in segments:
        assert segment.revision is not None
        asked = condition_asked(segment.revision, rulebook)
        turned = condition_turns(rulebook, asked, columns, micros(as_of))
        found.append(Standing(segment, turned.holds, turned.turns_at))
    return found


def memberships_write(
    found: Sequence[Standing], leads: npt.NDArray[np.int64], rows: npt.NDArray[np.int64],
    *, as_of: datetime, actor: Actor,
) -> int:  # fmt: skip
    """How many leads came in or left; ``rows`` are those of the standings to write, and ``leads``
    has all their ids. A chunk of leads is one transaction for all segments.
    """
    changed = 0
    for chunk in bulk.chunked(rows.tolist() if found else (), LEADS_AT_ONCE):
        places = np.array(chunk, np.int64)
        ids = leads[places].tolist()
        with transaction.atomic():
            for one in found:
                inside, turns_at = one.inside[places].tolist(), one.turns_at[places].tolist()
                wanted = dict(zip(ids, zip(inside, turns_at, strict=True), strict=True))
                changed += _write(one.segment, wanted, as_of, actor)
    return changed


def _write(
    segment: Segment, wanted: Mapping[int, tuple[bool, int]], as_of: datetime, actor: Actor
) -> int:
    """How many came in or left; one writer of a segment at a time, so that each is told once."""
    # What is asked of the segment now: another process may have given it another condition.
    now = Segment.objects.select_for_update().filter(
        pk=segment.pk, revision=segment.revision_id, archived_at=None
    )
    if not now.exists():
        return 0
    known: dict[int, tuple[int | None, bool, int | None]] = {
        lead: (pk, bool(inside), turns_at)
        for pk, lead, inside, turns_at in bulk.lookup(
            Membership, "lead", list(wanted), KNOWN, segment=segment.pk
        )
    }  # fmt: skip
    new: list[bulk.Row] = []
    turned: list[bulk.Row] = []
    later: list[bulk.Row] = []
    gone: list[int] = []
    for lead, (inside, at) in wanted.items():
        turns_at = None if at == FOREVER else at
        pk, was_inside, turned_at = known.get(lead, _UNKNOWN)
        if pk is None:
            if inside or turns_at is not None:
                new.append((segment.pk, lead, inside, as_of, turns_at))
        elif not inside and turns_at is None:
            gone.append(pk)
        elif inside != was_inside:
            turned.append((pk, inside, as_of, turns_at))
        elif turns_at != turned_at:
            later.append((pk, turns_at))
    bulk.insert(Membership, _ROW, new)
    bulk.update(Membership, ("inside", "since", "turns_at"), turned)
    bulk.update(Membership, ("turns_at",), later)
    for chunk in bulk.chunked(gone, 1_000):
        Membership.objects.filter(pk__in=chunk).delete()
    told: list[bulk.Row] = [
        (segment.pk, segment.revision_id, lead, inside, as_of)
        for lead, (inside, _at) in wanted.items()
        if inside != known.get(lead, _UNKNOWN)[1]
    ]
    if told:
        _tell(segment, told, actor)
    return len(told)


def _tell(segment: Segment, told: Sequence[bulk.Row], actor: Actor) -> None:
    """Nothing; the ledger, the count and whoever listens know who came in and who left."""
    entered = [row[2] for row in told if row[3]]
    left = [row[2] for row in told if not row[3]]
    bulk.insert(MembershipChange, _CHANGE, told)
    Segment.objects.filter(pk=segment.pk).update(members=F("members") + len(entered) - len(left))
    audit_record(
        actor=actor, action="scoring.memberships_write", object_type="scoring.segment",
        object_id=segment.pk, count=len(told),
    )  # fmt: skip
    outbox_emit(
        topic="scoring.memberships_changed",
        payload={"segment": segment.pk, "entered": entered, "left": left},
    )


def memberships_end(leads: Collection[int], *, actor: Actor) -> None:
    """Nothing; these leads are in no segment any more. Part of the caller's transaction."""
    rows = list(Membership.objects.filter(lead__in=leads).select_related("segment"))
    if not rows:
        return
    at = clock.now()
    Membership.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for segment in {row.segment_id: row.segment for row in rows}.values():
        told: list[bulk.Row] = [
            (segment.pk, segment.revision_id, row.lead_id, False, at)
            for row in rows
            if row.segment_id == segment.pk and row.inside
        ]
        if told:
            _tell(segment, told, actor)


def segments_stamp(segments: Sequence[Segment], as_of: datetime, *, whole: bool) -> None:
    """Nothing; the segments are up to date as of then, and if it was the ``whole`` that was looked
    at, also built.
    """
    for segment in segments if whole else ():
        same = Segment.objects.filter(pk=segment.pk, revision=segment.revision_id)
        same.update(built=segment.revision_id)
    ids = [segment.pk for segment in segments]
    if ids:
        rows = Segment.objects.filter(pk__in=ids)
        rows.filter(Q(as_of=None) | Q(as_of__lt=as_of)).update(as_of=as_of)


def members_recount() -> None:
    """Nothing; each count is what the rows say, whatever took rows away."""
    for segment in Segment.objects.filter(archived_at=None):
        rows = Membership.objects.filter(segment=segment, inside=True).count()
        if rows != segment.members:
            Segment.objects.filter(pk=segment.pk, members=segment.members).update(members=rows)
