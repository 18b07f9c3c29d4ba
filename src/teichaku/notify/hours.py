"""When people may be disturbed: the company's business time without their days of absence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from teichaku.accounts.calendars import work_calendar
from teichaku.accounts.selectors import absent_days
from teichaku.engine.calendar import BusinessCalendar

ONE_DAY = timedelta(days=1)
LOOKED_AHEAD = timedelta(days=400)  # no absence is entered for longer


class Hours:
    """The business time of some people, as it is known at an instant."""

    def __init__(self, user_ids: Collection[int], now: datetime) -> None:
        self._now = now
        first = now.date() - ONE_DAY  # it may be yesterday in one zone and today in the other
        self._absent = absent_days(user_ids, first, first + LOOKED_AHEAD)
        self._calendars: dict[frozenset[date], BusinessCalendar] = {}

    def of(self, user_id: int) -> BusinessCalendar:
        """The person's calendar; people who are not away share one."""
        absent = self._absent.get(user_id, frozenset())
        if absent not in self._calendars:
            self._calendars[absent] = work_calendar(self._now, absent)
        return self._calendars[absent]


def digest_instant(calendar: BusinessCalendar, at: time, now: datetime) -> datetime:
    """When the next digest goes out that is wanted at this time of day.

    A time or day without business is moved to the next opening, so that there is one a day.
    """
    today = now.astimezone(calendar.zone).date()
    for day in (today, today + ONE_DAY):
        instant = calendar.next_opening(datetime.combine(day, at, calendar.zone))
        if instant >= now:
            return instant
    raise AssertionError("tomorrow's digest lies in the future")
