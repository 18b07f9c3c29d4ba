"""How grades and MQLs are spread day by day, and when that moves more than it usually does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Role
from teichaku.accounts.selectors import people_with_role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.engine.calendar import BusinessCalendar
from teichaku.notify.kinds import Kind, notification_kinds
from teichaku.notify.services import notifications_create
from teichaku.rulebook.selectors import activation_in_force, rulebook_of, zone_in_force
from teichaku.scoring.models import GradeDay, Qualification, Score, ScoreAlarm
from teichaku.tracking.models import LastEvent

BEFORE = timedelta(days=28)
LEAST_DAYS = 7  # of the same kind; before there are so many nothing is usual
LEAST_LEADS = 100
LEAST_SHARE = 0.10
LEAST_COUNT = 5
SPREADS = 5.0
ROOTS = 4.0
TOLD = "scoring.moved"
KINDS = ScoreAlarm.Kind


class Movement(NamedTuple):
    """Something that is not as usual."""

    kind: str
    subject: str
    value: float
    usual: float


@dataclass(frozen=True, slots=True)
class Day:
    """What is counted of one day; ``is_open``: people work on it."""

    day: date
    is_open: bool
    leads: int
    grades: Mapping[str, int]
    mqls: int
    active: int

    def share(self, grade: str) -> float:
        """Which part of the leads has the grade."""
        return self.grades.get(grade, 0) / self.leads if self.leads else 0.0


def movements(today: Day, before: Sequence[Day]) -> list[Movement]:
    """What moved abruptly on a day, held against the days before it, oldest first."""
    found = [*_grades(today, before)]
    alike = [day for day in before if day.is_open == today.is_open]
    if len(alike) < LEAST_DAYS:
        return found
    usual = float(median(day.mqls for day in alike))
    stopped = today.mqls == 0 and usual >= LEAST_COUNT
    if stopped or abs(today.mqls - usual) >= max(2 * LEAST_COUNT, ROOTS * math.sqrt(usual)):
        found.append(Movement(KINDS.MQLS, "", today.mqls, usual))
    heard = float(median(day.active for day in alike))
    if today.active == 0 and heard >= LEAST_COUNT:
        found.append(Movement(KINDS.SILENCE, "", 0, heard))
    return found


def _grades(today: Day, before: Sequence[Day]) -> list[Movement]:
    """A share that left its usual place, and did so since the night before."""
    if len(before) < LEAST_DAYS or today.leads < LEAST_LEADS:
        return []
    found = []
    for grade in sorted({*today.grades, *before[-1].grades}):
        known = [day.share(grade) for day in before]
        usual = median(known)
        limit = max(LEAST_SHARE, SPREADS * median(abs(share - usual) for share in known))
        share = today.share(grade)
        if abs(share - usual) >= limit and abs(share - known[-1]) >= limit / 2:
            found.append(Movement(KINDS.GRADE, grade, share, usual))
    return found


def distribution_note() -> list[ScoreAlarm]:
    """The new alarms; the local day that has just ended is counted, once."""
    activation = activation_in_force()
    zone = zone_in_force()
    day = clock.now().astimezone(zone).date() - timedelta(days=1)
    if activation is None or GradeDay.objects.filter(day=day).exists():
        return []
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    scored = Score.objects.filter(lead__root=F("lead_id"))
    grades = Counter(dict(scored.values_list("grade").annotate(n=Count("pk"))))
    standing = Qualification.objects.filter(superseded_by=None, withdrawn=False)
    with transaction.atomic():
        row = GradeDay.objects.create(
            day=day, revision_id=activation.revision_id, leads=sum(grades.values()),
            grades=dict(sorted(grades.items())), as_of=clock.now(),
            mqls=standing.filter(at__gte=start, at__lt=end).count(),
            active=LastEvent.objects.filter(at__gte=start).count(),
        )  # fmt: skip
        calendar = BusinessCalendar.of(rulebook_of(activation.revision.document))
        before = days_before(day, calendar)
        return _alarms(movements(_day(row, calendar), before), row)


def days_before(day: date, calendar: BusinessCalendar) -> list[Day]:
    """The days that are known of the four weeks before, oldest first."""
    rows = GradeDay.objects.filter(day__lt=day, day__gte=day - BEFORE).order_by("day")
    return [_day(row, calendar) for row in rows]


def _day(row: GradeDay, calendar: BusinessCalendar) -> Day:
    is_open = calendar.is_working_day(row.day)
    return Day(row.day, is_open, row.leads, row.grades, row.mqls, row.active)


def _alarms(found: Sequence[Movement], row: GradeDay) -> list[ScoreAlarm]:
    alarms = [
        ScoreAlarm.objects.create(
            kind=one.kind, day=row.day, subject=one.subject, value=one.value, usual=one.usual,
            revision_id=row.revision_id, at=clock.now(),
        )
        for one in found
    ]  # fmt: skip
    if alarms:
        audit_record(
            actor=SYSTEM, action="scoring.alarms_raise", object_type="scoring.scorealarm",
            count=len(alarms),
        )  # fmt: skip
        notifications_create(
            users=list(people_with_role(Role.MARKETING_MANAGER, clock.now().date())),
            kind=TOLD, actor=SYSTEM, params={"day": row.day.isoformat(), "count": len(alarms)},
            address=reverse("console:distribution"), key=f"scoring.moved:{row.day.isoformat()}",
        )  # fmt: skip
    return alarms


def alarm_acknowledge(*, alarm: ScoreAlarm, reason: str, actor: Actor) -> ScoreAlarm:
    """The alarm, seen by somebody who says what is behind it."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say what is behind it, so that others know."), field="reason")
    with transaction.atomic():
        open_ = ScoreAlarm.objects.filter(pk=alarm.pk, seen_at=None)
        if not open_.update(seen_at=clock.now(), seen_by_id=actor.user_id, reason=reason[:500]):
            raise Conflict(_("Somebody has answered this already."))
        audit_record(
            actor=actor, action="scoring.alarm_acknowledge", object_type="scoring.scorealarm",
            object_id=alarm.pk,
        )  # fmt: skip
    alarm.refresh_from_db()
    return alarm


def kinds_register() -> None:
    """Nothing; people can be told that something moved."""
    text = gettext_lazy("Grades or MQLs moved abruptly on %(day)s: %(count)s to look at")
    notification_kinds.register(TOLD, Kind(text, "chart-line", group="system"))
