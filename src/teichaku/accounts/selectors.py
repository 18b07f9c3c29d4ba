"""Who holds which role, who is in which team, who stands in and who is away, on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from teichaku.accounts.models import (
    Absence,
    Deputy,
    Role,
    RoleGrant,
    RoleRight,
    Team,
    User,
)
from teichaku.core import clock
from teichaku.core.registry import rights

ONE_DAY = timedelta(days=1)
# Who can agree to a rulebook for marketing, for sales, or above both.
APPROVING = (Role.SALES_MANAGER, Role.MARKETING_MANAGER, Role.EXECUTIVE)


def today() -> date:
    """The present day in the installation's zone."""
    return timezone.localtime(clock.now()).date()


def holding(on: date, prefix: str = "") -> Q:
    """The condition that a dated row holds on the day."""
    return Q(**{f"{prefix}starts_on__lte": on}) & (
        Q(**{f"{prefix}ends_before": None}) | Q(**{f"{prefix}ends_before__gt": on})
    )


def user_roles(user: User, on: date) -> frozenset[Role]:
    """The roles that the person holds on the day."""
    held = RoleGrant.objects.filter(holding(on), user=user).values_list("role", flat=True)
    return frozenset(Role(role) for role in held)


class Standing(NamedTuple):
    """What a person is and may do on a day."""

    roles: frozenset[Role]
    rights: frozenset[str]


NOBODY = Standing(frozenset(), frozenset())


def user_standing(user: User, on: date) -> Standing:
    """The person's roles and the rights these give; one role that allows is enough."""
    if not user.is_active:
        return NOBODY
    roles = user_roles(user, on)
    decided = {
        (row.role, row.right): row.allowed for row in RoleRight.objects.filter(role__in=roles)
    }
    held = frozenset(
        name
        for name, right in rights.items()
        if any(decided.get((role, name), role in right.roles) for role in roles)
    )
    return Standing(roles, held)


def team_members(team: Team, on: date) -> QuerySet[User]:
    """The people in the team on the day, by name."""
    return (
        User.objects.filter(holding(on, "team_memberships__"), team_memberships__team=team)
        .distinct()
        .order_by("name", "id")
    )


def people_with_role(role: str, on: date) -> QuerySet[User]:
    """The active people who hold the role on the day."""
    held = RoleGrant.objects.filter(holding(on), role=role)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id"))


def approvers_exist() -> bool:
    """Whether anybody could approve a rulebook: a manager or executive who has signed up."""
    able = User.objects.filter(is_active=True, can_sign_in=True).exclude(password="")
    holders = able.filter(pk__in=RoleGrant.objects.filter(role__in=APPROVING).values("user_id"))
    return any(user.has_usable_password() for user in holders)


def deputies_on(on: date, user_ids: Collection[int]) -> dict[int, User]:
    """Who stands in on the day for each of these people; those without a deputy are left out."""
    rows = Deputy.objects.filter(holding(on), user__in=user_ids, deputy__is_active=True)
    return {row.user_id: row.deputy for row in rows.select_related("deputy")}


def absent_days(user_ids: Collection[int], first: date, last: date) -> dict[int, frozenset[date]]:
    """The days from ``first`` to ``last``, both included, on which each of these people is away."""
    days: dict[int, set[date]] = {user_id: set() for user_id in user_ids}
    rows = Absence.objects.filter(user__in=user_ids, starts_on__lte=last, ends_on__gte=first)
    for row in rows:
        begin, end = max(row.starts_on, first), min(row.ends_on, last)
        days[row.user_id].update(begin + n * ONE_DAY for n in range((end - begin).days + 1))
    return {user_id: frozenset(found) for user_id, found in days.items()}
