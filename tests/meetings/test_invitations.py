"""Calendar files: sent once, moved with the meeting, taken away with it; and the feed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from icalendar import Calendar
from tests.meetings.company import ACTOR, activate, meeting, on, user_of

from teichaku.meetings.calendar_feeds import (
    calendar_feed_make,
    calendar_feed_revoke,
    feed_token,
)
from teichaku.meetings.invitations import invitations_send
from teichaku.meetings.models import CalendarFeed, Meeting, Series
from teichaku.meetings.series import series_join
from teichaku.meetings.services import meeting_cancel, meeting_move
from teichaku.notify.models import Notification

pytestmark = pytest.mark.django_db


def sent(found: Meeting, kind: str = "meetings.invited") -> list[Calendar]:
    """The calendar files about the meeting that the rep got, oldest first."""
    rows = Notification.objects.filter(user__name="鈴木 一郎", kind=kind).order_by("pk")
    return [
        Calendar.from_ical(bytes(file.content))
        for row in rows.filter(key__contains=str(found.uid))
        for file in row.files.all()
    ]


def event(calendar: Calendar):
    [only] = calendar.walk("VEVENT")
    return only


def test_people_are_invited_when_a_meeting_comes_near_and_once(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-09T08:30"):
        assert invitations_send() == 2  # the 9th and the 16th lie within two weeks
        assert invitations_send() == 0
    [calendar] = sent(meeting("2026-11-16"))
    found = event(calendar)
    assert calendar["METHOD"] == "REQUEST"
    assert str(found["UID"]) == f"{meeting('2026-11-16').uid}@teichaku"
    assert found["SEQUENCE"] == 0
    assert found.decoded("DTEND") - found.decoded("DTSTART") == timedelta(minutes=15)
    people = {str(address) for address in found["ATTENDEE"]}
    assert "mailto:sato@example.co.jp" in people
    assert "mailto:shacho@example.co.jp" not in people  # of neither department
    assert str(found["ORGANIZER"]) == "mailto:yamamoto@example.co.jp"


def test_a_move_and_a_cancellation_follow_with_the_same_uid(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-09T08:30"):
        invitations_send()
        found = meeting("2026-11-16")
        at = found.begins_at + timedelta(days=1)
        meeting_move(meeting=found, begins_at=at, reason="出張", actor=staff.chair)
        assert invitations_send() == 1
        first, second = (event(calendar) for calendar in sent(found))
        assert first["UID"] == second["UID"]
        assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
        assert second.decoded("DTSTART") == at
        meeting_cancel(meeting=found, reason="全社行事", actor=staff.chair)
        assert invitations_send() == 1
        assert invitations_send() == 0
    [calendar] = sent(found, "meetings.cancelled")
    assert calendar["METHOD"] == "CANCEL"
    assert event(calendar)["STATUS"] == "CANCELLED"
    assert event(calendar)["SEQUENCE"] == 2


def test_one_that_is_far_ahead_is_cancelled_without_a_word(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-09T08:30"):
        invitations_send()
        meeting_cancel(meeting=meeting("2026-12-14"), reason="全社行事", actor=staff.chair)
        assert invitations_send() == 0


def test_the_meeting_that_it_joins_stands_in_the_invitation(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-09T08:30"):
        told = {"name": "営業会議", "place": "第2会議室", "link": "https://meet.example.jp/a"}
        series_join(series=Series.objects.get(), actor=ACTOR, **told)
        invitations_send()
    found = event(sent(meeting("2026-11-16"))[0])
    assert "営業会議" in str(found["SUMMARY"])
    assert (str(found["LOCATION"]), str(found["URL"])) == (told["place"], told["link"])


def test_the_feed_shows_titles_and_times_and_nobody(staff):
    activate("2026-11-09T08:00")
    feed = calendar_feed_make(person=user_of(staff.rep), actor=staff.rep)
    with on("2026-11-09T08:30"):
        answer = Client().get(f"/calendar/{feed_token(feed)}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    assert len(calendar.walk("VEVENT")) == 9
    assert b"@example.co.jp" not in answer.content
    assert "山本".encode() not in answer.content


def test_whoever_is_in_no_department_of_it_gets_an_empty_calendar(staff):
    activate("2026-11-09T08:00")
    feed = calendar_feed_make(person=user_of(staff.executive), actor=staff.executive)
    with on("2026-11-09T08:30"):
        answer = Client().get(f"/calendar/{feed_token(feed)}.ics")
    assert Calendar.from_ical(answer.content).walk("VEVENT") == []


def test_an_address_that_was_revoked_or_made_anew_leads_nowhere(staff):
    activate("2026-11-09T08:00")
    person = user_of(staff.rep)
    first = calendar_feed_make(person=person, actor=staff.rep)
    second = calendar_feed_make(person=person, actor=staff.rep)
    assert Client().get(f"/calendar/{feed_token(first)}.ics").status_code == 404
    assert Client().get(f"/calendar/{feed_token(second)}.ics").status_code == 200
    assert Client().get(f"/calendar/{feed_token(second)}x.ics").status_code == 404
    calendar_feed_revoke(person=person, actor=staff.rep)
    assert Client().get(f"/calendar/{feed_token(second)}.ics").status_code == 404
    assert CalendarFeed.objects.filter(revoked_at=None).count() == 0


def test_an_address_that_is_asked_for_all_the_time_is_slowed_down(staff, monkeypatch):
    activate("2026-11-09T08:00")
    monkeypatch.setattr("teichaku.meetings.calendar_feeds.READS", 3)
    feed = calendar_feed_make(person=user_of(staff.rep), actor=staff.rep)
    codes = [Client().get(f"/calendar/{feed_token(feed)}.ics").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
