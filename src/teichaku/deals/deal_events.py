"""What a lead's history tells about deals: created, won, lost – one live event of each at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import NamedTuple
from uuid import UUID

from teichaku.core.actors import Actor
from teichaku.intake.instants import day_end
from teichaku.tracking.models import Event
from teichaku.tracking.services import EventColumns, events_add, events_retract
from teichaku.tracking.shapes import Shape

SOURCE = "deal"
_SHAPES = {name: Shape(f"deal_{name}") for name in ("created", "won", "lost")}


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


class _Due(NamedTuple):
    """An event that has to be live."""

    name: str  # created, won or lost
    lead: int
    at: datetime


def deal_events_write(
    deals: Sequence[DealFacts], *, zone: tzinfo, recorded_at: datetime, actor: Actor
) -> list[DealEvents]:
    """The events of each deal as they now are; where nothing changed nothing is written.

    Part of the caller's transaction. A wrong event is retracted and another written, never edited.
    """
    live = _live(deals)
    result: list[list[int | None]] = [[deal.created_event, deal.outcome_event] for deal in deals]
    counts = [deal.event_count for deal in deals]
    retracted: list[int] = []
    wanted: list[tuple[int, int, str, _Due]] = []
    for place, deal in enumerate(deals):
        if deal.lead is None and deal.created_event is deal.outcome_event is None:
            continue
        uid = str(deal.uid)
        for slot, due in enumerate(_due(deal, zone)):
            event = result[place][slot]
            if event is not None and due is not None and live.get(event) == due:
                continue
            if event is not None:
                retracted.append(event)
                result[place][slot] = None
            if due is not None:
                # A deal's first events have the plain name, corrected ones a number as well.
                suffix = f":{counts[place]}" if deal.event_count else ""
                wanted.append((place, slot, f"{uid}:{due.name}{suffix}", due))
                counts[place] += 1
    events_retract(events=retracted, actor=actor)
    columns = _columns([name for _, _, name, _ in wanted], [w[3] for w in wanted], recorded_at)
    ids = events_add(columns=columns, actor=actor)
    for event, (place, slot, _, _) in zip(ids, wanted, strict=True):
        result[place][slot] = event
    return [
        DealEvents(created, outcome, count)
        for (created, outcome), count in zip(result, counts, strict=True)
    ]


def event_names(uid: UUID, count: int) -> list[str]:
    """The external ids that the events of a deal can have, of which ``count`` were written."""
    plain = [f"{uid}:{kind}" for kind in ("created", "won", "lost")]
    return plain + [f"{name}:{n}" for name in plain for n in range(count)]


def _columns(names: Sequence[str], due: Sequence[_Due], recorded_at: datetime) -> EventColumns:
    many = len(due)
    return EventColumns(
        lead=[one.lead for one in due],
        shape=[_SHAPES[one.name] for one in due],
        at=[one.at for one in due],
        source=[SOURCE] * many,
        external_id=names,
        recorded_at=[recorded_at] * many,
        url=[""] * many,
        duration=[None] * many,
        actor=[""] * many,
        origin=[Event.Origin.HUMAN.value] * many,
        attributes=[None] * many,
    )


def _due(deal: DealFacts, zone: tzinfo) -> tuple[_Due | None, _Due | None]:
    if deal.lead is None:
        return None, None
    created = instant(deal.created_on, deal.created_at, zone)
    closed = None
    if deal.outcome != "open":
        closed = instant(deal.closed_on, deal.closed_at, zone)
    return (
        _Due("created", deal.lead, created) if created else None,
        _Due(deal.outcome, deal.lead, closed) if closed else None,
    )


def instant(on: date | None, at: datetime | None, zone: tzinfo) -> datetime | None:
    """The instant, or for a date alone the end of that local day."""
    return at or (day_end(on, zone) if on else None)


def _live(deals: Iterable[DealFacts]) -> dict[int, _Due]:
    ids = [event for deal in deals for event in (deal.created_event, deal.outcome_event) if event]
    rows = Event.objects.filter(pk__in=ids).values_list("pk", "signature__type", "lead_id", "at")
    return {pk: _Due(kind.removeprefix("deal_"), lead, at) for pk, kind, lead, at in rows}
