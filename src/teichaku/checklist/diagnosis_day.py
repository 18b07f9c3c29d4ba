"""As of which day an export is judged: today, or the last day that an old one tells of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from teichaku.deals.models import Activity, Deal
from teichaku.leads.models import Lead
from teichaku.scoring.models import Qualification
from teichaku.tracking.models import Event

OLD = timedelta(days=60)  # data that ends earlier is an old export, and not a company asleep


def day_to_judge(today: date, zone: ZoneInfo) -> date:
    """Today, unless nothing was recorded in the last 60 days: then the last day that was."""
    last = last_recorded_day(today, zone)
    return last if last is not None and today - last > OLD else today


def last_recorded_day(until: date, zone: ZoneInfo) -> date | None:
    """The latest day up to the given one on which anything happened; None without any."""
    end = datetime(until.year, until.month, until.day, tzinfo=zone) + timedelta(days=1)
    instants: list[datetime | None] = [
        Activity.objects.filter(at__lt=end).aggregate(last=Max("at"))["last"],
        Event.objects.filter(at__lt=end).aggregate(last=Max("at"))["last"],
        Lead.objects.filter(created_at__lt=end).aggregate(last=Max("created_at"))["last"],
        Qualification.objects.filter(at__lt=end).aggregate(last=Max("at"))["last"],
    ]
    days: list[date | None] = [
        Deal.objects.filter(created_on__lte=until).aggregate(last=Max("created_on"))["last"],
        Deal.objects.filter(closed_on__lte=until).aggregate(last=Max("closed_on"))["last"],
    ]
    days += [at.astimezone(zone).date() for at in instants if at is not None]
    return max((day for day in days if day is not None), default=None)
