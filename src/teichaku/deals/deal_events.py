"""What a lead's history tells about deals: created, won, lost – one live event of each at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NamedTuple
from uuid import UUID

from teichaku.core.actors import Actor
from teichaku.intake.instants import day_end
from teichaku.tracking.models import Event
from teichaku.tracking.services import EventRow, events_retract, events_write
from teichaku.tracking.shapes import Shape

SOURCE = "deal"


class DealFacts(NamedTuple):
    """What the events follow from, and the live events there are."""

    uid: UUID
    lead: int | None
    created_on: date | None
    created_at: datetime | None
    closed_on: date | None
    closed_at: datetime | None
    outcome: str  # open, won or lost
    created_event: int | None
    outcome_event: int | None
    event_count: int


class DealEvents(NamedTuple):
    """The live events afterwards, and how many were ever written for the deal."""

    created_event: int | None
    outcome_event: int | None
    event_count: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An event that has to be live."""

    place: int  # of the deal
    type: str
    lead: int
    at: datetime


def deal_events_write(
    deals: Sequence[DealFacts], *, zone: tzinfo, recorded_at: datetime, actor: Actor
) -> list[DealEvents]:
    """The events of each deal as they now are; where nothing changed nothing is written.

    Part of the caller's transaction. A wrong event is retracted and another written, never edited.
    """
    live = _live(deals)
    result = [[deal.created_event, deal.outcome_event, deal.event_count] for deal in deals]
    retracted: list[int] = []
    wanted: list[_Wanted] = []
    for place, deal in enumerate(deals):
        for slot, due in enumerate(_due(place, deal, zone)):
            event = result[place][slot]
            if event is not None and due is not None and live.get(event) == _told(due):
                continue
            if event is not None:
                retracted.append(event)
                result[place][slot] = None
            if due is not None:
                wanted.append(due)
    events_retract(events=retracted, actor=actor)
    rows: list[EventRow] = []
    for due in wanted:
        name = f"{deals[due.place].uid}:{due.type.removeprefix('deal_')}"
        count = result[due.place][2] or 0
        # The first event of a deal's kind has the plain name, a corrected one a number as well.
        suffix = f":{count}" if deals[due.place].event_count else ""
        result[due.place][2] = count + 1
        rows.append(EventRow(due.lead, Shape(due.type), due.at, SOURCE, name + suffix, recorded_at))
    written = events_write(rows=rows, actor=actor)
    ids = {name: event for event, _, name in written.new}
    for due, row in zip(wanted, rows, strict=True):
        slot = 0 if due.type == "deal_created" else 1
        result[due.place][slot] = ids[row.external_id]
    return [DealEvents(created, outcome, count or 0) for created, outcome, count in result]


def _due(place: int, deal: DealFacts, zone: tzinfo) -> tuple[_Wanted | None, _Wanted | None]:
    if deal.lead is None:
        return None, None
    created = instant(deal.created_on, deal.created_at, zone)
    closed = instant(deal.closed_on, deal.closed_at, zone)
    return (
        _Wanted(place, "deal_created", deal.lead, created) if created else None,
        _Wanted(place, f"deal_{deal.outcome}", deal.lead, closed)
        if closed and deal.outcome != "open"
        else None,
    )


def instant(on: date | None, at: datetime | None, zone: tzinfo) -> datetime | None:
    """The instant, or for a date alone the end of that local day."""
    return at or (day_end(on, zone) if on else None)


def _told(due: _Wanted) -> tuple[str, int, datetime]:
    return due.type, due.lead, due.at


def _live(deals: Iterable[DealFacts]) -> dict[int, tuple[str, int, datetime]]:
    ids = [event for deal in deals for event in (deal.created_event, deal.outcome_event) if event]
    rows = Event.objects.filter(pk__in=ids).values_list("pk", "signature__type", "lead_id", "at")
    return {pk: (kind, lead, at) for pk, kind, lead, at in rows}
