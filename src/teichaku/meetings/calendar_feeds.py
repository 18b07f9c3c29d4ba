"""The address by which a person's calendar follows the meetings of their departments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.meetings.models import CalendarFeed, Meeting, Series
from teichaku.meetings.people import departments_of, today_here

_signer = signing.Signer(salt="teichaku calendar feed")
OBJECT = "meetings.calendarfeed"
READS, PER_SECONDS = 60, 3_600
PAST = timedelta(days=31)


def calendar_feed_make(*, person: User, actor: Actor) -> CalendarFeed:
    """A fresh address of the person; an earlier one leads nowhere any more."""
    with transaction.atomic():
        _live(person).update(revoked_at=clock.now())
        feed = CalendarFeed.objects.create(person=person, created_at=clock.now())
        _record(feed, "meetings.calendar_feed_make", actor)
    return feed


def calendar_feed_revoke(*, person: User, actor: Actor) -> None:
    """Nothing; the person's address leads nowhere any more."""
    with transaction.atomic():
        feed = _live(person).select_for_update().first()
        if feed is not None:
            _live(person).update(revoked_at=clock.now())
            _record(feed, "meetings.calendar_feed_revoke", actor)


def calendar_feed(person: User) -> CalendarFeed | None:
    """The person's feed, if there is one."""
    return _live(person).first()


def feed_token(feed: CalendarFeed) -> str:
    """The secret part of the address: made from the secret key, so that no table holds it."""
    return _signer.sign(feed.uid.hex)


def feed_of(token: str) -> CalendarFeed | None:
    """The feed that the address still opens, or None."""
    try:
        uid = _signer.unsign(token)
    except signing.BadSignature:
        return None
    live = CalendarFeed.objects.filter(revoked_at=None, person__is_active=True)
    return live.select_related("person").filter(uid=uid).first()


def feed_read_too_often(feed: CalendarFeed) -> bool:
    """Whether the address was asked for more often than calendars ask."""
    key = f"meetings.feed:{feed.uid}"
    if cache.add(key, 1, PER_SECONDS):
        return False
    try:
        return cache.incr(key) > READS
    except ValueError:  # its hour ended in between
        return False


def feed_meetings(feed: CalendarFeed) -> Sequence[Meeting]:
    """The meetings of the person's departments, and those that the person chairs."""
    on = today_here()
    mine = [
        series.pk
        for series in Series.objects.all()
        if departments_of(feed.person_id, series.terms["departments"], on)
    ]
    rows = Meeting.objects.filter(begins_at__gt=clock.now() - PAST).select_related("series")
    found = rows.filter(series__in=mine) | rows.filter(chair=feed.person_id)
    return list(found.order_by("begins_at", "pk"))


def _live(person: User) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(person=person, revoked_at=None)


def _record(feed: CalendarFeed, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type=OBJECT, object_id=feed.pk)
    outbox_emit(topic="meetings.feeds_changed", payload={"feed": feed.pk})
