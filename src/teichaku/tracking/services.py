"""Writing events: in bulk, once each, and taking back what proved wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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


class EventColumns(NamedTuple):
    """Many events to be written, a column per field of ``EventRow``."""

    lead: Sequence[int]
    shape: Sequence[Shape]
    at: Sequence[datetime]
    source: Sequence[str]
    external_id: Sequence[str]
    recorded_at: Sequence[datetime]
    url: Sequence[str]
    duration: Sequence[float | None]
    actor: Sequence[str]
    origin: Sequence[str]
    attributes: Sequence[Mapping[str, Json] | None]


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
        self._first: dict[int, datetime | None] = {}

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

    def of(self, shapes: Sequence[Shape]) -> list[int]:
        """The id of each of these shapes."""
        ids = self.ids(set(shapes))
        return [ids[shape] for shape in shapes]

    def note(self, ids: Sequence[int], at: Sequence[datetime]) -> None:
        """Nothing; shapes that happened earlier than known are known to have."""
        known = self._first
        firsts: dict[int, datetime] = {}
        for signature, instant in zip(ids, at, strict=True):
            first = firsts.get(signature) or known[signature]
            if first is None or instant < first:
                firsts[signature] = instant
        for signature, first in firsts.items():
            same = Signature.objects.filter(pk=signature)
            same.filter(Q(first_at=None) | Q(first_at__gt=first)).update(first_at=first)
        known.update(firsts)

    def _learn(self, shapes: Collection[Shape]) -> None:
        wanted = sorted({shape.path for shape in shapes})
        types = sorted({shape.type for shape in shapes})
        for paths in bulk.chunked(wanted, 1_000):
            rows = Signature.objects.filter(path__in=paths, type__in=types)
            for pk, first_at, *parts in rows.values_list("id", "first_at", *Shape._fields):
                self._ids[Shape(*parts)] = pk
                self._first[pk] = first_at


def events_write(*, rows: Sequence[EventRow], actor: Actor) -> EventsWritten:
    """What was new. Rows whose (source, external id) is known change nothing.

    Part of the caller's transaction. Whoever follows scores hears of the leads concerned.
    """
    if not rows:
        return EventsWritten([], 0)
    columns = EventColumns._make(zip(*rows, strict=True))
    returning = ("lead", "id", "external_id")
    added = _write(columns, Signatures(), actor=actor, returning=returning)
    new = [(event, lead, name) for lead, event, name in added]
    return EventsWritten(new, len(rows) - len(new))


def events_add(*, columns: EventColumns, actor: Actor) -> list[int]:
    """The ids of the events, in order; one that is known raises ``IntegrityError``.

    Part of the caller's transaction, else as ``events_write``; for events named by ids of ours.
    """
    if not columns.lead:
        return []
    signatures = Signatures()
    signature = signatures.of(columns.shape)
    ids = bulk.reserve_ids(Event, len(signature))
    bulk.insert_columns(Event, ("id", *_COLUMNS), (ids, columns.lead, signature, *columns[2:]))
    signatures.note(signature, columns.at)
    _record(len(ids), set(columns.lead), actor)
    return ids


def events_write_columns(*, columns: EventColumns, actor: Actor, signatures: Signatures) -> int:
    """How many were new; else as ``events_write``, for the many events of a file."""
    return len(_write(columns, signatures, actor=actor, returning=("lead",)))


def _write(
    columns: EventColumns, signatures: Signatures, *, actor: Actor, returning: Sequence[str]
) -> list[bulk.Row]:
    """What was asked of the new events, the lead first."""
    signature = signatures.of(columns.shape)
    new = bulk.insert_new_columns(
        Event, _COLUMNS, (columns.lead, signature, *columns[2:]), returning=returning
    )
    if new:
        signatures.note(signature, columns.at)
        _record(len(new), {row[0] for row in new}, actor)
    return new


def _record(count: int, leads: Collection[int], actor: Actor) -> None:
    audit_record(
        actor=actor, action="tracking.events_write", object_type="tracking.event", count=count
    )
    _tell(leads)


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


def events_judge(*, lead: int, origin: Event.Origin, actor: Actor) -> int:
    """How many events of the lead, as recorded, are taken for this origin's from now on.

    Part of the caller's transaction.
    """
    count = Event.objects.filter(lead=lead).exclude(origin=origin).update(origin=origin)
    if count:
        audit_record(
            actor=actor,
            action="tracking.events_judge",
            object_type="tracking.event",
            count=count,
            values={"lead": lead, "origin": origin.value},
        )
        _tell([lead])
    return count


def _tell(leads: Collection[int]) -> None:
    roots = {root for (root,) in bulk.lookup(Lead, "id", leads, ["root"])}
    # What browsers do that are nobody's yet concerns nobody; claiming one tells of all it did.
    known = bulk.lookup(Lead, "id", roots, ["id"], kind=Lead.Kind.KNOWN.value)
    ids = sorted(root for (root,) in known)
    if ids:
        outbox_emit(topic="tracking.events_written", payload={"leads": ids})
        leads_changed.notify(ids)
