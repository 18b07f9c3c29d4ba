"""What speaks for a harder or softer mode of a gate, from its ledger."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.deals.conformance import attempts
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import GateDecision, GateReview
from teichaku.engine.promotion import SECONDS_PER_FIELD, TRIAL_DAYS, Evidence


def gate_evidence(gate_id: str) -> Evidence:
    """What is known of the gate now; ``engine.promotion.recommend`` says what it speaks for."""
    book = gate_book()
    gate = book.gate(gate_id)
    if gate is None:
        raise InvalidInput(_("The rulebook in force has no check %s about deals.") % gate_id)
    now, since = clock.now(), book.modes_since[gate_id]
    begin = max(since, now - timedelta(days=TRIAL_DAYS))
    stopped, overridden = attempts(gate_id, begin, now)
    reviews = GateReview.objects.filter(decision__gate_id=gate_id, decision__at__gte=since)
    judged = list(reviews.values_list("wrong", flat=True))
    answered = GateDecision.objects.filter(gate_id=gate_id, at__gte=since, seconds__isnull=False)
    seconds = [float(s) for s in answered.values_list("seconds", flat=True) if s is not None]
    asked = len(gate.fields) + bool(gate.rule.require.linked_lead)
    return Evidence(
        mode=gate.rule.mode,
        days=(now - since).days,
        stopped=stopped,
        overridden=overridden,
        reviewed=len(judged),
        wrong=sum(judged),
        burden=median(seconds) if seconds else asked * SECONDS_PER_FIELD,
    )


def gate_review(*, decision: GateDecision, wrong: bool, actor: Actor) -> GateReview:
    """The judgement on a refusal, warning or record; a later one replaces an earlier one."""
    if decision.result not in {"record", "warn", "block"}:
        raise InvalidInput(_("Only what a check stopped or recorded can be judged."))
    with transaction.atomic():
        told = {"wrong": wrong, "at": clock.now(), **actor_columns(actor)}
        review, _created = GateReview.objects.update_or_create(decision=decision, defaults=told)
        audit_record(
            actor=actor,
            action="deals.gate_review",
            object_type="deals.gatedecision",
            object_id=decision.pk,
            values={"wrong": wrong},
        )
        outbox_emit(topic="deals.gate_reviewed", payload={"decision": decision.pk})
    return review
