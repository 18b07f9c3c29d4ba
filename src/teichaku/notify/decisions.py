"""What administrators decide about messages that did not get through."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeAlias
from uuid import UUID

from django.db import transaction

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.notify.models import Delivery, Letter, Task
from teichaku.notify.services import task_dismiss
from teichaku.notify.settling import PARKED_TASKS, Table

Values: TypeAlias = dict[str, Any]


def deliveries_send_again(*, uids: Collection[UUID] | None, actor: Actor) -> int:
    """How many parked deliveries (of these, or all) are due again, with all their attempts."""
    return _decide(uids, "notify.deliveries_send_again", actor, Delivery, _again())


def deliveries_give_up(*, uids: Collection[UUID] | None, actor: Actor) -> int:
    """How many parked deliveries (of these, or all) are not sent any more."""
    return _decide(uids, "notify.deliveries_give_up", actor, Delivery, _given_up())


def letters_send_again(*, uids: Collection[UUID] | None, actor: Actor) -> int:
    """How many parked letters (of these, or all) are due again, with all their attempts."""
    return _decide(uids, "notify.letters_send_again", actor, Letter, _again())


def letters_give_up(*, uids: Collection[UUID] | None, actor: Actor) -> int:
    """How many parked letters (of these, or all) are not sent any more."""
    return _decide(uids, "notify.letters_give_up", actor, Letter, _given_up())


def _again() -> Values:
    return {
        "state": Delivery.State.WAITING,
        "attempts": 0,
        "due_at": clock.now(),
        "settled_at": None,
        "message": None,
    }


def _given_up() -> Values:
    return {"state": Delivery.State.SKIPPED, "settled_at": clock.now()}


def _decide(
    uids: Collection[UUID] | None,
    action: str,
    actor: Actor,
    table: Table,
    values: Values,
) -> int:
    parked = table._default_manager.filter(state=Delivery.State.PARKED)
    with transaction.atomic():
        chosen = parked if uids is None else parked.filter(uid__in=uids)
        decided = chosen.update(**values)
        if decided:
            about = f"notify.{table._meta.model_name}"
            audit_record(actor=actor, action=action, object_type=about, count=decided)
        if not parked.exists():
            for task in Task.objects.filter(
                kind=PARKED_TASKS[table], done_at=None, dismissed_at=None
            ):
                task_dismiss(task=task, actor=actor)
    return decided
