"""How much time is left until a deadline: a picture, a colour and words that change together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.engine.calendar import BusinessCalendar

HALF, FIFTH = 0.5, 0.2
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """The mark beside a deadline."""

    tone: str
    icon: str
    text: str


def time_left(
    begun: datetime, due: datetime, now: datetime, calendar: BusinessCalendar
) -> TimeLeft:
    """Calm above half of the business time, then soon, near from a fifth on, and over.

    The words count all hours, for that is how people read a clock.
    """
    seconds = int((due - now).total_seconds())
    if seconds < 0:
        return TimeLeft("over", "circle-x", _("Overdue by %s") % _span(-seconds))
    whole = calendar.business_seconds(begun, due)
    share = calendar.business_seconds(now, due) / whole if whole else 1.0
    text = _("%s left") % _span(seconds)
    if share > HALF:
        return TimeLeft("calm", "clock-quarter", text)
    if share > FIFTH:
        return TimeLeft("soon", "clock-half", text)
    return TimeLeft("near", "triangle-alert", text)


def _span(seconds: int) -> str:
    """A span in its one or two largest units."""
    if seconds >= DAY:
        days = seconds // DAY
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    hours, minutes = divmod(max(seconds, MINUTE) // MINUTE, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return _("%d min") % minutes
