"""Ways to reach a person, grounds for doing so, reasons not to, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ADVERTISING: Final = "advertising"
TRANSACTIONAL: Final = "transactional"


class Channel(models.TextChoices):
    """A way to reach a person."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message (SMS)")
    PHONE = "phone", _("Telephone")
    POST = "post", _("Post")


class Kind(models.TextChoices):
    """A ground on which advertising may be sent."""

    CONSENT = "consent", _("Consent")
    BUSINESS_RELATIONSHIP = "business_relationship", _("Business relationship")
    PUBLISHED = "published", _("Published address")
    BUSINESS_CARD = "business_card", _("Business card or other writing")


class Reason(models.TextChoices):
    """Why nothing may be sent."""

    REFUSED = "refused", _("Asked for no more")
    COMPLAINED = "complained", _("Complained")
    UNDELIVERABLE = "undeliverable", _("Cannot be delivered")
    ABUSED = "abused", _("Entered by somebody else")
    ERASED = "erased", _("Personal data erased")
    COMPETITOR = "competitor", _("Competitor")
    MANUAL = "manual", _("Stopped by hand")
    PAUSED = "paused", _("Paused by the person")


# The law on advertising mail treats SMS as mail; calls and post need no ground, but a no counts.
NEEDS_BASIS: Final = frozenset({Channel.EMAIL.value, Channel.SMS.value})
# What stops even an answer that the person asked for.
STOPS_ANSWERS: Final = frozenset(
    {Reason.COMPLAINED.value, Reason.UNDELIVERABLE.value, Reason.ABUSED.value}
)
# Which reason is told where several hold: what the person said first.
REASON_ORDER: Final = tuple(
    reason.value
    for reason in (
        Reason.REFUSED, Reason.COMPLAINED, Reason.ERASED, Reason.ABUSED, Reason.UNDELIVERABLE,
        Reason.COMPETITOR, Reason.MANUAL, Reason.PAUSED,
    )
)  # fmt: skip
KIND_ORDER: Final = tuple(kind.value for kind in Kind)

# What advertising can be about; a person may refuse one and keep the others.
PURPOSES: Final[Mapping[str, Promise]] = {
    "products": _("Products and services"),
    "events": _("Seminars and exhibitions"),
    "reading": _("Useful articles and documents"),
}

SOURCES: Final[Mapping[str, Promise]] = {
    "form": _("Form"),
    "import": _("File"),
    "exhibition": _("Exhibition"),
    "manual": _("By hand"),
    "preferences": _("The person's own choice"),
    "mail": _("Answer of a mail server"),
    "erasure": _("Erasure"),
}

NO_BASIS, NO_ADDRESS = "no_basis", "no_address"
NO_BASIS_NEEDED, ANSWER = "no_basis_needed", "answer"

# Why something may be sent or not, a sentence each.
CODES: Final[Mapping[str, Promise]] = {
    Kind.CONSENT.value: _("May be sent: the person consented."),
    Kind.BUSINESS_RELATIONSHIP.value: _("May be sent: there is a business relationship."),
    Kind.PUBLISHED.value: _("May be sent: the address is published without a refusal of mail."),
    Kind.BUSINESS_CARD.value: _("May be sent: the address was given on a card or in writing."),
    NO_BASIS_NEEDED: _("May be used: nobody has refused, and no ground is needed here."),
    ANSWER: _("May be sent: it answers what the person asked for."),
    Reason.REFUSED.value: _("Must not be sent: the person asked for no more."),
    Reason.COMPLAINED.value: _("Must not be sent: the person complained."),
    Reason.UNDELIVERABLE.value: _("Must not be sent: it cannot be delivered."),
    Reason.ABUSED.value: _("Must not be sent: somebody else entered the address."),
    Reason.ERASED.value: _("Must not be sent: the personal data were erased."),
    Reason.COMPETITOR.value: _("Must not be sent: a competitor."),
    Reason.MANUAL.value: _("Must not be sent: stopped by hand."),
    Reason.PAUSED.value: _("Must not be sent for now: the person asked for a pause."),
    NO_BASIS: _("Must not be sent: no ground is recorded. Record one with its date and evidence."),
    NO_ADDRESS: _("Cannot be sent: there is no address."),
}

# Short, for lists and counts.
STATUSES: Final[Mapping[str, str | Promise]] = {
    **dict(Kind.choices),
    NO_BASIS: _("No ground recorded"),
    NO_ADDRESS: _("No address"),
    **dict(Reason.choices),
}
