"""Contact with a handed-over lead in one tap, recorded as the activity that it is."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.contacts import CONTACTS
from teichaku.deals.models import Activity
from teichaku.handover.models import Handover
from teichaku.handover.rows import State
from teichaku.handover.touches import touches_recognise
from teichaku.leads.models import Lead


def contact_record(*, handover: Handover, how: str, actor: Actor, note: str = "") -> Activity:
    """The activity; the handover knows of its first contact at once."""
    if handover.state != State.ACCEPTED:
        raise Conflict(_("Accept the lead first; then record the contact."))
    return lead_contact_record(lead=handover.lead.root, how=how, actor=actor, note=note)


def lead_contact_record(*, lead: Lead, how: str, actor: Actor, note: str = "") -> Activity:
    """The activity about a lead, handed over or not."""
    if how not in CONTACTS:
        raise InvalidInput(_("Choose how you made contact."), field="how")
    contact = CONTACTS[how]
    with transaction.atomic():
        activity = activity_record(
            entry=Entry(kind=contact.kind, outcome=contact.outcome, note=note),
            actor=actor, lead=lead, company=lead.company,
        )  # fmt: skip
        touches_recognise(activities=[activity.pk], actor=actor)
    return activity
