"""Which lead a new deal comes from: one that is there, or one that is added along with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput, NotFound
from teichaku.deals.gate_rules import GateBook
from teichaku.intake.instants import day_end
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

ALONG = "registered_with_deal"  # 同時登録: what reports tell apart
OFFLINE: dict[str, Promise] = {
    "exhibition": gettext_lazy("Trade fair"),
    "card_exchange": gettext_lazy("Exchange of business cards"),
    "seminar_attend": gettext_lazy("Seminar"),
    "call": gettext_lazy("Call"),
    "meeting": gettext_lazy("Meeting"),
}
LINK, CREATE_AND_LINK = "link", "create_and_link"


@dataclass(frozen=True, slots=True)
class FirstContact:
    """How and on which day somebody of the company first met the person."""

    how: str
    on: date


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """A lead by its id, or a new one with its first contact."""

    lead: int | None = None
    new_lead: NewLead | None = None
    first_contact: FirstContact | None = None

    @property
    def taken(self) -> str:
        """The way out that this is."""
        return CREATE_AND_LINK if self.new_lead else LINK


def lead_chosen(*, choice: LinkChoice, book: GateBook, actor: Actor) -> Lead:
    """The lead; a new one is written with the offline event of its first contact.

    Part of the caller's transaction.
    """
    if choice.new_lead is None:
        lead = Lead.objects.filter(pk=choice.lead).first() if choice.lead else None
        if lead is None:
            raise NotFound(_("There is no such lead any more. Choose one from the candidates."))
        return lead
    contact = choice.first_contact
    if contact is None or contact.how not in OFFLINE:
        raise InvalidInput(
            _("Say how and when the first contact with the new lead came about: %(known)s.")
            % {"known": ", ".join(map(str, OFFLINE.values()))},
            field="first_contact",
        )
    if contact.on > book.today():
        raise InvalidInput(
            _("The first contact lies in the future. Enter the day on which it happened."),
            field="first_contact",
        )
    lead = lead_create(lead=choice.new_lead, actor=actor)
    now = clock.now()
    # Of today the end is still to come, and the contact came before the deal.
    at = min(day_end(contact.on, book.zone), now)
    row = EventRow(lead.pk, Shape(contact.how), at, ALONG, f"{lead.uid}:first", now, actor="")
    events_write(rows=[row], actor=actor)
    return lead
