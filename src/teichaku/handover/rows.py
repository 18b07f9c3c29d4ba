"""Changing a handover's row: read under a lock, written with its history, audit and message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.handover.models import Assignment, Handover

State = Handover.State
_HISTORY = ("state", "owner_id")


def handover_locked(handover: Handover, *states: str) -> Handover:
    """The row as it is now, kept from others; in none of the states it raises ``Conflict``."""
    row = Handover.objects.select_for_update().get(pk=handover.pk)
    if row.state not in states:
        raise Conflict(
            _(
                "This handover has been decided or taken back meanwhile. Look at it again; nothing"
                " was changed."
            ),
            handover=row.uid,
        )
    return row


def handover_write(
    row: Handover,
    values: Mapping[str, Any],
    *,
    action: str,
    actor: Actor,
    at: datetime | None = None,
) -> None:
    """Nothing; the row has the values, with history, audit and message. Part of the transaction."""
    at = at or clock.now()
    before = {name: getattr(row, name) for name in _HISTORY}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    changes = [
        FieldChange("handover.handover", row.pk, name.removesuffix("_id"), old, now)
        for name, old in before.items()
        if old != (now := getattr(row, name))
    ]
    changes_record(changes, actor=actor, at=at, source="handover")
    audit_record(
        actor=actor, action=f"handover.{action}", object_type="handover.handover", object_id=row.pk
    )
    outbox_emit(topic="handover.changed", payload={"handovers": [row.pk]})


def assignment_add(row: Handover, *, actor: Actor, at: datetime) -> None:
    """Nothing; the history of hands has the present owner. Part of the transaction."""
    assert row.owner_id is not None
    Assignment.objects.create(
        handover=row, owner_id=row.owner_id, at=at, accept_due=row.accept_due,
        touch_due=row.touch_due, why=row.why, **actor_columns(actor),
    )  # fmt: skip
