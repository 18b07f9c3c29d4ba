"""What becomes of meetings whose day is over: left open they stay unfinished, else not held."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial

from django.db import transaction
from django.urls import reverse

from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.audit import audit_record
from teichaku.core.outbox import outbox_emit
from teichaku.meetings.models import Meeting
from teichaku.meetings.people import today_here
from teichaku.meetings.series import OBJECT, series_title
from teichaku.meetings.services import LEFT_OPEN, meeting_settle
from teichaku.notify.services import task_create
from teichaku.rulebook.selectors import zone_in_force

State = Meeting.State
MISSED = "meetings.missed"


def meetings_settle() -> int:
    """How many meetings of days that are over were settled."""
    zone = zone_in_force()
    midnight = datetime.combine(today_here(), time(), zone)
    over = Meeting.objects.filter(settled_at=None, begins_at__lt=midnight).order_by("begins_at")
    return sum(_settle(pk) for pk in over.values_list("pk", flat=True))


def _settle(pk: int) -> bool:
    with transaction.atomic():
        rows = Meeting.objects.select_for_update(of=("self",)).select_related("series", "chair")
        meeting = rows.filter(pk=pk, settled_at=None).first()
        if meeting is None:
            return False
        if meeting.state == State.OPEN:
            meeting_settle(meeting=meeting, state=State.UNFINISHED, reason=LEFT_OPEN, actor=SYSTEM)
            return True
        meeting.state, meeting.settled_at = State.MISSED, clock.now()
        meeting.save(update_fields=["state", "settled_at"])
        _tell_missed(meeting)
        audit_record(actor=SYSTEM, action="meetings.meeting_miss", object_type=OBJECT, object_id=pk)
        outbox_emit(topic="meetings.closed", payload={"meeting": pk})
    return True


def _tell_missed(meeting: Meeting) -> None:
    """Nothing; the chair and whoever answers for the meeting above have a task."""
    day = meeting.begins_at.astimezone(zone_in_force()).date()
    told = partial(
        task_create,
        kind=MISSED,
        actor=SYSTEM,
        params={"title": series_title(meeting.series), "day": f"{day:%Y/%m/%d}"},
        address=reverse("meetings:series", args=[meeting.series.uid]),
    )
    if meeting.chair is not None:
        told(key=f"{MISSED}:{meeting.uid}:chair", owner=meeting.chair)
    role = meeting.series.terms.get("deputy") or Role.EXECUTIVE
    told(key=f"{MISSED}:{meeting.uid}:sponsor", role=role)
