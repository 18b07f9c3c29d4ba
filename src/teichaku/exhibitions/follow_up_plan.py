"""When visitors are thanked and called: the next business day, unless somebody says otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from teichaku.accounts.calendars import work_calendar
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.engine.calendar import BusinessCalendar
from teichaku.exhibitions.models import Exhibition
from teichaku.exhibitions.records import exhibition_write

MORNING, EVENING = time(8, 30), time(17)
LONGEST_CLOSED = 366
ONE_DAY = timedelta(days=1)


def next_morning(at: datetime, calendar: BusinessCalendar) -> datetime:
    """Half past eight on the first working day after that of the instant."""
    day = next_working_day(at.astimezone(calendar.zone).date(), calendar)
    return datetime.combine(day, MORNING, calendar.zone).astimezone(UTC)


def next_working_day(day: date, calendar: BusinessCalendar) -> date:
    """The first working day after the day; the next day where nobody ever works."""
    later = (day + n * ONE_DAY for n in range(1, LONGEST_CLOSED))
    return next((one for one in later if calendar.is_working_day(one)), day + ONE_DAY)


def call_due(at: datetime, calendar: BusinessCalendar) -> datetime:
    """By when calls given out at the instant are to be made: five in the afternoon."""
    local = at.astimezone(calendar.zone)
    day = local.date()
    if local.time() >= EVENING or not calendar.is_working_day(day):
        day = next_working_day(day, calendar)
    return datetime.combine(day, EVENING, calendar.zone).astimezone(UTC)


def follow_up_plan(*, exhibition: Exhibition, actor: Actor) -> None:
    """Nothing; there is a time to come for the visitors who have not been thought of yet."""
    now = clock.now()
    if exhibition.follow_up_at is None or exhibition.follow_up_at <= now:
        at = next_morning(now, work_calendar(now))
        exhibition_write(exhibition, {"follow_up_at": at}, action="follow_up_plan", actor=actor)
