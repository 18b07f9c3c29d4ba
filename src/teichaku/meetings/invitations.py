"""Invitations to meetings as calendar files, sent when a meeting comes near, moves or falls out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.meetings.models import Meeting
from teichaku.meetings.people import invited_people
from teichaku.meetings.series import series_title
from teichaku.notify.attachments import Attachment
from teichaku.notify.services import notifications_create
from teichaku.rulebook.selectors import zone_in_force

INVITED, CANCELLED = "meetings.invited", "meetings.cancelled"
NEAR = timedelta(days=14)
SENDER = Actor(kind="automation", name="meetings")
PRODUCT = "-//Teichaku//Meetings//EN"


def invitations_send() -> int:
    """How many meetings people were invited to, told a new time of, or told the end of.

    A message has a key, so that whoever got it is not told again, also by a second worker.
    """
    now = clock.now()
    untold = Q(invited=None) | Q(invited__lt=F("sequence"))
    near = Q(begins_at__lt=now + NEAR) | Q(invited__isnull=False)
    planned = Meeting.objects.filter(untold, near, state=Meeting.State.PLANNED, begins_at__gt=now)
    cancelled = Meeting.objects.filter(
        invited__lt=F("sequence"), state=Meeting.State.CANCELLED, begins_at__gt=now
    )
    rows = [*planned.select_related("series", "chair").order_by("begins_at", "pk"),
            *cancelled.select_related("series", "chair").order_by("begins_at", "pk")]  # fmt: skip
    for meeting in rows:
        with transaction.atomic():
            _send(meeting, now)
    return len(rows)


def _send(meeting: Meeting, now: datetime) -> None:
    off = meeting.state == Meeting.State.CANCELLED
    zone = zone_in_force()
    local = meeting.begins_at.astimezone(zone)
    people = invited_people(meeting, local.date())
    with translation.override(settings.LANGUAGE_CODE):
        title, reason = series_title(meeting.series), _(meeting.reason) if meeting.reason else ""
        file = invitation_file(meeting, people, now)
    kind = CANCELLED if off else INVITED
    notifications_create(
        users=people,
        kind=kind,
        actor=SENDER,
        params={"title": title, "at": f"{local:%Y/%m/%d %H:%M}", "reason": reason},
        address=reverse("meetings:meeting", args=[meeting.uid]),
        key=f"{kind}:{meeting.uid}:{meeting.sequence}",
        attachments=[file],
    )
    Meeting.objects.filter(pk=meeting.pk).update(invited=meeting.sequence)


def invitation_file(meeting: Meeting, people: Sequence[User], at: datetime) -> Attachment:
    """The calendar file by which calendars enter, move or take away the meeting."""
    off = meeting.state == Meeting.State.CANCELLED
    method = "CANCEL" if off else "REQUEST"
    calendar = _calendar()
    calendar.add("method", method)
    event = meeting_event(meeting, at)
    event.add("organizer", _organiser(meeting))
    for person in people:
        if person.email:
            event.add("attendee", _attendee(person), encode=False)
    calendar.add_component(event)
    content_type = f"text/calendar; method={method}; charset=UTF-8"
    return Attachment("meeting.ics", content_type, calendar.to_ical())


def meeting_event(meeting: Meeting, at: datetime) -> Event:
    """The meeting as an entry of a calendar: its title, time and place, nobody's name."""
    series = meeting.series
    event = Event()
    event.add("uid", f"{meeting.uid}@teichaku")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", meeting.begins_at)
    event.add("dtend", meeting.begins_at + timedelta(minutes=meeting.minutes))
    event.add("summary", series_title(series))
    if series.joins_place:
        event.add("location", series.joins_place)
    if series.joins_link:
        event.add("url", series.joins_link)
    off = meeting.state == Meeting.State.CANCELLED
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    return event


def feed_file(meetings: Sequence[Meeting], at: datetime) -> bytes:
    """The meetings as a calendar that others follow."""
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    for meeting in meetings:
        calendar.add_component(meeting_event(meeting, at))
    content: bytes = calendar.to_ical()
    return content


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    return calendar


def _organiser(meeting: Meeting) -> vCalAddress:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    chair = meeting.chair
    organiser = vCalAddress(f"mailto:{chair.email if chair and chair.email else sender}")
    if chair is not None:
        organiser.params["CN"] = vText(chair.name)
    return organiser


def _attendee(person: User) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params["CN"] = vText(person.name)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee
