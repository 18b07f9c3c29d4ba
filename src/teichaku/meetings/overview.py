"""The pages of all meetings and of one series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from teichaku.accounts.models import User
from teichaku.core.registry import Text
from teichaku.engine.rulebook.show import rule_sentence
from teichaku.meetings.meeting_record import STATES, reason_text
from teichaku.meetings.models import Meeting, Series
from teichaku.meetings.people import department_label, may_chair, today_here
from teichaku.meetings.selectors import (
    decisions_open,
    held_of,
    meetings_ahead,
    meetings_past,
    series_lines,
)
from teichaku.meetings.series import series_terms, series_title
from teichaku.rulebook.selectors import zone_in_force


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting as one line of a list."""

    meeting: Meeting
    title: str
    state: Text
    reason: str
    tone: str
    icon: str


def list_page(user: User) -> dict[str, Any]:
    """Series with their next meetings, the last meetings, and decisions that wait."""
    today = today_here()
    leads: dict[int, bool] = {}
    decisions = decisions_open()
    for one in decisions:
        if one.meeting_id not in leads:
            leads[one.meeting_id] = may_chair(one.meeting, user, today)
    return {
        "lines": [(line, series_title(line.series)) for line in series_lines()],
        "ahead": meeting_lines(meetings_ahead()),
        "past": meeting_lines(meetings_past()),
        "decisions": [(d, leads[d.meeting_id] or d.owner_id == user.pk) for d in decisions],
        "today": today,
        "zone": zone_in_force(),
    }


def series_page(series: Series) -> dict[str, Any]:
    """One series: what the rulebook says of it, and its meetings."""
    return {
        "series": series,
        "title": series_title(series),
        "sentence": rule_sentence(series_terms(series), (get_language() or "ja")[:2]),
        "departments": [department_label(name) for name in series.terms["departments"]],
        "held": held_of(series),
        "ahead": meeting_lines(meetings_ahead(series)),
        "past": meeting_lines(meetings_past(series)),
        "zone": zone_in_force(),
    }


def meeting_lines(meetings: Sequence[Meeting]) -> list[MeetingLine]:
    """The meetings as lines of a list."""
    return [_line(meeting) for meeting in meetings]


def _line(meeting: Meeting) -> MeetingLine:
    state, tone, icon = STATES[meeting.state]
    title = series_title(meeting.series)
    return MeetingLine(meeting, title, state, reason_text(meeting), tone, icon)
