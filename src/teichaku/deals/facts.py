"""What deals and activities tell the checklist."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from teichaku.core.facts import FactsContext, facts_provide
from teichaku.deals.models import Activity
from teichaku.deals.stalled import OpenDeal, deals_open, next_actions_known
from teichaku.deals.unlinked import new_deals
from teichaku.engine.checklist.facts import InputTraceFacts, LinkFacts, Share
from teichaku.engine.checklist.thresholds import LINKED_DEALS_DAYS, SILENT_DAYS, TRACE_DAYS
from teichaku.engine.gates import is_placeholder


def facts_register() -> None:
    """Nothing; the room's facts can be asked for."""
    facts_provide(LinkFacts, link_facts)
    facts_provide(InputTraceFacts, input_trace_facts)


def link_facts(context: FactsContext) -> LinkFacts:
    """Of the new business of the last 90 days, the deals that name a lead."""
    since = context.today - timedelta(days=LINKED_DEALS_DAYS)
    recent = [deal for deal in new_deals(context.today) if deal.created_on > since]
    if not recent:
        return LinkFacts()
    return LinkFacts(Share(sum(deal.lead is not None for deal in recent), len(recent)))


def input_trace_facts(context: FactsContext) -> InputTraceFacts:
    """What open deals and recent activities show of the habit of entering them."""
    deals = deals_open(context.today, context.zone)
    return InputTraceFacts(
        next_actions=_next_actions(deals, context) if next_actions_known() else None,
        silent=_silent(deals, context),
        placeholders=_placeholders(context),
    )


def _next_actions(deals: list[OpenDeal], context: FactsContext) -> Share | None:
    dated = [deal.action.next_on if deal.action else None for deal in deals]
    ahead = sum(day is not None and day >= context.today for day in dated)
    return Share(ahead, len(deals)) if deals else None


def _silent(deals: list[OpenDeal], context: FactsContext) -> Share | None:
    """Of the people with open deals, those who have not recorded an activity for a week."""
    people = {deal.owner for deal in deals} - {None}
    if not people or not _recent(context, TRACE_DAYS).filter(owner__isnull=False).exists():
        return None
    active = _recent(context, SILENT_DAYS).values_list("owner_id", flat=True).distinct()
    return Share(len(people - set(active)), len(people))


def _placeholders(context: FactsContext) -> Share | None:
    """Of the results and next actions written down, those that say nothing."""
    rows = _recent(context, TRACE_DAYS).values_list("outcome", "next_action")
    hollow = whole = 0
    for row in rows.iterator(chunk_size=5_000):
        texts = [text for text in row if text]
        whole += len(texts)
        hollow += sum(is_placeholder(text) for text in texts)
    return Share(hollow, whole) if whole else None


def _recent(context: FactsContext, days: int) -> QuerySet[Activity]:
    since: datetime = context.as_of - timedelta(days=days)
    return Activity.objects.filter(at__gt=since, at__lte=context.as_of)
