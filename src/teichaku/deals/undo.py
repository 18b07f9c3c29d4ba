"""What an import brought to the room, taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.deals.deal_events import SOURCE, event_names
from teichaku.deals.models import Activity, Deal, DealLeadCandidate, GateDecision, StageChange
from teichaku.deals.rematching import deals_match
from teichaku.deals.services import deal_events_refresh
from teichaku.intake.undoables import (
    Computed,
    Undoable,
    computed_register,
    undo_followers,
    undoable_register,
)
from teichaku.leads.models import Lead
from teichaku.leads.selectors import lead_roots_of_companies
from teichaku.rulebook.selectors import zone_in_force
from teichaku.tracking.models import Event


def undo_register() -> None:
    """Nothing; imports can be taken back from the tables of the room."""
    undoable_register(
        Undoable(
            Deal, _("Deals"), topic=("deals.written", "deals"), leads=_leads_of_deals,
            restored=_deals_restored, before=_events_remove,
        )
    )  # fmt: skip
    undoable_register(Undoable(StageChange, _("Stages of deals")))
    undoable_register(Undoable(GateDecision, _("Checks before registration"), part_of="deal"))
    undoable_register(
        Undoable(
            Activity, _("Activities"), topic=("deals.activities_written", "activities"),
            restored=_activities_restored,
        )
    )  # fmt: skip
    undecided = ~Q(decision="")
    computed_register(Computed(Deal, DealLeadCandidate, unless=undecided))
    computed_register(Computed(Lead, DealLeadCandidate, unless=undecided))
    undo_followers.register("deals", _match_again)


def _leads_of_deals(ids: Sequence[int]) -> Collection[int]:
    """The leads of these deals, and of the companies that they make customers."""
    deals = Deal.objects.filter(pk__in=ids)
    own = deals.filter(lead__isnull=False).values_list("lead__root_id", flat=True)
    won = deals.filter(stage__kind="won", company__isnull=False)
    companies = won.values_list("company__root_id", flat=True)
    return {*own, *lead_roots_of_companies(set(companies))}


def _events_remove(ids: Sequence[int], actor: Actor) -> None:
    """Nothing; what leads' histories tell of these deals is gone, live or retracted."""
    deals = Deal.objects.filter(pk__in=ids).values_list("uid", "event_count")
    names = [name for uid, count in deals for name in event_names(uid, count)]
    events = [pk for (pk,) in bulk.lookup(Event, "external_id", names, ("id",), source=SOURCE)]
    Deal.objects.filter(pk__in=ids).update(created_event=None, outcome_event=None)
    found = Event.objects.filter(pk__in=events)
    found._raw_delete(found.db)


def _deals_restored(ids: Sequence[int], actor: Actor) -> None:
    # As at the import: whoever has one of them open hears of it before writing over it.
    Deal.objects.filter(pk__in=ids).update(version=F("version") + 1)
    deal_events_refresh(deals=ids, zone=zone_in_force(), recorded_at=clock.now(), actor=actor)
    outbox_emit(topic="deals.written", payload={"deals": list(ids)})
    companies = Deal.objects.filter(pk__in=ids, company__isnull=False)
    roots = set(companies.values_list("company__root_id", flat=True))
    leads_changed.notify(lead_roots_of_companies(roots))


def _activities_restored(ids: Sequence[int], actor: Actor) -> None:
    outbox_emit(topic="deals.activities_written", payload={"activities": list(ids)})


def _match_again(actor: Actor) -> None:
    deals_match(zone=zone_in_force(), actor=actor)
