"""A meeting from its opening to its minutes: who may do what, and when it counts as held."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from tests.deals.pipeline import create
from tests.meetings.company import (
    ACTOR,
    Role,
    Staff,
    activate,
    jobs,
    local,
    meeting,
    on,
    person,
    user_of,
)

from teichaku.accounts.person_writes import deputy_set
from teichaku.core import clock
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry
from teichaku.deals.deal_writes import deal_update
from teichaku.deals.models import Deal
from teichaku.inputs.missing import missing_inputs
from teichaku.inputs.models import Obligation
from teichaku.inputs.passes import obligations_pass
from teichaku.meetings.models import AgendaItem, Meeting
from teichaku.meetings.services import (
    LEFT_OPEN,
    MeetingUnfinished,
    inputs_except,
    item_outcome_set,
    meeting_check_in,
    meeting_check_out,
    meeting_close,
    meeting_open,
)
from teichaku.meetings.settling import meetings_settle
from teichaku.notify.models import Notification, Task

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-16"


@pytest.fixture
def two_missing(staff: Staff) -> Staff:
    """Two deals whose next action was due on Friday."""
    activate("2026-11-02T08:00")
    create(staff.rep, "2026-11-04T10:00", "青葉の商談")
    create(staff.rep, "2026-11-04T11:00", "ミナトの商談")
    jobs("2026-11-13T18:00")
    return staff


def opened(staff: Staff, at: str = f"{MONDAY}T10:00") -> Meeting:
    with on(at):
        return meeting_open(meeting=meeting(MONDAY), actor=staff.chair)


def item(found: Meeting, kind: str) -> AgendaItem:
    return found.items.select_related("meeting").get(kind=kind)


def test_the_missing_entries_stand_by_deal_with_what_they_lack(two_missing):
    with on(f"{MONDAY}T09:00"):
        rows = missing_inputs(clock.now())
    assert [(row.deal_name, row.fields, row.owner_name) for row in rows] == [
        ("青葉の商談", ("next_action", "next_action_on"), "鈴木 一郎"),
        ("ミナトの商談", ("next_action", "next_action_on"), "鈴木 一郎"),
    ]
    with on("2026-11-06T16:59"):
        assert missing_inputs(clock.now()) == []


def test_missing_entries_take_as_many_queries_for_many_deals(
    two_missing, django_assert_max_num_queries
):
    for n in range(12):
        create(two_missing.rep, "2026-11-04T12:00", f"商談{n}")
    with on(f"{MONDAY}T09:00"):
        obligations_pass()
        with django_assert_max_num_queries(24):
            assert len(missing_inputs(clock.now())) == 14


@pytest.mark.parametrize(
    ("who", "at", "opens"),
    [
        ("chair", f"{MONDAY}T09:29", False),
        ("chair", f"{MONDAY}T09:30", True),
        ("chair", f"{MONDAY}T23:30", True),
        ("chair", "2026-11-17T00:30", False),
        ("executive", f"{MONDAY}T10:00", True),  # the deputy by the rulebook
        ("rep", f"{MONDAY}T10:00", False),
        ("marketer", f"{MONDAY}T10:00", False),
    ],
)
def test_the_chair_or_the_deputy_opens_it_on_its_day(two_missing, who, at, opens):
    actor = getattr(two_missing, who)
    with on(at):
        if not opens:
            with pytest.raises(Conflict):
                meeting_open(meeting=meeting(MONDAY), actor=actor)
            return
        assert meeting_open(meeting=meeting(MONDAY), actor=actor).state == "open"


def test_a_dated_deputy_opens_it(two_missing):
    other = person("高橋 誠", "takahashi", Role.SALES_REP)
    deputy_set(
        user=user_of(two_missing.chair), deputy=user_of(other),
        starts_on=local(MONDAY).date(), ends_before=None, actor=ACTOR,
    )  # fmt: skip
    with on(f"{MONDAY}T10:00"):
        assert meeting_open(meeting=meeting(MONDAY), actor=other).opened_by_id == other.user_id


def test_what_is_missing_is_fixed_when_it_opens(two_missing):
    found = opened(two_missing)
    assert item(found, "unentered").count == 2
    create(two_missing.rep, "2026-11-04T13:00", "後から")
    with on(f"{MONDAY}T10:05"):
        obligations_pass()
        assert len(missing_inputs(clock.now())) == 3
        assert len(item(found, "unentered").rows) == 2


def test_one_that_nobody_fixed_is_fixed_at_the_opening_and_marked(staff):
    activate("2026-11-02T08:00")
    found = opened(staff)
    assert found.is_frozen_late
    assert found.snapshot_hash


def test_it_closes_when_all_is_entered_or_excepted_and_both_departments_were_there(two_missing):
    staff, found = two_missing, opened(two_missing)
    weeks = Obligation.objects.order_by("subject_id", "due_at")
    first, _later, second, _later = weeks  # of the two weeks since
    with on(f"{MONDAY}T10:05"):
        meeting_check_in(meeting=found, person=user_of(staff.marketer), actor=staff.marketer)
        item_outcome_set(item=item(found, "stale_deals"), outcome="ok", actor=staff.chair)
        with pytest.raises(MeetingUnfinished) as refused:
            meeting_close(meeting=found, actor=staff.chair)
        assert refused.value.data["inputs"] == 2
        with pytest.raises(InvalidInput):
            inputs_except(meeting=found, entries=[first.pk], reason=" ", actor=staff.chair)
        inputs_except(meeting=found, entries=[first.pk], reason="休職中", actor=staff.chair)
        with pytest.raises(MeetingUnfinished):
            meeting_close(meeting=found, actor=staff.chair, unfinished=True)
        deal_update(
            deal=_deal(second.subject_id),
            values={"next_action": "見積を送る", "next_action_on": local("2026-11-20").date()},
            actor=staff.rep,
        )
        closed = meeting_close(meeting=found, actor=staff.chair)
    assert (closed.state, closed.reason) == ("held", "")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("waived", "met_late")
    text = closed.written.text
    for part in ("青葉の商談", "休職中", "佐藤 美咲", "ミナトの商談"):
        assert part in text
    told = Notification.objects.filter(kind="meetings.minutes")
    assert {n.user_id for n in told} == {
        staff.chair.user_id, staff.rep.user_id, staff.marketer.user_id,
    }  # fmt: skip
    assert told[0].body == text
    actions = AuditEntry.objects.filter(action__startswith="meetings.").values_list("action")
    assert ("meetings.meeting_close",) in actions


def _deal(pk: int) -> Deal:
    return Deal.objects.get(pk=pk)


def test_without_a_department_or_a_record_it_is_unfinished(staff):
    activate("2026-11-02T08:00")
    jobs("2026-11-13T18:00")
    found = opened(staff)
    with on(f"{MONDAY}T10:20"):
        with pytest.raises(MeetingUnfinished) as refused:
            meeting_close(meeting=found, actor=staff.chair)
        assert len(refused.value.data["lacks"]) == 2
        closed = meeting_close(meeting=found, actor=staff.chair, unfinished=True)
    assert closed.state == "unfinished"
    assert closed.reason
    assert closed.written.text


def test_nobody_excepts_what_they_owe_themselves_and_then_nothing_is(two_missing):
    found = opened(two_missing)
    owed = list(Obligation.objects.order_by("pk").values_list("pk", flat=True))
    Obligation.objects.filter(pk=owed[2]).update(owner=two_missing.chair.user_id)
    with on(f"{MONDAY}T10:05"), pytest.raises(Conflict):
        inputs_except(meeting=found, entries=owed, reason="休職中", actor=two_missing.chair)
    assert Obligation.objects.filter(state="waived").count() == 0


def test_people_check_themselves_in_and_the_chair_checks_others_in(two_missing):
    staff, found = two_missing, opened(two_missing)
    with on(f"{MONDAY}T10:01"):
        meeting_check_in(meeting=found, person=user_of(staff.marketer), actor=staff.marketer)
        meeting_check_in(meeting=found, person=user_of(staff.rep), actor=staff.chair)
        meeting_check_in(meeting=found, person=user_of(staff.rep), actor=staff.rep)
        with pytest.raises(Conflict):
            meeting_check_in(meeting=found, person=user_of(staff.executive), actor=staff.rep)
        meeting_check_out(meeting=found, person=user_of(staff.rep), actor=staff.rep)
    there = found.check_ins.order_by("pk").values_list("person__name", "department")
    assert list(there) == [("山本 恵子", "sales"), ("佐藤 美咲", "marketing")]


def test_only_who_leads_records_outcomes(two_missing):
    found = opened(two_missing)
    point = item(found, "stale_deals")
    with on(f"{MONDAY}T10:05"):
        with pytest.raises(Conflict):
            item_outcome_set(item=point, outcome="ok", actor=two_missing.rep)
        with pytest.raises(InvalidInput):
            item_outcome_set(item=point, outcome="great", actor=two_missing.chair)
        item_outcome_set(item=point, outcome="action", note="電話する", actor=two_missing.chair)
    assert item(found, "stale_deals").note == "電話する"


def test_one_left_open_is_unfinished_after_its_day_and_one_never_opened_was_not_held(two_missing):
    opened(two_missing)
    with on(f"{MONDAY}T23:59"):
        assert meetings_settle() == 2  # those of the 2nd and the 9th, which nobody opened
    with on("2026-11-17T00:10"):
        assert meetings_settle() == 1
        assert meetings_settle() == 0
    assert (meeting(MONDAY).state, meeting(MONDAY).reason) == ("unfinished", LEFT_OPEN)
    assert meeting("2026-11-09").state == "missed"
    tasks = Task.objects.filter(kind="meetings.missed")
    assert {(task.owner_id, task.role) for task in tasks} == {
        (two_missing.chair.user_id, ""),
        (None, "executive"),
    }


@pytest.mark.django_db(transaction=True)
def test_two_who_open_it_at_once_open_it_once():
    staff = Staff()
    activate("2026-11-02T08:00")
    jobs("2026-11-13T18:00")
    found, told = meeting(MONDAY), []
    barrier = threading.Barrier(2)

    def open_it(actor) -> None:
        with on(f"{MONDAY}T10:00"):
            barrier.wait()
            try:
                told.append(meeting_open(meeting=found, actor=actor).state)
            except Conflict:
                told.append("second")
            finally:
                connection.close()

    threads = [threading.Thread(target=open_it, args=(a,)) for a in (staff.chair, staff.executive)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["open", "second"]
    assert found.check_ins.count() == 1
