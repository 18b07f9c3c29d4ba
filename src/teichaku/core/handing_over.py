"""Records that a person holds go to another one, portion by portion, with history and audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record

PORTION = 2_000


@dataclass(frozen=True, slots=True)
class HeldRows:
    """A kind of record that people hold by ``name``, a link to a person.

    ``told`` is called with the ids of each portion, in its transaction; ``also`` is set besides.
    """

    object_type: str
    name: str
    action: str
    told: Callable[[Sequence[int]], None]
    also: Mapping[str, Any] = field(default_factory=dict)


def held_hand_over(
    *, held: HeldRows, rows: QuerySet[Any], holder_id: int, successor_id: int | None, actor: Actor
) -> int:
    """How many of the rows went to the successor; interrupted, it is simply called again."""
    moved = 0
    while portion := _portion(held, rows, holder_id, successor_id, actor):
        moved += portion
    return moved


def _portion(
    held: HeldRows, rows: QuerySet[Any], holder_id: int, successor_id: int | None, actor: Actor
) -> int:
    model: type[Model] = rows.model
    with transaction.atomic():
        mine = rows.filter(**{held.name: holder_id}).order_by("pk").values_list("pk", flat=True)
        ids = list(mine[: bulk.batch(PORTION)])
        if not ids:
            return 0
        to = {f"{held.name}_id": successor_id}
        model._default_manager.filter(pk__in=ids).update(**to, **held.also)
        changes_record(
            [FieldChange(held.object_type, pk, held.name, holder_id, successor_id) for pk in ids],
            actor=actor,
            at=clock.now(),
            source="",
        )
        audit_record(
            actor=actor,
            action=held.action,
            object_type=held.object_type,
            count=len(ids),
            values={"from": holder_id, "to": successor_id},
        )
        held.told(ids)
    return len(ids)
