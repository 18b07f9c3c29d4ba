"""What the pages of one meeting show to one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from teichaku.accounts.calendars import work_calendar
from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.deals.gate_words import field_label
from teichaku.engine.meeting_dates import figures_due
from teichaku.meetings.agenda import UNENTERED
from teichaku.meetings.close_gates import close_verdicts, verdict_text
from teichaku.meetings.forms import DecisionForm
from teichaku.meetings.held import held_lacks
from teichaku.meetings.meeting_record import (
    OUTCOMES,
    STATES,
    MeetingRecord,
    Point,
    entry_state,
    figure_text,
    maturity_text,
    meeting_record,
    owed_by,
    reason_text,
)
from teichaku.meetings.missing import Entry, entries_due
from teichaku.meetings.models import Decision, Meeting
from teichaku.meetings.people import invited_people, is_deputy, may_chair, today_here
from teichaku.meetings.services import EARLY
from teichaku.rulebook.selectors import zone_in_force


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry of the list with its words and the way to make it."""

    entry: Entry
    fields: Sequence[str]
    owed_by: str
    state: str
    enter: str
    is_own: bool


def meeting_page(meeting: Meeting, user: User) -> dict[str, Any]:
    """What every page about the meeting needs."""
    record, now = meeting_record(meeting), clock.now()
    today = today_here()
    leads = may_chair(meeting, user, today)
    begins = meeting.begins_at
    due = figures_due(work_calendar(), begins)
    same_day = begins.astimezone(zone_in_force()).date() == today
    planned = meeting.state == Meeting.State.PLANNED
    state, tone, icon = STATES[meeting.state]
    return {
        "meeting": meeting,
        "record": record,
        "zone": zone_in_force(),
        "ends_at": begins + timedelta(minutes=meeting.minutes),
        "state": state,
        "why": reason_text(meeting),
        "tone": tone,
        "icon": icon,
        "leads": leads,
        "as_deputy": leads and is_deputy(meeting, user, today) and user.pk != meeting.chair_id,
        "can_open": leads and planned and same_day and now >= begins - EARLY,
        "is_today": same_day,
        "figures": [(kpi, figure_text(kpi), maturity_text(kpi)) for kpi in record.kpis],
        "figures_due": due,
        "figures_overdue": due <= now,
        "entries": entries_shown(record, user, meeting),
        "entries_deals": len({entry.deal for entry in record.entries_open}),
        "invited": invited_people(meeting, today),
        "outcomes": OUTCOMES,
    }


def mode_page(
    meeting: Meeting, user: User, kind: str, decision: DecisionForm | None = None
) -> dict[str, Any]:
    """The meeting as it is led, at one point of its agenda."""
    context = meeting_page(meeting, user)
    record: MeetingRecord = context["record"]
    points = record.points
    point = next((p for p in points if p.kind == kind), None) or _first_undone(points)
    place = points.index(point)
    present = {row.person_id for row in record.check_ins}
    verdicts = close_verdicts(meeting)
    return {
        **context,
        "point": point,
        "place": place + 1,
        "before": points[place - 1] if place else None,
        "after": points[place + 1] if place + 1 < len(points) else None,
        "is_here": user.pk in present,
        "absent": [person for person in context["invited"] if person.pk not in present],
        "lacks": list(held_lacks(meeting).values()),
        "blocked": [verdict_text(v) for v in verdicts if v.result == "block"],
        "warned": [verdict_text(v) for v in verdicts if v.result == "warn"],
        "form": decision or DecisionForm(people=owners(context["invited"], user)),
    }


def owners(invited: Sequence[User], user: User) -> list[User]:
    """Who can be made the one to do what is decided: everybody of the meeting and who leads it."""
    return [*invited, *([] if user in invited else [user])]


def _first_undone(points: Sequence[Point]) -> Point:
    return next((point for point in points if not point.is_done), points[-1])


def entries_shown(record: MeetingRecord, user: User, meeting: Meeting) -> list[EntryShown]:
    """The entries that the meeting waits for, each with its words."""
    back = reverse("meetings:mode", args=[meeting.uid])
    query = urlencode({"next": f"{back}?item={UNENTERED}"})
    return [
        EntryShown(
            entry=entry,
            fields=[field_label(name) for name in entry.fields] or [entry.rule],
            owed_by=owed_by(entry),
            state=entry_state(entry),
            enter=f"{reverse('console:enter', args=[entry.uid])}?{query}",
            is_own=entry.owner == user.pk,
        )
        for entry in record.entries
    ]


def entries_part(meeting: Meeting, user: User) -> Mapping[str, Any]:
    """The part of the page about what is not entered."""
    record = meeting_record(meeting)
    return {
        "meeting": meeting,
        "record": record,
        "zone": zone_in_force(),
        "entries": entries_shown(record, user, meeting),
        "entries_deals": len({entry.deal for entry in record.entries_open}),
        "leads": may_chair(meeting, user, today_here()),
    }


def entries_of_others(meeting: Meeting, user: User) -> list[int]:
    """What is still missing and the person may except: all but what the person owes."""
    return [e.key for e in entries_due(meeting) if e.is_open and e.owner != user.pk]


def may_settle(decision: Decision, user: User) -> bool:
    """Whether the person records what became of the decision."""
    return decision.owner_id == user.pk or may_chair(decision.meeting, user, today_here())
