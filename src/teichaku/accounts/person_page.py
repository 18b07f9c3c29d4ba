"""Everything that the page of one person shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.dates import WEEKDAYS_ABBR

from teichaku.accounts.calendars import calendar_in_force
from teichaku.accounts.models import (
    Absence,
    DatedRow,
    Deputy,
    Invitation,
    Membership,
    Role,
    RoleGrant,
    TeamMembership,
    User,
)
from teichaku.accounts.people_list import with_state
from teichaku.accounts.selectors import holding, today
from teichaku.accounts.sign_in_ways import ways_of
from teichaku.core.errors import NotFound
from teichaku.engine.rulebook.model import Calendar
from teichaku.engine.rulebook.vocabulary import WEEKDAYS


@dataclass(frozen=True, slots=True)
class Dated:
    """Something that held, holds or will hold: what, on which days, whether now."""

    number: int
    what: str
    starts_on: date
    ends_before: date | None
    now: bool
    over: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person, with what they hold and held."""

    user: User
    state: str
    roles: tuple[Dated, ...]
    departments: tuple[Dated, ...]
    teams: tuple[Dated, ...]
    deputies: tuple[Dated, ...]
    absences: tuple[Absence, ...]
    invitation: Invitation | None
    can_be_invited: bool
    calendar: Calendar

    @property
    def working_days(self) -> str:
        """The days of the week on which the company works."""
        return " ".join(str(WEEKDAYS_ABBR[WEEKDAYS.index(day)]) for day in self.calendar.workdays)


def person_find(uid: UUID) -> User:
    """The person; ``NotFound`` for anybody else."""
    found = with_state(User.objects.select_related("manager")).filter(uid=uid)
    user: User | None = found.first()
    if user is None:
        raise NotFound(f"no person {uid}")
    return user


def person_page(user: User) -> PersonPage:
    """What the page of the person shows; ``user`` comes from ``person_find``."""
    day = today()
    grants = RoleGrant.objects.filter(user=user)
    places = Membership.objects.filter(user=user).select_related("department")
    teams = TeamMembership.objects.filter(user=user).select_related("team")
    deputies = Deputy.objects.filter(user=user).select_related("deputy")
    invitation = Invitation.objects.filter(user=user, accepted_at=None, revoked_at=None).first()
    return PersonPage(
        user=user,
        state=vars(user)["state"],
        roles=_dated([(row, str(Role(row.role).label)) for row in grants], day),
        departments=_dated([(row, row.department.name) for row in places], day),
        teams=_dated([(row, row.team.label) for row in teams], day),
        deputies=_dated([(row, row.deputy.name) for row in deputies], day),
        absences=absences_from(user, day),
        invitation=invitation,
        can_be_invited=invitation is not None or _cannot_get_in(user),
        calendar=calendar_in_force(),
    )


def _cannot_get_in(user: User) -> bool:
    """Whether the person may sign in but has nothing to do it with."""
    if not (user.is_active and user.can_sign_in):
        return False
    ways = ways_of(user)
    return not (ways.has_password or ways.passkeys or ways.company_accounts)


def absences_from(user: User, day: date) -> tuple[Absence, ...]:
    """The person's absences that are not over on the day, the nearest first."""
    return tuple(Absence.objects.filter(user=user, ends_on__gte=day).order_by("starts_on"))


def deputies_from(user: User, day: date) -> tuple[Dated, ...]:
    """Who stands in for the person on the day or later."""
    rows = Deputy.objects.filter(user=user).select_related("deputy").exclude(ends_before__lte=day)
    return _dated([(row, row.deputy.name) for row in rows], day)


def colleagues_of(user: User | None) -> list[User]:
    """Everyone else who works here, by reading."""
    people = with_state(User.objects.filter(is_active=True, can_sign_in=True))
    others = people.exclude(pk=user.pk) if user else people
    return list(others.order_by("sorted_by", "pk"))


def teams_now(user: User) -> list[str]:
    """The teams that the person is in today."""
    rows = TeamMembership.objects.filter(holding(today()), user=user).select_related("team")
    return sorted(row.team.label for row in rows)


def _dated(rows: Sequence[tuple[DatedRow, str]], day: date) -> tuple[Dated, ...]:
    found = [
        Dated(
            number=row.pk,
            what=what,
            starts_on=row.starts_on,
            ends_before=row.ends_before,
            now=row.starts_on <= day and (row.ends_before is None or row.ends_before > day),
            over=row.ends_before is not None and row.ends_before <= day,
            key=row.role if isinstance(row, RoleGrant) else "",
        )
        for row, what in rows
    ]
    # What holds now stands first, then what comes, then what was.
    return tuple(sorted(found, key=lambda item: (item.over, not item.now, item.starts_on)))
