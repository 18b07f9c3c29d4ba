"""Missing entries are followed up step by step: from the person to the agenda of the meeting."""

from __future__ import annotations

from datetime import date

import pytest
from tests.inputs.ladders import climb, led_by, policy, taken, to_do, told
from tests.inputs.team import MEETINGS, Role, activate, meet, on, person, user_of, work

from teichaku.accounts.person_writes import absence_add, deputy_set
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.deals.activity_updates import activity_update
from teichaku.inputs.badge import badge_count
from teichaku.inputs.inquiries import inquiries_for_user
from teichaku.inputs.ladder import ladder_climb
from teichaku.inputs.models import FollowUp, Inquiry, Obligation, RuleDefect
from teichaku.inputs.passes import obligations_pass
from teichaku.notify.models import Notification, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep():
    return person("佐藤", Role.SALES_REP)


@pytest.fixture
def manager():
    return person("森", Role.SALES_MANAGER)


@pytest.fixture(autouse=True)
def rules():
    activate("2026-11-02T09:00")


def missed(rep, at="2026-11-16T15:00", **entry):
    """A meeting of which the next action is not entered; due a business day later."""
    activity = meet(rep, at, outcome="前進", **entry)
    work(at)
    return activity


def test_one_step_after_the_other(rep, manager):
    policy()
    led_by(rep, manager)
    missed(rep)
    climb("2026-11-17T14:59")
    assert taken() == []
    for at in ("2026-11-17T15:01", "2026-11-17T15:06", "2026-11-18T14:59"):
        climb(at)
    assert taken() == [("nudge", "11-17T15:01", "done")]
    assert told(rep) == ["inputs.missing_one"]
    climb("2026-11-18T15:01")
    climb("2026-11-20T14:59")
    assert taken()[1:] == [("reminder", "11-18T15:01", "done")]
    assert to_do() == []
    climb("2026-11-20T15:01")
    assert taken()[2:] == [("manager", "11-20T15:01", "done")]
    assert to_do(owner=manager.user_id) == ["inputs.inquiry"]
    # The 23rd is a holiday: the fifth business day after the 17th is the 25th.
    climb("2026-11-25T14:59")
    climb("2026-11-25T15:01")
    climb("2026-12-10T15:01")
    assert taken()[3:] == [("agenda", "11-25T15:01", "done")]
    assert told(rep) == ["inputs.missing_one"] * 2
    steps = FollowUp.objects.count()
    audits = AuditEntry.objects.filter(action="inputs.follow_up")
    assert sum(audits.values_list("count", flat=True)) == steps == 4
    assert OutboxMessage.objects.filter(topic="inputs.followed_up").count() == 4


def test_a_message_names_what_is_missing_and_leads_there(rep):
    activity = missed(rep)
    climb("2026-11-17T15:01")
    message = Notification.objects.get(user=rep.user_id)
    row = Obligation.objects.get()
    assert row.subject_id == activity.pk
    assert message.address == f"/enter/{row.uid}/"
    assert message.params["rule"] == "面談の記録"
    assert message.params["subject"] == "面談 2026/11/16"
    assert message.body == "面談 2026/11/16: 結果、次回アクション（期限 11/17 15:00）"


def test_what_is_due_together_is_one_message(rep):
    other = person("鈴木", Role.SALES_REP)
    for n in range(3):
        missed(rep, f"2026-11-16T1{n + 3}:00")
    missed(other)
    climb("2026-11-17T15:01")
    assert told(rep) == ["inputs.missing_several"]
    message = Notification.objects.get(user=rep.user_id)
    assert (message.params["count"], message.address) == (3, "/inputs/follow-ups/mine/")
    assert told(other) == ["inputs.missing_one"]
    assert len(taken()) == 4


def test_nothing_outside_working_hours_or_while_away(rep):
    missed(rep)
    with on("2026-11-17T09:00"):
        absence_add(
            user=user_of(rep), starts_on=date(2026, 11, 18), ends_on=date(2026, 11, 19), actor=rep
        )
    climb("2026-11-17T18:30")
    climb("2026-11-18T10:00")
    climb("2026-11-19T17:00")
    assert taken() == []
    climb("2026-11-20T09:00")
    assert taken() == [("nudge", "11-20T09:00", "done")]


def test_an_entry_that_no_job_has_seen_yet_is_not_asked_for(rep):
    activity = missed(rep)
    with on("2026-11-17T14:00"):
        activity_update(
            activity=activity, values={"next_action": "見積を出す"}, version=activity.version,
            actor=rep,
        )  # fmt: skip
    climb("2026-11-17T15:01")
    assert taken() == []
    assert Obligation.objects.get().state == "met_on_time"


def test_without_a_policy_no_manager_is_asked_and_the_agenda_follows(rep, manager):
    led_by(rep, manager)
    missed(rep)
    for day in (17, 18, 20, 25):
        climb(f"2026-11-{day}T15:01")
    assert [(step, outcome) for step, _at, outcome in taken()] == [
        ("nudge", "done"), ("reminder", "done"), ("manager", "not_allowed"), ("agenda", "done"),
    ]  # fmt: skip
    assert to_do() == []
    policy("2026-11-26T09:00")  # what was not asked then is not asked afterwards
    climb("2026-11-26T15:01")
    assert to_do() == []


def test_the_third_deadline_in_a_row_is_asked_about_early_the_second_is_not(rep, manager):
    policy()
    led_by(rep, manager)
    for day in ("10", "11", "12"):
        missed(rep, f"2026-11-{day}T15:00")
    for at in ("11T15:01", "12T15:01", "13T15:01"):
        climb(f"2026-11-{at}")
    assert to_do() == []
    climb("2026-11-16T15:01")  # the first one's third business day, and the third one's first
    assert [step for step, _at, _outcome in taken(step=3)] == ["manager"] * 2
    assert Inquiry.objects.count() == 1  # one question about a person and a rule
    assert to_do(owner=manager.user_id) == ["inputs.inquiry"]
    first = Obligation.objects.order_by("due_at")[1]
    assert not first.follow_ups.filter(step=3).exists()


def test_several_tasks_of_one_deadline_are_one_deadline(rep, manager):
    policy()
    led_by(rep, manager)
    for _ in range(4):
        missed(rep)
    climb("2026-11-17T15:01")
    climb("2026-11-18T15:01")
    assert to_do() == []


def test_a_task_of_a_whole_role_is_told_once_to_everybody_and_asks_no_manager(rep, manager):
    policy()
    colleague, outsider = person("鈴木", Role.SALES_REP), person("高橋", Role.MARKETER)
    missed(manager)  # who does not hold the role of the rule
    for day in (17, 18, 20, 25):
        climb(f"2026-11-{day}T15:01")
    assert taken() == [("nudge", "11-17T15:01", "done"), ("agenda", "11-25T15:01", "done")]
    for one in (rep, colleague):
        assert told(one) == ["inputs.missing_one"]
    assert told(outsider) == told(manager) == []


def test_a_worker_that_was_away_for_days_makes_up_for_nothing_stale(rep, manager):
    policy()
    led_by(rep, manager)
    missed(rep)
    climb("2026-11-24T10:00")
    # The first message is four business days old, the second three: that one is sent.
    assert taken() == [("nudge", "11-24T10:00", "lapsed"), ("reminder", "11-24T10:00", "done")]
    assert told(rep) == ["inputs.missing_one"]
    climb("2026-11-25T09:59")
    assert to_do() == []  # never before the person has known for a business day
    climb("2026-11-25T10:01")
    assert to_do(owner=manager.user_id) == ["inputs.inquiry"]


def test_what_most_people_miss_is_a_question_about_the_rule(rep, manager):
    policy()
    for one in (rep, person("鈴木", Role.SALES_REP)):
        led_by(one, manager)
        for day in ("10", "11", "12"):
            missed(one, f"2026-11-{day}T15:00")
    for at in ("11T15:01", "12T15:01", "13T15:01", "16T15:01"):
        climb(f"2026-11-{at}")
    assert {outcome for _step, _at, outcome in taken(step=3)} == {"rule_in_doubt"}
    defect = RuleDefect.objects.get()
    assert (defect.rule_id, defect.cause, defect.people, defect.of_people) == ("R-9", "", 2, 2)
    assert to_do(role="sales_manager") == ["inputs.rule_defect"]
    assert Inquiry.objects.count() == 0


def test_whom_the_company_asks(rep, manager):
    """The manager, or the deputy of the day, or whoever leads; nobody about themselves."""
    policy()
    head, boss = person("高橋", Role.SALES_REP), person("社長", Role.EXECUTIVE)
    led_by(rep, head)
    with on("2026-11-02T09:00"):
        deputy_set(
            user=user_of(head), deputy=user_of(boss), starts_on=date(2026, 11, 19),
            ends_before=None, actor=head,
        )  # fmt: skip
    missed(rep)
    missed(head)  # without a manager of their own
    for day in (17, 18, 20):
        climb(f"2026-11-{day}T15:01")
    asked = {task.params["person"]: (task.owner_id, task.role) for task in Task.objects.all()}
    assert asked == {"佐藤": (boss.user_id, ""), "高橋": (None, "sales_manager")}
    seen = inquiries_for_user(user_of(manager), {"sales_manager"}, date(2026, 11, 20))
    assert [inquiry.person.name for inquiry in seen] == ["高橋"]


def test_a_leader_is_not_asked_about_themselves(manager):
    policy()
    person("社長", Role.EXECUTIVE)
    activate("2026-11-03T09:00", MEETINGS.replace("role: sales_rep", "role: sales_manager"))
    missed(manager)
    for day in (17, 18, 20):
        climb(f"2026-11-{day}T15:01")
    assert to_do(role="executive") == ["inputs.inquiry"]


def test_the_badge_counts_from_half_of_the_time_on(rep):
    missed(rep, "2026-11-16T15:00")  # eight business hours before the deadline: half by 10:00
    missed(rep, "2026-11-16T16:00")
    for at, shown in (("2026-11-17T09:59", 0), ("2026-11-17T10:00", 1), ("2026-11-17T11:00", 2)):
        with on(at):
            assert badge_count(user_of(rep)) == shown, at


def test_undoing_an_import_takes_the_steps_along(rep):
    activity = missed(rep)
    climb("2026-11-17T15:01")
    activity.delete()
    with on("2026-11-17T16:00"):
        obligations_pass()
    assert Obligation.objects.count() == FollowUp.objects.count() == 0


def test_a_run_looks_at_all_people_in_a_few_statements(manager, django_assert_max_num_queries):
    people = [person(f"担当{n}", Role.SALES_REP) for n in range(6)]
    for one in people:
        for n in range(3):
            missed(one, f"2026-11-16T1{n + 3}:00")
    climb("2026-11-17T16:01")
    with on("2026-11-17T16:06"), django_assert_max_num_queries(14):
        assert ladder_climb() == 0
