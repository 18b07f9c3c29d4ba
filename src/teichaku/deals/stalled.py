"""Open deals that no date moves any more: past their date, or without a next action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db.models import Q

from teichaku.deals.models import Activity, Deal, Stage

Reason = Literal["past_close_date", "past_next_action", "no_next_action", "no_date"]


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the latest activity of a deal says: when it was, and on which day comes the next."""

    last_on: date
    next_on: date | None


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """An open deal as of a day, with what is known of its dates."""

    deal: int
    owner: int | None
    company: int | None
    amount: int | None
    created_on: date | None
    close_on: date | None
    action: NextAction | None


@dataclass(frozen=True, slots=True)
class StalledDeal:
    """An open deal, why it stands still, and for how many days its date has passed."""

    deal: OpenDeal
    reasons: tuple[Reason, ...]
    days_late: int


def next_actions_known() -> bool:
    """Whether any activity says when the next action is; without one nobody can be blamed."""
    return Activity.objects.filter(next_action_on__isnull=False).exists()


def deals_open(as_of: date, zone: ZoneInfo) -> list[OpenDeal]:
    """The deals that are open on the day, oldest first."""
    actions = _next_actions(as_of, zone)
    rows = Deal.objects.filter(
        Q(created_on=None) | Q(created_on__lte=as_of), stage__kind=Stage.Kind.OPEN, is_pending=False
    ).order_by("created_on", "pk")
    columns = ("pk", "owner_id", "company__root_id", "amount", "created_on", "close_on")
    return [
        OpenDeal(deal, owner, company, amount, created, close, actions.get(deal))
        for deal, owner, company, amount, created, close in rows.values_list(*columns)
    ]


def deals_stalled(as_of: date, zone: ZoneInfo) -> list[StalledDeal]:
    """The open deals whose date has passed or that have no next action, the latest first.

    While no activity tells of next actions, a deal is without one only if it has no date at all.
    """
    known = next_actions_known()
    found = []
    for deal in deals_open(as_of, zone):
        reasons, days = _judged(deal, as_of, known=known)
        if reasons:
            found.append(StalledDeal(deal, reasons, days))
    return sorted(found, key=lambda stalled: -stalled.days_late)


def _judged(deal: OpenDeal, as_of: date, *, known: bool) -> tuple[tuple[Reason, ...], int]:
    reasons: list[Reason] = []
    days = 0
    next_on = deal.action.next_on if deal.action else None
    if deal.close_on and deal.close_on < as_of:
        reasons.append("past_close_date")
        days = (as_of - deal.close_on).days
    if known and next_on is None:
        reasons.append("no_next_action")
    elif next_on and next_on < as_of:
        reasons.append("past_next_action")
        days = max(days, (as_of - next_on).days)
    elif not known and deal.close_on is None:
        reasons.append("no_date")
    return tuple(reasons), days


def _next_actions(as_of: date, zone: ZoneInfo) -> Mapping[int, NextAction]:
    """The latest activity of each open deal; one that lies ahead is a next action itself."""
    rows = Activity.objects.filter(deal__stage__kind=Stage.Kind.OPEN).order_by("at", "pk")
    found: dict[int, NextAction] = {}
    columns = rows.values_list("deal_id", "at", "next_action_on")
    for deal, at, next_on in columns.iterator(chunk_size=5_000):
        found[deal] = _after(found.get(deal), _local(at, zone), next_on, as_of)
    return found


def _after(before: NextAction | None, day: date, next_on: date | None, as_of: date) -> NextAction:
    if day <= as_of:
        return NextAction(day, next_on)
    ahead = before.next_on if before and before.next_on and before.next_on >= as_of else day
    return NextAction(before.last_on if before else day, ahead)


def _local(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
