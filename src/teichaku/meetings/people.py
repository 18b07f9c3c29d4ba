"""Who belongs to a meeting: its departments, whom it invites, who may chair it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Membership, Role, RoleGrant, User
from teichaku.accounts.selectors import deputies_on, holding, people_with_role
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict
from teichaku.meetings.models import Meeting
from teichaku.rulebook.selectors import zone_in_force

# Departments that every company has in some form, by the roles of their people; any other name is
# that of a department.
DEPARTMENT_ROLES: Mapping[str, frozenset[str]] = {
    "sales": frozenset({Role.INSIDE_SALES, Role.SALES_REP, Role.SALES_MANAGER}),
    "marketing": frozenset({Role.MARKETER, Role.MARKETING_MANAGER}),
}
DEPARTMENT_LABELS: Mapping[str, Promise] = {
    "sales": _("Sales"),
    "marketing": _("Marketing"),
}


def department_label(name: str) -> str:
    """The department as people read it."""
    return str(DEPARTMENT_LABELS.get(name, name))


def department_people(name: str, on: date) -> set[int]:
    """The people of the department on the day."""
    if name in DEPARTMENT_ROLES:
        held = RoleGrant.objects.filter(holding(on), role__in=DEPARTMENT_ROLES[name])
        return set(held.values_list("user_id", flat=True))
    rows = Membership.objects.filter(holding(on), department__name=name)
    return set(rows.values_list("user_id", flat=True))


def departments_of(person: int, names: Collection[str], on: date) -> list[str]:
    """Those of the departments that the person is in on the day, in their order."""
    return [name for name in names if person in department_people(name, on)]


def invited_people(meeting: Meeting, on: date) -> list[User]:
    """Everybody of the departments, and the chair; by name."""
    ids = set() if meeting.chair_id is None else {meeting.chair_id}
    for name in meeting.series.terms["departments"]:
        ids |= department_people(name, on)
    people = User.objects.filter(pk__in=ids, is_active=True, can_sign_in=True)
    return list(people.order_by("name", "pk"))


def chair_of(role: str, on: date) -> User | None:
    """Who chairs for the role: of several people who hold it the one known longest."""
    return people_with_role(role, on).filter(can_sign_in=True).order_by("pk").first()


def may_chair(meeting: Meeting, user: User, on: date) -> bool:
    """Whether the person leads the meeting on the day: its chair or whoever stands in."""
    return user.pk == meeting.chair_id or is_deputy(meeting, user, on)


def is_deputy(meeting: Meeting, user: User, on: date) -> bool:
    """Whether the person stands in for the chair: as the dated deputy, or by the deputy's role."""
    if meeting.chair_id is not None and meeting.chair_id != user.pk:
        deputy = deputies_on(on, [meeting.chair_id]).get(meeting.chair_id)
        if deputy is not None and deputy.pk == user.pk:
            return True
    roles = [meeting.series.terms.get("deputy")]
    if meeting.chair_id is None:
        roles.append(meeting.series.terms["chair"])
    named = Q(role__in=[role for role in roles if role])
    return RoleGrant.objects.filter(holding(on), named, user=user).exists()


def meeting_leader(meeting: Meeting, actor: Actor) -> User:
    """The doer, who leads the meeting today; anybody else raises ``Conflict``."""
    person = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
    if person is None or not may_chair(meeting, person, today_here()):
        raise Conflict(gettext("Only the chair or whoever stands in does this."))
    return person


def today_here() -> date:
    """The present day where the rulebook lives."""
    return clock.now().astimezone(zone_in_force()).date()
