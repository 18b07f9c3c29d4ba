"""Writing deals by hand or program: every way in goes through the same gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.deals.deal_record import DealWrite, deal_fresh, passed_points
from teichaku.deals.deal_values import amount_checked, deal_values, future_day
from teichaku.deals.gate_checks import Answer, refusals_recorded
from teichaku.deals.gate_rules import CLOSE, CREATE, GateBook, gate_book
from teichaku.deals.lead_choice import LinkChoice, lead_chosen
from teichaku.deals.lead_links import MANUAL
from teichaku.deals.models import Deal, Stage
from teichaku.deals.stages import UNSTAGED
from teichaku.deals.waivers import pending_check

NO_ANSWER = Answer()


def deal_create(
    *,
    values: Mapping[str, object],
    actor: Actor,
    choice: LinkChoice | None = None,
    stage: str | None = None,
    unknowns: Mapping[str, date] | None = None,
    answer: Answer = NO_ANSWER,
    source: str = "web",
) -> Deal:
    """The new deal, in ``stage`` or the first one; the gates' refusal raises ``GateRefused``.

    With an exception asked for in ``answer`` the deal is saved as pending.
    """
    book = gate_book()
    entered = deal_values(values, unknowns or {}, book)
    with refusals_recorded(), transaction.atomic():
        write = DealWrite.of_new(book, actor, source)
        entered.put(write.deal)
        write.deal.stage = write.stage(stage or _first_stage(book))
        if choice is not None:
            write.deal.lead = lead_chosen(choice=choice, book=book, actor=actor)
            write.deal.match_key, write.deal.match_confidence = MANUAL, 1.0
            answer = replace(answer, taken=choice.taken)
        passed = write.pass_gates((CREATE, *passed_points(book, None, write.deal.stage)), answer)
        write.deal.is_pending = bool(passed.wishes)
        write.deal.save(force_insert=True)
        write.enter_stage()
        write.finish("deals.deal_create", passed, answer, topics=("deals.deal_created",))
    return write.deal


def deal_update(
    *,
    deal: Deal,
    values: Mapping[str, object],
    actor: Actor,
    unknowns: Mapping[str, date] | None = None,
    version: int | None = None,
    answer: Answer = NO_ANSWER,
    source: str = "web",
) -> Deal:
    """The deal with these values. What its gates asked for so far cannot be taken away again."""
    book = gate_book()
    entered = deal_values(values, unknowns or {}, book)
    with refusals_recorded(), transaction.atomic():
        write = DealWrite(book, actor, source, deal_fresh(deal, version))
        passed = write.pass_worsening(entered, answer)
        if write.save():
            write.finish("deals.deal_update", passed, answer)
    return write.deal


def deal_stage_move(
    *,
    deal: Deal,
    stage: str,
    actor: Actor,
    version: int | None = None,
    answer: Answer = NO_ANSWER,
    source: str = "web",
) -> Deal:
    """The deal in the stage; it passes the gates of every stage on the way forward.

    A closed deal is opened again by it. To win or lose a deal is ``deal_close``.
    """
    book = gate_book()
    with refusals_recorded(), transaction.atomic():
        write = DealWrite(book, actor, source, deal_fresh(deal, version))
        to = write.stage(stage)
        if to.kind != Stage.Kind.OPEN:
            raise InvalidInput(_("A deal is won or lost on its closing card, not by moving it."))
        if to.pk == write.deal.stage_id:
            return write.deal
        pending_check(write.deal)
        before = write.deal.stage
        reopened = before.kind != Stage.Kind.OPEN
        write.deal.stage = to
        if reopened:
            write.deal.closed_on = write.deal.closed_at = None
        points = passed_points(book, None if reopened else before, to)
        passed = write.pass_gates(points, answer)
        write.save()
        write.enter_stage()
        write.finish("deals.deal_stage_move", passed, answer, topics=("deals.stage_moved",))
    return write.deal


@dataclass(frozen=True, slots=True)
class Closing:
    """How a deal ended, and what has to be said of it."""

    outcome: str  # won or lost
    closed_on: date | None = None  # today
    amount: int | None = None  # of a won deal, tax-exclusive
    deciding_factor: str = ""
    lost_reason: str = ""
    competitor: str = ""
    approach_again_on: date | None = None


def deal_close(
    *,
    deal: Deal,
    closing: Closing,
    actor: Actor,
    version: int | None = None,
    answer: Answer = NO_ANSWER,
    source: str = "web",
) -> Deal:
    """The deal, won or lost. A day to approach again becomes a task of the owner."""
    book = gate_book()
    with refusals_recorded(), transaction.atomic():
        write = DealWrite(book, actor, source, deal_fresh(deal, version))
        if write.deal.stage.kind == closing.outcome != Stage.Kind.OPEN:
            raise Conflict(_("The deal is closed like this already. Reload the page to see it."))
        if closing.outcome == Stage.Kind.WON:
            pending_check(write.deal)
        _put_closing(write.deal, closing, book)
        write.deal.stage = write.stage(closing.outcome)
        passed = write.pass_gates((CLOSE,), answer)
        write.save()
        write.enter_stage()
        write.finish("deals.deal_close", passed, answer, topics=(f"deals.deal_{closing.outcome}",))
    return write.deal


def _put_closing(deal: Deal, closing: Closing, book: GateBook) -> None:
    closed_on = closing.closed_on or book.today()
    if closed_on > book.today():
        raise InvalidInput(
            _("The closing date lies in the future. Enter the day on which it was decided."),
            field="closed_on",
        )
    deal.closed_on = closed_on
    deal.closed_at = clock.now() if closed_on == book.today() else None
    deal.next_action, deal.next_action_on = "", None
    match closing.outcome:
        case Stage.Kind.WON:
            deal.amount = amount_checked(closing.amount)
            deal.deciding_factor = _told("deciding_factor", closing.deciding_factor, ())
        case Stage.Kind.LOST:
            deal.lost_reason = _told("lost_reason", closing.lost_reason, book.lost_reasons)
            deal.competitor = closing.competitor.strip()
            again = closing.approach_again_on
            deal.approach_again_on = again and future_day("approach_again_on", again, book)
        case _:
            raise InvalidInput(_("A deal is closed as won or as lost."), field="outcome")


def _told(name: str, text: str, choices: Sequence[str]) -> str:
    text = text.strip()
    if not text or (choices and text not in choices):
        hint = ", ".join(choices)
        messages = {
            "deciding_factor": _("Say what decided the order, so that others can use it."),
            "lost_reason": _("Choose why the deal was lost: %s.") % hint
            if choices
            else _("Say why the deal was lost."),
        }
        raise InvalidInput(messages[name], field=name)
    return text


def _first_stage(book: GateBook) -> str:
    if book.stages:
        return book.stages[0].id
    first = Stage.objects.filter(kind=Stage.Kind.OPEN).order_by("position", "pk").first()
    return first.key if first else UNSTAGED
