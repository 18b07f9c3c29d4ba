"""Writing events: in bulk, once each, and taking back what proved wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from django.db.models import Q

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Lead
from teichaku.tracking.models import Event, Signature
from teichaku.tracking.shapes import Shape


class EventRow(NamedTuple):
    """An event to be written."""

    lead: int
    shape: Shape
    at: datetime
    source: str
    external_id: str
    recorded_at: datetime
    url: str = ""
    duration: float | None = None
    actor: str = ""
    origin: str = "human"
    attributes: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class EventsWritten:
    """The new events as (id, lead, external id), and how many rows were there before or twice."""

    new: list[tuple[int, int, str]]
    duplicates: int


_COLUMNS = ("lead", "signature", *EventRow._fields[2:])


class Signatures:
    """The dictionary of event shapes, learnt as it is used; one per import or request."""

    def __init__(self) -> None:
        self._ids: dict[Shape, int] = {}
        self._first: dict[Shape, datetime | None] = {}

    def ids(self, shapes: Collection[Shape]) -> Mapping[Shape, int]:
        """The ids of at least these shapes; unknown ones join the dictionary."""
        missing = set(shapes) - self._ids.keys()
        if missing:
            self._learn(missing)
            new = sorted(missing - self._ids.keys())
            if new:
                bulk.insert_new(Signature, Shape._fields, new)
                # Read again: another writer may have been first with some of them.
                self._learn(set(new))
        return self._ids

    def note(self, rows: Sequence[EventRow]) -> None:
        """Nothing; shapes that happened earlier than known are known to have."""
        firsts: dict[Shape, datetime] = {}
        for row in rows:
            if row.shape not in firsts or row.at < firsts[row.shape]:
                firsts[row.shape] = row.at
        for shape, at in firsts.items():
            known = self._first[shape]
            if known is None or at < known:
                same = Signature.objects.filter(pk=self._ids[shape])
                same.filter(Q(first_at=None) | Q(first_at__gt=at)).update(first_at=at)
                self._first[shape] = at

    def _learn(self, shapes: Collection[Shape]) -> None:
        wanted = sorted({shape.path for shape in shapes})
        types = sorted({shape.type for shape in shapes})
        for paths in bulk.chunked(wanted, 1_000):
            rows = Signature.objects.filter(path__in=paths, type__in=types)
            for pk, first_at, *parts in rows.values_list("id", "first_at", *Shape._fields):
                self._ids[Shape(*parts)] = pk
                self._first[Shape(*parts)] = first_at


def events_write(
    *, rows: Sequence[EventRow], actor: Actor, signatures: Signatures | None = None
) -> EventsWritten:
    """What was new. Rows whose (source, external id) is known change nothing.

    Part of the caller's transaction. Whoever follows scores hears of the leads concerned.
    """
    if not rows:
        return EventsWritten([], 0)
    signatures = signatures or Signatures()
    ids = signatures.ids({row.shape for row in rows})
    new = cast(
        "list[tuple[int, int, str]]",
        bulk.insert_new(
            Event,
            _COLUMNS,
            [(row[0], ids[row[1]], *row[2:]) for row in rows],
            returning=("id", "lead", "external_id"),
        ),
    )
    if new:
        signatures.note(rows)
        audit_record(
            actor=actor,
            action="tracking.events_write",
            object_type="tracking.event",
            count=len(new),
        )
        _tell({lead for _, lead, _ in new})
    return EventsWritten(new, len(rows) - len(new))


def events_retract(*, events: Collection[int], actor: Actor) -> None:
    """Nothing; these events stay on record but count nowhere. Part of the caller's transaction."""
    if not events:
        return
    live = Event.objects.filter(pk__in=events, retracted_at=None)
    leads = set(live.values_list("lead_id", flat=True))
    count = live.update(retracted_at=clock.now())
    if count:
        audit_record(
            actor=actor, action="tracking.events_retract", object_type="tracking.event", count=count
        )
        _tell(leads)


def _tell(leads: Collection[int]) -> None:
    ids = sorted({root for (root,) in bulk.lookup(Lead, "id", leads, ["root"])})
    outbox_emit(topic="tracking.events_written", payload={"leads": ids})
    leads_changed.notify(ids)
