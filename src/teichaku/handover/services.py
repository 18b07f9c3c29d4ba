"""What people do with a handover: accept, return, put off, give away, take back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import job_enqueue
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.engine.handover_clocks import clocks_start
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.lead_facts import (
    ACCEPTED,
    RECYCLED,
    RETURNED,
    lead_told,
    lead_untold,
)
from teichaku.handover.models import Assignment, Disqualification, Handover, Offer, Return
from teichaku.handover.news import again_task, tell
from teichaku.handover.reasons import DISQUALIFY_REASONS, NEEDS_DAY, return_reasons
from teichaku.handover.rows import State, assignment_add, handover_locked, handover_write
from teichaku.intake.instants import day_end

TELL_RETURNED = "handover.tell_returned"
UNDO_WITHIN = timedelta(seconds=30)  # ten seconds are shown; the rest is the way to us
LATER_HOURS = 2
LONGEST_NOTE = 2_000


def handover_accept(*, handover: Handover, actor: Actor) -> Handover:
    """The handover, accepted: the lead is its owner's from now on."""
    at = clock.now()
    with transaction.atomic():
        row = handover_locked(handover, State.WAITING)
        if row.owner_id is None:
            raise Conflict(_("Nobody has this lead yet. Give it to somebody first."))
        _decide(row, State.ACCEPTED, "handover_accept", actor, at)
        lead_told(row, ACCEPTED, owner=row.owner_id, at=at, actor=actor)
    return row


def handover_return(*, handover: Handover, reason: str, actor: Actor, note: str = "") -> Return:
    """The return, which marketing has to answer; the lead may become an MQL again."""
    book, at = handover_book(), clock.now()
    known = return_reasons(book.rules)
    if reason not in known:
        raise InvalidInput(
            _("Choose why the lead goes back, so that marketing can mend the cause."),
            field="reason",
        )
    with transaction.atomic():
        row = handover_locked(handover, State.WAITING)
        _decide(row, State.RETURNED, "handover_return", actor, at)
        returned = Return.objects.create(
            handover=row, category=known[reason][0], reason=reason, note=_note(note), at=at,
            reply_due=_reply_due(book, at), **actor_columns(actor),
        )  # fmt: skip
        lead_told(row, RETURNED, owner=None, at=at, actor=actor, reason=reason)
        # Told a little later, so that what is taken back at once reaches nobody.
        job_enqueue(kind=TELL_RETURNED, payload={"returned": returned.pk}, run_at=at + UNDO_WITHIN)
    return returned


def handover_later(*, handover: Handover, actor: Actor) -> Handover:
    """The handover, out of sight for two business hours at most; its clock goes on."""
    book, at = handover_book(), clock.now()
    with transaction.atomic():
        row = handover_locked(handover, State.WAITING)
        until = book.calendars([row.owner_id or 0])[row.owner_id or 0].add_bh(at, LATER_HOURS)
        if row.accept_due and row.accept_due > at:
            until = min(until, row.accept_due)
        handover_write(row, {"later_until": until}, action="handover_later", actor=actor)
    return row


def handover_assign(
    *, handover: Handover, owner: User, actor: Actor, code: str = "manager"
) -> Handover:
    """The handover, now this person's; they have the full time, and the first promise stays."""
    if not owner.is_active:
        raise InvalidInput(_("This person no longer works here. Choose another one."))
    with transaction.atomic():
        row = handover_locked(handover, State.WAITING, State.ACCEPTED)
        if row.owner_id == owner.pk:
            raise Conflict(_("The lead is %s's already.") % owner.name)
        _assign(row, owner, actor, code)
        if row.state == State.ACCEPTED:
            lead_told(row, ACCEPTED, owner=owner.pk, at=clock.now(), actor=actor)
    return row


def handover_offer(*, handover: Handover, colleague: User, actor: Actor) -> Offer:
    """The question to a colleague; until a yes the lead and its clock stay where they are."""
    with transaction.atomic():
        row = handover_locked(handover, State.WAITING)
        if colleague.pk == row.owner_id or not colleague.is_active:
            raise InvalidInput(_("Choose a colleague who works here."))
        Offer.objects.filter(handover=row, closed_at=None).update(
            closed_at=clock.now(), agreed=False
        )
        offer = Offer.objects.create(
            handover=row, colleague=colleague, at=clock.now(), **actor_columns(actor)
        )
        tell(row, colleague, "handover.offered", f"offer:{offer.pk}", actor)
        handover_write(row, {}, action="handover_offer", actor=actor)
    return offer


def offer_answer(*, offer: Offer, agreed: bool, actor: Actor) -> Handover:
    """The handover: the colleague's after a yes, where it was after a no."""
    at = clock.now()
    with transaction.atomic():
        row = handover_locked(offer.handover, State.WAITING)
        closed = Offer.objects.filter(pk=offer.pk, closed_at=None).update(
            closed_at=at, agreed=agreed
        )
        if not closed:
            raise Conflict(_("This question was answered or taken back meanwhile."))
        if agreed:
            _assign(row, offer.colleague, actor, "colleague")
        else:
            handover_write(row, {}, action="offer_answer", actor=actor)
    return row


def handover_pass_on(*, handover: Handover, actor: Actor) -> Handover:
    """The accepted handover of inside sales, ready to be given to field sales."""
    with transaction.atomic():
        row = handover_locked(handover, State.ACCEPTED)
        if row.stage != Handover.Stage.INSIDE or row.passed_on_at is not None:
            raise Conflict(_("Only a lead that inside sales accepted is passed on, and only once."))
        handover_write(row, {"passed_on_at": clock.now()}, action="handover_pass_on", actor=actor)
        outbox_emit(topic="handover.passed_on", payload={"handover": row.pk})
    return row


def handover_disqualify(
    *,
    handover: Handover,
    reason: str,
    actor: Actor,
    approach_again_on: date | None = None,
    note: str = "",
) -> Disqualification:
    """What contact has shown; the lead goes back to be nurtured and may become an MQL again."""
    book, at = handover_book(), clock.now()
    if reason not in DISQUALIFY_REASONS:
        raise InvalidInput(_("Choose what contact has shown."), field="reason")
    if reason == NEEDS_DAY and approach_again_on is None:
        raise InvalidInput(
            _("Too early means that there is a better day. Enter when to approach again."),
            field="approach_again_on",
        )
    if approach_again_on is not None and approach_again_on <= book.today():
        raise InvalidInput(_("Enter a day after today."), field="approach_again_on")
    with transaction.atomic():
        row = handover_locked(handover, State.ACCEPTED)
        handover_write(row, {"state": State.RECYCLED}, action="handover_disqualify", actor=actor)
        found = Disqualification.objects.create(
            handover=row, reason=reason, note=_note(note), approach_again_on=approach_again_on,
            at=at, **actor_columns(actor),
        )  # fmt: skip
        lead_told(row, RECYCLED, owner=None, at=at, actor=actor, reason=reason)
        if approach_again_on is not None:
            again_task(row, day_end(approach_again_on, book.zone), actor)
    return found


def handover_undo(*, handover: Handover, actor: Actor) -> Handover:
    """The handover as it was before what this person did to it a moment ago."""
    at = clock.now()
    with transaction.atomic():
        row = Handover.objects.select_for_update().get(pk=handover.pk)
        since = at - UNDO_WITHIN
        mine = row.decided_by_id == actor.user_id and row.decided_at and row.decided_at >= since
        if mine and row.state in (State.ACCEPTED, State.RETURNED):
            _undecide(row, actor, at)
        elif row.state == State.WAITING and _offer_take_back(row, actor, since, at):
            handover_write(row, {}, action="handover_undo", actor=actor)
        elif row.state == State.WAITING and row.later_until is not None:
            handover_write(row, {"later_until": None}, action="handover_undo", actor=actor)
        elif row.state == State.WAITING and _give_back(row, actor, since, at):
            pass
        else:
            raise Conflict(_("This can no longer be taken back. Decide anew, or ask your manager."))
    return row


def _decide(row: Handover, state: str, action: str, actor: Actor, at: datetime) -> None:
    values = {
        "state": state, "decided_at": at, "decided_by_id": actor.user_id, "later_until": None,
    }  # fmt: skip
    handover_write(row, values, action=action, actor=actor, at=at)
    Offer.objects.filter(handover=row, closed_at=None).update(closed_at=at, agreed=False)


def _undecide(row: Handover, actor: Actor, at: datetime) -> None:
    decided_at = row.decided_at
    assert decided_at is not None
    lead_untold(row, decided_at=decided_at, actor=actor, at=at)
    Return.objects.filter(handover=row, undone_at=None).update(undone_at=at)
    values = {"state": State.WAITING, "decided_at": None, "decided_by_id": None}
    handover_write(row, values, action="handover_undo", actor=actor, at=at)


def _offer_take_back(row: Handover, actor: Actor, since: datetime, at: datetime) -> bool:
    mine = Offer.objects.filter(
        handover=row, closed_at=None, actor_user_id=actor.user_id, at__gte=since
    )
    return mine.update(closed_at=at, agreed=False) > 0


def _give_back(row: Handover, actor: Actor, since: datetime, at: datetime) -> bool:
    """Whether this person's assignment of a moment ago was turned round."""
    last, *before = Assignment.objects.filter(handover=row).order_by("-pk")[:2]
    if not before or last.at < since or last.actor_user_id != actor.user_id:
        return False
    values = {
        "owner_id": before[0].owner_id, "assigned_at": before[0].at, "why": before[0].why,
        "accept_due": before[0].accept_due, "touch_due": before[0].touch_due,
    }  # fmt: skip
    handover_write(row, values, action="handover_undo", actor=actor, at=at)
    assignment_add(row, actor=actor, at=at)
    return True


def _assign(row: Handover, owner: User, actor: Actor, code: str) -> None:
    book, at = handover_book(), clock.now()
    values: dict[str, object] = {
        "owner_id": owner.pk, "assigned_at": at, "why": {"code": code}, "later_until": None,
    }  # fmt: skip
    if book.rules is not None:
        clocks = clocks_start(
            book.rules, book.calendars([owner.pk])[owner.pk], at,
            stage="inside" if row.stage == Handover.Stage.INSIDE else "field", hot=row.is_hot,
        )  # fmt: skip
        values |= {"accept_due": clocks.accept_due, "touch_due": clocks.touch_due}
    handover_write(row, values, action="handover_assign", actor=actor, at=at)
    assignment_add(row, actor=actor, at=at)
    tell(row, owner, "handover.given", f"given:{row.pk}:{at.isoformat()}", actor)
    Offer.objects.filter(handover=row, closed_at=None).update(closed_at=at, agreed=False)


def _reply_due(book: HandoverBook, at: datetime) -> datetime | None:
    reply = book.rules.reply if book.rules else None
    return book.calendar().due(at, reply.within) if reply else None


def _note(text: str) -> str:
    return text.strip()[:LONGEST_NOTE]
