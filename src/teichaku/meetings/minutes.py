"""Minutes, made from what was recorded and from nothing else."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.meetings.agenda import DECISIONS, KPIS, LAST_DECISIONS, UNENTERED
from teichaku.meetings.meeting_record import (
    MeetingRecord,
    Point,
    figure_text,
    meeting_record,
    row_text,
    state_text,
)
from teichaku.meetings.models import Decision, Meeting, Minutes
from teichaku.meetings.people import invited_people
from teichaku.meetings.series import series_title
from teichaku.notify.services import notifications_create
from teichaku.rulebook.selectors import zone_in_force

SENT = "meetings.minutes"
INDENT = "  "


def minutes_write(*, meeting: Meeting, actor: Actor) -> Minutes:
    """The minutes of the meeting, sent to everybody of it; part of the transaction.

    They are in the installation's language, for one text goes to all.
    """
    now = clock.now()
    with translation.override(settings.LANGUAGE_CODE), timezone.override(zone_in_force()):
        text = minutes_text(meeting_record(meeting))
        title = series_title(meeting.series)
    written = Minutes.objects.create(
        meeting=meeting, text=text, hash=hashlib.sha256(text.encode()).hexdigest(), at=now
    )
    day = meeting.begins_at.astimezone(zone_in_force()).date()
    notifications_create(
        users=invited_people(meeting, day),
        kind=SENT,
        actor=Actor(kind="automation", name="meetings"),  # so that the chair gets them too
        params={"title": title, "day": f"{day:%Y/%m/%d}"},
        address=reverse("meetings:minutes", args=[meeting.uid]),
        key=f"{SENT}:{meeting.uid}",
        body=text,
    )
    return written


def minutes_text(record: MeetingRecord) -> str:
    """The record as plain text."""
    meeting = record.meeting
    lines = [
        f"{record.title} {timezone.localtime(meeting.begins_at):%Y/%m/%d %H:%M}",
        state_text(meeting),
        _("There were: %(names)s") % {"names": ", ".join(record.present) or _("nobody")},
        "",
        *_figures(record),
    ]
    # What was decided is what most people look for.
    for point in sorted(record.points, key=lambda point: point.kind != DECISIONS):
        lines += _point(point, record)
    if meeting.snapshot_hash:
        lines += ["", _("Figures known by %(hash)s") % {"hash": meeting.snapshot_hash[:12]}]
    return "\n".join(lines) + "\n"


def _figures(record: MeetingRecord) -> list[str]:
    if record.frozen_at is None:
        return []
    at = f"{timezone.localtime(record.frozen_at):%Y/%m/%d %H:%M}"
    fixed = _("Figures fixed at %(at)s") % {"at": at}
    return [fixed, *(INDENT + figure_text(kpi) for kpi in record.kpis), ""]


def _point(point: Point, record: MeetingRecord) -> list[str]:
    if point.kind == KPIS:
        lines = [INDENT + f"{item.label}: {item.outcome_text}" for item in point.items]
    elif point.kind == LAST_DECISIONS:
        lines = [_decision(decision) for decision in record.decisions_before]
    elif point.kind == DECISIONS:
        lines = [_decision(decision) for decision in record.decisions]
    elif point.kind == UNENTERED:
        lines = [INDENT + entry for entry in record.entry_texts]
    else:
        lines = [INDENT + row_text(row) for row in point.rows]
        if point.more:
            lines.append(INDENT + _("and %(count)s more") % {"count": point.more})
    if point.outcome_text and point.kind != KPIS:
        lines.append(INDENT + _("Outcome: %(outcome)s") % {"outcome": point.outcome_text})
    return [f"■ {point.label}", *(lines or [INDENT + _("Nothing to report")])]


def _decision(decision: Decision) -> str:
    words = {
        "what": decision.text,
        "who": decision.owner.name,
        "day": f"{decision.due_on:%Y/%m/%d}",
        "state": decision_state(decision),
    }
    said = _("%(what)s (%(who)s, by %(day)s): %(state)s") % words
    if decision.effect:
        said += " " + _("Expected effect: %(effect)s") % {"effect": decision.effect}
    return INDENT + said


def decision_state(decision: Decision) -> str:
    """How the decision stands, in words."""
    if decision.state == Decision.State.DROPPED:
        return _("not done: %(why)s") % {"why": decision.result}
    return _("done") if decision.state == Decision.State.DONE else _("open")
