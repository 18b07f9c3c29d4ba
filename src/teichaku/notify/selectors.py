"""Reads about tasks and notifications."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Q, QuerySet

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.notify.models import Notification, Task

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
    return Notification.objects.filter(user=user).order_by("-pk")


def notifications_unread(user: User) -> int:
    """How many of them are unread, ``MANY`` + 1 at most."""
    return Notification.objects.filter(user=user, read_at=None).order_by()[: MANY + 1].count()
