"""Who did what: entries written with the change, values that can be erased, seals over both."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.canonical import Json, canonical_json
from teichaku.core.ids import uuid7
from teichaku.core.models import AuditEntry, AuditSeal, AuditValue, actor_columns
from teichaku.core.registry import audit_actions

SEAL_BATCH = 2_000


def audit_record(
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: int | None = None,
    values: Mapping[str, Json] | None = None,
    count: int = 1,
) -> AuditEntry:
    """The new entry, part of the caller's transaction (without one it raises RuntimeError)."""
    if not connection.in_atomic_block:
        raise RuntimeError("audit_record belongs into the transaction of the change it records")
    audit_actions.get(action)
    uid = uuid7()
    document = canonical_json(values or {})
    entry = AuditEntry.objects.create(
        uid=uid,
        at=clock.now(),
        action=action,
        object_type=object_type,
        object_id=object_id,
        count=count,
        digest=_values_digest(uid, document),
        **actor_columns(actor),
    )
    if values:
        AuditValue.objects.create(entry=entry, document=document)
    return entry


def audit_values_shred(*, object_type: str, object_ids: Sequence[int]) -> int:
    """How many entries about these objects lost values that can name a person; seals still hold."""
    personal = [name for name, action in audit_actions.items() if action.personal]
    deleted, _ = AuditValue.objects.filter(
        entry__object_type=object_type, entry__object_id__in=object_ids, entry__action__in=personal
    ).delete()
    return deleted


def audit_seal(*, batch: int = SEAL_BATCH) -> AuditSeal | None:
    """The new seal over the oldest entries not yet sealed, or None when all are.

    Sealing is a job of its own because a chain woven while writing would make every writer wait
    for the one before it. An entry that commits late simply goes into a later seal.
    """
    with transaction.atomic():
        last = AuditSeal.objects.order_by("-id").first()
        entries = list(AuditEntry.objects.filter(seal=None).order_by("id")[:batch])
        if not entries:
            return None
        previous = last.hash if last else ""
        seal = AuditSeal.objects.create(
            first_id=entries[0].pk,
            last_id=entries[-1].pk,
            count=len(entries),
            previous=previous,
            hash=_seal_hash(previous, entries),
            at=clock.now(),
        )
        AuditEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(seal=seal)
    return seal


def audit_seal_all(payload: Mapping[str, Json]) -> None:
    """Nothing; every entry committed so far is sealed."""
    while audit_seal() is not None:
        pass


def audit_verify() -> AuditSeal | None:
    """The first seal whose entries, values or predecessor are not as sealed; None if all hold.

    Erased values are no break. What nobody can tell from inside is a tail cut off whole; for that
    compare the last hash with a copy kept elsewhere.
    """
    previous = ""
    sealed = AuditEntry.objects.filter(seal__isnull=False).order_by("seal_id", "id")
    groups = groupby(sealed.iterator(chunk_size=SEAL_BATCH), key=lambda entry: entry.seal_id)
    group = next(groups, None)
    for seal in AuditSeal.objects.order_by("id").iterator():
        entries: list[AuditEntry] = []
        if group is not None and group[0] == seal.pk:
            entries = list(group[1])
            group = next(groups, None)
        if not _seal_holds(seal, previous, entries):
            return seal
        previous = seal.hash
    return None


def _seal_holds(seal: AuditSeal, previous: str, entries: Sequence[AuditEntry]) -> bool:
    if seal.previous != previous or seal.hash != _seal_hash(previous, entries):
        return False
    digests = {entry.pk: (entry.uid, entry.digest) for entry in entries}
    kept = AuditValue.objects.filter(entry__seal=seal)
    return all(_values_digest(digests[v.pk][0], v.document) == digests[v.pk][1] for v in kept)


def _keyed(parts: Iterable[str]) -> str:
    digest = hmac.new(settings.AUDIT_KEY.encode(), digestmod=hashlib.sha256)
    for part in parts:
        digest.update(part.encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _values_digest(uid: UUID, document: str) -> str:
    # The uid goes in too: else two entries with equal values could be told to be equal.
    return _keyed((str(uid), document))


def _seal_hash(previous: str, entries: Iterable[AuditEntry]) -> str:
    return _keyed((previous, *(_sealed_text(entry) for entry in entries)))


def _sealed_text(entry: AuditEntry) -> str:
    # A person's name is left out, because it must be erasable; the account id stands for it.
    name = "" if entry.actor_kind == "human" else entry.actor_name
    return canonical_json(
        [
            entry.pk,
            str(entry.uid),
            entry.at.isoformat(),
            entry.actor_kind,
            name,
            entry.actor_user_id,
            entry.action,
            entry.object_type,
            entry.object_id,
            entry.count,
            entry.digest,
        ]
    )
