"""Figures and rows are fixed at the close of the business day before a meeting, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from teichaku.accounts.calendars import work_calendar
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.engine.meeting_dates import figures_due
from teichaku.meetings.agenda import MOST_ROWS, Frame, agenda_points, points_of
from teichaku.meetings.figures import Snapshot, figures_taken, hash_of
from teichaku.meetings.models import AgendaItem, Meeting
from teichaku.rulebook.selectors import zone_in_force

State = Meeting.State
LATE = timedelta(hours=12)  # before the meeting; whoever is in it needs that long to read
FIRST_LOOK_BACK = timedelta(days=31)
SOON = timedelta(days=14)  # no business day is farther from the next one


def meetings_freeze() -> list[Meeting]:
    """The meetings whose figures were due by now and are fixed now, the next one first."""
    now, calendar = clock.now(), work_calendar()
    waiting = Meeting.objects.filter(
        state=State.PLANNED, frozen_at=None, begins_at__gt=now, begins_at__lt=now + SOON
    ).order_by("begins_at", "pk")
    due = [m for m in waiting if figures_due(calendar, m.begins_at) <= now]
    return [meeting for meeting in due if meeting_freeze(meeting=meeting, actor=SYSTEM)]


def meeting_freeze(*, meeting: Meeting, actor: Actor) -> bool:
    """Whether the figures were fixed by this call; what is fixed is never overwritten.

    They are counted first, as that takes a while; then all of it is written at once or not at all.
    """
    now = clock.now()
    frame = Frame(now, since=_since(meeting), zone=zone_in_force())
    points = points_of(meeting.series.terms["agenda"])
    figures: Snapshot = figures_taken(frame.day)
    found = {name: point.rows(frame) for name, point in points if point.rows}
    rows = {name: [row.plain() for row in every[:MOST_ROWS]] for name, every in found.items()}
    with transaction.atomic():
        frozen = Meeting.objects.filter(
            pk=meeting.pk, state=State.PLANNED, frozen_at=None, begins_at=meeting.begins_at
        ).update(
            snapshot=figures,
            snapshot_hash=hash_of(figures, rows),
            frozen_at=now,
            is_frozen_late=meeting.begins_at - now < LATE,
        )
        if not frozen:
            return False
        AgendaItem.objects.bulk_create(
            AgendaItem(
                meeting=meeting,
                kind=name,
                subject=subject,
                position=place,
                rows=rows.get(name, []),
                count=len(found.get(name, ())),
            )
            for place, (name, point) in enumerate(points)
            for subject in point.subjects
        )
        audit_record(
            actor=actor,
            action="meetings.meeting_freeze",
            object_type="meetings.meeting",
            object_id=meeting.pk,
        )
        outbox_emit(topic="meetings.frozen", payload={"meeting": meeting.pk})
    meeting.refresh_from_db()
    return True


def snapshot_holds(meeting: Meeting) -> bool:
    """Whether the figures and rows are still those that were fixed."""
    items = meeting.items.filter(kind__in=[n for n, p in agenda_points.items() if p.rows])
    rows = dict(items.values_list("kind", "rows"))
    return hash_of(meeting.snapshot or {}, rows) == meeting.snapshot_hash


def _since(meeting: Meeting) -> datetime:
    """When the series met last; before its first time the last month."""
    met = meeting.series.meetings.filter(
        opened_at__isnull=False, begins_at__lt=meeting.begins_at
    ).order_by("-begins_at")
    last = met.first()
    if last is not None and last.frozen_at is not None:
        return last.frozen_at
    return meeting.begins_at - FIRST_LOOK_BACK
