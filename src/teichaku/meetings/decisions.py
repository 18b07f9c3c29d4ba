"""Decisions of meetings: made on fixed figures, done by somebody, looked at in the next meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from teichaku.accounts.calendars import work_calendar
from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.meetings.models import Decision, Meeting
from teichaku.meetings.people import meeting_leader
from teichaku.notify.models import Task
from teichaku.notify.services import task_create, task_dismiss, task_done, task_reopen
from teichaku.rulebook.selectors import zone_in_force

State = Decision.State
TASK = "meetings.decision"
OBJECT = "meetings.decision"


def decision_add(
    *,
    meeting: Meeting,
    text: str,
    owner: User | None,
    due_on: date | None,
    actor: Actor,
    effect: str = "",
) -> Decision:
    """The decision, bound to the figures that the meeting saw, and a task for who does it."""
    _check(text, owner, due_on)
    assert owner is not None
    assert due_on is not None
    with transaction.atomic():
        meeting = (
            Meeting.objects.select_for_update(of=("self",))
            .select_related("series")
            .get(pk=meeting.pk)
        )
        if meeting.state != Meeting.State.OPEN:
            raise Conflict(_("Decisions are recorded while the meeting is open."))
        decider = meeting_leader(meeting, actor)
        decision = Decision.objects.create(
            meeting=meeting,
            text=text.strip(),
            owner=owner,
            due_on=due_on,
            effect=effect.strip(),
            snapshot_hash=meeting.snapshot_hash,
            decided_at=clock.now(),
            decided_by=decider,
        )
        task_create(
            kind=TASK,
            key=_task_key(decision),
            actor=actor,
            owner=owner,
            params={"what": decision.text},
            address=reverse("meetings:minutes", args=[meeting.uid]),
            due_at=work_calendar().closing(due_on),
        )
        _record(decision, "meetings.decision_add", actor)
    return decision


def _check(text: str, owner: User | None, due_on: date | None) -> None:
    if not text.strip():
        raise InvalidInput(_("Say what was decided."), field="text")
    if owner is None or not owner.is_active:
        raise InvalidInput(_("Choose who does it."), field="owner")
    if due_on is None:
        raise InvalidInput(_("Enter by when it is done."), field="due_on")
    if due_on < clock.now().astimezone(zone_in_force()).date():
        raise InvalidInput(_("This day has passed. Choose today or a later one."), field="due_on")


def decision_settle(*, decision: Decision, state: str, actor: Actor, result: str = "") -> Decision:
    """The decision, done, or dropped with a reason, or open again."""
    result = result.strip()
    if state == State.DROPPED and not result:
        raise InvalidInput(_("Say why it is not done after all."), field="result")
    with transaction.atomic():
        decision = (
            Decision.objects.select_for_update(of=("self",))
            .select_related("meeting__series")
            .get(pk=decision.pk)
        )
        if actor.user_id != decision.owner_id:
            meeting_leader(decision.meeting, actor)
        if decision.state == state:
            return decision
        decision.state, decision.result = state, result
        decision.settled_at = None if state == State.OPEN else clock.now()
        decision.save(update_fields=["state", "result", "settled_at"])
        _task_follows(decision, actor)
        _record(decision, "meetings.decision_settle", actor, {"state": state})
    return decision


def _task_follows(decision: Decision, actor: Actor) -> None:
    task = Task.objects.filter(key=_task_key(decision)).first()
    if task is None:
        return
    if decision.state == State.DONE:
        task_done(task=task, actor=actor)
    elif decision.state == State.DROPPED:
        task_dismiss(task=task, actor=actor)
    elif task.done_at is not None:
        task_reopen(task=task, actor=actor)


def task_follow_job(payload: Mapping[str, Json]) -> None:
    """Nothing; a decision whose task was ticked off is done, and open again with its task."""
    task = (
        Task.objects.filter(pk=cast("int", payload["task"]), kind=TASK)
        .select_related("done_by")
        .first()
    )
    if task is None:
        return
    uid = task.key.removeprefix(f"{TASK}:")
    state = State.DONE if task.done_at is not None else State.OPEN
    with transaction.atomic():
        decision = Decision.objects.select_for_update().filter(uid=uid).first()
        if decision is None or decision.state in (state, State.DROPPED):
            return
        decision.state, decision.settled_at = state, task.done_at
        decision.result = "" if state == State.OPEN else decision.result
        decision.save(update_fields=["state", "settled_at", "result"])
        by = task.done_by or decision.owner
        actor = Actor(kind="human", name=by.name, user_id=by.pk)
        _record(decision, "meetings.decision_settle", actor, {"state": state})


def decisions_before(meeting: Meeting) -> Sequence[Decision]:
    """What earlier meetings of the series decided and is open, or was settled since the last."""
    met = meeting.series.meetings.filter(
        opened_at__isnull=False, begins_at__lt=meeting.begins_at
    ).order_by("-begins_at")
    last = met.first()
    if last is None:
        return []
    before = Decision.objects.filter(
        meeting__series=meeting.series_id, meeting__begins_at__lt=meeting.begins_at
    )
    recent = before.filter(Q(settled_at=None) | Q(settled_at__gte=last.opened_at))
    return list(recent.select_related("owner", "meeting").order_by("due_on", "pk"))


def _task_key(decision: Decision) -> str:
    return f"{TASK}:{decision.uid}"


def _record(
    decision: Decision, action: str, actor: Actor, values: Mapping[str, Json] | None = None
) -> None:
    audit_record(
        actor=actor, action=action, object_type=OBJECT, object_id=decision.pk, values=values
    )
    outbox_emit(topic="meetings.decisions_changed", payload={"decision": decision.pk})
