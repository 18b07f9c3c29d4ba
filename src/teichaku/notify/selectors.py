"""Reads about tasks and notifications."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.notify.models import (
    AttachedFile,
    Channel,
    Delivery,
    Letter,
    Notification,
    Outgoing,
    Task,
    Via,
)

MANY = 99  # beyond that a count says only that there are more


def tasks_for_user(user: User, roles: Collection[str]) -> QuerySet[Task]:
    """The open tasks that are the person's or their roles', the earliest due first."""
    mine = Q(owner=user) | Q(role__in=list(roles))
    return Task.objects.filter(mine, done_at=None, dismissed_at=None).order_by(
        F("due_at").asc(nulls_last=True), "pk"
    )


def task_for_user(user: User, roles: Collection[str], uid: UUID) -> Task | None:
    """The task, open or not, if it is the person's or one of their roles'."""
    return Task.objects.filter(Q(owner=user) | Q(role__in=list(roles)), uid=uid).first()


def tasks_due(user: User, roles: Collection[str]) -> int:
    """How many open tasks of the person are past their time, ``MANY`` at most."""
    late = tasks_for_user(user, roles).filter(due_at__lt=clock.now())
    return late.order_by()[:MANY].count()


def tasks_held(user_id: int) -> int:
    """How many open tasks are the person's own."""
    return Task.objects.filter(owner_id=user_id, done_at=None, dismissed_at=None).count()


def notifications_for_user(user: User) -> QuerySet[Notification]:
    """What the person was told, newest first."""
    # The content of files can be large, and a list shows their names alone.
    files = Prefetch("files", AttachedFile.objects.only("name").order_by("pk"))
    return Notification.objects.filter(user=user).prefetch_related(files).order_by("-pk")


def notification_file(user: User, uid: UUID, number: int) -> AttachedFile | None:
    """The file, if it goes with that notification of the person."""
    told = Notification.objects.filter(user=user, uid=uid)
    return AttachedFile.objects.filter(pk=number, notification__in=told).first()


def notifications_unread(user: User) -> int:
    """How many of them are unread, ``MANY`` + 1 at most."""
    return Notification.objects.filter(user=user, read_at=None).order_by()[: MANY + 1].count()


def channels_since(user: User) -> dict[Via, datetime]:
    """The chats by which the person can be told, and since when."""
    rows = Channel.objects.filter(user=user)
    return {Via(row.via): row.made_at for row in rows}


def deliveries_in(state: str) -> QuerySet[Delivery]:
    """What went or shall go out of the application, in that state or in any, newest first."""
    rows = Delivery.objects.select_related("notification__user").order_by("-pk")
    return rows.filter(state=state) if state else rows


def letters_in(state: str) -> QuerySet[Letter]:
    """Letters to people outside, in that state or in any, newest first; without their texts."""
    rows = Letter.objects.defer("body").order_by("-pk")
    return rows.filter(state=state) if state else rows


def outgoing_open(table: type[Outgoing]) -> dict[str, int]:
    """How many deliveries or letters are in each of the states that are not for good."""
    states = (Outgoing.State.WAITING, Outgoing.State.SENDING, Outgoing.State.PARKED)
    rows = table._default_manager.filter(state__in=states).values_list("state")
    found: dict[str, int] = dict(rows.annotate(count=Count("pk")).order_by())
    return {state.value: found.get(state, 0) for state in states}


def outgoing_parked() -> int:
    """How many deliveries and letters wait for a decision, ``MANY`` at most."""
    tables: tuple[type[Outgoing], ...] = (Delivery, Letter)
    parked = (table._default_manager.filter(state=Outgoing.State.PARKED) for table in tables)
    return min(sum(rows.order_by()[:MANY].count() for rows in parked), MANY)
