"""How deals came to their leads, and which did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from teichaku.core import clock
from teichaku.deals.models import Deal, DealLeadCandidate
from teichaku.deals.unlinked import new_deals
from teichaku.rulebook.selectors import zone_in_force


@dataclass(frozen=True, slots=True)
class MatchSummary:
    """Deals: linked by the key that found the lead, waiting for a yes or no, and without a lead.

    ``linked``, ``waiting`` and ``unmatched`` add up to ``deals``; ``new_business_unlinked`` are
    those of the last two that are new business of the last year.
    """

    deals: int
    linked: Mapping[str, int]
    waiting: int
    unmatched: int
    new_business_unlinked: int


def match_summary() -> MatchSummary:
    """The summary of all deals, but for those that wait for an exception."""
    deals = Deal.objects.filter(is_pending=False)
    linked = dict(
        deals.filter(lead__isnull=False)
        .values("match_key")
        .annotate(deals=Count("pk"))
        .order_by("-deals", "match_key")
        .values_list("match_key", "deals")
    )
    undecided = DealLeadCandidate.objects.filter(deal=OuterRef("pk"), decision="")
    unlinked = deals.filter(lead=None)
    without = unlinked.count()
    waiting = unlinked.filter(Exists(undecided)).count()
    today = clock.now().astimezone(zone_in_force()).date()
    return MatchSummary(
        deals=without + sum(linked.values()),
        linked=linked,
        waiting=waiting,
        unmatched=without - waiting,
        new_business_unlinked=sum(deal.lead is None for deal in new_deals(today)),
    )
