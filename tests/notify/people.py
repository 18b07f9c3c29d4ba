"""Small helpers: whom a notification is for, what goes out when, days and clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import run_one
from teichaku.notify.deliveries import deliveries_send
from teichaku.notify.models import Delivery, Notification
from teichaku.notify.services import notifications_create

TOKYO = ZoneInfo("Asia/Tokyo")


def told(notifications: Iterable[Notification]) -> list[str]:
    """The names of the people that the notifications are for."""
    return [notification.user.name for notification in notifications]


def at(text: str) -> datetime:
    """The instant of that wall clock in Tokyo."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def tell(user: User, kind: str, name: str = "A", **more: object) -> Notification:
    """The notification, created and planned as the worker plans it."""
    params = {"name": name}
    [new] = notifications_create(users=[user], kind=kind, params=params, actor=SYSTEM, **more)
    work()
    return new


def work() -> None:
    """Nothing; what the outbox asked for is done."""
    while run_one("tests", kinds=["notify.plan", "notify.replan", "notify.replan_all"]):
        pass


def send_at(text: str) -> int:
    """How many messages left when the worker came by at that wall clock."""
    with clock.moved_to(at(text)):
        work()
        return deliveries_send()


def states() -> list[str]:
    """The states of all deliveries, the oldest first."""
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def due(notification: Notification) -> str:
    """When it goes out, as a wall clock in Tokyo."""
    row = Delivery.objects.get(notification=notification)
    return row.due_at.astimezone(TOKYO).strftime("%Y-%m-%dT%H:%M")
