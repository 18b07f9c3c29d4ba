"""Series follow the rulebook in force, and their meetings are made some weeks ahead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from teichaku.accounts.calendars import work_calendar
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.meeting_dates import PlannedMeeting, figures_due, meeting_dates
from teichaku.engine.rulebook.hashes import rule_hashes
from teichaku.engine.rulebook.model import MeetingSeries, Rulebook
from teichaku.meetings.models import Meeting, Series
from teichaku.meetings.people import chair_of
from teichaku.rulebook.selectors import rulebook_in_force

WEEKS_AHEAD = timedelta(weeks=8)
ENDED = gettext_noop("The rulebook in force has this meeting no more.")
OBJECT, SERIES = "meetings.meeting", "meetings.series"
State = Meeting.State


def meetings_plan(*, actor: Actor = SYSTEM) -> list[Meeting]:
    """The meetings that were made, moved or taken off so that the next eight weeks are as the
    rulebook in force says. What a person moved or cancelled stays so, and so does the past.
    """
    rulebook, calendar, now = rulebook_in_force(), work_calendar(), clock.now()
    with transaction.atomic():
        running = _series_sync(rulebook, now, actor)
        changed = []
        for series in running:
            changed += _plan(series, calendar, now, actor)
        ended = Meeting.objects.filter(series__ended_at__isnull=False, state=State.PLANNED)
        for meeting in ended.filter(begins_at__gt=now).select_related("series"):
            changed.append(_taken_off(meeting, now, actor))
    return changed


def _series_sync(rulebook: Rulebook | None, now: datetime, actor: Actor) -> list[Series]:
    """The series of the rulebook, as it describes them; others have ended."""
    # Whoever holds these rows plans alone; a second worker waits and then finds all done.
    known = {row.key: row for row in Series.objects.select_for_update().order_by("pk")}
    terms = {series.id: series for series in rulebook.meetings} if rulebook else {}
    hashes = rule_hashes(rulebook) if rulebook else {}
    running = []
    for key, described in terms.items():
        row = known.get(key) or Series(key=key)
        values = {
            "terms": described.model_dump(mode="json"),
            "rule_hash": hashes[key][1],
            "ended_at": None,
        }
        if any(getattr(row, name) != value for name, value in values.items()):
            _series_write(row, values, actor)
        running.append(row)
    for key, row in known.items():
        if key not in terms and row.ended_at is None:
            _series_write(row, {"ended_at": now}, actor)
    return running


def _series_write(row: Series, values: Mapping[str, object], actor: Actor) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    audit_record(actor=actor, action="meetings.series_sync", object_type=SERIES, object_id=row.pk)
    outbox_emit(topic="meetings.series_changed", payload={"series": row.pk})


def series_terms(series: Series) -> MeetingSeries:
    """The rulebook's part about the series."""
    return MeetingSeries.model_validate(series.terms)


def _plan(series: Series, calendar: BusinessCalendar, now: datetime, actor: Actor) -> list[Meeting]:
    """The future meetings of one series that were made, moved or taken off."""
    terms = series_terms(series)
    today = now.astimezone(calendar.zone).date()
    dated = meeting_dates(terms, calendar, today, today + WEEKS_AHEAD)
    wanted = {each.turn: each for each in dated if each.begins_at > now}
    known = {m.turn: m for m in series.meetings.filter(turn__in=list(wanted))}
    chair = chair_of(terms.chair, today)
    changed = [
        _made(series, each, terms.minutes, chair.pk if chair else None, actor)
        for turn, each in wanted.items()
        if turn not in known
    ]
    for meeting in series.meetings.filter(state=State.PLANNED, begins_at__gt=now):
        meeting.series = series
        if meeting.chair_id is None and chair is not None:
            Meeting.objects.filter(pk=meeting.pk).update(chair=chair)
        if meeting.is_moved or meeting.turn not in known:
            continue
        each = wanted[meeting.turn]
        if (meeting.begins_at, meeting.minutes) != (each.begins_at, terms.minutes):
            changed.append(_redated(meeting, each, terms.minutes, actor))
    changed += _unwanted(series, {m.pk for m in changed}, wanted, now, today, actor)
    return changed


def _unwanted(
    series: Series,
    just_made: set[int],
    wanted: Mapping[date, PlannedMeeting],
    now: datetime,
    today: date,
    actor: Actor,
) -> list[Meeting]:
    """Planned meetings of turns that have none any more, as the rhythm or a holiday changed."""
    planned = series.meetings.filter(state=State.PLANNED, is_moved=False, begins_at__gt=now)
    rows = planned.exclude(turn__in=list(wanted))
    latest = max(wanted, default=today)
    gone = [row for row in rows if row.pk not in just_made and row.turn <= latest]
    for row in gone:
        row.series = series
    return [_taken_off(row, now, actor) for row in gone]


def _made(
    series: Series, each: PlannedMeeting, minutes: int, chair: int | None, actor: Actor
) -> Meeting:
    meeting = Meeting.objects.create(
        series=series, turn=each.turn, begins_at=each.begins_at, minutes=minutes, chair_id=chair
    )
    _recorded(meeting, "meetings.meeting_plan", actor)
    return meeting


def _redated(meeting: Meeting, each: PlannedMeeting, minutes: int, actor: Actor) -> Meeting:
    return meeting_dated(
        meeting=meeting, begins_at=each.begins_at, minutes=minutes, actor=actor, is_moved=False
    )


def meeting_dated(
    *, meeting: Meeting, begins_at: datetime, minutes: int, actor: Actor, is_moved: bool
) -> Meeting:
    """The planned meeting at its new time, part of the transaction. Where figures are due anew for
    that time, those that were fixed already are taken off; nothing cites them yet.
    """
    before = meeting.begins_at
    values: dict[str, Json] = {"snapshot": meeting.snapshot_hash} if meeting.snapshot_hash else {}
    if meeting.frozen_at is not None and figures_due(work_calendar(), begins_at) > clock.now():
        meeting.items.all().delete()
        meeting.snapshot, meeting.snapshot_hash, meeting.frozen_at = None, "", None
        meeting.is_frozen_late = False
    meeting.begins_at, meeting.minutes, meeting.is_moved = begins_at, minutes, is_moved
    meeting.sequence += 1
    meeting.save(
        update_fields=[
            "begins_at", "minutes", "is_moved", "sequence", "snapshot", "snapshot_hash",
            "frozen_at", "is_frozen_late",
        ]
    )  # fmt: skip
    change = FieldChange(OBJECT, meeting.pk, "begins_at", before.isoformat(), begins_at.isoformat())
    changes_record([change], actor=actor, at=clock.now(), source="")
    _recorded(meeting, "meetings.meeting_move", actor, values)
    return meeting


def _taken_off(meeting: Meeting, now: datetime, actor: Actor) -> Meeting:
    """The meeting that the rulebook no longer has; nobody cancelled it."""
    meeting.state, meeting.reason, meeting.settled_at = State.CANCELLED, ENDED, now
    meeting.sequence += 1
    meeting.save(update_fields=["state", "reason", "settled_at", "sequence"])
    _recorded(meeting, "meetings.meeting_take_off", actor)
    return meeting


def _recorded(
    meeting: Meeting, action: str, actor: Actor, values: Mapping[str, Json] | None = None
) -> None:
    audit_record(
        actor=actor, action=action, object_type=OBJECT, object_id=meeting.pk, values=values
    )
    outbox_emit(topic="meetings.planned", payload={"meeting": meeting.pk})


def series_join(
    *, series: Series, name: str, place: str = "", link: str = "", actor: Actor
) -> Series:
    """The series as the first minutes of an existing meeting; without a name on its own again."""
    name, place, link = name.strip(), place.strip(), link.strip()
    if link and not link.startswith("https://"):
        raise InvalidInput(
            _("This is no address of a meeting. Enter one that begins with https://."),
            field="link",
        )
    if not name and (place or link):
        raise InvalidInput(
            _("Enter the name of the existing meeting, or leave all three blank."), field="name"
        )
    with transaction.atomic():
        series.joins_name, series.joins_place, series.joins_link = name, place, link
        series.save(update_fields=["joins_name", "joins_place", "joins_link"])
        audit_record(
            actor=actor, action="meetings.series_join", object_type=SERIES, object_id=series.pk
        )
        rows = series.meetings.filter(state=State.PLANNED, begins_at__gt=clock.now())
        for meeting in rows:
            meeting.sequence += 1
            meeting.save(update_fields=["sequence"])
        outbox_emit(topic="meetings.series_changed", payload={"series": series.pk})
    return series


def series_title(series: Series) -> str:
    """The name of the meeting, with the one that it is a part of."""
    label = str(series.terms.get("label") or series.key)
    if not series.joins_name:
        return label
    words = {"label": label, "host": series.joins_name, "minutes": series.terms["minutes"]}
    return _("%(label)s (the first %(minutes)d minutes of %(host)s)") % words
