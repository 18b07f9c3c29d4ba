"""Today's meetings on the first page."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, time, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from teichaku.core.home_parts import HomePart, home_parts
from teichaku.meetings.models import Meeting
from teichaku.meetings.people import departments_of, today_here
from teichaku.meetings.series import series_title
from teichaku.rulebook.selectors import zone_in_force


def home_part_register() -> None:
    """Nothing; the first page says which meetings are today."""
    part = HomePart(_("Today's meetings"), "meetings.view", "meetings/home.html", 5, today_part)
    home_parts.register("meetings.today", part)


def today_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object] | None:
    """Today's meetings of the person's departments that are not over; None without one."""
    today, zone = today_here(), zone_in_force()
    midnight = datetime.combine(today, time(), zone)
    rows = Meeting.objects.filter(
        settled_at=None, begins_at__gte=midnight, begins_at__lt=midnight + timedelta(days=1)
    )
    mine = [
        (meeting, series_title(meeting.series))
        for meeting in rows.select_related("series").order_by("begins_at", "pk")
        if meeting.chair_id == user.pk
        or departments_of(user.pk, meeting.series.terms["departments"], today)
    ]
    return {"meetings": mine, "zone": zone} if mine else None
