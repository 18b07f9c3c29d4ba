"""Calls after an exhibition: what came of each, who makes it, and contact made elsewhere."""

from __future__ import annotations

import pytest
from tests.exhibitions.fair import (
    ACTOR,
    fair,
    guest,
    local,
    on,
    planned,
    rep,
    sheet_of,
    user_of,
    work,
)

from teichaku.core.errors import Conflict, InvalidInput
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.models import Activity
from teichaku.exhibitions.calls import call_give, call_reopen, call_result_record
from teichaku.exhibitions.departures import calls_hand_over
from teichaku.exhibitions.figures import figures_of
from teichaku.exhibitions.follow_up import follow_ups_run
from teichaku.exhibitions.models import Call
from teichaku.notify.models import Task
from teichaku.notify.services import task_done

pytestmark = pytest.mark.django_db
MORNING = "2026-11-20 08:30"


@pytest.fixture
def suzuki():
    return rep("鈴木 一郎")


@pytest.fixture
def call(suzuki) -> Call:
    exhibition = fair()
    row = guest("山田 太郎", phone="03-1234-5678", email="t@aoba.example", rank="A")
    sheet_of(exhibition, [row], "2026-11-19 18:30")
    planned(exhibition)
    with on(MORNING):
        follow_ups_run()
    return Call.objects.get()


def record(call: Call, result: str, at: str, actor, note: str = "") -> Call:
    with on(at):
        return call_result_record(call=call, result=result, actor=actor, note=note)


def test_a_talk_is_an_activity_and_ends_call_and_task(call, suzuki):
    done = record(call, "talked", "2026-11-20 10:00", suzuki, "来週訪問")
    assert (done.result, done.settled_at) == ("talked", local("2026-11-20 10:00"))
    activity = Activity.objects.get()
    assert (activity.kind, activity.lead, activity.note) == ("call", call.visitor.lead, "来週訪問")
    assert activity.owner_id == suzuki.user_id
    assert Task.objects.get().done_at == local("2026-11-20 10:00")
    with pytest.raises(Conflict, match="settled meanwhile"):
        record(call, "talked", "2026-11-20 10:01", suzuki)


def test_nobody_there_leaves_the_call_open_and_was_tried_in_time(call, suzuki):
    tried = record(call, "no_answer", "2026-11-20 16:59", suzuki)
    assert (tried.settled_at, tried.attempts) == (None, 1)
    assert Activity.objects.get().outcome == "つながらなかった"
    again = record(call, "document", "2026-11-20 18:00", suzuki)
    assert (again.attempts, again.result, again.tried_at) == (
        2, "document", local("2026-11-20 16:59"),
    )  # fmt: skip
    assert Activity.objects.filter(note="資料希望").count() == 1
    [figures] = figures_of([call.visitor.exhibition])
    assert (figures.calls_in_time, figures.calls_judged) == (1, 1)


def test_not_mine_goes_to_whoever_manages_sales_and_from_there_to_somebody_else(call, suzuki):
    given_up = record(call, "wrong", "2026-11-20 10:00", suzuki)
    assert (given_up.owner, given_up.settled_at) == (None, None)
    assert not Activity.objects.exists()
    [open_task] = Task.objects.filter(done_at=None, dismissed_at=None)
    assert (open_task.role, open_task.kind) == ("sales_manager", "exhibitions.give")
    sato = rep("佐藤 花子")
    with on("2026-11-20 10:05"):
        call_give(call=call, owner=user_of(sato), actor=ACTOR)
    call.refresh_from_db()
    assert (call.owner_id, call.why) == (sato.user_id, "given")
    [open_task] = Task.objects.filter(done_at=None, dismissed_at=None)
    assert (open_task.owner_id, open_task.due_at) == (sato.user_id, local("2026-11-20 17:00"))


def test_a_mistake_is_opened_again(call, suzuki):
    record(call, "talked", "2026-11-20 10:00", suzuki)
    with on("2026-11-20 10:01"):
        call_reopen(call=call, actor=suzuki)
    call.refresh_from_db()
    assert (call.settled_at, call.result) == (None, "")
    assert Task.objects.filter(done_at=None, dismissed_at=None).count() == 1


def test_an_unknown_result_is_refused(call, suzuki):
    with pytest.raises(InvalidInput, match="what came of the call"):
        record(call, "maybe", "2026-11-20 10:00", suzuki)


def test_contact_recorded_on_another_page_settles_the_call(call, suzuki):
    with on("2026-11-20 11:00"):
        activity_record(entry=Entry(kind="visit"), actor=suzuki, lead=call.visitor.lead)
    work("2026-11-20 11:00", "exhibitions.contacts")
    call.refresh_from_db()
    assert (call.result, call.tried_at) == ("elsewhere", local("2026-11-20 11:00"))
    assert Task.objects.get().done_at is not None


def test_a_task_ticked_off_settles_the_call(call, suzuki):
    with on("2026-11-20 11:00"):
        task_done(task=call.task, actor=suzuki)
    work("2026-11-20 11:00", "exhibitions.tasks")
    call.refresh_from_db()
    assert (call.result, call.settled_at) == ("elsewhere", local("2026-11-20 11:00"))


def test_calls_go_to_a_successor(call, suzuki):
    sato = rep("佐藤 花子")
    moved = calls_hand_over(holder_id=suzuki.user_id, successor_id=sato.user_id, actor=ACTOR)
    call.refresh_from_db()
    assert (moved, call.owner_id) == (1, sato.user_id)
