"""What the bot filter left out, by reason, and giving a person back who was taken for a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.functional import Promise

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.tracking.bot_filter import REASONS
from teichaku.tracking.models import Event, Visitor
from teichaku.tracking.services import events_judge

PAGES_SHOWN = 5
PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class FilteredVisitor:
    """A browser that was taken for no person, with what it did last."""

    visitor: Visitor
    reason: str | Promise
    events: Sequence[Event]


def reasons_counted() -> list[tuple[str, str | Promise, int]]:
    """Each reason with its words and how many browsers it was found for, the most first."""
    counted = _filtered().values("reason").annotate(n=Count("pk")).values_list("reason", "n")
    return sorted(
        ((reason, REASONS.get(reason, reason), n) for reason, n in counted),
        key=lambda line: (-line[2], line[0]),
    )


def visitors_filtered(reason: str, before: int | None) -> tuple[list[FilteredVisitor], bool]:
    """A page of such browsers, the newest met first, and whether there are more."""
    rows = _filtered().order_by("-pk")
    if reason:
        rows = rows.filter(reason=reason)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("site")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    events = _events([visitor.lead_id for visitor in shown])
    lines = [
        FilteredVisitor(
            visitor, REASONS.get(visitor.reason, visitor.reason), events.get(visitor.lead_id, [])
        )
        for visitor in shown
    ]
    return lines, len(found) > PAGE_SIZE


def visitor_clear(*, visitor: Visitor, actor: Actor) -> int:
    """How many of its events count from now on; the browser is taken for a person's for good."""
    with transaction.atomic():
        Visitor.objects.filter(pk=visitor.pk).update(
            origin=Event.Origin.HUMAN, reason="", cleared_at=clock.now()
        )
        audit_record(
            actor=actor,
            action="tracking.visitor_clear",
            object_type="tracking.visitor",
            object_id=visitor.pk,
        )
        outbox_emit(topic="tracking.visitor_cleared", payload={"visitor": visitor.pk})
        return events_judge(lead=visitor.lead_id, origin=Event.Origin.HUMAN, actor=actor)


def _filtered() -> QuerySet[Visitor]:
    return Visitor.objects.exclude(origin=Event.Origin.HUMAN)


def _events(leads: Sequence[int]) -> dict[int, list[Event]]:
    """The newest few of each lead's events that do not count."""
    found: dict[int, list[Event]] = {}
    for lead in leads:  # a page has few, and each finds its events at once by the index
        rows = Event.objects.filter(lead=lead).select_related("signature").order_by("-at")
        found[lead] = list(rows[:PAGES_SHOWN])
    return found
