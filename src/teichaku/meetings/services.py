"""What happens to a meeting: opened, attended, recorded, closed, moved, cancelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.inputs.services import obligation_waive
from teichaku.meetings.agenda import UNENTERED
from teichaku.meetings.close_gates import close_verdicts, verdict_text
from teichaku.meetings.freeze import meeting_freeze
from teichaku.meetings.held import held_lacks
from teichaku.meetings.minutes import minutes_write
from teichaku.meetings.missing import (
    entries_chosen,
    entries_fixed,
    entries_open,
    entries_refresh,
)
from teichaku.meetings.models import AgendaItem, AttendanceCheckIn, Meeting
from teichaku.meetings.people import departments_of, meeting_leader
from teichaku.meetings.series import OBJECT, meeting_dated
from teichaku.rulebook.selectors import zone_in_force

State = Meeting.State
EARLY = timedelta(minutes=30)
LEFT_OPEN = gettext_noop("It was left open at the end of the day.")


class MeetingUnfinished(Conflict):
    """The meeting cannot be closed yet. ``data`` says what is missing: ``inputs`` how many entries,
    ``gates`` which gates insist on something, or ``lacks`` why it would not count as held.
    """

    code = "meeting_unfinished"


def meeting_open(*, meeting: Meeting, actor: Actor) -> Meeting:
    """The open meeting; the list of what is not entered is fixed now. Figures that nobody fixed in
    time are fixed first, and marked so.
    """
    _check_opens(meeting, actor)
    if meeting.frozen_at is None:
        meeting_freeze(meeting=meeting, actor=actor)
    with transaction.atomic():
        meeting = _locked(meeting)
        _check_opens(meeting, actor)
        now = clock.now()
        meeting.state, meeting.opened_at, meeting.opened_by_id = State.OPEN, now, actor.user_id
        meeting.save(update_fields=["state", "opened_at", "opened_by"])
        rows = entries_fixed(now)
        meeting.items.filter(kind=UNENTERED).update(rows=rows, count=len(rows))
        _check_in(meeting, meeting_leader(meeting, actor), now)
        _record(meeting, "meetings.meeting_open", actor)
        outbox_emit(topic="meetings.opened", payload={"meeting": meeting.pk})
    return meeting


def _check_opens(meeting: Meeting, actor: Actor) -> None:
    meeting_leader(meeting, actor)
    if meeting.state == State.OPEN:
        raise Conflict(_("This meeting is open already. Reload the page to join it."))
    if meeting.state != State.PLANNED:
        raise Conflict(_("This meeting is over or was cancelled. Open the next one of its series."))
    now, zone = clock.now(), zone_in_force()
    if now < meeting.begins_at - EARLY:
        raise Conflict(
            _("It begins at %(begin)s and can be opened from 30 minutes before.")
            % {"begin": f"{meeting.begins_at.astimezone(zone):%Y/%m/%d %H:%M}"}
        )
    if now.astimezone(zone).date() > meeting.begins_at.astimezone(zone).date():
        raise Conflict(_("Its day is over, so it counts as missed. Open the next one."))


def meeting_check_in(*, meeting: Meeting, person: User, actor: Actor) -> AttendanceCheckIn:
    """That the person is there. People check themselves in; the chair may do so for others."""
    with transaction.atomic():
        meeting = _open(meeting)
        if actor.user_id != person.pk:
            meeting_leader(meeting, actor)
        found = _check_in(meeting, person, clock.now())
        _record(meeting, "meetings.meeting_check_in", actor, {"person": person.pk})
    return found


def meeting_check_out(*, meeting: Meeting, person: User, actor: Actor) -> None:
    """Nothing; the person was not there after all."""
    with transaction.atomic():
        meeting = _open(meeting)
        if actor.user_id != person.pk:
            meeting_leader(meeting, actor)
        meeting.check_ins.filter(person=person).delete()
        _record(meeting, "meetings.meeting_check_out", actor, {"person": person.pk})


def _check_in(meeting: Meeting, person: User, at: datetime) -> AttendanceCheckIn:
    day = at.astimezone(zone_in_force()).date()
    departments = departments_of(person.pk, meeting.series.terms["departments"], day)
    row, _new = AttendanceCheckIn.objects.get_or_create(
        meeting=meeting,
        person=person,
        defaults={"department": departments[0] if departments else "", "at": at},
    )
    return row


def item_outcome_set(*, item: AgendaItem, outcome: str, actor: Actor, note: str = "") -> AgendaItem:
    """The point with what the meeting made of it; a blank outcome takes it back."""
    if outcome and outcome not in AgendaItem.Outcome.values:
        raise InvalidInput(_("Choose one of the outcomes."), field="outcome")
    with transaction.atomic():
        meeting = _open(item.meeting)
        meeting_leader(meeting, actor)
        item.outcome, item.note = outcome, note.strip()
        item.save(update_fields=["outcome", "note"])
        _record(meeting, "meetings.item_outcome_set", actor, {"item": item.kind})
    return item


def inputs_except(*, meeting: Meeting, entries: Collection[int], reason: str, actor: Actor) -> int:
    """How many of the entries that the meeting waits for are excepted now, all for one reason.

    One that the chair owes cannot be among them, and then none is.
    """
    with transaction.atomic():
        meeting = _open(meeting)
        meeting_leader(meeting, actor)
        rows = entries_chosen(_unentered(meeting), entries)
        if not rows:
            raise InvalidInput(
                _("Choose at least one entry that is still missing."), field="entries"
            )
        for row in rows:
            obligation_waive(obligation=row, reason=reason, actor=actor)
        _record(meeting, "meetings.inputs_except", actor, {"entries": len(set(entries))})
    return len(set(entries))


def meeting_close(*, meeting: Meeting, actor: Actor, unfinished: bool = False) -> Meeting:
    """The closed meeting, with its minutes. While entries are missing, or what a gate of the
    rulebook insists on, it raises ``MeetingUnfinished``; so it does where it would not count as
    held, unless ``unfinished`` accepts that.
    """
    item = meeting.items.filter(kind=UNENTERED).first()
    if item is not None and meeting.state == State.OPEN:
        entries_refresh(item)
    with transaction.atomic():
        meeting = _open(meeting)
        meeting_leader(meeting, actor)
        if missing := entries_open(_unentered(meeting)):
            raise MeetingUnfinished(
                _(
                    "The meeting cannot be closed: %(count)d entries are missing. Enter them, or"
                    " except them with a reason."
                )
                % {"count": missing},
                inputs=missing,
            )
        verdicts = close_verdicts(meeting)
        if blocked := [verdict for verdict in verdicts if verdict.result == "block"]:
            raise MeetingUnfinished(
                " ".join(verdict_text(verdict) for verdict in blocked),
                gates=tuple(verdict.gate_id for verdict in blocked),
            )
        lacks = held_lacks(meeting)
        if lacks and not unfinished:
            raise MeetingUnfinished(" ".join(lacks.values()), lacks=tuple(lacks))
        state = State.UNFINISHED if lacks else State.HELD
        meeting_settle(meeting=meeting, state=state, reason=next(iter(lacks), ""), actor=actor)
        if verdicts:
            found: dict[str, Json] = {verdict.gate_id: verdict.result for verdict in verdicts}
            _record(meeting, "meetings.gates_unmet", actor, found)
    return meeting


def meeting_settle(*, meeting: Meeting, state: str, reason: str, actor: Actor) -> None:
    """Nothing; the open meeting is over and its minutes are written; part of the transaction."""
    now = clock.now()
    meeting.state, meeting.reason = state, reason
    meeting.settled_at, meeting.settled_by_id = now, actor.user_id
    meeting.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    minutes_write(meeting=meeting, actor=actor)
    _record(meeting, "meetings.meeting_close", actor)
    outbox_emit(topic="meetings.closed", payload={"meeting": meeting.pk})


def meeting_move(*, meeting: Meeting, begins_at: datetime, reason: str, actor: Actor) -> Meeting:
    """The meeting at another time; it stays the meeting of its week or month."""
    reason = _reason(reason)
    with transaction.atomic():
        meeting = _planned(meeting)
        if begins_at <= clock.now():
            raise InvalidInput(_("This time has passed. Choose a later one."), field="begins_at")
        meeting_dated(
            meeting=meeting, begins_at=begins_at, minutes=meeting.minutes, actor=actor,
            is_moved=True,
        )  # fmt: skip
        meeting.reason = reason
        meeting.save(update_fields=["reason"])
    return meeting


def meeting_cancel(*, meeting: Meeting, reason: str, actor: Actor) -> Meeting:
    """The cancelled meeting; it counts as planned and not held."""
    reason = _reason(reason)
    with transaction.atomic():
        meeting = _planned(meeting)
        meeting.state, meeting.reason, meeting.settled_at = State.CANCELLED, reason, clock.now()
        meeting.settled_by_id = actor.user_id
        meeting.sequence += 1
        meeting.save(update_fields=["state", "reason", "settled_at", "settled_by", "sequence"])
        _record(meeting, "meetings.meeting_cancel", actor)
        outbox_emit(topic="meetings.planned", payload={"meeting": meeting.pk})
    return meeting


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput(_("Say why; everybody who is invited reads it."), field="reason")
    return text.strip()


def _locked(meeting: Meeting) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("series")
    return rows.get(pk=meeting.pk)


def _planned(meeting: Meeting) -> Meeting:
    found = _locked(meeting)
    if found.state != State.PLANNED:
        raise Conflict(_("This meeting has begun or was cancelled already. Reload the page."))
    return found


def _open(meeting: Meeting) -> Meeting:
    found = _locked(meeting)
    if found.state != State.OPEN:
        raise Conflict(_("This meeting is not open. Reload the page to see how it stands."))
    return found


def _unentered(meeting: Meeting) -> AgendaItem:
    return meeting.items.get(kind=UNENTERED)


def _record(
    meeting: Meeting, action: str, actor: Actor, values: Mapping[str, Json] | None = None
) -> None:
    audit_record(
        actor=actor, action=action, object_type=OBJECT, object_id=meeting.pk, values=values
    )
