"""What a letter looks like: its text, and below it who sends it, as the law asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read
from teichaku.notify.letter_gates import letter_gates
from teichaku.notify.messages import PRODUCT, company
from teichaku.notify.models import Letter
from teichaku.notify.senders.mail import Mail

legal_name = SettingDeclaration(
    "notify.legal_name", "", _("The registered name of the company, as sender of letters.")
)
postal_address = SettingDeclaration(
    "notify.postal_address", "", _("The company's postal address, as letters show it.")
)
contact = SettingDeclaration(
    "notify.contact", "", _("Where people outside ask or complain: an address or a number.")
)


_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class SenderDisplay:
    """Who sends, as it stands in each letter."""

    name: str
    address: str
    contact: str

    @property
    def complete(self) -> bool:
        """Whether it says all that advertising has to say."""
        return bool(self.name and self.address and self.contact)


def sender_display() -> SenderDisplay:
    """Who sends; without a registered name the one that stands in subjects."""
    name = setting_read(legal_name) or setting_read(company)
    return SenderDisplay(name, setting_read(postal_address), setting_read(contact))


def letter_mail(letter: Letter) -> Mail:
    """The letter as a mail, with the way out of advertising in text and headers."""
    sender = sender_display()
    page, headers = "", _NO_HEADERS
    if letter.purpose == Letter.Purpose.ADVERTISING:
        page, headers = _way_out(letter.address)
    context = {"letter": letter, "sender": sender, "way_out": page}
    with translation.override(letter.language):
        return Mail(
            to=letter.address,
            sender_name=sender.name or PRODUCT,
            subject=letter.subject,
            text=render_to_string("notify/letter.txt", context).strip() + "\n",
            html=render_to_string("notify/letter.html", context),
            key=letter.uid.hex,
            headers=headers,
        )


def _way_out(address: str) -> tuple[str, Mapping[str, str]]:
    for gate in letter_gates.values():
        return gate.way_out(address)
    raise LookupError("advertising without a way out is not sent")
