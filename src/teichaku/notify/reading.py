"""What a person has read. It is theirs alone and decides nothing, so no audit is kept of it."""

from __future__ import annotations

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.notify.models import Notification


def notifications_read(*, user: User, upto: int | None = None) -> int:
    """How many of the person's notifications, up to that id or all, are read now."""
    unread = Notification.objects.filter(user=user, read_at=None)
    if upto is not None:
        unread = unread.filter(pk__lte=upto)
    return unread.update(read_at=clock.now())


def notification_open(*, notification: Notification) -> Notification:
    """The notification, read."""
    if notification.read_at is None:
        notification.read_at = clock.now()
        notification.save(update_fields=["read_at"])
    return notification
