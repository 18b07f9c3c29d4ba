"""The worked example of the page about meetings held is what the product says."""

from __future__ import annotations

import pytest
from tests.contracts.source import page
from tests.meetings.company import activate, jobs, meeting, on, user_of
from tests.meetings.test_decisions import hold

from teichaku.meetings.models import Series
from teichaku.meetings.selectors import held_of
from teichaku.meetings.services import (
    meeting_cancel,
    meeting_check_in,
    meeting_close,
    meeting_open,
)
from teichaku.meetings.settling import meetings_settle

pytestmark = pytest.mark.django_db


def test_the_example_of_meetings_held_holds(staff):
    activate("2026-10-27T08:00")
    hold(staff, "2026-11-02", "電話する")
    jobs("2026-11-16T09:40")
    with on("2026-11-16T10:00"):
        alone = meeting_open(meeting=meeting("2026-11-16"), actor=staff.chair)
        meeting_check_in(meeting=alone, person=user_of(staff.rep), actor=staff.rep)
        meeting_close(meeting=alone, actor=staff.chair, unfinished=True)
    with on("2026-11-20T10:00"):
        meeting_cancel(meeting=meeting("2026-11-24"), reason="全社行事", actor=staff.chair)
    hold(staff, "2026-11-30", "訪問する")
    with on("2026-12-01T10:00"):
        meetings_settle()
    activate("2026-12-02T08:00", "")
    held = held_of(Series.objects.get())
    assert f"Held {held.held} of the last {held.planned} planned." in page(
        "algorithms/meetings-held.md"
    )
    assert (held.held, held.planned) == (2, 5)
