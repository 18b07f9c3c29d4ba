"""Who can take leads today, and how much of their week is taken already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import Count, Max, Q

from teichaku.accounts.directory import Directory
from teichaku.accounts.models import Role, RoleGrant, TeamMembership, User
from teichaku.accounts.selectors import absent_days, deputies_on, holding
from teichaku.core import clock
from teichaku.core.instants import micros
from teichaku.engine.routing import CAPACITY, COMPANY_OWNER, ROUND_ROBIN, Receiver
from teichaku.engine.rulebook.model import Route
from teichaku.handover.book import HandoverBook
from teichaku.handover.models import Capacity, Handover

TURNS_KEPT = timedelta(days=90)  # whose last lead is longer ago is as good as new


def receivers(book: HandoverBook) -> list[Receiver]:
    """Everybody who could be given a lead, in seven queries whatever their number."""
    day = book.calendar().next_opening(clock.now()).astimezone(book.zone).date()
    users = list(User.objects.filter(is_active=True).values_list("pk", flat=True))
    teams = _teams(book)
    grants = RoleGrant.objects.filter(holding(book.today()), role=Role.SALES_REP)
    sellers = set(grants.values_list("user_id", flat=True))
    own = {row.user_id: row for row in Capacity.objects.all()}
    taken, last = _loads(book)
    away = absent_days(users, day, day)
    deputies = deputies_on(day, users)
    found = []
    for user in users:
        capacity, deputy = own.get(user), deputies.get(user)
        found.append(
            Receiver(
                id=user,
                teams=frozenset(teams.get(user, ())),
                sells=user in sellers,
                room=capacity.per_week if capacity else book.per_week,
                weight=capacity.weight if capacity else 100,
                taken=taken.get(user, 0),
                last=last.get(user, 0),
                is_away=bool(away[user]),
                deputy=deputy.pk if deputy else None,
            )
        )
    return found


def named_people(routes: Sequence[Route]) -> Mapping[str, int]:
    """The people whom routes name, by the text that names them."""
    texts = {route.by for route in routes} - {CAPACITY, ROUND_ROBIN, COMPANY_OWNER}
    if not texts:
        return {}
    directory = Directory("default")
    people = {text: directory.owner(text) for text in texts}
    return {text: person.pk for text, person in people.items() if person and person.is_active}


def _teams(book: HandoverBook) -> Mapping[int, set[str]]:
    rows = TeamMembership.objects.filter(holding(book.today()))
    found: dict[int, set[str]] = defaultdict(set)
    for user, key in rows.values_list("user_id", "team__key"):
        found[user].add(key)
    return found


def _loads(book: HandoverBook) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Per owner: the leads that came this week, and when the last one did."""
    rows = (
        Handover.objects.filter(released_at__gte=clock.now() - TURNS_KEPT, owner__isnull=False)
        .exclude(state=Handover.State.WITHDRAWN)
        .values("owner")
        .annotate(
            taken=Count("pk", filter=Q(assigned_at__gte=book.week_start())),
            last=Max("assigned_at"),
        )
    )
    found = list(rows.values_list("owner", "taken", "last"))
    return (
        {owner: taken for owner, taken, _ in found},
        {owner: micros(last) for owner, _, last in found},
    )
