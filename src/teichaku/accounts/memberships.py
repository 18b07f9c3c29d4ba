"""Departments, teams and roles of many people at once, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.text import slugify

from teichaku.accounts.models import (
    DatedRow,
    Department,
    Membership,
    Role,
    RoleGrant,
    Team,
    TeamMembership,
)
from teichaku.core import bulk

Row = TypeVar("Row", bound=DatedRow)


def departments_assign(wanted: Mapping[int, str], day: date) -> set[int]:
    """The people whose department changed; the time in the former one ends on that day."""
    names = set(wanted.values())
    Department.objects.bulk_create((Department(name=name) for name in names), ignore_conflicts=True)
    ids = dict(Department.objects.filter(name__in=names).values_list("name", "id"))
    present = Membership.objects.filter(user__in=wanted, ends_before=None)
    same, other = set(), []
    for row in present:
        if row.department_id == ids[wanted[row.user_id]]:
            same.add(row.user_id)
        else:
            other.append(row.pk)
    _end(Membership.objects.filter(pk__in=other), day)
    changed = wanted.keys() - same
    bulk.create(
        Membership(user_id=user, department_id=ids[wanted[user]], starts_on=day)
        for user in sorted(changed)
    )
    return changed


def teams_assign(wanted: Mapping[int, AbstractSet[str]], day: date) -> set[int]:
    """The people whose teams changed; the time in a team that is not named any more ends."""
    teams = _teams({text for texts in wanted.values() for text in texts})
    pairs = {(user, teams[text]) for user, texts in wanted.items() for text in texts}
    present = {
        (row.user_id, row.team_id): row.pk
        for row in TeamMembership.objects.filter(user__in=wanted, ends_before=None)
    }
    gone = present.keys() - pairs
    _end(TeamMembership.objects.filter(pk__in=[present[pair] for pair in gone]), day)
    new = pairs - present.keys()
    bulk.create(
        TeamMembership(user_id=user, team_id=team, starts_on=day) for user, team in sorted(new)
    )
    return {user for user, _ in gone | new}


def roles_assign(wanted: Mapping[int, AbstractSet[Role]], day: date) -> set[int]:
    """The people who got a role; a file gives roles and never takes one away."""
    held = set(
        RoleGrant.objects.filter(user__in=wanted, ends_before=None).values_list("user_id", "role")
    )
    new = {(user, role.value) for user, roles in wanted.items() for role in roles} - held
    bulk.create(RoleGrant(user_id=user, role=role, starts_on=day) for user, role in sorted(new))
    return {user for user, _ in new}


def _end(rows: QuerySet[Row], day: date) -> None:
    # A row that starts on the very day held on no whole day: a correction, not history.
    rows.filter(starts_on__gte=day).delete()
    rows.filter(starts_on__lt=day).update(ends_before=day)


def _teams(texts: AbstractSet[str]) -> dict[str, int]:
    keys = {text: _team_key(text) for text in texts}
    labels = {keys[text]: text for text in sorted(texts)}
    Team.objects.bulk_create(
        (Team(key=key, label=label) for key, label in labels.items()), ignore_conflicts=True
    )
    ids = dict(Team.objects.filter(key__in=labels).values_list("key", "id"))
    return {text: ids[key] for text, key in keys.items()}


def _team_key(text: str) -> str:
    # A name of nothing but signs still needs a key that is the same next time.
    return (slugify(text, allow_unicode=True) or text.encode().hex())[:60]
