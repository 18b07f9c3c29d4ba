"""Figures are fixed once, the business day before, whatever dies or happens afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.deals.pipeline import create
from tests.meetings.company import (
    ACTOR,
    MONTHLY,
    WEEKLY,
    activate,
    jobs,
    meeting,
    on,
)

from teichaku.core import clock
from teichaku.core.changes import FieldChange, changes_record
from teichaku.deals.models import Deal
from teichaku.meetings import freeze
from teichaku.meetings.figures import kpis_shown
from teichaku.meetings.freeze import meeting_freeze, meetings_freeze, snapshot_holds
from teichaku.meetings.meeting_record import meeting_record
from teichaku.meetings.models import AgendaItem
from teichaku.meetings.series import meetings_plan
from teichaku.meetings.services import meeting_move

pytestmark = pytest.mark.django_db


def test_they_are_fixed_at_the_close_of_the_business_day_before(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-20T17:59"):
        meetings_freeze()
        assert meeting("2026-11-24").frozen_at is None
    with on("2026-11-20T18:00"):
        [frozen] = meetings_freeze()
        assert meetings_freeze() == []
    found = meeting("2026-11-24")
    assert frozen.pk == found.pk
    assert not found.is_frozen_late
    assert found.snapshot["as_of"] == "2026-11-20"
    assert snapshot_holds(found)
    kinds = list(found.items.values_list("kind", flat=True).order_by("position"))
    assert kinds == [
        "last_decisions", "late_handovers", "gate_breaks", "pushed_deals", "stale_deals",
        "unentered", "decisions",
    ]  # fmt: skip


def test_what_changes_later_changes_nothing_that_was_fixed(staff):
    activate("2026-11-09T08:00")
    jobs("2026-11-20T18:00")
    before = meeting("2026-11-24")
    create(staff.rep, "2026-11-20T18:30")
    with on("2026-11-24T09:00"):
        assert meeting_freeze(meeting=before, actor=ACTOR) is False
    after = meeting("2026-11-24")
    assert (after.snapshot, after.snapshot_hash) == (before.snapshot, before.snapshot_hash)
    AgendaItem.objects.filter(meeting=after, kind="stale_deals").update(rows=[{"subject": "x"}])
    assert not snapshot_holds(after)


def test_figures_that_come_less_than_twelve_hours_before_are_marked(staff):
    activate("2026-11-09T08:00")
    with on("2026-11-23T23:00"):
        meetings_freeze()
    assert meeting("2026-11-24").is_frozen_late


def test_a_kill_between_counting_and_writing_leaves_nothing_and_is_made_up_for(staff, monkeypatch):
    activate("2026-11-09T08:00")

    def killed(**what):
        raise KeyboardInterrupt

    with on("2026-11-20T18:00"):
        with monkeypatch.context() as patched:
            patched.setattr(freeze, "audit_record", killed)
            with pytest.raises(KeyboardInterrupt):
                meetings_freeze()
        assert meeting("2026-11-24").frozen_at is None
        assert not AgendaItem.objects.exists()
        assert len(meetings_freeze()) == 1
    assert snapshot_holds(meeting("2026-11-24"))


def test_a_meeting_that_moves_far_gets_figures_of_its_new_day(staff):
    activate("2026-11-09T08:00")
    jobs("2026-11-20T18:00")
    with on("2026-11-20T19:00"):
        moved = meeting("2026-11-24")
        at = moved.begins_at + timedelta(days=2)
        meeting_move(meeting=moved, begins_at=at, reason="出張", actor=staff.chair)
    assert meeting("2026-11-26").frozen_at is None
    with on("2026-11-25T18:00"):
        assert len(meetings_freeze()) == 1
    # within the day the figures stay
    with on("2026-11-25T19:00"):
        later = at + timedelta(hours=3)
        meeting_move(meeting=meeting("2026-11-26"), begins_at=later, reason="会議室", actor=ACTOR)
    assert meeting("2026-11-26").snapshot["as_of"] == "2026-11-25"


def test_the_monthly_agenda_judges_each_shared_kpi(staff):
    activate("2026-11-09T08:00", WEEKLY + MONTHLY)
    jobs("2026-12-02T18:00")
    found = meeting("2026-12-03", "monthly")
    items = found.items.filter(kind="kpis").values_list("subject", flat=True)
    assert set(items) == {"mql_count", "opportunity_rate", "win_rate"}
    count, rate, won = kpis_shown(found.snapshot)
    assert (count.value, count.target, rate.value, won.whole) == (0, 40, None, 0)


def put_off(deal: Deal, at: str, old: str, new: str) -> None:
    with on(at):
        change = FieldChange("deals.deal", deal.pk, "close_on", old, new)
        changes_record([change], actor=ACTOR, at=clock.now(), source="web")


def test_deals_stand_on_the_agenda_for_what_is_recorded_of_them(staff):
    activate("2026-09-01T08:00")
    create(staff.rep, "2026-09-02T10:00", "静かな商談")
    pushed = create(staff.rep, "2026-11-02T10:00", "延びる商談")
    once = create(staff.rep, "2026-11-02T10:00", "一度だけ")
    earlier = create(staff.rep, "2026-11-02T10:00", "早まる商談")
    put_off(pushed, "2026-11-03T10:00", "2026-11-10", "2026-11-20")
    put_off(pushed, "2026-11-12T10:00", "2026-11-20", "2026-12-20")
    put_off(once, "2026-11-12T10:00", "2026-11-20", "2026-12-20")
    put_off(earlier, "2026-11-12T10:00", "2026-12-20", "2026-11-20")
    put_off(earlier, "2026-11-13T10:00", "2026-11-20", "2026-11-10")
    with on("2026-11-13T09:00"):
        meeting_freeze(meeting=_planned(), actor=ACTOR)
        points = {point.kind: point for point in meeting_record(meeting("2026-11-16")).points}
    assert [row.subject for row in points["pushed_deals"].rows] == ["延びる商談"]
    assert "2026-12-20" in points["pushed_deals"].rows[0].why[0]
    assert [row.subject for row in points["stale_deals"].rows] == ["静かな商談"]


def _planned():
    meetings_plan()
    return meeting("2026-11-16")


def test_fixing_takes_as_many_queries_for_many_deals(staff):
    activate("2026-09-01T08:00")
    counts = []
    for round_ in range(2):
        for n in range(3 if round_ == 0 else 12):
            create(staff.rep, "2026-09-02T10:00", f"{round_}-{n}")
        with (
            on("2026-11-13T09:00"),
            CaptureQueriesContext(
                connection,
            ) as queries,
        ):
            meeting_freeze(meeting=_planned(), actor=ACTOR)
        counts.append(len(queries))
        found = meeting("2026-11-16")
        found.items.all().delete()
        type(found).objects.filter(pk=found.pk).update(
            snapshot=None, snapshot_hash="", frozen_at=None
        )
    assert counts[1] <= counts[0]
