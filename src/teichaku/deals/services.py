"""Writes about deals that are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from django.db.models import F, Max

from teichaku.core import bulk
from teichaku.core.actors import Actor
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.registry import leads_changed
from teichaku.deals.deal_events import DealEvents, DealFacts, deal_events_write
from teichaku.deals.models import Deal, StageChange
from teichaku.leads.selectors import lead_roots_of_companies

_FACTS = (
    "uid",
    "lead_id",
    "created_on",
    "created_at",
    "closed_on",
    "closed_at",
    "stage__kind",
    "created_event_id",
    "outcome_event_id",
    "event_count",
)


def deal_closings_refresh(
    *, deals: Sequence[int], zone: tzinfo, recorded_at: datetime, actor: Actor
) -> None:
    """Nothing; won and lost deals without a closing day take it from their stage history.

    Part of the caller's transaction.
    """
    open_ended = Deal.objects.filter(pk__in=deals, closed_on=None).exclude(stage__kind="open")
    entered = dict(
        StageChange.objects.filter(deal__in=open_ended, stage=F("deal__stage"))
        .values("deal")
        .annotate(entered=Max("at"))
        .values_list("deal", "entered")
    )
    if not entered:
        return
    days = {deal: at.astimezone(zone).date() for deal, at in entered.items()}
    bulk.update(
        Deal, ("closed_on", "closed_at"), [(deal, days[deal], at) for deal, at in entered.items()]
    )
    changes_record(
        [
            FieldChange("deals.deal", deal, name, None, when.isoformat())
            for deal, at in entered.items()
            for name, when in (("closed_on", days[deal]), ("closed_at", at))
        ],
        actor=actor,
        at=recorded_at,
        source="stages",
    )
    deal_events_refresh(deals=sorted(entered), zone=zone, recorded_at=recorded_at, actor=actor)
    companies = Deal.objects.filter(pk__in=entered, company__isnull=False)
    leads_changed.notify(lead_roots_of_companies(companies.values_list("company_id", flat=True)))


def deal_events_refresh(
    *, deals: Sequence[int], zone: tzinfo, recorded_at: datetime, actor: Actor
) -> None:
    """Nothing; the leads' histories tell what these deals say now. Part of the transaction."""
    rows = list(Deal.objects.filter(pk__in=deals).values_list("pk", *_FACTS))
    facts = [DealFacts._make(row[1:]) for row in rows]
    events = deal_events_write(facts, zone=zone, recorded_at=recorded_at, actor=actor)
    changed = [
        (row[0], *live)
        for row, fact, live in zip(rows, facts, events, strict=True)
        if live != DealEvents(fact.created_event, fact.outcome_event, fact.event_count)
    ]
    bulk.update(Deal, DealEvents._fields, changed)
