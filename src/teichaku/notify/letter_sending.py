"""Sending letters that are due: asked whether they may go, claimed, sent once, settled after."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from teichaku.core import clock
from teichaku.core.ids import uuid7
from teichaku.notify.letter_gates import letter_gates
from teichaku.notify.letter_text import letter_mail, sender_display
from teichaku.notify.models import Letter
from teichaku.notify.senders.mail import mail_send
from teichaku.notify.settling import park, park_interrupted, send_settled

PORTION = 100
State = Letter.State


def letters_send() -> int:
    """How many letters were taken by the mail server."""
    park_interrupted(Letter)
    sent = 0
    waiting = Letter.objects.filter(state=State.WAITING, due_at__lte=clock.now())
    while due := list(waiting.order_by("due_at", "pk")[:PORTION]):
        sent += sum(_send(letter) for letter in due)
    return sent


def _send(letter: Letter) -> bool:
    token = _claim(letter)
    if token is None:
        return False
    attempts = letter.attempts + 1
    return send_settled(Letter, token, attempts, lambda: mail_send(letter_mail(letter)))


def _claim(letter: Letter) -> UUID | None:
    """The token under which the letter is being sent; None when it is not to be sent."""
    token, now = uuid7(), clock.now()
    waiting = Letter.objects.filter(pk=letter.pk, state=State.WAITING)
    with transaction.atomic():
        why_not = _why_not(letter)
        if why_not == "no sender":
            park(Letter, Q(pk=letter.pk, state=State.WAITING), why_not)
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
