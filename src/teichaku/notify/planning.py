"""Which way each new notification takes, and which way it takes after wishes or hours changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from teichaku.core import bulk, clock
from teichaku.notify.hours import Hours
from teichaku.notify.models import Delivery, Notification
from teichaku.notify.wishes import Plan, Wishes

PORTION = 500


def deliveries_plan(*, notification_ids: Collection[int]) -> int:
    """How many of the notifications go out; one that is planned already stays as it is."""
    now, planned = clock.now(), 0
    for ids in bulk.chunked(sorted(notification_ids), PORTION):
        # Whom only files name has no address, and whoever signs in has one.
        reachable = Q(user__is_active=True, user__email__isnull=False)
        unread = Notification.objects.filter(reachable, pk__in=ids, read_at=None)
        rows = [
            Delivery(
                notification=notification, via=plan.via, digest=plan.digest, due_at=plan.due_at
            )
            for notification, plan in _planned(list(unread), now)
            if plan is not None
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        planned += len(rows)
    return planned


def deliveries_replan(*, user_ids: Collection[int] | None) -> None:
    """Nothing; what waits for these people (or for all) now waits as they wish and work today."""
    now = clock.now()
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    if user_ids is not None:
        waiting = waiting.filter(notification__user__in=user_ids)
    for ids in bulk.chunked(list(waiting.values_list("pk", flat=True)), PORTION):
        rows = {row.notification_id: row for row in waiting.filter(pk__in=ids)}
        notifications = list(Notification.objects.filter(pk__in=rows))
        with transaction.atomic():
            for notification, plan in _planned(notifications, now):
                _move(rows[notification.pk], plan, now)


def _move(row: Delivery, plan: Plan | None, now: datetime) -> None:
    waiting = Delivery.objects.filter(pk=row.pk, state=Delivery.State.WAITING)
    if plan is None:
        waiting.update(state=Delivery.State.SKIPPED, reason="app", settled_at=now)
    elif (row.via, row.digest, row.due_at) != (plan.via, plan.digest, plan.due_at):
        waiting.update(via=plan.via, digest=plan.digest, due_at=plan.due_at)


def _planned(
    notifications: Sequence[Notification], now: datetime
) -> Iterator[tuple[Notification, Plan | None]]:
    people = {notification.user_id for notification in notifications}
    wishes, hours = Wishes(people), Hours(people, now)
    for notification in notifications:
        yield notification, wishes.plan(notification, hours, now)
