"""Deadlines that move because their owner is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import Q

from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.engine.handover_clocks import Clocks, Stage, clocks_start
from teichaku.handover.book import handover_book
from teichaku.handover.models import Handover

State = Handover.State
COLUMNS = ("accept_due", "touch_due")


def absences_job(payload: Mapping[str, Json]) -> None:
    """Nothing; deadlines of these people are as their days of absence make them."""
    deadlines_move(users=cast("list[int]", payload["users"]))


def deadlines_move(*, users: Sequence[int], actor: Actor = SYSTEM) -> int:
    """How many running handovers of these people, or of all, have a later deadline now.

    A deadline never comes nearer.
    """
    running = Q(state=State.WAITING) | Q(state=State.ACCEPTED, touched_at=None)
    rows = Handover.objects.filter(running, assigned_at__isnull=False)
    if users:
        rows = rows.filter(owner__in=users)
    with transaction.atomic():
        found = [
            (row, later)
            for row, now in _anew(list(rows))
            if (later := _later(row, now)) is not None
        ]
        if found:
            _write(found, actor)
    return len(found)


def _anew(rows: Sequence[Handover]) -> list[tuple[Handover, Clocks]]:
    book = handover_book()
    if book.rules is None:
        return []
    calendars = book.calendars({row.owner_id for row in rows if row.owner_id})
    found = []
    for row in rows:
        if row.assigned_at is not None and row.owner_id is not None:
            stage: Stage = "inside" if row.stage == Handover.Stage.INSIDE else "field"
            calendar = calendars[row.owner_id]
            clocks = clocks_start(
                book.rules, calendar, row.assigned_at, stage=stage, hot=row.is_hot
            )  # fmt: skip
            found.append((row, clocks))
    return found


_Dues = tuple[datetime | None, datetime | None]


def _later(row: Handover, now: Clocks) -> _Dues | None:
    """The deadlines as they should be; None where neither is later than before."""
    accept, touch = row.accept_due, row.touch_due
    if accept and now.accept_due and row.state == State.WAITING:
        accept = max(accept, now.accept_due)
    if touch and now.touch_due:
        touch = max(touch, now.touch_due)
    return None if (accept, touch) == (row.accept_due, row.touch_due) else (accept, touch)


def _write(found: Sequence[tuple[Handover, _Dues]], actor: Actor) -> None:
    bulk.update(Handover, COLUMNS, [(row.pk, *dues) for row, dues in found])
    changes_record(
        [
            FieldChange("handover.handover", row.pk, name, _text(getattr(row, name)), _text(due))
            for row, dues in found
            for name, due in zip(COLUMNS, dues, strict=True)
            if getattr(row, name) != due
        ],
        actor=actor, at=clock.now(), source="absence",
    )  # fmt: skip
    audit_record(
        actor=actor, action="handover.deadlines_move", object_type="handover.handover",
        count=len(found),
    )  # fmt: skip
    outbox_emit(topic="handover.changed", payload={"handovers": [row.pk for row, _ in found]})


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
