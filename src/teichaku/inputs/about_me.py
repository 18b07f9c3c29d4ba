"""What is recorded about a person, who sees it, and who looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from teichaku.accounts.models import MonitoringPolicy, RoleGrant, User
from teichaku.accounts.monitoring import (
    monitoring_allows,
    policies_recorded,
    policy_in_force,
    policy_to_come,
)
from teichaku.accounts.selectors import holding, today
from teichaku.core.models import View
from teichaku.deals.models import Activity, Deal
from teichaku.engine.input_rates import Streak
from teichaku.inputs.rate_access import LEADING, Sight
from teichaku.inputs.rate_rows import Subject, TaskPage, subjects_of, task_page
from teichaku.inputs.selectors import streak_of

LOOKS = 50
MYSELF = "accounts.user"


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a record of mine, or at my input rate, on a day."""

    who: str
    day: date
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class AboutMe:
    """Everything that the page says of the person who reads it."""

    policy: MonitoringPolicy | None
    coming: MonitoringPolicy | None
    editions: Sequence[MonitoringPolicy]
    seen_by: Sequence[User]
    tasks: TaskPage
    streak: Streak
    looks: Sequence[Look]
    looks_noted: bool


def about_me(user: User) -> AboutMe:
    """What is recorded about the person."""
    sight = Sight(user.pk, frozenset(), teams=False, allowed=True)
    policy = policy_in_force()
    noted = monitoring_allows("reading")
    return AboutMe(
        policy=policy,
        coming=policy_to_come(),
        editions=policies_recorded(),
        seen_by=_managers(user) if policy is not None and policy.rates else [],
        tasks=task_page(sight, user.pk, user),
        streak=streak_of(user.pk),
        looks=_looks(user) if noted else [],
        looks_noted=noted,
    )


def _managers(user: User) -> list[User]:
    """Those above the person who may see the person's rate, the nearest first."""
    leading = RoleGrant.objects.filter(holding(today()), role__in=[role.value for role in LEADING])
    may_see = set(leading.values_list("user_id", flat=True))
    return [one for one in _above(user) if one.pk in may_see]


def _above(user: User) -> Iterator[User]:
    seen = {user.pk}
    while (manager := user.manager) is not None and manager.pk not in seen:
        seen.add(manager.pk)
        yield manager
        user = manager


def _looks(user: User) -> list[Look]:
    """The latest looks of others at what the person owns."""
    mine = Q(object_type=MYSELF, object_id=user.pk)
    for kind, rows in (("deals.deal", Deal.objects), ("deals.activity", Activity.objects)):
        mine |= Q(object_type=kind, object_id__in=rows.filter(owner=user).values("pk"))
    found = list(View.objects.filter(mine).exclude(user_id=user.pk).order_by("-pk")[:LOOKS])
    people = User.objects.in_bulk({look.user_id for look in found})
    subjects = subjects_of({_subject(look) for look in found}, user)
    return [
        Look(
            people[look.user_id].name if look.user_id in people else "–",
            look.day,
            subjects.get(_subject(look)),
        )
        for look in found
    ]


def _subject(look: View) -> tuple[str, int]:
    return look.object_type.removeprefix("deals."), look.object_id
