"""Which steps of the follow-up ladder are now to be taken, for many input tasks at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.ladder import MESSAGES, Owed, Reached, Step, has_lapsed, steps_reached
from teichaku.inputs.book import InputBook
from teichaku.inputs.models import OPEN, FollowUp, Obligation, Snooze

LOOKED_BACK = timedelta(days=60)  # for deadlines in a row
TOGETHER = (Step.NUDGE, Step.AGENDA)  # what happens about tasks of a whole role


class Turn(NamedTuple):
    """A step to take now, in the person's working time; ``lapsed``: it was due days ago."""

    obligation: Obligation
    step: Step
    lapsed: bool
    calendar: BusinessCalendar


@dataclass(slots=True)
class _Place:
    """Where a task stands on the ladder."""

    last: int = Step.BADGE
    told: list[datetime] = field(default_factory=list)
    quiet_until: date | None = None


def obligations_climbing(now: datetime) -> QuerySet[Obligation]:
    """The overdue tasks that have not come to the last step."""
    ended = FollowUp.objects.filter(obligation=OuterRef("pk"), step=Step.AGENDA)
    return Obligation.objects.filter(~Exists(ended), state=OPEN, due_at__lte=now)


def before_manager(rows: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """Those of the tasks about which no manager was asked yet."""
    asked = FollowUp.objects.filter(obligation=OuterRef("pk"), step__gte=Step.MANAGER)
    return rows.filter(~Exists(asked))


def turns_of(rows: Sequence[Obligation], book: InputBook, now: datetime) -> list[Turn]:
    """The steps to take now about these tasks; while a person is not at work there are none."""
    places = _places([row.pk for row in rows])
    missed = _missed_deadlines({row.owner_id for row in rows if row.owner_id is not None}, now)
    found = []
    for row in rows:
        calendar = book.staff.calendar(row.owner_id)
        if row.state != OPEN or not calendar.is_open(now):
            continue
        place = places[row.pk]
        owed = Owed(
            created_at=row.created_at,
            due_at=row.due_at,
            in_a_row=missed.get((row.owner_id, row.due_at), 1),
            quiet_until=place.quiet_until,
            told_at=min(place.told, default=None) if row.owner_id is not None else None,
        )
        found += [
            Turn(row, reached.step, _lapsed(reached, calendar, now), calendar)
            for reached in steps_reached(owed, calendar, now)
            if reached.step > place.last and (row.owner_id or reached.step in TOGETHER)
        ]
    return found


def _lapsed(reached: Reached, calendar: BusinessCalendar, now: datetime) -> bool:
    # The row of the agenda is no message: it is right however late it is noted.
    return reached.step != Step.AGENDA and has_lapsed(reached, calendar, now)


def _places(obligations: Collection[int]) -> dict[int, _Place]:
    found: dict[int, _Place] = defaultdict(_Place)
    taken = FollowUp.objects.filter(obligation__in=obligations)
    for pk, step, at, outcome in taken.values_list("obligation", "step", "at", "outcome"):
        place = found[pk]
        place.last = max(place.last, step)
        if step in MESSAGES and outcome == FollowUp.Outcome.DONE:
            place.told.append(at)
    snoozes = Snooze.objects.filter(obligation__in=obligations)
    for pk, at, until in snoozes.values_list("obligation", "at", "until"):
        place = found[pk]
        place.told.append(at)
        place.quiet_until = max(place.quiet_until or until, until)
    return found


def _missed_deadlines(
    owners: Collection[int], now: datetime
) -> dict[tuple[int | None, datetime], int]:
    """By person and deadline, how many of the person's deadlines in a row up to that one have
    something missing. All that is due at one instant is one deadline.
    """
    rows = Obligation.objects.filter(
        Q(state__in=["open", "met_on_time", "met_late"]),
        owner__in=owners,
        due_at__lte=now,
        due_at__gt=now - LOOKED_BACK,
    )
    deadlines = (
        rows.order_by("owner_id", "due_at")
        .values_list("owner_id", "due_at")
        .annotate(missing=Count("pk", filter=Q(state=OPEN)))
    )
    found: dict[tuple[int | None, datetime], int] = {}
    person, run = None, 0
    for owner, due_at, missing in deadlines:
        run = run + 1 if missing and owner == person else int(missing > 0)
        person = owner
        found[owner, due_at] = run
    return found
