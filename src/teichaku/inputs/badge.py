"""The silent first step of the follow-up ladder: a number in the navigation, and nothing else."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from teichaku.accounts.calendars import work_calendar
from teichaku.accounts.models import RoleGrant, User
from teichaku.accounts.selectors import ONE_DAY, absent_days, holding, today
from teichaku.core import clock
from teichaku.engine.ladder import badge_at
from teichaku.inputs.models import OPEN, Obligation

LOOKED_BACK, LOOKED_AHEAD = 30 * ONE_DAY, 60 * ONE_DAY  # for days of absence
MANY = 99  # beyond that a count says only that there are more


def badge_count(user: AbstractBaseUser) -> int:
    """How many records lack an entry of the person's, with half of its time over; one answer
    settles all that is owed about a record, as on the home page.
    """
    person = cast(User, user)
    held = RoleGrant.objects.filter(holding(today()), user=person)
    mine = Q(owner=person) | Q(owner=None, role__in=held.values("role"))
    rows = Obligation.objects.filter(mine, state=OPEN).order_by("due_at", "pk")
    columns = ("subject_kind", "subject_id", "owner_id", "created_at", "due_at")
    waiting = list(rows.values_list(*columns)[: 3 * MANY])
    if not waiting:
        return 0
    now, first, last = clock.now(), today() - LOOKED_BACK, today() + LOOKED_AHEAD
    away = absent_days([person.pk], first, last)[person.pk]
    calendar = work_calendar(absences=away)
    records = {
        tuple(record)
        for *record, created_at, due_at in waiting
        if badge_at(created_at, due_at, calendar) <= now
    }
    return min(len(records), MANY)
