"""Sending letters that are due: asked whether they may go, claimed, sent once, settled after.

A letter is claimed under a token before it leaves, so a worker that dies in between leaves one
behind of which nobody can say whether it arrived. It is never sent again by itself: it is parked,
and an administrator decides.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from teichaku.accounts.models import Role
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.ids import uuid7
from teichaku.notify.deliveries import INTERRUPTED_AFTER, PAUSES
from teichaku.notify.letter_gates import letter_gates
from teichaku.notify.letter_text import letter_mail, sender_display
from teichaku.notify.models import Delivery, Letter
from teichaku.notify.senders.mail import mail_send
from teichaku.notify.senders.outcomes import NotSent, Unsure
from teichaku.notify.services import task_create

logger = logging.getLogger(__name__)

PORTION = 100
State = Delivery.State


def letters_send() -> int:
    """How many letters were taken by the mail server."""
    _park(Q(state=State.SENDING, claimed_at__lt=clock.now() - INTERRUPTED_AFTER), "interrupted")
    sent = 0
    waiting = Letter.objects.filter(state=State.WAITING, due_at__lte=clock.now())
    while due := list(waiting.order_by("due_at", "pk")[:PORTION]):
        sent += sum(_send(letter) for letter in due)
    return sent


def _send(letter: Letter) -> bool:
    token = _claim(letter)
    if token is None:
        return False
    try:
        mail_send(letter_mail(letter))
    except NotSent as failed:
        _settle_failure(letter, token, failed.reason, again=failed.again)
    except Unsure as failed:
        _park(Q(message=token, state=State.SENDING), failed.reason)
    except Exception as error:
        # One bad letter must not stop the others; what it says may quote a person's data.
        logger.error("a letter could not be made (%s)", type(error).__name__)
        _settle_failure(letter, token, type(error).__name__[:40], again=False)
    else:
        # Also one parked meanwhile, because this worker stood still: now it is known after all.
        mine = Letter.objects.filter(message=token, state__in=[State.SENDING, State.PARKED])
        mine.update(state=State.SENT, reason="", settled_at=clock.now())
        return True
    return False


def _claim(letter: Letter) -> UUID | None:
    """The token under which the letter is being sent; None when it is not to be sent."""
    token, now = uuid7(), clock.now()
    waiting = Letter.objects.filter(pk=letter.pk, state=State.WAITING)
    with transaction.atomic():
        why_not = _why_not(letter)
        if why_not == "no sender":
            _park(Q(pk=letter.pk, state=State.WAITING), why_not)
            return None
        if why_not:
            waiting.update(state=State.SKIPPED, reason=why_not, settled_at=now)
            return None
        taken = waiting.update(
            state=State.SENDING, message=token, claimed_at=now, attempts=F("attempts") + 1
        )
    return token if taken else None


def _why_not(letter: Letter) -> str:
    for gate in letter_gates.values():
        refused = gate.refusals(addresses=[letter.address], purpose=letter.purpose)
        if letter.address in refused:
            return refused[letter.address]
    if letter.purpose == Letter.Purpose.ADVERTISING:
        if not list(letter_gates):
            return "no gate"  # nobody could say who agreed, and nobody could opt out
        if not sender_display().complete:
            return "no sender"
    return ""


def _settle_failure(letter: Letter, token: UUID, reason: str, *, again: bool) -> None:
    mine = Q(message=token, state=State.SENDING)
    attempts = letter.attempts + 1
    if not again or attempts > len(PAUSES):
        _park(mine, reason)
        return
    Letter.objects.filter(mine).update(
        state=State.WAITING, reason=reason, due_at=clock.now() + PAUSES[attempts - 1]
    )


def _park(which: Q, reason: str) -> None:
    """Nothing; the letters are parked, and administrators have one task a day to look at them."""
    with transaction.atomic():
        parked = Letter.objects.filter(which).update(
            state=State.PARKED, reason=reason, settled_at=clock.now()
        )
        if parked:
            task_create(
                kind="notify.letters_parked",
                key=f"notify.letters_parked:{today()}",
                role=Role.ADMINISTRATOR,
                address=f"{reverse('notify:letter_list')}?state=parked",
                actor=SYSTEM,
            )
