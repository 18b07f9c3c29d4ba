"""Writes of tasks and notifications; rooms call these inside their own transactions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.notify.attachments import Attachment, attachments_check
from teichaku.notify.kinds import notification_kinds, task_kinds
from teichaku.notify.models import AttachedFile, Notification, Task


def task_create(
    *,
    kind: str,
    key: str,
    actor: Actor,
    owner: User | None = None,
    role: str = "",
    params: Mapping[str, Json] | None = None,
    address: str = "",
    due_at: datetime | None = None,
) -> Task:
    """The task of this key: a new one, or the one that was asked for before, as it is.

    It is for ``owner``, or for whoever holds ``role``; ``address`` is the page where it is done.
    """
    task_kinds.get(kind)
    with transaction.atomic():
        task, new = Task.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "owner": owner,
                "role": role,
                "params": dict(params or {}),
                "address": address,
                "due_at": due_at,
                "created_at": clock.now(),
            },
        )
        if new:
            _record(task, "notify.task_create", actor)
    return task


def task_done(*, task: Task, actor: Actor) -> Task:
    """The task, done; one that is closed already stays as it is."""
    done = {"done_at": clock.now(), "done_by_id": actor.user_id}
    return _close(task, actor, "notify.task_done", done)


def task_dismiss(*, task: Task, actor: Actor) -> Task:
    """The task, no longer needed: what it was about has gone away."""
    return _close(task, actor, "notify.task_dismiss", {"dismissed_at": clock.now()})


def task_reopen(*, task: Task, actor: Actor) -> Task:
    """The task, open again."""
    with transaction.atomic():
        opened = Task.objects.filter(pk=task.pk, done_at__isnull=False).update(
            done_at=None, done_by=None
        )
        if not opened:
            raise Conflict(_("This task is open already; there is nothing to take back."))
        _record(task, "notify.task_reopen", actor)
    task.refresh_from_db()
    return task


def tasks_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many open tasks went to the successor."""
    with transaction.atomic():
        moved = Task.objects.filter(owner_id=holder_id, done_at=None, dismissed_at=None).update(
            owner_id=successor_id
        )
        if moved:
            audit_record(
                actor=actor,
                action="notify.tasks_hand_over",
                object_type="notify.task",
                count=moved,
            )
    return moved


def notifications_create(
    *,
    users: Collection[User],
    kind: str,
    actor: Actor,
    params: Mapping[str, Json] | None = None,
    address: str = "",
    key: str = "",
    body: str = "",
    attachments: Sequence[Attachment] = (),
) -> list[Notification]:
    """The new notifications, one for each person but whoever did it; part of the transaction.

    With a ``key``, whoever was told of it before is not told again.
    """
    notification_kinds.get(kind)
    attachments_check(attachments)
    at = clock.now()
    rows = [
        Notification(
            user=user,
            kind=kind,
            params=dict(params or {}),
            body=body,
            address=address,
            key=key,
            at=at,
        )
        for user in users
        if user.pk != actor.user_id
    ]
    with transaction.atomic():
        new = _insert(rows)
        if new and attachments:
            _attach(new, attachments)
        if new:
            ids = [notification.pk for notification in new]
            outbox_emit(topic="notify.notifications_created", payload={"notifications": ids})
    return new


def _insert(rows: list[Notification]) -> list[Notification]:
    if not any(row.key for row in rows):
        return Notification.objects.bulk_create(rows)
    # The database leaves out those who know already, also of two writers at the same time.
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    uids = [row.uid for row in rows]
    return list(Notification.objects.filter(uid__in=uids).select_related("user").order_by("pk"))


def _attach(notifications: Sequence[Notification], attachments: Sequence[Attachment]) -> None:
    files = AttachedFile.objects.bulk_create(
        AttachedFile(name=file.name, content_type=file.content_type, content=file.content)
        for file in attachments
    )
    through = Notification.files.through
    through.objects.bulk_create(
        through(notification_id=notification.pk, attachedfile_id=file.pk)
        for notification in notifications
        for file in files
    )


def _close(task: Task, actor: Actor, action: str, values: dict[str, Any]) -> Task:
    with transaction.atomic():
        closed = Task.objects.filter(pk=task.pk, done_at=None, dismissed_at=None).update(**values)
        if closed:
            _record(task, action, actor)
    task.refresh_from_db()
    return task


def _record(task: Task, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="notify.task", object_id=task.pk)
    outbox_emit(topic="notify.tasks_changed", payload={"task": task.pk})
