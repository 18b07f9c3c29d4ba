"""What people do with a handover, and what the lead's history tells of it."""

from __future__ import annotations

import pytest
from tests.handover.handing import (
    ACTOR,
    USUAL,
    Role,
    activate,
    day,
    handed,
    local,
    mql,
    on,
    person,
    rep,
    user_of,
    work,
)

from teichaku.accounts.departures import departure_execute
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import Change
from teichaku.deals.activities import Entry, activity_record
from teichaku.handover.breaches import breaches_handle
from teichaku.handover.contact import contact_record
from teichaku.handover.models import Assignment, Breach, Offer, Reply, Return
from teichaku.handover.replies import reply_add, verdict_set
from teichaku.handover.services import (
    handover_accept,
    handover_assign,
    handover_disqualify,
    handover_later,
    handover_offer,
    handover_return,
    handover_undo,
    offer_answer,
)
from teichaku.leads.models import StageEntry
from teichaku.notify.models import Notification, Task
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def suzuki():
    return rep("鈴木 一郎")


@pytest.fixture
def row(suzuki):
    activate("2026-11-02 09:00")
    return handed(mql("2026-11-18 10:00"))


def events() -> list[str]:
    rows = Event.objects.filter(source="handover", retracted_at=None)
    return list(rows.values_list("signature__type", flat=True))


def test_accepting_makes_the_lead_ones_own_and_its_history_tells(row, suzuki):
    with on("2026-11-18 11:00"):
        handover_accept(handover=row, actor=suzuki)
    row.refresh_from_db()
    assert (row.state, row.decided_at, row.decided_by_id) == (
        "accepted", local("2026-11-18 11:00"), suzuki.user_id,
    )  # fmt: skip
    assert (row.lead.owner_id, row.lead.stage) == (suzuki.user_id, "accepted")
    assert events() == ["handover_accepted"]
    assert StageEntry.objects.get(lead=row.lead).stage == "accepted"
    with pytest.raises(Conflict):
        handover_accept(handover=row, actor=suzuki)


def test_a_return_needs_a_reason_and_tells_marketing_after_a_moment(row, suzuki):
    manager = person("仮山 三奈", Role.MARKETING_MANAGER)
    with pytest.raises(InvalidInput):
        handover_return(handover=row, reason="", actor=suzuki)
    with on("2026-11-18 11:00"):
        returned = handover_return(handover=row, reason="not_target", note=" 個人 ", actor=suzuki)
    assert (returned.category, returned.note) == ("definitional", "個人")
    assert returned.reply_due == local("2026-11-26 11:00")  # five business days, a holiday between
    assert events() == ["handover_returned"]
    work("2026-11-18 11:00")
    assert not Notification.objects.filter(user=manager.user_id).exists()
    work("2026-11-18 11:01")
    assert Notification.objects.get(user=manager.user_id).kind == "handover.returned"


@pytest.mark.parametrize("decide", [
    lambda row, actor: handover_accept(handover=row, actor=actor),
    lambda row, actor: handover_return(handover=row, reason="no_behaviour", actor=actor),
])  # fmt: skip
def test_a_decision_is_taken_back_whole(row, suzuki, decide):
    with on("2026-11-18 11:00"):
        decide(row, suzuki)
    with on("2026-11-18 11:00:10"):
        handover_undo(handover=row, actor=suzuki)
    row.refresh_from_db()
    row.lead.refresh_from_db()
    assert (row.state, row.decided_at) == ("waiting", None)
    assert (row.lead.owner_id, row.lead.stage) == (None, "")
    assert events() == []
    assert not StageEntry.objects.filter(lead=row.lead).exists()
    assert not Return.objects.filter(undone_at=None).exists()
    with on("2026-11-18 11:05"):
        handover_return(handover=row, reason="not_target", actor=suzuki)
    assert events() == ["handover_returned"]


def test_after_half_a_minute_or_by_others_nothing_is_taken_back(row, suzuki):
    with on("2026-11-18 11:00"):
        handover_accept(handover=row, actor=suzuki)
        with pytest.raises(Conflict):
            handover_undo(handover=row, actor=person("佐藤 花子", Role.SALES_REP))
    with on("2026-11-18 11:00:31"), pytest.raises(Conflict):
        handover_undo(handover=row, actor=suzuki)


def test_later_hides_it_for_two_business_hours_but_not_past_the_deadline(row, suzuki):
    with on("2026-11-18 11:30"):
        assert handover_later(handover=row, actor=suzuki).later_until == local("2026-11-18 14:30")
        assert handover_undo(handover=row, actor=suzuki).later_until is None
    with on("2026-11-19 09:30"):
        assert handover_later(handover=row, actor=suzuki).later_until == local("2026-11-19 10:00")


def test_a_colleague_takes_over_with_a_yes_and_has_the_full_time(row, suzuki):
    sato = rep("佐藤 花子")
    with on("2026-11-18 11:00"):
        offer = handover_offer(handover=row, colleague=user_of(sato), actor=suzuki)
    assert Notification.objects.get(user=sato.user_id).kind == "handover.offered"
    row.refresh_from_db()
    assert row.owner_id == suzuki.user_id
    with on("2026-11-18 14:00"):
        offer_answer(offer=offer, agreed=True, actor=sato)
    row.refresh_from_db()
    assert (row.owner_id, row.accept_due) == (sato.user_id, local("2026-11-19 14:00"))
    first, second = Assignment.objects.order_by("pk")
    assert (first.owner_id, second.owner_id, second.why) == (
        suzuki.user_id, sato.user_id, {"code": "colleague"},
    )  # fmt: skip
    with pytest.raises(Conflict):
        offer_answer(offer=offer, agreed=True, actor=sato)


def test_a_no_leaves_everything_and_a_question_can_be_taken_back(row, suzuki):
    sato = rep("佐藤 花子")
    with on("2026-11-18 11:00"):
        offer = handover_offer(handover=row, colleague=user_of(sato), actor=suzuki)
        offer_answer(offer=offer, agreed=False, actor=sato)
        handover_offer(handover=row, colleague=user_of(sato), actor=suzuki)
        handover_undo(handover=row, actor=suzuki)
    row.refresh_from_db()
    assert row.owner_id == suzuki.user_id
    assert not Offer.objects.filter(closed_at=None).exists()


def test_a_manager_gives_it_to_somebody_and_takes_that_back(row, suzuki):
    sato, boss = rep("佐藤 花子"), person("高橋 誠", Role.SALES_MANAGER)
    with on("2026-11-18 11:00"):
        handover_assign(handover=row, owner=user_of(sato), actor=boss)
        row.refresh_from_db()
        assert row.owner_id == sato.user_id
        handover_undo(handover=row, actor=boss)
    row.refresh_from_db()
    assert (row.owner_id, row.accept_due) == (suzuki.user_id, local("2026-11-19 10:00"))


def test_the_first_contact_is_recognised_from_what_is_entered(row, suzuki):
    with on("2026-11-18 11:00"):
        handover_accept(handover=row, actor=suzuki)
    with on("2026-11-18 15:00"):
        entry = Entry(kind="call", at=local("2026-11-18 14:40"))
        activity_record(entry=entry, actor=suzuki, lead=row.lead)
    work("2026-11-18 15:00")
    row.refresh_from_db()
    assert row.touched_at == local("2026-11-18 14:40")
    with on("2026-11-18 16:00"):
        contact_record(handover=row, how="mailed", actor=suzuki)
    row.refresh_from_db()
    assert row.touched_at == local("2026-11-18 14:40")


def test_one_tap_records_the_contact(row, suzuki):
    with on("2026-11-18 11:00"):
        accepted = handover_accept(handover=row, actor=suzuki)
        done = contact_record(handover=accepted, how="no_answer", note="折り返し", actor=suzuki)
    assert (done.kind, done.outcome, done.note, done.lead_id) == (
        "call", "つながらなかった", "折り返し", row.lead_id,
    )  # fmt: skip
    row.refresh_from_db()
    assert row.touched_at == local("2026-11-18 11:00")


def test_too_early_needs_a_day_and_brings_the_lead_up_again(row, suzuki):
    with on("2026-11-18 11:00"):
        accepted = handover_accept(handover=row, actor=suzuki)
        with pytest.raises(InvalidInput):
            handover_disqualify(handover=accepted, reason="too_early", actor=suzuki)
        with pytest.raises(InvalidInput):
            handover_disqualify(
                handover=accepted, reason="too_early", approach_again_on=day("11-18"), actor=suzuki
            )
        handover_disqualify(
            handover=accepted, reason="too_early", approach_again_on=day("12-18"), actor=suzuki
        )
    row.refresh_from_db()
    assert row.state == "recycled"
    assert row.lead.stage == "recycled"
    work("2026-11-18 11:01")
    task = Task.objects.get(kind="handover.approach_again")
    assert (task.role, task.due_at) == ("marketer", local("2026-12-18 23:59:59.999999"))


def test_an_mql_is_judged_in_two_taps_and_the_last_word_counts(row, suzuki):
    with on("2026-11-18 11:00"):
        with pytest.raises(Conflict):
            verdict_set(handover=row, good=True, actor=suzuki)
        accepted = handover_accept(handover=row, actor=suzuki)
        verdict_set(handover=accepted, good=True, actor=suzuki)
        with pytest.raises(InvalidInput):
            verdict_set(handover=accepted, good=False, actor=suzuki)
        found = verdict_set(handover=accepted, good=False, reason="interest", actor=suzuki)
    assert (found.good, found.reason) == (False, "interest")
    kept = Change.objects.filter(object_type="handover.handover", field="verdict").order_by("pk")
    assert [(change.old, change.new) for change in kept] == [(None, True), (True, False)]


def test_marketing_answers_once_and_the_rep_reads_it(row, suzuki):
    marketer = person("試木 四季", Role.MARKETER)
    with on("2026-11-18 11:00"):
        returned = handover_return(handover=row, reason="no_behaviour", actor=suzuki)
    with on("2026-11-19 11:00"):
        with pytest.raises(InvalidInput):
            reply_add(returned=returned, adopted=True, text=" ", actor=marketer)
        reply_add(returned=returned, adopted=True, text="配点を見直す", actor=marketer)
        with pytest.raises(Conflict):
            reply_add(returned=returned, adopted=False, text="二度目", actor=marketer)
    assert Reply.objects.get().adopted
    assert Notification.objects.get(kind="handover.replied").user_id == suzuki.user_id
    told = Change.objects.filter(object_type="handover.handover", object_id=row.pk)
    assert {"reply": "配点を見直す", "adopted": True}.items() <= dict(
        told.values_list("field", "new")
    ).items()


def test_a_missed_deadline_is_told_to_the_owner_and_then_to_the_manager(row, suzuki):
    boss = person("高橋 誠", Role.SALES_MANAGER)
    owner = user_of(suzuki)
    owner.manager = user_of(boss)
    owner.save()
    done = []
    for at in ("2026-11-19 10:00", "2026-11-19 10:01", "2026-11-19 10:01", "2026-11-19 15:00"):
        with on(at):
            done.append(breaches_handle())
    assert done == [0, 2, 0, 2]  # both clocks ended at ten; four business hours later the manager
    late = Notification.objects.filter(kind="handover.overdue")
    assert [one.user_id for one in late] == [suzuki.user_id] * 2
    tasks = Task.objects.filter(kind="handover.ask_manager")
    assert {task.owner_id for task in tasks} == {boss.user_id}
    with on("2026-11-19 15:10"):
        handover_accept(handover=row, actor=suzuki)
    work("2026-11-19 15:10")
    assert not tasks.filter(dismissed_at=None).exists()


def test_a_missed_lead_goes_to_somebody_else_where_that_is_agreed(suzuki):
    rules = USUAL.replace("{after: 4bh, do: ask_manager}", "{after: 4bh, do: reassign}")
    activate("2026-11-02 09:00", rules)
    row = handed(mql("2026-11-18 10:00"))
    sato = rep("佐藤 花子")
    with on("2026-11-19 15:00"):
        breaches_handle()
        breaches_handle()
    row.refresh_from_db()
    assert (row.owner_id, row.why) == (sato.user_id, {"code": "reassigned"})
    assert row.accept_due == local("2026-11-20 15:00")
    assert Breach.objects.filter(did="reassign").count() == 1


def test_whoever_leaves_hands_running_handovers_over(row, suzuki):
    sato = rep("佐藤 花子")
    with on("2026-11-18 12:00"):
        departure_execute(
            user=user_of(suzuki), successors={"handover.running": user_of(sato)}, closes=False,
            actor=ACTOR,
        )  # fmt: skip
    row.refresh_from_db()
    assert (row.owner_id, row.why, row.accept_due) == (
        sato.user_id, {"code": "departure"}, local("2026-11-19 10:00"),
    )  # fmt: skip
    assert Assignment.objects.count() == 2
