"""Which role may do what: the rooms' defaults, and where an administrator decided otherwise."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TypeAlias

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.accounts.models import Role, RoleGrant, RoleRight, User
from teichaku.accounts.selectors import holding
from teichaku.accounts.standing_guard import MANAGE
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import rights

Pair: TypeAlias = tuple[str, str]  # role, right


def pairs_by_default() -> set[Pair]:
    """The rights of roles that the rooms declare."""
    return {(role, name) for name, right in rights.items() for role in right.roles}


def pairs_allowed() -> set[Pair]:
    """The rights of roles in force."""
    decided = {(row.role, row.right): row.allowed for row in RoleRight.objects.all()}
    every = {(role, name) for name in rights for role in Role.values}
    default = pairs_by_default()
    return {pair for pair in every if decided.get(pair, pair in default)}


def people_with_right(right: str, on: date) -> QuerySet[User]:
    """The active people one of whose roles on the day has the right."""
    roles = [role for role, name in pairs_allowed() if name == right]
    held = RoleGrant.objects.filter(holding(on), role__in=roles)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id"))


def role_rights_write(*, allowed: AbstractSet[Pair], actor: Actor) -> int:
    """How many rights of roles changed; from now on exactly these are allowed."""
    if (Role.ADMINISTRATOR.value, MANAGE) not in allowed:
        raise Conflict(
            _(
                "Administrators keep the right to manage people, because nobody could give it back"
                " otherwise. Leave it ticked."
            )
        )
    every = {(role, name) for name in rights for role in Role.values}
    default = pairs_by_default()
    with transaction.atomic():
        before = pairs_allowed()
        changed = (before ^ allowed) & every
        RoleRight.objects.all().delete()
        RoleRight.objects.bulk_create(
            RoleRight(role=role, right=name, allowed=(role, name) in allowed)
            for role, name in sorted(every)
            if ((role, name) in allowed) != ((role, name) in default)
        )
        if changed:
            _record(changed, allowed, actor)
    return len(changed)


def role_rights_reset(*, actor: Actor) -> int:
    """How many rights of roles changed; what the rooms declare holds again."""
    return role_rights_write(allowed=pairs_by_default(), actor=actor)


def _record(changed: Collection[Pair], allowed: AbstractSet[Pair], actor: Actor) -> None:
    audit_record(
        actor=actor,
        action="accounts.role_rights_write",
        object_type="accounts.roleright",
        count=len(changed),
        values={
            "given": sorted(f"{role} {name}" for role, name in changed if (role, name) in allowed),
            "taken": sorted(
                f"{role} {name}" for role, name in changed if (role, name) not in allowed
            ),
        },
    )
    outbox_emit(topic="accounts.people_changed", payload={"users": []})
