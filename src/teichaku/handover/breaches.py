"""Missed deadlines: the steps agreed for them, each taken once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from teichaku.accounts.models import User
from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.handover_clocks import StepDue, steps_due
from teichaku.engine.routing import Incoming, leads_route
from teichaku.engine.rulebook.model import Route
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.models import Breach, Handover
from teichaku.handover.news import ASK, ask_task, tell
from teichaku.handover.receivers import receivers
from teichaku.handover.services import handover_assign

State, Clock = Handover.State, Breach.Clock
AT_ONCE = 500
# Which handovers a clock still runs for, and the column that holds its deadline.
_RUNNING: Mapping[str, tuple[Q, str]] = {
    Clock.ACCEPT: (Q(state=State.WAITING), "accept_due"),
    Clock.TOUCH: (
        Q(state__in=[State.WAITING, State.ACCEPTED], touched_at=None, passed_on_at=None),
        "touch_due",
    ),
}


def breaches_job(payload: Mapping[str, Json]) -> None:
    """Nothing; for every deadline missed by now the agreed steps are taken."""
    breaches_handle()


def breaches_handle() -> int:
    """How many steps were taken; each together with its record, so that none is taken twice."""
    book = handover_book()
    steps = book.rules.on_breach if book.rules else ()
    taken = 0
    for name in _RUNNING if steps else ():
        for rows in bulk.chunked(_overdue(name, len(steps)), AT_ONCE):
            calendars = book.calendars({row.owner_id for row in rows if row.owner_id})
            for row in rows:
                taken += _handle(row, name, book, calendars[row.owner_id or 0])
    return taken


def overdue(clock_name: str) -> QuerySet[Handover]:
    """The handovers that have missed this deadline so far."""
    condition, column = _RUNNING[clock_name]
    return Handover.objects.filter(
        condition, owner__isnull=False, **{f"{column}__lt": clock.now()}
    ).order_by(column, "pk")


def _overdue(clock_name: str, steps: int) -> QuerySet[Handover]:
    """Those for which not every step is taken yet."""
    column = _RUNNING[clock_name][1]
    same = Q(breaches__clock=clock_name, breaches__due_at=F(column))
    rows = overdue(clock_name).annotate(taken=Count("breaches", filter=same))
    return rows.filter(taken__lt=steps).select_related("lead__company", "owner__manager", "team")


def _handle(row: Handover, name: str, book: HandoverBook, calendar: BusinessCalendar) -> int:
    assert book.rules is not None
    due: datetime = getattr(row, _RUNNING[name][1])
    taken = 0
    for step in steps_due(book.rules.on_breach, calendar, due, clock.now()):
        with transaction.atomic():
            if _note(row, name, due, step):
                _take(row, name, due, step, book)
                taken += 1
        if step.do == "reassign":
            break  # the new owner has deadlines of their own
    return taken


def _note(row: Handover, name: str, due: datetime, step: StepDue) -> bool:
    """Whether the step had not been taken, and is recorded now."""
    _found, new = Breach.objects.get_or_create(
        handover=row, clock=name, due_at=due, step=step.place,
        defaults={"owner_id": row.owner_id, "did": step.do, "at": clock.now()},
    )  # fmt: skip
    return new


def _take(row: Handover, name: str, due: datetime, step: StepDue, book: HandoverBook) -> None:
    owner = row.owner
    assert owner is not None
    if step.do == "notify_owner":
        tell(row, owner, "handover.overdue", f"overdue:{row.pk}:{name}:{due.isoformat()}", SYSTEM)
    elif step.do == "ask_manager":
        manager = owner.manager if owner.manager and owner.manager.is_active else None
        ask_task(row, ASK, f"{row.uid}:{name}:{due.isoformat()}", manager)
    elif other := _other(row, book):
        handover_assign(handover=row, owner=other, actor=SYSTEM, code="reassigned")


def _other(row: Handover, book: HandoverBook) -> User | None:
    """Who else of the team could take the lead."""
    people = [one for one in receivers(book) if one.id != row.owner_id]
    route = Route(team=row.team.key if row.team else None, by="capacity")
    lead = Incoming(row.lead_id, 0, (0,))
    [routed] = leads_route([lead], people, [route], named={}, overflow=True)
    return User.objects.filter(pk=routed.person or 0).first()
