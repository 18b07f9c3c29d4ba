"""Gates of the rulebook before a meeting is closed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from tests.meetings.company import WEEKLY, Staff, activate, jobs, meeting, on, user_of

from teichaku.core.models import AuditEntry
from teichaku.meetings.decisions import decision_add
from teichaku.meetings.models import Meeting
from teichaku.meetings.services import (
    MeetingUnfinished,
    item_outcome_set,
    meeting_check_in,
    meeting_close,
    meeting_open,
)

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-16"
GATE = """
gates:
  - {id: G-9, label: 決定事項, before: meeting.close, mode: %s, require: {fields: [decisions]}}
"""


def attended(staff: Staff, mode: str, since: str = "2026-11-02T08:00") -> Meeting:
    """The meeting under way with everybody there and one point talked about."""
    activate("2026-11-02T08:00")
    activate(since, WEEKLY + GATE % mode)
    jobs("2026-11-13T18:00")
    with on(f"{MONDAY}T10:00"):
        found = meeting_open(meeting=meeting(MONDAY), actor=staff.chair)
        meeting_check_in(meeting=found, person=user_of(staff.marketer), actor=staff.marketer)
        item = found.items.get(kind="stale_deals")
        item_outcome_set(item=item, outcome="ok", actor=staff.chair)
    return found


def shown(staff: Staff, found: Meeting) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_of(staff.chair))
    return client.get(reverse("meetings:mode", args=[found.uid])).content.decode()


def unmet() -> list[int]:
    rows = AuditEntry.objects.filter(action="meetings.gates_unmet")
    return list(rows.values_list("object_id", flat=True))


def test_what_a_gate_insists_on_is_there_before_the_meeting_closes(staff):
    found = attended(staff, "block")
    with on(f"{MONDAY}T10:10"):
        for unfinished in (False, True):
            with pytest.raises(MeetingUnfinished, match="決定事項") as refused:
                meeting_close(meeting=found, actor=staff.chair, unfinished=unfinished)
            assert refused.value.data == {"gates": ("G-9",)}
        assert "“決定事項” asks for at least one decision." in shown(staff, found)
        decision_add(
            meeting=found, text="展示会の後の電話を翌日までに", owner=user_of(staff.rep),
            due_on=found.begins_at.date(), actor=staff.chair,
        )  # fmt: skip
        assert meeting_close(meeting=found, actor=staff.chair).state == "held"
    assert unmet() == []


@pytest.mark.parametrize(("mode", "is_told"), [("warn", True), ("shadow", False)])
def test_a_softer_gate_is_recorded_and_holds_nobody_up(staff, mode, is_told):
    found = attended(staff, mode)
    with on(f"{MONDAY}T10:10"):
        assert ("asks for at least one decision" in shown(staff, found)) is is_told
        assert meeting_close(meeting=found, actor=staff.chair).state == "held"
    assert unmet() == [found.pk]


def test_a_meeting_from_before_the_rule_is_never_held_up(staff):
    found = attended(staff, "shadow")
    activate(f"{MONDAY}T10:05", WEEKLY + GATE % "block")
    with on(f"{MONDAY}T10:10"):
        assert meeting_close(meeting=found, actor=staff.chair).state == "held"
    assert unmet() == [found.pk]
