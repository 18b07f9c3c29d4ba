"""One entry for a call, visit or meeting: what came of it, and what is next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import InvalidInput
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.deals.deal_values import LONGEST_TEXT, unknowns_stored
from teichaku.deals.deal_writes import deal_update
from teichaku.deals.gate_checks import refusals_recorded
from teichaku.deals.home import HERE
from teichaku.deals.models import Activity, Deal
from teichaku.leads.models import Company, Lead

FOLLOWING = "activity"  # the source of what a deal takes over from its activities
KINDS: dict[str, Promise] = {
    "call": gettext_lazy("Call"),
    "visit": gettext_lazy("Visit"),
    "meeting": gettext_lazy("Meeting"),
    "online": gettext_lazy("Online meeting"),
    "mail": gettext_lazy("E-mail"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person enters after a contact. ``at`` is when it ended; now unless said otherwise.

    ``unknowns`` are answers that are 不明 so far, each with the day to ask again.
    """

    kind: str
    at: datetime | None = None
    outcome: str = ""
    note: str = ""
    next_action: str = ""
    next_action_on: date | None = None
    unknowns: Mapping[str, date] = field(default_factory=dict)


def activity_record(
    *,
    entry: Entry,
    actor: Actor,
    deal: Deal | None = None,
    lead: Lead | None = None,
    company: Company | None = None,
    owner: int | None = None,
) -> Activity:
    """The new activity; what it says of the next action is what the deal says from now on."""
    if deal is None and lead is None and company is None:
        raise InvalidInput(_("Choose the deal, lead or company that the activity was about."))
    at = _checked(entry)
    with refusals_recorded(), transaction.atomic():
        activity = Activity.objects.create(
            system=HERE,
            external_id=str(uuid7()),
            deal=deal,
            lead=lead or (deal.lead if deal else None),
            company=company or (deal.company if deal else None),
            owner_id=owner or actor.user_id,
            kind=entry.kind,
            at=at,
            outcome=entry.outcome.strip(),
            note=entry.note.strip(),
            next_action=entry.next_action.strip(),
            next_action_on=entry.next_action_on,
            unknowns=unknowns_stored(entry.unknowns) or None,
            recorded_at=clock.now(),
        )
        if deal is not None and (values := _next(entry)):
            deal_update(deal=deal, values=values, actor=actor, source=FOLLOWING)
        audit_record(
            actor=actor,
            action="deals.activity_record",
            object_type="deals.activity",
            object_id=activity.pk,
        )
        outbox_emit(topic="deals.activities_written", payload={"activities": [activity.pk]})
    return activity


def _next(entry: Entry) -> dict[str, object]:
    """What the deal says of its next action from now on; an action without a date has none."""
    if entry.next_action.strip():
        return {"next_action": entry.next_action, "next_action_on": entry.next_action_on}
    return {"next_action_on": entry.next_action_on} if entry.next_action_on else {}


def _checked(entry: Entry) -> datetime:
    """When it ended; what cannot be recorded raises ``InvalidInput``."""
    if entry.kind not in KINDS:
        known = ", ".join(map(str, KINDS.values()))
        raise InvalidInput(_("Choose what it was: %s.") % known, field="kind")
    for name in ("outcome", "note", "next_action"):
        if len(getattr(entry, name)) > LONGEST_TEXT:
            raise InvalidInput(
                _("The text is longer than %d characters. Shorten it.") % LONGEST_TEXT, field=name
            )
    now = clock.now()
    at = entry.at or now
    if at > now:
        raise InvalidInput(
            _("The activity lies in the future. Enter it when it is over, or as the next action."),
            field="at",
        )
    return at
