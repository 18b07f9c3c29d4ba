"""Sending what is due: claimed first, sent once, settled after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import F

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.ids import uuid7
from teichaku.notify.hours import ONE_DAY, Hours, digest_instant
from teichaku.notify.kinds import group_of
from teichaku.notify.messages import message_about, read_in
from teichaku.notify.models import Delivery, Via
from teichaku.notify.sending import message_send
from teichaku.notify.settling import park_interrupted, send_settled
from teichaku.notify.wishes import Wishes

PORTION = 200
MIDNIGHT = time(0)
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one person in one message."""

    user: User
    via: Via
    digest: bool
    rows: Sequence[Delivery]


def deliveries_send() -> int:
    """How many messages were taken by mail servers and chat services."""
    park_interrupted(Delivery)
    sent = 0
    while rows := _due():
        hours = Hours({row.notification.user_id for row in rows}, clock.now())
        for parcel in _parcels(rows):
            if not _held_back(parcel, hours):
                sent += _send(parcel)
    return sent


def _due() -> list[Delivery]:
    rows = Delivery.objects.filter(state=State.WAITING, due_at__lte=clock.now())
    people = list(
        rows.order_by("due_at", "pk").values_list("notification__user_id", flat=True)[:PORTION]
    )
    # All that is due for these people, so that no message is split between two portions.
    whole = rows.filter(notification__user__in=set(people)).select_related("notification__user")
    return list(whole.order_by("notification__user_id", "notification_id"))


def _parcels(rows: Iterable[Delivery]) -> Iterator[Parcel]:
    def key(row: Delivery) -> tuple[int, str, str]:
        group = "digest" if row.digest else group_of(row.notification.kind)
        return row.notification.user_id, row.via, group

    for (_user, via, group), several in groupby(sorted(rows, key=key), key=key):
        parcel = list(several)
        yield Parcel(parcel[0].notification.user, Via(via), group == "digest", parcel)


def _held_back(parcel: Parcel, hours: Hours) -> bool:
    """Whether the person may not be disturbed now; then the parcel waits for the next time."""
    now, calendar = clock.now(), hours.of(parcel.user.pk)
    due = calendar.next_opening(now)
    if parcel.digest and _has_had_digest(parcel.user, calendar.zone, now):
        at, _via = Wishes([parcel.user.pk]).digest_of(parcel.user.pk)
        tomorrow = datetime.combine(now.astimezone(calendar.zone) + ONE_DAY, MIDNIGHT)
        due = digest_instant(calendar, at, tomorrow.replace(tzinfo=calendar.zone))
    if due <= now:
        return False
    ids = [row.pk for row in parcel.rows]
    Delivery.objects.filter(pk__in=ids, state=State.WAITING).update(due_at=due)
    return True


def _has_had_digest(user: User, zone: tzinfo, now: datetime) -> bool:
    sent = Delivery.objects.filter(notification__user=user, digest=True, state=State.SENT)
    last = sent.order_by("-settled_at").values_list("settled_at", flat=True).first()
    return last is not None and last.astimezone(zone).date() == now.astimezone(zone).date()


def _send(parcel: Parcel) -> bool:
    token = _claim(parcel)
    rows = list(Delivery.objects.filter(message=token, state=State.SENDING).order_by("pk"))
    if not rows:
        return False
    by_id = {row.pk: row.notification for row in parcel.rows}
    attempts = max(row.attempts for row in rows)

    def leave() -> None:
        with read_in(parcel.user):
            message = message_about([by_id[row.pk] for row in rows], digest=parcel.digest)
            message_send(message, parcel.user, parcel.via)

    return send_settled(Delivery, token, attempts, leave)


def _claim(parcel: Parcel) -> UUID:
    """The token under which the rows are being sent that are still wanted."""
    token, now = uuid7(), clock.now()
    waiting = Delivery.objects.filter(pk__in=[row.pk for row in parcel.rows], state=State.WAITING)
    with transaction.atomic():
        waiting.filter(notification__read_at__isnull=False).update(
            state=State.SKIPPED, reason="read", settled_at=now
        )
        if not parcel.user.is_active:
            waiting.update(state=State.SKIPPED, reason="left", settled_at=now)
        waiting.update(
            state=State.SENDING, message=token, claimed_at=now, attempts=F("attempts") + 1
        )
    return token
