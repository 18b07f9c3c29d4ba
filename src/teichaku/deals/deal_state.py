"""How a deal stands at a glance: what is planned, and for how long nothing has moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import Text
from teichaku.deals.models import Activity, Deal, Stage, StageChange

STALE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Planned:
    """What is planned for a deal, as a mark."""

    key: str
    tone: str
    icon: str
    label: Text


OVERDUE = Planned("overdue", "over", "circle-x", _("Overdue"))
TODAY = Planned("today", "ok", "circle-check", _("Today"))
LATER = Planned("later", "calm", "calendar", _("Planned"))
NOTHING = Planned("nothing", "soon", "triangle-alert", _("Nothing planned"))


def planned(deal: Deal, today: date) -> Planned | None:
    """What the date of the next action says; None of closed deals."""
    if deal.stage.kind != Stage.Kind.OPEN:
        return None
    on = deal.next_action_on
    if on is None:
        return NOTHING
    return OVERDUE if on < today else TODAY if on == today else LATER


def quiet_days(deals: Sequence[Deal], now: datetime) -> dict[int, int]:
    """For each of these open deals that has stood still so long the days since it last moved."""
    ids = [deal.pk for deal in deals if deal.stage.kind == Stage.Kind.OPEN]
    last: dict[int, datetime] = {deal.pk: deal.created_at or deal.recorded_at for deal in deals}
    for rows in (Activity.objects, StageChange.objects):
        found = rows.filter(deal__in=ids, at__lte=now).values("deal").annotate(last=Max("at"))
        for deal, at in found.values_list("deal", "last") if ids else ():
            last[deal] = max(last[deal], at)
    days = {pk: (now - last[pk]).days for pk in ids}
    return {pk: count for pk, count in days.items() if count >= STALE_DAYS}


def stale(rows: QuerySet[Deal], now: datetime) -> QuerySet[Deal]:
    """The open ones of these deals that nothing has moved for ``STALE_DAYS``."""
    since = now - timedelta(days=STALE_DAYS)
    moved = [
        Exists(each.filter(deal=OuterRef("pk"), at__gt=since, at__lte=now))
        for each in (Activity.objects, StageChange.objects)
    ]
    begun = Q(created_at__gt=since) | Q(created_at=None, recorded_at__gt=since)
    return rows.filter(stage__kind=Stage.Kind.OPEN).exclude(begun).exclude(moved[0] | moved[1])


NEXT_FIRST = (F("next_action_on").asc(nulls_first=True), "pk")
