"""The list of people: who they are, what they hold, whether they sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Invitation, Membership, Role, RoleGrant, TeamMembership, User
from teichaku.accounts.selectors import holding, today
from teichaku.core import clock
from teichaku.core.registry import Text

PAGE = 50
WORKING, INVITED, LEFT, NAMED = "working", "invited", "left", "named"
STATES: dict[str, Text] = {
    WORKING: _("Working here"),
    INVITED: _("Invited, not signed in yet"),
    LEFT: _("Left"),
    NAMED: _("Named in files only"),
}
TONES = {WORKING: ("ok", "circle-check"), INVITED: ("info", "hourglass")}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the list."""

    user: User
    state: str
    roles: tuple[str, ...]
    department: str
    teams: tuple[str, ...]

    @property
    def state_label(self) -> Text:
        """The state in words."""
        return STATES[self.state]

    @property
    def tone(self) -> str:
        """The colour of the state."""
        return TONES.get(self.state, ("calm", ""))[0]

    @property
    def icon(self) -> str:
        """The drawing of the state."""
        return TONES.get(self.state, ("", "log-out" if self.state == LEFT else "file-text"))[1]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some lines of the list, and the person after whom the next ones come."""

    lines: tuple[PersonLine, ...]
    after: UUID | None
    counts: dict[str, int]


def with_state(people: QuerySet[User]) -> QuerySet[Any]:
    """The people, each with its ``state``."""
    invited = Invitation.objects.filter(
        user=OuterRef("pk"), accepted_at=None, revoked_at=None, expires_at__gt=clock.now()
    )
    return people.annotate(
        state=Case(
            When(is_active=False, then=Value(LEFT)),
            When(can_sign_in=False, then=Value(NAMED)),
            When(Exists(invited), then=Value(INVITED)),
            default=Value(WORKING),
            output_field=CharField(),
        ),
        sorted_by=Case(When(kana="", then=F("name")), default=F("kana"), output_field=CharField()),
    )


def people_page(
    *, text: str = "", state: str = WORKING, role: str = "", after: UUID | None = None
) -> PeoplePage:
    """The people of that state, by reading; ``after`` is the last person of the page before."""
    day = today()
    people = with_state(User.objects.all())
    found = people.filter(state__in=[WORKING, INVITED] if state == WORKING else [state])
    for word in text.split():
        found = found.filter(
            Q(name__icontains=word) | Q(kana__icontains=word) | Q(email__icontains=word)
        )
    if role:
        held = RoleGrant.objects.filter(holding(day), role=role)
        found = found.filter(pk__in=held.values("user_id"))
    if after is not None:
        found = _following(found, people, after)
    rows = list(_with_places(found, day).order_by("sorted_by", "pk")[: PAGE + 1])
    lines = tuple(_line(user) for user in rows[:PAGE])
    return PeoplePage(lines, lines[-1].user.uid if len(rows) > PAGE else None, state_counts())


def state_counts() -> dict[str, int]:
    """How many people there are in each state; those invited count as working here too."""
    rows = with_state(User.objects.all()).values_list("state").annotate(count=Count("pk"))
    counts = {**dict.fromkeys(STATES, 0), **dict(rows)}
    counts[WORKING] += counts[INVITED]
    return counts


def _following(found: QuerySet[Any], people: QuerySet[Any], after: UUID) -> QuerySet[Any]:
    last = people.filter(uid=after).values_list("sorted_by", "pk").first()
    if last is None:
        return found
    return found.filter(Q(sorted_by__gt=last[0]) | Q(sorted_by=last[0], pk__gt=last[1]))


def _with_places(people: QuerySet[Any], day: date) -> QuerySet[Any]:
    return people.prefetch_related(
        Prefetch("role_grants", RoleGrant.objects.filter(holding(day)), "held_roles"),
        Prefetch(
            "memberships",
            Membership.objects.filter(holding(day)).select_related("department"),
            "held_places",
        ),
        Prefetch(
            "team_memberships",
            TeamMembership.objects.filter(holding(day)).select_related("team"),
            "held_teams",
        ),
    )


def _line(user: User) -> PersonLine:
    held = vars(user)
    order = {role: place for place, role in enumerate(Role.values)}
    roles = sorted((grant.role for grant in held["held_roles"]), key=order.__getitem__)
    return PersonLine(
        user=user,
        state=held["state"],
        roles=tuple(str(Role(role).label) for role in dict.fromkeys(roles)),
        department=next((row.department.name for row in held["held_places"]), ""),
        teams=tuple(sorted(row.team.label for row in held["held_teams"])),
    )
