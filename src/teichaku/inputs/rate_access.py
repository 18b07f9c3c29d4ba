"""Whose input rates a person sees: one's own always, others only under a recorded policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from teichaku.accounts.models import Role, User
from teichaku.accounts.monitoring import monitoring_allows
from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.input_facts import Staff
from teichaku.inputs.models import Obligation

LEADING = frozenset({Role.SALES_MANAGER, Role.MARKETING_MANAGER})
LONGEST = timedelta(days=400)  # nobody is away for longer between a deadline and the next day


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may see. ``led``: people of whom every task is shown, a business day after
    its deadline; ``teams``: only sums of teams; ``allowed``: whether a policy is in force at all.
    """

    own: int
    led: frozenset[int]
    teams: bool
    allowed: bool

    @property
    def people(self) -> frozenset[int]:
        """Everybody whose tasks the person may see."""
        return self.led | {self.own}


def sight_of(user: User, roles: AbstractSet[Role]) -> Sight:
    """What the person may see today."""
    allowed = monitoring_allows("rates")
    leads = allowed and bool(roles & LEADING)
    return Sight(
        own=user.pk,
        led=frozenset(_led_by(user.pk)) if leads else frozenset(),
        teams=allowed and Role.EXECUTIVE in roles and not leads,
        allowed=allowed,
    )


def _led_by(manager: int) -> Iterable[int]:
    """The people below the manager, however far."""
    below: dict[int | None, list[int]] = defaultdict(list)
    pairs = User.objects.filter(is_active=True).values_list("manager_id", "pk")
    for above, person in pairs.exclude(manager=None):
        below[above].append(person)
    found: dict[int, None] = {}
    waiting = list(below[manager])
    while waiting:
        person = waiting.pop()
        if person not in found and person != manager:
            found[person] = None
            waiting += below[person]
    return found


def seen_until(calendar: BusinessCalendar, now: datetime) -> datetime:
    """The latest deadline that was over a business day ago."""
    early, late = now - LONGEST, now
    while late - early > timedelta.resolution:
        middle = early + (late - early) / 2
        if calendar.add_bd(middle, 1) <= now:
            early = middle
        else:
            late = middle
    return early


def tasks_seen(
    rows: QuerySet[Obligation], people: Collection[int], own: int | None, staff: Staff
) -> QuerySet[Obligation]:
    """The rows of these people that are past due: one's own at once, those of others only after
    one business day, so that each has seen a gap before somebody else does.
    """
    now = clock.now()
    until: dict[datetime, list[int]] = defaultdict(list)
    ends: dict[BusinessCalendar, datetime] = {}
    for person in people:
        if person == own:
            until[now].append(person)
            continue
        calendar = staff.calendar(person)
        if calendar not in ends:
            ends[calendar] = seen_until(calendar, now)
        until[ends[calendar]].append(person)
    wanted = Q(pk__in=[])
    for end, owners in until.items():
        wanted |= Q(owner__in=owners, due_at__lte=end)
    return rows.filter(wanted)
