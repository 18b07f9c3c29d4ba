"""The ledger of gate decisions: one row for each thing a gate said, never changed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.canonical import canonical_json
from teichaku.core.ids import uuid7
from teichaku.deals.gate_facts import Subject
from teichaku.deals.gate_rules import CREATE, GateBook
from teichaku.deals.models import GateDecision, Waiver
from teichaku.engine.gates import Verdict

WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict with what was made of it. ``result`` is the verdict's unless a waiver held."""

    subject: Subject
    action: str
    verdict: Verdict
    taken: str = ""
    reason: str = ""
    waiver: Waiver | None = None
    seconds: int | None = None
    result: str = ""


_COLUMNS = (
    "id", "uid", "at", "gate_id", "rule_hash", "revision", "action", "deal", "company", "mode",
    "result", "applied", "failing", "remedies", "taken", "reason", "waiver", "seconds", "source",
    "digest", "actor_kind", "actor_name", "actor_user_id",
)  # fmt: skip


def decisions_record(
    decided: Sequence[Decided], *, book: GateBook, actor: Actor, source: str
) -> list[int]:
    """The ids of the new rows; part of the transaction, which also writes audit and outbox."""
    ids = bulk.reserve_ids(GateDecision, len(decided)) if decided else []
    at = clock.now()
    rows = [
        (
            pk,
            uuid7(),
            at,
            one.verdict.gate_id,
            book.hashes[one.verdict.gate_id],
            book.revision,
            one.action,
            one.subject.deal,
            one.subject.company,
            one.verdict.mode,
            one.result or one.verdict.result,
            one.verdict.applied,
            one.verdict.failing,
            one.verdict.remedies,
            one.taken,
            one.reason,
            one.waiver.pk if one.waiver else None,
            one.seconds,
            source,
            _digest(one, actor),
            actor.kind,
            actor.name,
            actor.user_id,
        )
        for pk, one in zip(ids, decided, strict=True)
    ]
    bulk.insert(GateDecision, _COLUMNS, rows)
    return ids


def _digest(one: Decided, actor: Actor) -> str:
    """Equal for the same person's attempts at the same thing, whatever they changed meanwhile."""
    subject = one.subject
    deal = None if one.action == CREATE else subject.deal
    known = [one.action, deal, subject.company, actor.user_id, str(subject.values["name"])]
    text = canonical_json(known)
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
