"""Telling upper rooms, in the transaction of the change: a message and one job per handler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from django.db import connection

from teichaku.core import clock
from teichaku.core.canonical import Json
from teichaku.core.models import Job, OutboxMessage
from teichaku.core.registry import topics

Ids: TypeAlias = "int | UUID | Sequence[int] | Sequence[UUID]"


def outbox_emit(*, topic: str, payload: Mapping[str, Ids]) -> OutboxMessage:
    """The new message, part of the caller's transaction (without one it raises RuntimeError).

    A payload carries ids and nothing else, so that erasing a person never has to look in here.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("outbox_emit belongs into the transaction of the change it tells of")
    handlers = topics.get(topic).handlers
    now = clock.now()
    ids = {name: _plain(name, value) for name, value in payload.items()}
    message = OutboxMessage.objects.create(topic=topic, payload=ids, at=now)
    Job.objects.bulk_create(
        Job(kind=kind, payload={**ids, "message": message.pk}, run_at=now) for kind in handlers
    )
    return message


def outbox_emit_each(*, topic: str, payloads: Sequence[Mapping[str, Ids]]) -> None:
    """Nothing; one message per payload, as ``outbox_emit`` writes them, in few statements."""
    if not connection.in_atomic_block:
        raise RuntimeError("outbox_emit belongs into the transaction of the change it tells of")
    handlers = topics.get(topic).handlers
    now = clock.now()
    plain = [{name: _plain(name, value) for name, value in ids.items()} for ids in payloads]
    messages = OutboxMessage.objects.bulk_create(
        (OutboxMessage(topic=topic, payload=ids, at=now) for ids in plain), batch_size=500
    )
    Job.objects.bulk_create(
        (
            Job(kind=kind, payload={**message.payload, "message": message.pk}, run_at=now)
            for message in messages
            for kind in handlers
        ),
        batch_size=500,
    )


def _plain(name: str, value: object) -> Json:
    match value:
        case bool():
            pass
        case int():
            return value
        case UUID():
            return str(value)
        case list() | tuple():
            return [_plain(name, part) for part in value]
    raise TypeError(f"an outbox payload holds ids only, but {name!r} is a {type(value).__name__}")
