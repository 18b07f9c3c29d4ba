"""Letters, the mails to people outside: asked for once per key, and called off until they leave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.notify.models import Delivery, Letter

LOOKUP_SIZE, WRITE_SIZE = 5_000, 500
State = Delivery.State
TRANSACTIONAL, ADVERTISING = Letter.Purpose.TRANSACTIONAL, Letter.Purpose.ADVERTISING


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to be sent; ``body`` is plain text, and ``link`` a whole address shown below it.

    A confirmation or a direct answer is transactional. Whatever promotes anything is advertising.
    """

    key: str
    address: str
    purpose: Letter.Purpose
    subject: str
    body: str
    link: str = ""
    link_label: str = ""
    lead: int | None = None
    language: str = settings.LANGUAGE_CODE
    due_at: datetime | None = None  # at once


def letters_queue(*, rows: Sequence[NewLetter], actor: Actor) -> list[Letter]:
    """The new letters; a key that was asked for before makes none. Part of the transaction."""
    now = clock.now()
    made = [
        Letter(
            key=row.key,
            purpose=row.purpose,
            address=row.address,
            lead_id=row.lead,
            language=row.language,
            subject=row.subject,
            body=row.body,
            link=row.link,
            link_label=row.link_label,
            queued_at=now,
            due_at=row.due_at or now,
        )
        for row in rows
    ]
    with transaction.atomic():
        # The database leaves out what was asked for, also of two writers at the same time.
        Letter.objects.bulk_create(made, ignore_conflicts=True, batch_size=WRITE_SIZE)
        new: list[Letter] = []
        for uids in bulk.chunked([row.uid for row in made], LOOKUP_SIZE):
            new += Letter.objects.filter(uid__in=uids).order_by("pk")
        if new:
            _record("notify.letters_queue", len(new), actor)
            ids = [letter.pk for letter in new]
            outbox_emit(topic="notify.letters_queued", payload={"letters": ids})
    return new


def letters_cancel(*, keys: Collection[str], actor: Actor) -> int:
    """How many of these letters were waiting and are not sent any more."""
    cancelled = 0
    with transaction.atomic():
        for chunk in bulk.chunked(keys, LOOKUP_SIZE):
            waiting = Letter.objects.filter(key__in=chunk, state=State.WAITING)
            cancelled += waiting.update(
                state=State.SKIPPED, reason="cancelled", settled_at=clock.now()
            )
        if cancelled:
            _record("notify.letters_cancel", cancelled, actor)
    return cancelled


def letters_by_key(keys: Collection[str]) -> dict[str, Letter]:
    """The letters of these keys."""
    found: dict[str, Letter] = {}
    for chunk in bulk.chunked(keys, LOOKUP_SIZE):
        found.update((row.key, row) for row in Letter.objects.filter(key__in=chunk))
    return found


def letters_waiting() -> list[str]:
    """The keys of all letters that have not left."""
    return list(Letter.objects.filter(state=State.WAITING).values_list("key", flat=True))


def letter_counts(start: str) -> Mapping[tuple[str, str], int]:
    """How many of the letters whose keys start so are in each state, by (state, reason)."""
    rows = Letter.objects.filter(key__startswith=start).values_list("state", "reason")
    return {
        (state, reason): count
        for state, reason, count in rows.annotate(count=Count("pk")).order_by()
    }


def _record(action: str, count: int, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="notify.letter", count=count)
