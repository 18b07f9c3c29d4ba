"""Exceptions: asked for, answered by somebody else, ended, and what happens when nobody acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.deals.asked_again import asking_end
from teichaku.deals.gate_checks import Answer, ExceptionWish, gates_judge, waiver_holds
from teichaku.deals.gate_facts import subject_of
from teichaku.deals.gate_ledger import WAIVED, Decided, decisions_record
from teichaku.deals.gate_rules import CREATE, GateBook, gate_book
from teichaku.deals.models import Deal, Waiver
from teichaku.deals.services import deal_events_refresh
from teichaku.deals.waiver_answerers import Answerer, approvers_away, waiver_answerers
from teichaku.deals.waiver_rows import pending_set, waiver_audited, waiver_note, waivers_change
from teichaku.engine.gates import Gate
from teichaku.engine.rulebook.durations import DAY_US
from teichaku.engine.rulebook.model import WaiverPolicy

State = Waiver.State
OTHER = "other"
DEFAULT_REASONS: Mapping[str, str | Promise] = {
    "existing_customer": gettext_lazy("Existing customer"),
    "referral": gettext_lazy("Referral"),
    "trade_fair_card": gettext_lazy("Business card from a trade fair, not yet in the MA"),
    "data_outage": gettext_lazy("Trouble with the data"),
    OTHER: gettext_lazy("Other"),
}


def waiver_reasons(policy: WaiverPolicy) -> dict[str, str | Promise]:
    """The reasons that can be chosen, with the words for each."""
    if policy.reasons == "default":
        return dict(DEFAULT_REASONS)
    return {reason: reason for reason in policy.reasons}


def pending_check(deal: Deal) -> None:
    """Nothing; a pending deal that may not go on yet raises ``Conflict`` with the way out."""
    if not deal.is_pending:
        return
    running = list(Waiver.objects.filter(deal=deal, closed_at=None))
    if running and all(waiver_holds(waiver) for waiver in running):
        return
    raise Conflict(
        _(
            "The deal waits for the answer to its exception, so it stays in its stage. Link the"
            " lead, or ask whoever has to answer."
        ),
        deal=deal.uid,
    )


def waivers_open(
    *, deal: Deal, gates: Sequence[Gate], answer: Answer, book: GateBook, actor: Actor
) -> dict[str, Waiver]:
    """The exceptions now asked for, by gate. Part of the caller's transaction."""
    if answer.exception is None:
        return {}
    return {
        gate.rule.id: _open(deal, gate, answer.exception, book=book, actor=actor) for gate in gates
    }


def waiver_request(
    *, deal: Deal, gate_id: str, wish: ExceptionWish, actor: Actor, source: str = "web"
) -> Waiver:
    """The exception asked for a deal that is there; about its creation it makes it pending."""
    book = gate_book()
    gate = book.gate(gate_id)
    if gate is None or gate.rule.waiver is None:
        raise InvalidInput(
            _("The check %s knows no exceptions. Fill in what it asks for.") % gate_id
        )
    with transaction.atomic():
        if Waiver.objects.filter(deal=deal, gate_id=gate_id, closed_at=None).exists():
            raise Conflict(_("An exception of this deal is under way already."))
        waiver = _open(deal, gate, wish, book=book, actor=actor)
        [[verdict]] = gates_judge([subject_of(deal, book)], [gate], book)
        one = Decided(
            subject_of(deal, book), gate.rule.before, verdict, "waiver", wish.reason, waiver
        )
        decisions_record([one], book=book, actor=actor, source=source)
        if gate.rule.before == CREATE:
            pending_set([deal.pk], value=True)
    return waiver


def _open(deal: Deal, gate: Gate, wish: ExceptionWish, *, book: GateBook, actor: Actor) -> Waiver:
    policy = gate.rule.waiver
    assert policy is not None
    known = waiver_reasons(policy)
    if wish.reason not in known:
        raise InvalidInput(
            _("Choose the reason for the exception: %s.") % ", ".join(map(str, known.values())),
            field="reason",
        )
    if wish.reason == OTHER and not wish.note.strip():
        raise InvalidInput(_("Say in your own words why the exception is needed."), field="note")
    now = clock.now()
    waiver = Waiver(
        deal=deal,
        gate_id=gate.rule.id,
        rule_hash=book.hashes[gate.rule.id],
        revision_id=book.revision,
        action=gate.rule.before,
        reason=wish.reason,
        note=wish.note.strip(),
        approver_role=policy.approver,
        deputy_role=policy.deputy or "",
        requested_at=now,
        answer_due_at=book.calendar.due(now, policy.answer_within)
        if policy.answer_within
        else None,
        held_until_answered=policy.until_answered == "hold",
        longest_days=policy.max.microseconds // DAY_US,
        **actor_columns(actor),
    )
    if approvers_away(policy.approver, book, apart_from=actor.user_id):
        waiver.passed_on_at = now  # nobody else could answer, so it goes on at once
    waiver.save(force_insert=True)
    waiver_audited(waiver, "deals.waiver_request", actor)
    outbox_emit(topic="deals.waiver_requested", payload={"waiver": waiver.pk})
    return waiver


def waiver_answer(
    *, waiver: Waiver, granted: bool, actor: Actor, days: int | None = None, note: str = ""
) -> Waiver:
    """The answered exception: granted for at most the policy's days, or refused.

    After a refusal the owner has one business day to link the deal.
    """
    book = gate_book()
    with transaction.atomic():
        waiver = Waiver.objects.select_for_update().get(pk=waiver.pk)
        answerer = _answerer(waiver, actor, book)
        now = clock.now()
        changed: dict[str, object] = {
            "state": State.GRANTED if granted else State.REJECTED,
            "answered_at": now,
            "answered_by_id": actor.user_id,
            "answered_as_deputy": answerer.as_deputy,
            "answer_note": note.strip(),
        }
        if granted:
            changed["valid_until"] = now + timedelta(days=_days(days, waiver))
        else:
            changed["link_due_at"] = book.calendar.add_bd(now, 1)
        waivers_change([waiver], changed, actor)
        if granted and waiver.action == CREATE:
            pending_set([waiver.deal_id], value=False)
            asking_end([waiver.deal_id], actor)
            deal_events_refresh(
                deals=[waiver.deal_id], zone=book.zone, recorded_at=now, actor=actor
            )
        waiver_note(waiver, book, actor, result=WAIVED if granted else "block", reason=note.strip())
        waiver_audited(waiver, "deals.waiver_answer", actor)
        outbox_emit(topic="deals.waiver_answered", payload={"waiver": waiver.pk})
    return waiver


def _answerer(waiver: Waiver, actor: Actor, book: GateBook) -> Answerer:
    if waiver.state != State.OPEN:
        raise Conflict(_("This exception was answered or ended already. Reload the page."))
    if actor.user_id is not None and actor.user_id == waiver.actor_user_id:
        raise Conflict(_("Whoever asks for an exception cannot answer it. Someone else has to."))
    for one in waiver_answerers(waiver, book):
        if one.user == actor.user_id:
            return one
    raise Conflict(
        _("This exception is not yours to answer. It waits for someone in the role %s.")
        % Role(waiver.approver_role).label
    )


def _days(days: int | None, waiver: Waiver) -> int:
    if days is None:
        return waiver.longest_days
    if not 1 <= days <= waiver.longest_days:
        raise InvalidInput(
            _("An exception lasts from 1 to %d days.") % waiver.longest_days, field="days"
        )
    return days
