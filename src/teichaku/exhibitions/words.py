"""What visitors, reasons and results of calls are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RANKS: Final = ("A", "B", "C")


class Group(models.TextChoices):
    """Whose business a visitor is; the first one that holds."""

    COMPETITOR = "competitor", _("Competitor")
    IN_DEAL = "in_deal", _("In an open deal")
    CUSTOMER = "customer", _("Existing customer")
    REFUSED = "refused", _("Asked for no more")
    UNCLEAR = "unclear", _("Cannot be reached")
    PROSPECT = "prospect", _("Prospect")


GROUP_HELP: Final[Mapping[str, Promise]] = {
    Group.COMPETITOR: _("Marked as a competitor. Neither thanked nor called."),
    Group.IN_DEAL: _("The person or the company has an open deal. Goes to its owner."),
    Group.CUSTOMER: _("A deal was won within 24 months. Goes to the owner of the account."),
    Group.REFUSED: _("Advertising was refused. Neither thanked nor called."),
    Group.UNCLEAR: _("Neither an address nor a telephone number. Look at the card again."),
    Group.PROSPECT: _("Everybody else."),
}
# Who may be thanked at all, and who is called at all.
THANKED: Final = (Group.PROSPECT, Group.CUSTOMER, Group.IN_DEAL)
CALLED: Final = (Group.PROSPECT, Group.CUSTOMER, Group.IN_DEAL)


class RankBy(models.TextChoices):
    """Who ranked a visitor."""

    SHEET = "sheet", _("The sheet")
    FIT = "fit", _("The fit grade")


class HeldBack(models.TextChoices):
    """Why no thank-you mail is sent, beside what consent says."""

    OFF = "off", _("No mail was wanted")
    GROUP = "group", _("Not among those to be thanked")
    NO_ADDRESS = "no_address", _("No e-mail address")
    NO_BASIS = "no_basis", _("No ground recorded")
    REFUSED = "refused", _("Must not be sent to")
    TWICE = "twice", _("The same person once more")


class Result(models.TextChoices):
    """What came of a call."""

    TALKED = "talked", _("Talked")
    DOCUMENT = "document", _("Wants documents")
    NO_ANSWER = "no_answer", _("Not there")
    WRONG = "wrong", _("Not mine")
    ELSEWHERE = "elsewhere", _("Recorded elsewhere")


class Chip(NamedTuple):
    """A result in one tap."""

    label: Promise | str
    icon: str


CHIPS: Final[Mapping[str, Chip]] = {
    Result.TALKED: Chip(Result.TALKED.label, "phone"),
    Result.NO_ANSWER: Chip(Result.NO_ANSWER.label, "phone-missed"),
    Result.DOCUMENT: Chip(Result.DOCUMENT.label, "file-text"),
    Result.WRONG: Chip(Result.WRONG.label, "user-x"),
}

# Why a call is somebody's.
WHYS: Final[Mapping[str, Promise]] = {
    "handover": _("The MQL was handed over to this person"),
    "deal_owner": _("Owns the open deal"),
    "account_owner": _("Looks after the company"),
    "owner_of_company": _("Looks after the company"),
    "accepted_before": _("Accepted the lead before"),
    "capacity": _("Had the most room this week"),
    "round_robin": _("It was this person's turn"),
    "named": _("Named by the rulebook"),
    "deputy": _("Stands in for somebody who is away"),
    "full": _("Everybody is full; had the most room"),
    "given": _("Given by a manager"),
    "nobody": _("Nobody was free"),
}
