"""Who calls a visitor: whoever has the lead, the deal or the company, else by the agreed routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from teichaku.accounts.selectors import absent_days, deputies_on
from teichaku.core import clock
from teichaku.engine.routing import CAPACITY, Incoming, Receiver, leads_route
from teichaku.engine.rulebook.model import Route
from teichaku.exhibitions.models import Call, Visitor
from teichaku.exhibitions.words import RANKS, Group
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.incoming import Ready, arrivals
from teichaku.handover.models import Handover
from teichaku.handover.receivers import receivers
from teichaku.handover.release import arrivals_route

OWNED = {Group.IN_DEAL: "deal_owner", Group.CUSTOMER: "account_owner"}


class Assigned(NamedTuple):
    """Who calls, and why it is theirs; None: nobody was free."""

    owner: int | None
    why: str


def calls_assigned(visitors: Sequence[Visitor]) -> dict[int, Assigned]:
    """Who calls each of the visitors, by the visitor's id; the order of them decides nothing."""
    book = handover_book()
    handed = _handed({visitor.lead.root_id for visitor in visitors})
    found: dict[int, Assigned] = {}
    rest: list[Visitor] = []
    for visitor in visitors:
        why = OWNED.get(Group(visitor.group))
        if owner := handed.get(visitor.lead.root_id):
            found[visitor.pk] = Assigned(owner, "handover")
        elif why and visitor.owner_id:
            found[visitor.pk] = Assigned(visitor.owner_id, why)
        else:
            rest.append(visitor)
    found = _stood_in(found, book)
    return found | _routed(rest, book, found)


def _handed(roots: Collection[int]) -> Mapping[int, int]:
    """Who has the lead by a handover that still stands."""
    rows = Handover.objects.filter(
        lead__root__in=roots, owner__is_active=True,
        state__in=[Handover.State.WAITING, Handover.State.ACCEPTED],
    )  # fmt: skip
    ordered = rows.order_by("released_at", "pk")
    return {
        root: owner
        for root, owner in ordered.values_list("lead__root_id", "owner_id")
        if owner is not None
    }


def _stood_in(found: Mapping[int, Assigned], book: HandoverBook) -> dict[int, Assigned]:
    """The same, the deputy in place of an owner who is away on the day of the calls."""
    owners = {one.owner for one in found.values() if one.owner and one.why != "handover"}
    if not owners:
        return dict(found)
    day = book.calendar().next_opening(clock.now()).astimezone(book.zone).date()
    away = absent_days(sorted(owners), day, day)
    deputies = deputies_on(day, sorted(owners))
    return {
        pk: Assigned(deputies[one.owner].pk, "deputy")
        if one.owner in owners and away.get(one.owner) and one.owner in deputies
        else one
        for pk, one in found.items()
    }


def _routed(
    visitors: Sequence[Visitor], book: HandoverBook, before: Mapping[int, Assigned]
) -> dict[int, Assigned]:
    if not visitors:
        return {}
    people = _people(book, before)
    by_root = {visitor.lead.root_id: visitor.pk for visitor in visitors}
    if book.rules is None or book.rulebook is None:
        every = [Incoming(v.lead.root_id, _points(v), (0,)) for v in visitors]
        routed = leads_route(every, people, [Route(by=CAPACITY)], named={}, overflow=True)
    else:
        ready = [Ready(v.pk, v.lead_id, v.lead.root_id, v.visited_at, _points(v)) for v in visitors]
        given = arrivals_route(
            arrivals(ready, book.rulebook, clock.now()), people, book, ("inside", "field"),
            overflow=True,
        )  # fmt: skip
        routed = [one.routed for one in given]
    found = {by_root[one.lead]: Assigned(one.person, one.code) for one in routed}
    return {v.pk: Assigned(None, "nobody") for v in visitors} | found


def _people(book: HandoverBook, before: Mapping[int, Assigned]) -> list[Receiver]:
    """Who takes leads; this week's calls fill it as leads do."""
    calls = Call.objects.filter(at__gte=book.week_start(), owner__isnull=False)
    taken = Counter(calls.values_list("owner_id", flat=True))
    taken.update(one.owner for one in before.values() if one.owner)
    return [
        replace(person, taken=person.taken + taken.get(person.id, 0)) for person in receivers(book)
    ]


def _points(visitor: Visitor) -> int:
    """The best rank goes first."""
    return len(RANKS) - RANKS.index(visitor.rank) if visitor.rank else 0
