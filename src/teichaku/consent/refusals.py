"""Writes about refusals: recorded one by one or from a list, and lifted on evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.consent.addresses import address_digest, address_key
from teichaku.consent.models import Lift, Refusal
from teichaku.consent.words import PURPOSES, SOURCES, Channel, Reason
from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.ids import uuid7
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit

ROWS_AT_ONCE = 1_000
_COLUMNS = (
    "uid", "channel", "digest", "address", "purpose", "reason", "source", "source_detail", "at",
    "recorded_at", "until", "actor_kind", "actor_name", "actor_user_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """An address, or a whole domain (``@example.jp``), that nothing may be sent to."""

    address: str
    channel: str = Channel.EMAIL.value
    reason: str = Reason.REFUSED.value
    purpose: str = ""
    at: datetime | None = None
    until: datetime | None = None


def refusal_record(
    *,
    address: str,
    channel: str,
    reason: str,
    source: str,
    actor: Actor,
    purpose: str = "",
    until: datetime | None = None,
) -> Refusal:
    """The refusal of the address, or of a domain (``@example.jp``); one that stands is kept.

    ``source`` as for grounds: one of ``SOURCES``, perhaps with what exactly after a colon.
    """
    refused = Refused(address, channel, reason, purpose, until=until)
    key = _checked(refused, source)
    standing = Refusal.objects.filter(
        channel=channel, digest=address_digest(key), reason=reason, purpose=purpose, lifted_at=None
    )
    with transaction.atomic():
        added = _store([refused], source, actor)
        if not added and until is not None:
            # A pause asked for once more ends when the last wish says.
            standing.update(until=until)
        return standing.get()


def refusals_record(*, refused: Sequence[Refused], source: str, actor: Actor) -> int:
    """How many of them are new; each address that is none raises ``InvalidInput``."""
    for row in refused:
        _checked(row, source)
    new = 0
    for chunk in bulk.chunked(refused, bulk.batch(ROWS_AT_ONCE)):
        with transaction.atomic():
            new += _store(chunk, source, actor)
    return new


def refusal_lift(*, refusal: Refusal, why: str, actor: Actor) -> Lift:
    """The lift; the refusal no longer holds. Lifted before, or without a reason: refused."""
    said = why.strip()
    if not said:
        raise InvalidInput(
            _("Say on what evidence mail may be sent again, such as the person's own wish."),
            field="why",
        )
    with transaction.atomic():
        lifts = _lift([refusal], said, actor)
        if not lifts:
            raise Conflict(_("This refusal was lifted already."))
    return lifts[0]


def refusals_lift(
    *,
    address: str,
    channel: str,
    why: str,
    actor: Actor,
    reasons: Sequence[str] = (Reason.REFUSED.value, Reason.PAUSED.value, Reason.ERASED.value),
) -> int:
    """How many refusals of the address were lifted, because the person asked for mail anew.

    A domain's refusal, a complaint and an address that cannot be reached stay.
    """
    digest = address_digest(address_key(channel, address))
    with transaction.atomic():
        rows = list(
            Refusal.objects.filter(
                channel=channel, digest=digest, reason__in=reasons, lifted_at=None
            )
        )
        return len(_lift(rows, why, actor))


def _lift(rows: Sequence[Refusal], why: str, actor: Actor) -> list[Lift]:
    """The lifts of those that stand. Part of the caller's transaction."""
    at = clock.now()
    lifts: list[Lift] = []
    for row in rows:
        if not Refusal.objects.filter(pk=row.pk, lifted_at=None).update(lifted_at=at):
            continue
        lifts.append(Lift.objects.create(refusal=row, at=at, why=why, **actor_columns(actor)))
        audit_record(
            actor=actor, action="consent.refusal_lift", object_type="consent.refusal",
            object_id=row.pk,
        )  # fmt: skip
    if lifts:
        outbox_emit(
            topic="consent.refused", payload={"refusals": [lift.refusal_id for lift in lifts]}
        )
    return lifts


def _store(refused: Sequence[Refused], source: str, actor: Actor) -> int:
    """How many are new. Part of the caller's transaction."""
    now = clock.now()
    name, _colon, detail = source.partition(":")
    rows = [
        (
            uuid7(), row.channel, address_digest(key), key, row.purpose, row.reason, name, detail,
            row.at or now, now, row.until, actor.kind, actor.name, actor.user_id,
        )
        for row in refused
        for key in [address_key(row.channel, row.address)]
    ]  # fmt: skip
    added = bulk.insert_new(Refusal, _COLUMNS, rows)
    if added:
        ids = [pk for (pk,) in added]
        audit_record(
            actor=actor, action="consent.refusals_record", object_type="consent.refusal",
            object_id=ids[0] if len(ids) == 1 else None, count=len(ids),
        )  # fmt: skip
        outbox_emit(topic="consent.refused", payload={"refusals": ids})
    return len(added)


def _checked(row: Refused, source: str) -> str:
    """The address as it is compared; what cannot be meant raises ``InvalidInput``."""
    key = address_key(row.channel, row.address)
    if not key:
        raise InvalidInput(
            _("%(text)s is no address. Enter one such as name@example.co.jp or @example.co.jp.")
            % {"text": row.address},
            field="address",
        )
    known = row.channel in Channel.values and row.reason in Reason.values
    if not known or (row.purpose and row.purpose not in PURPOSES):
        raise InvalidInput(_("Choose the channel and the reason from the lists."), field="reason")
    if source.partition(":")[0] not in SOURCES:
        raise InvalidInput(_("Choose where it comes from."), field="source")
    return key
