"""Meetings follow the rulebook: planned ahead, moved with it, kept as they were once over."""

from __future__ import annotations

import pytest
from tests.meetings.company import (
    ACTOR,
    MONTHLY,
    WEEKLY,
    Role,
    activate,
    ahead,
    meeting,
    on,
    person,
    user_of,
)

from teichaku.accounts.departures import holdings_of
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.meetings.departures import chaired_hand_over
from teichaku.meetings.models import Meeting, Series
from teichaku.meetings.series import meetings_plan, series_join, series_title
from teichaku.meetings.services import meeting_cancel, meeting_move

pytestmark = pytest.mark.django_db


def test_eight_weeks_are_planned_with_the_chair(staff):
    activate("2026-11-09T08:00", WEEKLY + MONTHLY)
    # Monday the 23rd is a holiday, so that week meets on Tuesday.
    assert ahead()[:3] == ["2026-11-09 10:00", "2026-11-16 10:00", "2026-11-24 10:00"]
    assert ahead()[-1] == "2027-01-04 10:00"
    assert ahead("monthly") == ["2026-12-03 16:00"]  # January's third business day lies beyond
    assert {m.chair_id for m in Meeting.objects.all()} == {staff.chair.user_id}


def test_planning_again_changes_nothing_and_looks_on(staff):
    activate("2026-11-09T08:00")
    before = list(Meeting.objects.order_by("pk").values())
    with on("2026-11-09T09:00"):
        assert meetings_plan() == []
    assert list(Meeting.objects.order_by("pk").values()) == before
    with on("2026-11-17T09:00"):
        [new] = meetings_plan()
    # 11 January 2027 is Coming of Age Day
    assert (ahead()[-1], new.turn.isoformat()) == ("2027-01-12 10:00", "2027-01-11")


def test_another_rhythm_moves_what_is_to_come_and_leaves_what_is_over(staff):
    activate("2026-11-09T08:00")
    activate("2026-11-11T08:00", WEEKLY.replace("day: mon", "day: thu"))
    assert ahead()[:4] == [
        "2026-11-09 10:00", "2026-11-19 10:00", "2026-11-26 10:00", "2026-12-03 10:00",
    ]  # fmt: skip
    assert Meeting.objects.values("series", "turn").distinct().count() == Meeting.objects.count()


def test_a_series_that_the_rulebook_drops_ends_and_comes_back(staff):
    activate("2026-11-09T08:00")
    activate("2026-11-11T08:00", "")
    assert Series.objects.get().ended_at is not None
    assert ahead() == ["2026-11-09 10:00"]
    dropped = Meeting.objects.filter(state="cancelled")
    assert {m.settled_by_id for m in dropped} == {None}
    activate("2026-11-12T08:00")
    assert Series.objects.get().ended_at is None


def test_a_person_moves_a_meeting_and_the_rulebook_leaves_it_there(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-10T09:00"):
        moved = meeting("2026-11-16")
        at = moved.begins_at.replace(day=18)
        meeting_move(meeting=moved, begins_at=at, reason="出張", actor=staff.chair)
        assert meetings_plan() == []
        assert meeting("2026-11-18").sequence == 1
        with pytest.raises(InvalidInput):
            meeting_move(meeting=moved, begins_at=at, reason=" ", actor=staff.chair)
        gone = at.replace(day=9)
        with pytest.raises(InvalidInput):
            meeting_move(meeting=moved, begins_at=gone, reason="出張", actor=staff.chair)
        meeting_cancel(meeting=moved, reason="全社行事", actor=staff.chair)
        with pytest.raises(Conflict):
            meeting_cancel(meeting=moved, reason="全社行事", actor=staff.chair)
        assert meetings_plan() == []


def test_a_meeting_can_be_the_beginning_of_another_one(staff):
    activate("2026-11-09T08:00")
    series = Series.objects.get()
    with pytest.raises(InvalidInput):
        series_join(series=series, name="", place="第2会議室", actor=ACTOR)
    with pytest.raises(InvalidInput):
        series_join(series=series, name="営業会議", link="javascript:alert(1)", actor=ACTOR)
    with on("2026-11-09T08:30"):
        series_join(series=series, name="営業会議", place="第2会議室", actor=ACTOR)
    assert "15" in series_title(series)
    assert "営業会議" in series_title(series)
    assert meeting("2026-11-16").sequence == 1


def test_whoever_leaves_hands_the_chair_over(staff):
    activate("2026-11-09T08:00")
    other = person("高橋 誠", "takahashi", Role.SALES_MANAGER)
    assert "meetings.chaired" in {held.name for held in holdings_of(user_of(staff.chair))}
    count = Meeting.objects.count()
    moved = chaired_hand_over(
        holder_id=staff.chair.user_id, successor_id=other.user_id, actor=ACTOR
    )
    assert moved == count
    assert {m.chair_id for m in Meeting.objects.all()} == {other.user_id}
