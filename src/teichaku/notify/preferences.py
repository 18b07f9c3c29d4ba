"""What people choose for themselves, and the channels by which they can be told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import time

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.core.secrets import encrypted
from teichaku.notify.access import accesses_set
from teichaku.notify.kinds import Group
from teichaku.notify.models import Channel, DigestChoice, Preference, Via
from teichaku.notify.senders.webhook import webhook_checked
from teichaku.notify.wishes import Wish

ROOM = re.compile(r"(?:https://[a-z.]*chatwork\.com/?#!rid)?([0-9]{1,15})")
MEMBER = re.compile(r"[\w.@+-]{1,200}", re.ASCII)


def preferences_write(
    *,
    user: User,
    wishes: Mapping[Group, Wish],
    digest_at: time,
    digest_via: Via,
    actor: Actor,
) -> None:
    """Nothing; from now on, and for what waits already, the person is told as wished."""
    with transaction.atomic():
        for group, wish in wishes.items():
            Preference.objects.update_or_create(
                user=user, group=group, defaults={"way": wish.way, "via": wish.via}
            )
        DigestChoice.objects.update_or_create(
            user=user, defaults={"at": digest_at, "via": digest_via}
        )
        _record(user, "notify.preferences_write", actor)


def channel_write(*, user: User, via: Via, address: str, actor: Actor) -> None:
    """Nothing; the person can be told there from now on."""
    kept = encrypted(address_checked(via, address))
    with transaction.atomic():
        Channel.objects.update_or_create(
            user=user, via=via, defaults={"address": kept, "made_at": clock.now()}
        )
        _record(user, "notify.channel_write", actor)


def channel_end(*, user: User, via: Via, actor: Actor) -> None:
    """Nothing; what would have gone there goes by mail."""
    with transaction.atomic():
        ended, _models = Channel.objects.filter(user=user, via=via).delete()
        if ended:
            _record(user, "notify.channel_end", actor)


def address_checked(via: Via, text: str) -> str:
    """The address as the sender takes it; one that cannot be meant raises ``InvalidInput``."""
    text = text.strip()
    if via is Via.WEBHOOK:
        return webhook_checked(text)
    if via not in accesses_set():
        raise InvalidInput(
            _("%(service)s is not set up for the company yet. Ask an administrator.")
            % {"service": via.label}
        )
    text = unicodedata.normalize("NFKC", text)
    if via is Via.LINE_WORKS:
        if not MEMBER.fullmatch(text):
            raise InvalidInput(
                _("This is no id of LINE WORKS. Enter the address that you sign in with there.")
            )
        return text
    room = ROOM.fullmatch(text)
    if room is None:
        raise InvalidInput(
            _(
                "This is no room of Chatwork. Enter the number after rid in the room's address,"
                " or the address itself."
            )
        )
    return room[1]


def _record(user: User, action: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="accounts.user", object_id=user.pk)
    outbox_emit(topic="notify.preferences_changed", payload={"users": [user.pk]})
