"""Where a person is signed in, and ending it from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.audit import audit_record
from teichaku.core.errors import NotFound

# What a browser calls itself → what people call it; the first that occurs in the text counts.
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One device on which the person is signed in."""

    number: int
    device: str
    address: str
    since: datetime
    is_phone: bool
    is_this: bool


def sessions_of(user: User, this: str | None) -> list[SignedIn]:
    """The person's sessions that still hold, the newest first; ``this`` is the asking one's key."""
    rows = list(_rows(user).order_by("-created_at")[:50])
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=clock.now()
        ).values_list("session_key", flat=True)
    )
    return [
        SignedIn(
            number=row.pk,
            device=device_name(row.user_agent),
            address=row.ip,
            since=row.created_at,
            is_phone="Mobi" in row.user_agent,
            is_this=row.session_key == this,
        )
        for row in rows
        if row.session_key in alive
    ]


def device_name(user_agent: str) -> str:
    """The device and its browser in words that people use."""
    known = [_first(DEVICES, user_agent), _first(BROWSERS, user_agent)]
    return " · ".join(filter(None, known)) or _("Another device")


def session_end(*, user: User, number: int) -> None:
    """Nothing; whoever uses that session is signed out."""
    rows = _rows(user).filter(pk=number)
    if not _end(rows, user):
        raise NotFound(_("This device is signed out already. Reload the page."))


def sessions_end_others(*, user: User, but: str) -> None:
    """Nothing; the person is signed out everywhere but in that session."""
    _end(_rows(user).exclude(session_key=but), user)


def sessions_end_all(*, user: User) -> None:
    """Nothing; the person is signed out everywhere."""
    _end(_rows(user), user)


def _rows(user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = UserSession.objects.filter(user=user)
    return rows


def _end(rows: QuerySet[Any], user: User) -> int:
    with transaction.atomic():
        keys = list(rows.values_list("session_key", flat=True))
        if keys:
            Session.objects.filter(session_key__in=keys).delete()
            rows.delete()
            audit_record(
                actor=actor_of(user),
                action="accounts.sessions_end",
                object_type="accounts.user",
                object_id=user.pk,
                count=len(keys),
            )
    return len(keys)


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((word for sign, word in names if sign in text), "")
