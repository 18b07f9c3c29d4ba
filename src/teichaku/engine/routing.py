"""To whom leads go: a list of routes, capacity, weight, absence – the same answer every time.

Neither the order of the leads nor that of the people matters: leads go by points, then by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from teichaku.engine.rulebook.model import Route

CAPACITY, ROUND_ROBIN, COMPANY_OWNER = "capacity", "round_robin", "owner_of_company"
Code = Literal[
    "capacity", "round_robin", "owner_of_company", "named", "accepted_before", "deputy", "full",
    "waits", "nobody",
]  # fmt: skip
FULL_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who takes leads: at most ``room`` a week, of which ``taken`` are given already.

    ``weight`` is in hundredths of a full share; ``last`` tells whose turn was longer ago. Routes
    without a team mean everybody who ``sells``.
    """

    id: int
    teams: frozenset[str] = frozenset()
    sells: bool = True
    room: int = 1
    weight: int = FULL_WEIGHT
    taken: int = 0
    last: int = 0
    is_away: bool = False
    deputy: int | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A lead to be given to somebody. ``routes``: the places of those whose condition holds.

    ``accepted_by`` is who accepted the lead before, ``company_owner`` who looks after its company.
    """

    id: int
    points: int
    routes: Sequence[int]
    company_owner: int | None = None
    accepted_by: int | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """Who gets a lead, by which route and why; ``person`` None: nobody can take it (now)."""

    lead: int
    person: int | None
    code: Code
    route: int | None = None
    team: str | None = None
    taken: int = 0
    room: int = 0


def leads_route(
    leads: Iterable[Incoming],
    people: Iterable[Receiver],
    routes: Sequence[Route],
    *,
    named: Mapping[str, int],
    overflow: bool,
) -> list[Routed]:
    """An answer for each lead, the highest points first.

    The first matching route that has somebody decides. With ``overflow`` a lead goes to somebody
    even where all are full, else it waits. ``named``: the people whom routes name.
    """
    desk = _Desk({one.id: _Place(one) for one in sorted(people, key=lambda p: p.id)}, overflow)
    ordered = sorted(leads, key=lambda lead: (-lead.points, lead.id))
    return [_routed(lead, desk, routes, named) for lead in ordered]


@dataclass(slots=True)
class _Place:
    """A receiver while leads are being given out."""

    who: Receiver
    taken: int = field(init=False)
    last: int = field(init=False)

    def __post_init__(self) -> None:
        self.taken, self.last = self.who.taken, self.who.last

    @property
    def has_room(self) -> bool:
        return self.taken < self.who.room

    @property
    def load(self) -> tuple[Fraction, int, int]:
        """How full it would be with one more lead: shares grow with room and weight alike."""
        return (
            Fraction(self.taken + 1, self.who.room * self.who.weight), self.last, self.who.id,
        )  # fmt: skip


@dataclass(slots=True)
class _Desk:
    """Everybody who takes leads, and whose turn it was."""

    places: Mapping[int, _Place]
    overflow: bool
    turn: int = field(init=False)

    def __post_init__(self) -> None:
        self.turn = max((place.last for place in self.places.values()), default=0)

    def present(self, team: str | None) -> list[_Place]:
        """Who of the team, or of all who sell, is there and takes leads at all."""
        return [
            place
            for place in self.places.values()
            if not place.who.is_away
            and place.who.room > 0
            and place.who.weight > 0
            and (place.who.sells if team is None else team in place.who.teams)
        ]

    def stand_in(self, person: int | None) -> tuple[_Place | None, bool]:
        """The place of the person or, while they are away, of their deputy; whether that one."""
        place = self.places.get(person or 0)
        if place is None or not place.who.is_away:
            return place, False
        deputy = self.places.get(place.who.deputy or 0)
        return (None, False) if deputy is None or deputy.who.is_away else (deputy, True)

    def give(self, lead: Incoming, place: _Place, code: Code, found: _Found) -> Routed:
        self.turn += 1
        place.taken, place.last = place.taken + 1, self.turn
        return Routed(
            lead.id, place.who.id, code, found.route, found.team, place.taken, place.who.room
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """The route by which a lead goes."""

    route: int | None = None
    team: str | None = None


def _routed(
    lead: Incoming, desk: _Desk, routes: Sequence[Route], named: Mapping[str, int]
) -> Routed:
    waits = False
    for code, person, found in _persons(lead, routes, named):
        if code in (CAPACITY, ROUND_ROBIN):
            place, full = _of_team(desk, code, found.team)
            reason: Code = "full" if full else code
        else:
            place, is_deputy = desk.stand_in(person)
            full = place is not None and not place.has_room
            reason = "deputy" if is_deputy else code
        if place is None:
            continue
        if full and not desk.overflow:
            waits = True
            break
        return desk.give(lead, place, reason, found)
    return Routed(lead.id, None, "waits" if waits else "nobody")


def _persons(
    lead: Incoming, routes: Sequence[Route], named: Mapping[str, int]
) -> Iterable[tuple[Code, int | None, _Found]]:
    """The ways in which the lead may go, in order; whoever accepted it before keeps it."""
    if lead.accepted_by is not None:
        yield "accepted_before", lead.accepted_by, _Found()
    for index in lead.routes:
        route = routes[index]
        found = _Found(index, route.team)
        if route.by == CAPACITY:
            yield "capacity", None, found
        elif route.by == ROUND_ROBIN:
            yield "round_robin", None, found
        elif route.by == COMPANY_OWNER:
            yield "owner_of_company", lead.company_owner, found
        else:
            yield "named", named.get(route.by), found


def _of_team(desk: _Desk, code: Code, team: str | None) -> tuple[_Place | None, bool]:
    """Whose turn it is in the team, and whether everybody there is full."""
    present = desk.present(team)
    free = [place for place in present if place.has_room]
    among = free or present
    if not among:
        return None, False
    if code == CAPACITY:
        return min(among, key=lambda place: place.load), not free
    return min(among, key=lambda place: (place.last, place.who.id)), not free
