"""What people answer about missing entries, and what that says of the steps and the rules."""

from __future__ import annotations

from datetime import date

import pytest
from tests.inputs.ladders import climb, led_by, policy, taken, to_do, told
from tests.inputs.team import Role, activate, local, meet, on, person, user_of, work

from teichaku.accounts.monitoring import monitoring_end
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.facts import FactsContext, facts_read
from teichaku.deals.activity_updates import activity_update
from teichaku.deals.models import Activity
from teichaku.engine.checklist.facts import FollowUpFacts, Share
from teichaku.engine.ladder import Recovery
from teichaku.inputs.book import input_book
from teichaku.inputs.inquiries import (
    inquiries_for_user,
    inquiry_answer,
    inquiry_waive,
)
from teichaku.inputs.models import FollowUp, Inquiry, Obligation, RuleDefect
from teichaku.inputs.recovery import recoveries
from teichaku.inputs.rule_defects import (
    rule_defect_decide,
    rule_defect_raise,
    rule_defect_rows,
)
from teichaku.inputs.services import obligation_waive
from teichaku.inputs.snoozes import obligation_snooze
from teichaku.notify.models import Task
from teichaku.notify.services import task_done

pytestmark = pytest.mark.django_db
MISFIT, FORGOTTEN = Inquiry.Cause.RULE_MISFIT, Inquiry.Cause.FORGOTTEN


@pytest.fixture
def manager():
    return person("森", Role.SALES_MANAGER)


@pytest.fixture
def rep(manager):
    found = person("佐藤", Role.SALES_REP)
    led_by(found, manager)
    return found


@pytest.fixture(autouse=True)
def rules():
    activate("2026-11-02T09:00")
    policy()


def missed(rep, at="2026-11-16T15:00"):
    """A meeting of which the next action is not entered; due a business day later."""
    activity = meet(rep, at, outcome="前進")
    work(at)
    return activity


def asked(rep) -> Inquiry:
    """The question about the person, asked on the 20th about a task due on the 17th."""
    missed(rep)
    for day in (17, 18, 20):
        climb(f"2026-11-{day}T15:01")
    return Inquiry.objects.get(person=rep.user_id)


def entered(activity, rep, at):
    with on(at):
        activity_update(activity=activity, values={"next_action": "見積を出す"}, actor=rep)
    work(at)


def answer(inquiry, actor, at="2026-11-20T16:00", cause=FORGOTTEN, day="2026-11-24", words=""):
    with on(at):
        return inquiry_answer(
            inquiry=inquiry, cause=cause, promised_on=date.fromisoformat(day), words=words,
            actor=actor,
        )  # fmt: skip


def test_an_answer_needs_a_cause_a_day_and_somebody_else(rep, manager):
    inquiry = asked(rep)
    wrong = [
        ({"cause": "laziness"}, "cause"),
        ({"cause": Inquiry.Cause.OTHER}, "words"),
        ({"day": "2026-11-19"}, "promised_on"),
        ({"day": "2026-12-08"}, "promised_on"),  # ten business days end on the 7th
    ]
    for values, field in wrong:
        with pytest.raises(InvalidInput) as error:
            answer(inquiry, manager, **values)
        assert error.value.data["field"] == field
    with pytest.raises(Conflict):
        answer(inquiry, rep)
    answer(inquiry, manager, cause=Inquiry.Cause.OTHER, day="2026-12-07", words="出張続き")
    assert to_do() == []
    assert told(rep)[-1] == "inputs.inquiry_agreed"
    with pytest.raises(Conflict):
        answer(inquiry, manager)


def test_until_the_promised_day_nobody_asks_again(rep, manager):
    inquiry = asked(rep)
    answer(inquiry, manager, day="2026-11-25")
    missed(rep, "2026-11-18T15:00")
    for day in (19, 20, 25):  # the new task comes to the manager's step on the 25th
        climb(f"2026-11-{day}T15:01")
    assert Inquiry.objects.count() == 1
    assert to_do() == []
    missed(rep, "2026-11-24T15:00")
    for day in ("11-25", "11-26"):  # the third deadline in a row: asked about on the 26th
        climb(f"2026-{day}T15:02")
    assert Inquiry.objects.count() == 2
    assert to_do(owner=manager.user_id) == ["inputs.inquiry"]


def test_a_question_ends_by_itself_when_the_entries_were_made(rep, manager):
    inquiry = asked(rep)
    entered(Activity.objects.get(), rep, "2026-11-20T17:00")
    climb("2026-11-20T17:05")
    inquiry.refresh_from_db()
    assert inquiry.closed_at == local("2026-11-20T17:05")
    assert to_do() == []
    assert Task.objects.get().dismissed_at is not None


def test_a_task_that_was_ticked_off_without_an_answer_comes_back(rep, manager):
    asked(rep)
    with on("2026-11-20T16:00"):
        task_done(task=Task.objects.get(), actor=manager)
    climb("2026-11-20T16:05")
    assert to_do(owner=manager.user_id) == ["inputs.inquiry"]


def test_asking_stops_with_an_exception(rep, manager):
    inquiry = asked(rep)
    with on("2026-11-20T16:00"):
        with pytest.raises(Conflict):
            inquiry_waive(inquiry=inquiry, reason="不要", actor=rep)
        assert inquiry_waive(inquiry=inquiry, reason="顧客が解散", actor=manager) == 1
    row = Obligation.objects.get()
    assert (row.state, row.waive_reason) == ("waived", "顧客が解散")
    assert to_do() == []
    climb("2026-11-25T15:01")
    assert len(taken()) == 3  # no further step


def test_without_a_policy_the_questions_are_out_of_sight(rep, manager):
    asked(rep)
    day = date(2026, 11, 20)
    with on("2026-11-20T16:00"):
        assert inquiries_for_user(user_of(manager), {"sales_manager"}, day).count() == 1
        assert inquiries_for_user(user_of(rep), {"sales_manager"}, day).count() == 0
    with on("2026-11-20T17:00"):
        monitoring_end(reason="見直し", actor=manager)
        assert inquiries_for_user(user_of(manager), {"sales_manager"}, day).count() == 0


def test_three_people_with_one_cause_make_it_a_question_about_the_rule(manager):
    people = [person(f"担当{n}", Role.SALES_REP) for n in range(3)]
    for one in people:
        led_by(one, manager)
        inquiry = asked(one)
        assert RuleDefect.objects.count() == 0
        answer(inquiry, manager, cause=MISFIT)
    defect = RuleDefect.objects.get()
    assert (defect.rule_id, defect.cause, defect.people, defect.role) == (
        "R-9", "rule_misfit", 3, "sales_manager",
    )  # fmt: skip
    with on("2026-11-20T17:00"):
        [row], decided = rule_defect_rows({"sales_manager"})
        assert (row.causes, row.may_decide, decided) == (
            [("The rule does not fit the work", 3)], True, [],
        )  # fmt: skip
        for values in ({"decision": "perhaps", "reason": "x"}, {"decision": "keep", "reason": " "}):
            with pytest.raises(InvalidInput):
                rule_defect_decide(defect=defect, actor=manager, **values)
        rule_defect_decide(
            defect=defect, decision="keep", reason="来月から入力欄が減る", actor=manager
        )
        with pytest.raises(Conflict):
            rule_defect_decide(defect=defect, decision="change", reason="x", actor=manager)
        assert rule_defect_raise(rule_id="R-9", people=2, of_people=2, actor=SYSTEM) is None
    assert to_do(kind="inputs.rule_defect") == []


def test_one_ticket_at_a_time_and_none_about_a_rule_that_is_gone(manager):
    with on("2026-11-20T17:00"):
        first = rule_defect_raise(rule_id="R-9", people=2, of_people=3, actor=SYSTEM)
        assert rule_defect_raise(rule_id="R-9", people=3, of_people=3, actor=SYSTEM) == first
        assert rule_defect_raise(rule_id="R-99", people=3, of_people=3, actor=SYSTEM) is None
        rule_defect_decide(defect=first, decision="change", reason="期限を2営業日に", actor=manager)
    with on("2026-12-20T17:00:01"):
        second = rule_defect_raise(rule_id="R-9", people=3, of_people=3, actor=SYSTEM)
        assert second not in (None, first)
    assert Task.objects.filter(kind="inputs.rule_defect").count() == 2


def test_putting_a_message_off(rep, manager):
    missed(rep)
    row = Obligation.objects.get()

    def wait(at, day, reason="先方の返事待ち", actor=rep):
        with on(at):
            return obligation_snooze(
                obligation=row, until=date.fromisoformat(day), reason=reason, actor=actor
            )

    for at, day, reason in (
        ("2026-11-17T10:00", "2026-11-17", "待つ"),  # not before tomorrow
        ("2026-11-17T10:00", "2026-11-26", "待つ"),  # six business days
        ("2026-11-17T10:00", "2026-11-18", " "),
    ):
        with pytest.raises(InvalidInput):
            wait(at, day, reason)
    with pytest.raises(Conflict):
        wait("2026-11-17T10:00", "2026-11-18", actor=manager)
    wait("2026-11-17T10:00", "2026-11-19")
    with pytest.raises(Conflict):
        wait("2026-11-17T11:00", "2026-11-19")  # once before each message
    climb("2026-11-18T15:01")
    assert taken() == []
    climb("2026-11-19T09:01")
    wait("2026-11-19T10:00", "2026-11-25")
    climb("2026-11-20T15:01")  # deadline and manager's step are where they were
    assert [step for step, _at, _outcome in taken()] == ["nudge", "manager"]
    climb("2026-11-25T09:01")
    assert [step for step, _at, _outcome in taken()] == ["nudge", "manager"]
    assert Obligation.objects.get().due_at == local("2026-11-17T15:00")


def test_after_both_messages_there_is_none_to_put_off(rep):
    missed(rep)
    climb("2026-11-17T15:01")
    climb("2026-11-18T15:01")
    with on("2026-11-18T16:00"), pytest.raises(Conflict):
        obligation_snooze(
            obligation=Obligation.objects.get(), until=date(2026, 11, 19), reason="待つ", actor=rep
        )


def test_recovery_is_what_was_entered_within_two_business_days(rep, manager):
    """Five tasks: after the first message one is entered in time, one too late, one excepted, one
    has still time, one is missing.
    """
    early, late = missed(rep, "2026-11-09T15:00"), missed(rep, "2026-11-09T15:30")
    missed(rep, "2026-11-09T16:00")
    missed(rep, "2026-11-09T16:30")
    climb("2026-11-10T17:00")
    entered(early, rep, "2026-11-12T17:00")
    entered(late, rep, "2026-11-12T17:01")
    third = Obligation.objects.order_by("due_at")[2]
    with on("2026-11-12T10:00"):
        obligation_waive(obligation=third, reason="重複", actor=manager)
    missed(rep, "2026-11-11T17:00")
    climb("2026-11-12T17:02")
    with on("2026-11-13T10:00"):
        rows = recoveries(local("2026-11-01T00:00"), local("2026-12-01T00:00"), input_book())
    together, each = rows
    assert (each.rule_id, each.label) == ("R-9", "面談の記録")
    assert each.steps[0] == Recovery(1, 3)
    assert together.steps == each.steps


def test_what_the_checklist_hears(rep, manager):
    other = person("鈴木", Role.SALES_REP)
    first, second = missed(rep), missed(other)
    for day in (17, 18, 20, 25):
        climb(f"2026-11-{day}T15:01")
    zone = local("2026-11-01").tzinfo

    def heard(at):
        with on(at):
            return facts_read(FollowUpFacts, FactsContext(local(at), zone))

    # More than five business days missing: both have stopped, and both were followed up.
    found = heard("2026-11-26T10:00")
    assert (found.breaches, found.followed) == (2, Share(2, 2))
    entered(first, rep, "2026-11-24T10:00")
    found = heard("2026-11-30T10:00")
    # Two steps each: the question's two business days ended on the 25th, the agenda's on the 27th.
    assert (found.breaches, found.due, found.recovered) == (1, 2, Share(1, 2))
    assert second.pk
    assert FollowUp.objects.count() == 8
