"""Whom the company asks about a person's entries, and who answers for a rule."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from teichaku.accounts.models import Role, User
from teichaku.accounts.selectors import deputies_on, people_with_role

MARKETING = frozenset({Role.MARKETER, Role.MARKETING_MANAGER})


class Manager(NamedTuple):
    """A person, or for want of one whoever holds the role."""

    user: User | None
    role: str


def managing_role(role: str) -> Role:
    """Who leads the people in a role, and so answers for the rules that ask them."""
    return Role.MARKETING_MANAGER if role in MARKETING else Role.SALES_MANAGER


def manager_of(person: User, role: str, on: date) -> Manager:
    """Who is asked about the person: the manager or whoever stands in on the day; without one the
    role that leads; about those who hold that role themselves the executives.
    """
    manager = person.manager
    if manager is not None and manager.is_active:
        deputy = deputies_on(on, [manager.pk]).get(manager.pk)
        return Manager(deputy if deputy is not None and deputy != person else manager, "")
    leading = managing_role(role)
    holders = set(people_with_role(leading, on).values_list("pk", flat=True))
    if not holders or person.pk in holders:
        leading = Role.EXECUTIVE
    return Manager(None, leading)
