"""The meetings of the made-up company: most are held, some are not, one or the other ends early."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.utils import translation

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.accounts.selectors import today
from teichaku.console import demo_words as words
from teichaku.console.demo_agenda import Agenda, Chance
from teichaku.console.demo_story import Rep
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.meeting_dates import figures_due
from teichaku.meetings.agenda import DECISIONS, LAST_DECISIONS, UNENTERED
from teichaku.meetings.decisions import decision_add, decision_settle
from teichaku.meetings.freeze import meeting_freeze
from teichaku.meetings.models import Decision, Meeting
from teichaku.meetings.series import meetings_plan
from teichaku.meetings.services import (
    item_outcome_set,
    meeting_check_in,
    meeting_close,
    meeting_open,
)
from teichaku.meetings.settling import MISSED, meetings_settle
from teichaku.notify.models import Task
from teichaku.notify.reading import notifications_read
from teichaku.notify.services import task_done

PURPOSE_MEETINGS: Final = 22
AHEAD: Final = timedelta(days=10)
_SKIPPED_AT_FIRST, _SKIPPED_NOW, _WITHOUT_MARKETING = 0.3, 0.04, 0.06
_NO_POINTS = (UNENTERED, DECISIONS, LAST_DECISIONS)


class Meetings:
    """The series of the rulebook, met week by week; draws of its own leave the rest as it is."""

    def __init__(
        self, agenda: Agenda, calendar: BusinessCalendar, chance: Chance, begun: datetime
    ) -> None:
        self._agenda, self._calendar, self._chance, self._begun = agenda, calendar, chance, begun
        self._known: set[int] = set()

    def week(self, people: Mapping[str, Rep], staff: Mapping[str, User]) -> None:
        """Nothing; meetings of the days ahead are on the agenda, and the past ones are settled."""
        for user in staff.values():
            notifications_read(user=user)
        meetings_settle()
        meetings_plan()
        near = Meeting.objects.filter(
            state=Meeting.State.PLANNED, begins_at__range=(clock.now(), clock.now() + AHEAD)
        )
        for meeting in near.exclude(pk__in=self._known).select_related("series", "chair"):
            self._known.add(meeting.pk)
            due = figures_due(self._calendar, meeting.begins_at)
            self._at(due, partial(meeting_freeze, meeting=meeting, actor=SYSTEM))
            if not self._chance.hits(self._skipped(meeting.begins_at)):
                begin = meeting.begins_at + timedelta(minutes=1)
                self._at(begin, partial(self._hold, meeting, people, staff))

    def _skipped(self, at: datetime) -> float:
        """How likely a meeting is left out: less and less so in the first half year."""
        months = (at - self._begun).days / 30
        return max(_SKIPPED_NOW, _SKIPPED_AT_FIRST * (1 - months / 6))

    def _hold(self, meeting: Meeting, people: Mapping[str, Rep], staff: Mapping[str, User]) -> None:
        chair = staff["sales-manager"]
        meeting = meeting_open(meeting=meeting, actor=actor_of(chair))
        there = [rep.user for rep in people.values() if rep.works(clock.now())]
        if not self._chance.hits(_WITHOUT_MARKETING):
            there += [staff["marketing-manager"], staff["marketer"]]
        for user in there:
            meeting_check_in(meeting=meeting, person=user, actor=actor_of(user))
        for item in meeting.items.exclude(kind__in=_NO_POINTS).select_related("meeting"):
            outcome = self._chance.weighted({"ok": 0.7, "action": 0.2, "question": 0.1})
            item_outcome_set(item=item, outcome=outcome, actor=actor_of(chair))
        if self._chance.hits(0.5):
            self._decide(meeting, chair, self._chance.one(there))
        for task in Task.objects.filter(kind=MISSED, done_at=None, dismissed_at=None):
            task_done(task=task, actor=actor_of(chair))
        end = meeting.begins_at + timedelta(minutes=meeting.minutes)
        self._at(end, partial(_close, meeting, chair))

    def _decide(self, meeting: Meeting, chair: User, owner: User) -> None:
        days = self._chance.whole(5, 20)
        decision = decision_add(
            meeting=meeting,
            text=self._chance.one(words.DECISIONS),
            owner=owner,
            due_on=today() + timedelta(days=days),
            actor=actor_of(chair),
        )
        if self._chance.hits(0.85):
            done = clock.now() + timedelta(days=days * (0.4 + self._chance.share()))
            settle = partial(decision_settle, decision=decision, state=Decision.State.DONE)
            self._at(self._calendar.next_opening(done), partial(settle, actor=actor_of(owner)))

    def _at(self, at: datetime, do: Callable[[], object]) -> None:
        def done() -> None:
            do()

        self._agenda.add(at, done, office=False)


def _close(meeting: Meeting, chair: User) -> None:
    """Nothing; it is over. What people owe is followed once at the end, so nothing stands in the
    way but who was there.
    """
    meeting.refresh_from_db()
    with translation.override("ja"):  # the company keeps its records in Japanese
        meeting_close(meeting=meeting, actor=actor_of(chair), unfinished=True)
