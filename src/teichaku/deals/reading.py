"""Noting who opens the page of a deal, where a recorded policy allows it."""

from __future__ import annotations

from teichaku.accounts.monitoring import monitoring_allows
from teichaku.accounts.reading import views_record
from teichaku.deals.deal_page import MOST
from teichaku.deals.models import Activity, Deal


def deal_read(deal: Deal, user_id: int) -> None:
    """Nothing; the look is noted of the deal and of the activities that its page shows."""
    if not monitoring_allows("reading"):
        return
    shown = Activity.objects.filter(deal=deal).order_by("-at", "-pk")[:MOST]
    activities = [("deals.activity", pk) for pk in shown.values_list("pk", flat=True)]
    views_record(objects=[("deals.deal", deal.pk), *activities], user_id=user_id)
