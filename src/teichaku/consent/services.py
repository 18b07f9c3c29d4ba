"""Writes about grounds: recorded one by one or for many leads at once, and withdrawn."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.consent.addresses import address_digest, address_of
from teichaku.consent.documents import Sent, document_keep, document_name
from teichaku.consent.models import Basis, ConsentText, Withdrawal
from teichaku.consent.refusals import refusal_lift, refusal_record, refusals_lift
from teichaku.consent.words import SOURCES, Channel, Kind
from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput, NotFound
from teichaku.core.ids import uuid7
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.leads.models import Lead

__all__ = [
    "Recorded", "bases_record", "basis_record", "basis_withdraw", "consent_text_keep",
    "refusal_lift", "refusal_record", "refusals_lift",
]  # fmt: skip

LEADS_AT_ONCE = 1_000
_COLUMNS = (
    "uid", "lead", "channel", "digest", "address", "kind", "obtained_at", "recorded_at", "evidence",
    "source", "source_detail", "text", "document", "actor_kind", "actor_name", "actor_user_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of grounds recorded for many leads."""

    recorded: int
    known: int
    without_address: int


def consent_text_keep(*, text: str, actor: Actor) -> ConsentText:
    """The text as it is shown to people, kept once, however often it is handed in."""
    shown = text.strip()
    if not shown:
        raise InvalidInput(_("The text that people agree to is blank. Enter it."), field="text")
    digest = hashlib.sha256(shown.encode()).hexdigest()
    with transaction.atomic():
        kept, new = ConsentText.objects.get_or_create(
            hash=digest, defaults={"text": shown, "at": clock.now()}
        )
        if new:
            audit_record(
                actor=actor, action="consent.text_keep", object_type="consent.consenttext",
                object_id=kept.pk, values={"hash": digest},
            )  # fmt: skip
            outbox_emit(topic="consent.text_kept", payload={"text": kept.pk})
    return kept


def basis_record(
    *,
    lead: Lead,
    channel: str,
    kind: str,
    obtained_at: datetime,
    evidence: str,
    source: str,
    actor: Actor,
    document: Sent | None = None,
    text_hash: str = "",
) -> Basis:
    """The ground, recorded for the lead's address; one that is known already is not added again.

    ``source`` is one of ``SOURCES``, perhaps with what exactly after a colon (``form:contact``).
    """
    address = address_of(lead, channel)
    if not address:
        raise InvalidInput(
            _("This lead has no address of this kind. Enter it first."), field="channel"
        )
    name = document_name(document) if document else ""
    row = _row(lead, channel, kind, obtained_at, evidence, source, actor, text_hash, name)
    with transaction.atomic():
        added = bulk.insert_new(Basis, _COLUMNS, [row])
        if not added:
            same = Basis.objects.filter(
                channel=channel, digest=row[3], kind=kind, obtained_at=obtained_at,
                source=row[9], source_detail=row[10], withdrawn_at=None,
            )  # fmt: skip
            return same.get()
        basis = Basis.objects.get(pk=added[0][0])
        if document:
            document_keep(basis, document)
        audit_record(
            actor=actor, action="consent.basis_record", object_type="consent.basis",
            object_id=basis.pk, values={"lead": lead.pk, "channel": channel, "kind": kind},
        )  # fmt: skip
        outbox_emit(topic="consent.changed", payload={"leads": [lead.pk]})
    return basis


def bases_record(
    *,
    leads: Sequence[int],
    channel: str,
    kind: str,
    obtained_at: datetime,
    evidence: str,
    source: str,
    actor: Actor,
    text_hash: str = "",
) -> Recorded:
    """What became of it: the same ground, recorded for each of the leads that has an address."""
    recorded = known = without = 0
    for chunk in bulk.chunked(leads, bulk.batch(LEADS_AT_ONCE)):
        rows: dict[str, bulk.Row] = {}
        people = Lead.objects.filter(pk__in=chunk).only("id", "uid", "email_key", "phone")
        for lead in people:
            if not address_of(lead, channel):
                without += 1
                continue
            row = _row(lead, channel, kind, obtained_at, evidence, source, actor, text_hash, "")
            rows.setdefault(row[3], row)
        new = _store_many(list(rows.values()), channel, kind, actor)
        recorded += new
        known += len(rows) - new
    return Recorded(recorded, known, without)


def _store_many(rows: list[bulk.Row], channel: str, kind: str, actor: Actor) -> int:
    """How many of the rows were new."""
    if not rows:
        return 0
    with transaction.atomic():
        added = bulk.insert_new(Basis, _COLUMNS, rows, returning=("id", "lead"))
        if added:
            audit_record(
                actor=actor, action="consent.bases_record", object_type="consent.basis",
                values={"channel": channel, "kind": kind}, count=len(added),
            )  # fmt: skip
            outbox_emit(topic="consent.changed", payload={"leads": [lead for _id, lead in added]})
    return len(added)


def basis_withdraw(*, basis: Basis, why: str, actor: Actor) -> Withdrawal:
    """The withdrawal; the ground no longer holds. Withdrawn before, ``Conflict``."""
    at = clock.now()
    with transaction.atomic():
        if not Basis.objects.filter(pk=basis.pk, withdrawn_at=None).update(withdrawn_at=at):
            raise Conflict(_("This ground was withdrawn already."))
        row = Withdrawal.objects.create(basis=basis, at=at, why=why.strip(), **actor_columns(actor))
        audit_record(
            actor=actor, action="consent.basis_withdraw", object_type="consent.basis",
            object_id=basis.pk,
        )  # fmt: skip
        outbox_emit(topic="consent.changed", payload={"leads": [basis.lead_id]})
    return row


def _row(
    lead: Lead, channel: str, kind: str, obtained_at: datetime, evidence: str, source: str,
    actor: Actor, text_hash: str, document: str,
) -> bulk.Row:  # fmt: skip
    """The columns of a ground; what cannot be meant raises ``InvalidInput``."""
    if channel not in Channel.values or kind not in Kind.values:
        raise InvalidInput(_("Choose the channel and the ground from the lists."), field="kind")
    said = evidence.strip()
    if not said:
        raise InvalidInput(
            _("Say how the address was obtained: without evidence a ground does not count."),
            field="evidence",
        )
    if obtained_at > clock.now():
        raise InvalidInput(
            _("This day lies in the future. Enter the day on which the address was obtained."),
            field="obtained_on",
        )
    name, _colon, detail = source.partition(":")
    if name not in SOURCES:
        raise InvalidInput(_("Choose where it comes from."), field="source")
    text = _text_id(text_hash)
    key = address_of(lead, channel)
    return (
        uuid7(), lead.pk, channel, address_digest(key), key, kind, obtained_at, clock.now(), said,
        name, detail, text, document, actor.kind, actor.name, actor.user_id,
    )  # fmt: skip


def _text_id(text_hash: str) -> int | None:
    if not text_hash:
        return None
    found = ConsentText.objects.filter(hash=text_hash).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(_("No text of this hash is kept. Keep the text first."), text=text_hash)
    return found
