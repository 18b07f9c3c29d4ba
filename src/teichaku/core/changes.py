"""The history of fields: append-only, so that later rules can judge what was known when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.canonical import Json
from teichaku.core.models import Change

COLUMNS = (
    "object_type",
    "object_id",
    "field",
    "old",
    "new",
    "at",
    "recorded_at",
    "source",
    "actor_kind",
    "actor_name",
    "actor_user_id",
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one object before and after."""

    object_type: str
    object_id: int
    field: str
    old: Json
    new: Json


def changes_record(rows: Sequence[FieldChange], *, actor: Actor, at: datetime, source: str) -> int:
    """How many changes were written; ``at`` is when they became true, not when we learnt it."""
    recorded_at = clock.now()
    told = (at, recorded_at, source, actor.kind, actor.name, actor.user_id)
    bulk.insert(
        Change,
        COLUMNS,
        [(r.object_type, r.object_id, r.field, r.old, r.new, *told) for r in rows],
    )
    return len(rows)
