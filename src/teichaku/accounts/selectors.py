"""Who holds which role and who is in which team, on a given day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from teichaku.accounts.models import Role, RoleGrant, RoleRight, Team, User
from teichaku.core import clock
from teichaku.core.registry import rights

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
