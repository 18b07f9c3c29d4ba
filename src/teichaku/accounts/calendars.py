"""Business time as everybody below the rulebook knows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction

from teichaku.accounts.models import WorkCalendar
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.rulebook.model import Calendar


def work_calendar_write(
    *, calendar: Calendar, timezone: str, effective_from: datetime, actor: Actor
) -> WorkCalendar:
    """The calendar as written down; it holds from the instant on, until a later one does."""
    with transaction.atomic():
        row = WorkCalendar.objects.create(
            effective_from=effective_from,
            timezone=timezone,
            calendar=calendar.model_dump(mode="json"),
            recorded_at=clock.now(),
        )
        audit_record(
            actor=actor,
            action="accounts.work_calendar_write",
            object_type="accounts.workcalendar",
            object_id=row.pk,
        )
        outbox_emit(topic="accounts.work_calendar_written", payload={"calendar": row.pk})
    return row


def work_calendar(at: datetime | None = None, absences: Iterable[date] = ()) -> BusinessCalendar:
    """The company's business time at an instant (now), without a person's days of absence."""
    calendar, zone = _in_force(at or clock.now())
    return _company(calendar.model_dump_json(), zone, frozenset(absences))


def calendar_in_force(at: datetime | None = None) -> Calendar:
    """Working days and hours as agreed at an instant (now); before any rulebook the usual ones."""
    return _in_force(at or clock.now())[0]


def _in_force(at: datetime) -> tuple[Calendar, str]:
    rows = WorkCalendar.objects.filter(effective_from__lte=at)
    row = rows.order_by("-effective_from", "-pk").first()
    if row is None:
        return Calendar(), "Asia/Tokyo"
    return Calendar.model_validate(row.calendar), row.timezone


@lru_cache(maxsize=64)
def _company(calendar: str, timezone: str, absences: frozenset[date]) -> BusinessCalendar:
    return BusinessCalendar(Calendar.model_validate_json(calendar), timezone, absences)
