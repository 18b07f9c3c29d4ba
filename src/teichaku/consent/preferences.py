"""What a recipient decides on the page that every mail leads to, and the links of that page.

The link holds the address encrypted and nothing else, so that addresses stay out of logs, and
whoever the mail is forwarded to is told about nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.urls import reverse

from teichaku.consent.addresses import address_digest
from teichaku.consent.models import Refusal
from teichaku.consent.refusals import refusal_lift, refusal_record
from teichaku.consent.selectors import may_send
from teichaku.consent.words import PURPOSES, Channel, Reason
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.addresses import absolute
from teichaku.core.secrets import decrypted, encrypted
from teichaku.engine.calendar import months_after
from teichaku.intake.normalise import phone_bare
from teichaku.leads.models import Lead
from teichaku.leads.names import email_key

RECIPIENT: Final = Actor(kind="automation", name="preference page")
SOURCE: Final = "preferences"
PAUSES: Final = (1, 3, 6)
_MARK: Final = "preferences "
ONE_CLICK: Final = "List-Unsubscribe=One-Click"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a recipient wants no more of; ``pause`` is a number of months."""

    everything: bool = False
    purposes: tuple[str, ...] = ()
    phone: bool = False
    pause: int = 0

    @property
    def says_nothing(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.everything or self.purposes or self.phone or self.pause)


def preference_url(address: str) -> str:
    """The whole address of the page on which the owner of the mail address decides."""
    token = encrypted(_MARK + email_key(address))
    return absolute(reverse("consent:preferences", args=[token]))


def unsubscribe_headers(address: str) -> dict[str, str]:
    """The headers by which a mail program stops the mails with one click (RFC 8058)."""
    return dict(way_out(address)[1])


def way_out(address: str) -> tuple[str, Mapping[str, str]]:
    """The page of a recipient, and the headers that lead to the same page."""
    url = preference_url(address)
    return url, {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": ONE_CLICK}


def letters_refused(*, addresses: Collection[str], purpose: str) -> dict[str, str]:
    """The code of the reason, by address, of those to whom nothing of the kind may be sent."""
    said = may_send(addresses=addresses, channel=Channel.EMAIL, purpose=purpose)
    return {address: found.code for address, found in said.items() if not found.allowed}


def address_in(token: str) -> str:
    """The mail address that the link is about, '' when it is no link of ours."""
    try:
        text = decrypted(token)
    except (InvalidToken, ValueError):
        return ""
    return text.removeprefix(_MARK) if text.startswith(_MARK) else ""


def wish_record(*, address: str, wish: Wish) -> list[Refusal]:
    """The refusals that say so; the same wish again changes nothing."""
    email = Channel.EMAIL.value
    made: list[Refusal] = []
    with transaction.atomic():
        if wish.everything or set(wish.purposes) >= PURPOSES.keys():
            made.append(_refuse(address, email))
        else:
            made += [_refuse(address, email, purpose) for purpose in wish.purposes]
            if wish.pause in PAUSES:
                made.append(_pause(address, wish.pause))
        if wish.phone:
            made += [
                _refuse(number, channel.value)
                for number in _phones(address)
                for channel in (Channel.PHONE, Channel.SMS)
            ]
    return made


def wish_undo(*, address: str, refusals: Sequence[UUID]) -> int:
    """How many of the refusals, made on this page for this address, no longer hold."""
    numbers = [address, *_phones(address)]
    rows = Refusal.objects.filter(
        uid__in=refusals,
        source=SOURCE,
        digest__in=[address_digest(key) for key in numbers],
        lifted_at=None,
    )
    with transaction.atomic():
        found = list(rows)
        for row in found:
            refusal_lift(refusal=row, why="undone on the preference page", actor=RECIPIENT)
    return len(found)


def _refuse(address: str, channel: str, purpose: str = "") -> Refusal:
    return refusal_record(
        address=address, channel=channel, reason=Reason.REFUSED.value, purpose=purpose,
        source=SOURCE, actor=RECIPIENT,
    )  # fmt: skip


def _pause(address: str, months: int) -> Refusal:
    now = clock.now()
    until = now + (months_after(now.date(), months) - now.date())
    return refusal_record(
        address=address, channel=Channel.EMAIL.value, reason=Reason.PAUSED.value, until=until,
        source=SOURCE, actor=RECIPIENT,
    )  # fmt: skip


def _phones(address: str) -> list[str]:
    """The numbers of those who have the address."""
    numbers = Lead.objects.filter(email_key=address).exclude(phone="")
    return sorted({phone_bare(phone) for phone in numbers.values_list("phone", flat=True)})
