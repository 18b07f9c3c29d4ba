"""The daily report (日報): what a person entered on a day, as a text to hand on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.deals.activities import KINDS
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Activity, Deal, StageChange
from teichaku.deals.outcome_chips import outcome_text


def daily_report(user: User, day: date) -> str:
    """The text: activities in order of time, deals that moved, what is next; no entry, no line."""
    zone = gate_book().zone
    begin = datetime.combine(day, time(), zone)
    end = begin + timedelta(days=1)
    done = list(
        Activity.objects.filter(owner=user, at__gte=begin, at__lt=end)
        .select_related("deal", "company", "lead")
        .order_by("at", "pk")
    )
    moved = (
        StageChange.objects.filter(deal__owner=user, at__gte=begin, at__lt=end)
        .exclude(deal__is_pending=True)
        .select_related("deal", "stage")
        .order_by("at", "pk")
    )
    parts = [
        _("Daily report %(day)s %(name)s") % {"day": day.isoformat(), "name": user.name},
        *_section(_("Activities"), (line for one in done for line in _activity(one))),
        *_section(_("Deals that moved"), (f"- {_deal(m.deal)}: {m.stage.shown}" for m in moved)),
        *_section(_("What is next"), (line for one in done for line in _next(one))),
    ]
    if len(parts) == 1:
        parts.append(_("Nothing was entered on this day."))
    return "\n".join(parts)


def _section(title: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", f"■ {title}", *found] if found else []


def _activity(activity: Activity) -> Iterator[str]:
    kind = str(KINDS.get(activity.kind, activity.kind))
    # An outcome stands as the company writes it; only 不明 is a sentence of ours.
    outcome = activity.outcome or str(outcome_text(activity))
    yield f"- {kind} {_about(activity)} {outcome}".rstrip()
    if activity.note:
        yield f"  {activity.note}"


def _next(activity: Activity) -> Iterator[str]:
    if activity.next_action or activity.next_action_on:
        on = f"{activity.next_action_on.isoformat()} " if activity.next_action_on else ""
        yield f"- {on}{_about(activity)}: {activity.next_action}"


def _about(activity: Activity) -> str:
    company = activity.company.name if activity.company else ""
    about = _deal(activity.deal) if activity.deal else str(activity.lead or "")
    return " ".join(filter(None, (company, about)))


def _deal(deal: Deal) -> str:
    return _("“%s”") % (deal.name or deal.external_id)
