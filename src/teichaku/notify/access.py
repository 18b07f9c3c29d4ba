"""What opens the chat services: set once by an administrator, kept encrypted, never shown again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields

from cryptography.fernet import InvalidToken
from django.db import transaction

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.core.secrets import decrypted, encrypted
from teichaku.notify.models import ServiceAccess, Via
from teichaku.notify.senders.chatwork import ChatworkAccess
from teichaku.notify.senders.line_works import LineWorksAccess
from teichaku.notify.senders.outcomes import NotSent

Access = LineWorksAccess | ChatworkAccess
ACCESSES: dict[Via, type[Access]] = {
    Via.LINE_WORKS: LineWorksAccess,
    Via.CHATWORK: ChatworkAccess,
}


def access_write(*, via: Via, secrets: Mapping[str, str], actor: Actor) -> None:
    """Nothing; the service is open to the installation from now on."""
    names = [field.name for field in fields(ACCESSES[via])]
    kept = encrypted(json.dumps({name: secrets[name] for name in names}))
    with transaction.atomic():
        row, _created = ServiceAccess.objects.update_or_create(
            via=via, defaults={"secrets": kept, "written_at": clock.now()}
        )
        audit_record(
            actor=actor,
            action="notify.access_write",
            object_type="notify.serviceaccess",
            object_id=row.pk,
        )
        outbox_emit(topic="notify.accesses_changed", payload={"access": row.pk})


def access_end(*, via: Via, actor: Actor) -> None:
    """Nothing; the service is closed to the installation, and what opened it is forgotten."""
    with transaction.atomic():
        row = ServiceAccess.objects.filter(via=via).first()
        if row is None:
            return
        audit_record(
            actor=actor,
            action="notify.access_end",
            object_type="notify.serviceaccess",
            object_id=row.pk,
        )
        outbox_emit(topic="notify.accesses_changed", payload={"access": row.pk})
        row.delete()


def line_works_access() -> LineWorksAccess:
    """What opens LINE WORKS; ``NotSent`` when nobody has set it."""
    return LineWorksAccess(**_read(Via.LINE_WORKS))


def chatwork_access() -> ChatworkAccess:
    """What opens Chatwork; ``NotSent`` when nobody has set it."""
    return ChatworkAccess(**_read(Via.CHATWORK))


def accesses_set() -> frozenset[Via]:
    """The services that are open to the installation."""
    return frozenset(Via(via) for via in ServiceAccess.objects.values_list("via", flat=True))


def _read(via: Via) -> dict[str, str]:
    row = ServiceAccess.objects.filter(via=via).first()
    if row is None:
        raise NotSent("not set up", again=False)
    try:
        found: dict[str, str] = json.loads(decrypted(row.secrets))
    except InvalidToken:
        raise NotSent("other key", again=False) from None
    return found
