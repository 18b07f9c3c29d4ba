"""From what people do to what they owe, through the jobs that the worker runs."""

from __future__ import annotations

from datetime import date

import pytest
from tests.inputs.team import (
    ACTOR,
    MEETINGS,
    WEEKLY,
    Role,
    activate,
    create,
    local,
    meet,
    on,
    owed,
    person,
    user_of,
    work,
)
from tests.intake.importing import import_rows

from teichaku.accounts.person_writes import absence_add
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.facts import FactsContext, facts_read
from teichaku.core.models import AuditEntry, Change, Job, OutboxMessage
from teichaku.deals.deal_writes import Closing, deal_close, deal_update
from teichaku.deals.models import Activity
from teichaku.engine.checklist.facts import FollowUpFacts, InputRateFacts, Share
from teichaku.engine.rulebook.load import load
from teichaku.inputs.book import input_book
from teichaku.inputs.models import FullPass, Obligation
from teichaku.inputs.passes import daily_job, obligations_catch_up, obligations_pass
from teichaku.inputs.preview import rules_preview
from teichaku.inputs.selectors import own_tasks, stock_of_the_day
from teichaku.inputs.services import obligation_waive, obligations_refresh

pytestmark = pytest.mark.django_db
MEETING_ROOM = """
  - id: R-20
    who: {role: marketing_manager}
    when: {after: deal.won, due: 5bd}
    what: {object: meeting, fields: [decision]}
"""
GOOD = {"outcome": "前進", "next_action": "見積を出す"}


@pytest.fixture
def rep():
    return person("佐藤", Role.SALES_REP)


@pytest.fixture
def manager():
    return person("森", Role.SALES_MANAGER)


def plan(deal, actor, at, day):
    with on(at):
        deal_update(
            deal=deal, actor=actor,
            values={"next_action": "訪問", "next_action_on": date.fromisoformat(day)},
        )  # fmt: skip


def test_a_meeting_without_its_outcome_is_owed_until_it_is_entered(rep):
    activate("2026-11-02T09:00")
    meet(rep, "2026-11-16T16:00", ended="2026-11-16T15:00")
    done = meet(rep, "2026-11-18T10:00", ended="2026-11-16T15:30", **GOOD)
    work("2026-11-18T12:00")
    assert owed() == [
        ("R-9", "11-17T15:00", "open", None),
        ("R-9", "11-17T15:30", "met_late", "11-18T10:00"),
    ]
    row = Obligation.objects.get(subject_id=done.pk)
    assert (row.subject_kind, row.owner_id, row.role) == ("activity", rep.user_id, "sales_rep")
    told = OutboxMessage.objects.filter(topic="inputs.obligations_changed")
    assert any(row.pk in message.payload["obligations"] for message in told)
    with on("2026-11-18T13:00"):
        before = AuditEntry.objects.count()
        again = obligations_refresh(
            about={"activity": Activity.objects.values_list("pk", flat=True)}
        )
        assert (again.made, again.changed, again.removed) == (0, 0, 0)
        assert AuditEntry.objects.count() == before


def test_a_file_that_fills_the_gap_settles_it():
    activate("2026-11-02T09:00")
    row = {"external_id": "a1", "kind": "meeting", "at": "2026-11-16T15:00:00+09:00",
           "owner": "鈴木"}  # fmt: skip
    with on("2026-11-16T18:00"):
        import_rows("activities", [row])
    work("2026-11-16T18:01")
    assert owed() == [("R-9", "11-17T15:00", "open", None)]
    with on("2026-11-17T14:00"):
        import_rows("activities", [{**row, **GOOD}])
    work("2026-11-17T14:01")
    assert owed() == [("R-9", "11-17T15:00", "met_on_time", "11-17T14:00")]


def test_old_rows_of_a_file_make_no_tasks_unless_it_says_when_they_were_entered():
    activate("2026-11-02T09:00")
    row = {"kind": "meeting", "at": "2026-11-10T15:00:00+09:00", "owner": "鈴木"}
    with on("2026-11-16T18:00"):
        import_rows(
            "activities",
            [
                {**row, "external_id": "unsaid"},
                {**row, **GOOD, "external_id": "said", "recorded_at": "2026-11-15T09:00:00+09:00"},
            ],
        )
    work("2026-11-16T18:01")
    assert owed() == [("R-9", "11-11T15:00", "met_late", "11-15T09:00")]


def test_an_open_deal_owes_its_next_action_every_week_until_it_is_closed(rep):
    activate("2026-11-02T00:00", WEEKLY)
    deal = create(rep, "2026-11-04T10:00")
    plan(deal, rep, "2026-11-05T10:00", "2026-11-11")
    work("2026-11-12T09:00")
    assert owed() == [
        ("R-1", "11-06T17:00", "met_on_time", "11-05T10:00"),
        ("R-1", "11-13T17:00", "open", None),
    ]
    with on("2026-11-17T10:00"):
        obligations_pass()
        deal_close(
            deal=deal, actor=rep, closing=Closing("lost", lost_reason="価格", closed_on=None)
        )
    work("2026-11-17T10:01")
    assert owed()[1:] == [
        ("R-1", "11-13T17:00", "void", "11-17T10:00"),
        ("R-1", "11-20T17:00", "void", "11-17T10:00"),
    ]


def test_a_new_absence_moves_open_deadlines_and_is_logged(rep, manager):
    activate("2026-11-02T09:00")
    meet(rep, "2026-11-16T16:00")
    meet(rep, "2026-11-16T16:30", **GOOD)
    work("2026-11-16T17:00")
    with on("2026-11-16T17:30"):
        absence_add(
            user=user_of(rep), starts_on=date(2026, 11, 17), ends_on=date(2026, 11, 18),
            actor=manager,
        )  # fmt: skip
    work("2026-11-16T18:00")
    assert owed() == [
        ("R-9", "11-17T16:30", "met_on_time", "11-16T16:30"),  # what is settled stays
        ("R-9", "11-19T16:00", "open", None),
    ]
    change = Change.objects.get(object_type="inputs.obligation")
    assert (change.field, change.old, change.new) == (
        "due_at", "2026-11-17T07:00:00+00:00", "2026-11-19T07:00:00+00:00",
    )  # fmt: skip


def test_an_open_task_follows_the_deal_to_its_new_owner(rep):
    other = person("高橋", Role.SALES_REP)
    activate("2026-11-02T00:00", WEEKLY)
    deal = create(rep, "2026-11-04T10:00")
    work("2026-11-09T09:00")
    with on("2026-11-12T09:00"):
        deal_update(deal=deal, actor=rep, values={"owner": other.user_id})
    work("2026-11-12T09:01")
    assert set(Obligation.objects.values_list("owner_id", flat=True)) == {other.user_id}
    assert Change.objects.filter(object_type="inputs.obligation", field="owner").count() == 2


def test_two_rules_on_one_event_share_one_occurrence(rep):
    second = MEETINGS.replace("R-9", "R-10").replace("next_action", "note")
    activate("2026-11-02T09:00", MEETINGS + second)
    meet(rep, "2026-11-16T16:00")
    work("2026-11-16T17:00")
    with on("2026-11-16T17:00"):
        [task] = own_tasks(rep.user_id)
    assert [row.rule_id for row in task.obligations] == ["R-9", "R-10"]
    assert (task.due_at, task.overdue) == (local("2026-11-17T16:00"), False)


def test_a_rule_that_is_withdrawn_or_changed(rep):
    activate("2026-11-02T09:00")
    meet(rep, "2026-11-16T16:00")
    work("2026-11-16T17:00")
    longer = MEETINGS.replace("1bd", "3bd")
    book = load(f"rulebook: 1\ntitle: 次\ninputs:{longer}")
    with on("2026-11-16T17:30"):
        [effect] = rules_preview(book=input_book((local("2026-11-16T18:00"), book)))
        assert effect == ("R-9", 1, 0, 1)
        [gone] = rules_preview(
            book=input_book((local("2026-11-16T18:00"), load("rulebook: 1\ntitle: 無し")))
        )
        assert gone == ("R-9", 1, 1, 0)
    activate("2026-11-16T18:00", longer)
    work("2026-11-16T18:01")
    assert owed() == [("R-9", "11-19T16:00", "open", None)]
    activate("2026-11-20T09:00", " []")
    work("2026-11-20T09:01")
    assert owed() == [("R-9", "11-19T16:00", "void", "11-20T09:00")]


def test_what_was_taken_back_is_owed_no_longer(rep):
    activate("2026-11-02T09:00")
    kept, gone = meet(rep, "2026-11-16T16:00"), meet(rep, "2026-11-16T16:30", **GOOD)
    work("2026-11-16T17:00")
    gone.delete()
    with on("2026-11-17T09:00"):
        done = obligations_pass()
    assert (done.made, done.changed, done.removed) == (0, 0, 1)
    assert list(Obligation.objects.values_list("subject_id", flat=True)) == [kept.pk]


def test_old_gaps_are_ten_a_day_and_outside_of_what_is_owed(rep):
    deals = [create(rep, f"2026-10-{day:02}T10:00", name=f"商談{day}") for day in range(1, 15)]
    activate("2026-11-02T00:00", WEEKLY)
    with on("2026-11-10T09:00"):
        obligations_pass()
        assert owed() == []
        today = stock_of_the_day(rep.user_id)
        assert [item.subject_id for item in today.items] == [deal.pk for deal in deals[:10]]
        assert {item.rules for item in today.items} == {("R-1",)}
    for deal in deals[:3]:
        plan(deal, rep, "2026-11-10T10:00", "2026-11-30")
    with on("2026-11-10T11:00"):
        assert [i.subject_id for i in stock_of_the_day(rep.user_id).items] == [
            deal.pk for deal in deals[3:10]
        ]
    with on("2026-11-11T09:00"):
        assert [i.subject_id for i in stock_of_the_day(rep.user_id).items] == [
            deal.pk for deal in deals[3:13]
        ]
        obligations_pass()
    assert owed() == [("R-1", "11-13T17:00", "met_on_time", "11-10T10:00")] * 3


def test_an_exception_comes_from_somebody_else_and_with_a_reason(rep, manager):
    activate("2026-11-02T09:00")
    meet(rep, "2026-11-16T16:00")
    work("2026-11-16T17:00")
    row = Obligation.objects.get()
    with on("2026-11-17T09:00"):
        with pytest.raises(Conflict):
            obligation_waive(obligation=row, reason="出張", actor=rep)
        with pytest.raises(InvalidInput):
            obligation_waive(obligation=row, reason=" ", actor=manager)
        with pytest.raises(Conflict):
            obligation_waive(obligation=row, reason="出張", actor=ACTOR)
        obligation_waive(obligation=row, reason="出張", actor=manager)
        with pytest.raises(Conflict):
            obligation_waive(obligation=row, reason="出張", actor=manager)
        obligations_pass()
    row.refresh_from_db()
    assert (row.state, row.waived_by_id, row.waive_reason) == ("waived", manager.user_id, "出張")


def test_a_look_at_many_costs_no_more_statements_than_at_one(rep, django_assert_max_num_queries):
    activate("2026-11-02T00:00", WEEKLY + MEETINGS)
    deals = [create(rep, "2026-11-04T10:00", name=f"商談{n}").pk for n in range(30)]
    met = [meet(rep, "2026-11-04T11:00").pk for _ in range(30)]
    with on("2026-11-12T09:00"):
        book = input_book()
        with django_assert_max_num_queries(40):
            done = obligations_refresh(about={"deal": deals, "activity": met}, book=book)
        assert done.made == 30 * 2 + 30


def test_the_daily_pass_runs_once_a_day(rep):
    activate("2026-11-02T00:00", WEEKLY)
    with on("2026-11-04T09:00"):
        daily_job({})
    create(rep, "2026-11-04T10:00")
    Job.objects.filter(kind="inputs.follow").delete()  # as if it had been lost
    with on("2026-11-04T23:00"):
        daily_job({})
    assert owed() == []
    with on("2026-11-05T00:30"):
        daily_job({})
    assert owed() == [("R-1", "11-06T17:00", "open", None)]
    assert FullPass.objects.count() == 2


def test_what_is_up_to_a_role_is_on_the_board_of_everybody_in_it(rep, manager):
    activate("2026-11-02T09:00")
    meet(manager, "2026-11-16T16:00")
    meet(rep, "2026-11-16T17:00")
    work("2026-11-16T17:30")
    other = person("高橋", Role.SALES_REP)
    with on("2026-11-17T16:30"):
        boards = [own_tasks(one.user_id) for one in (rep, other, manager)]
        assert [[task.overdue for task in board] for board in boards] == [
            [True, False], [True], [],
        ]  # fmt: skip


def test_what_the_checklist_is_told(rep, manager):
    def told(at):
        with on(at):
            context = FactsContext(local(at), local(at).tzinfo)
            return facts_read(InputRateFacts, context), facts_read(FollowUpFacts, context)

    assert told("2026-11-02T09:00") == (InputRateFacts(), FollowUpFacts())
    activate("2026-11-02T09:00", MEETINGS + MEETING_ROOM)
    create(rep, "2026-11-04T10:00")
    create(manager, "2026-11-04T10:00")
    meet(rep, "2026-11-09T10:00")
    with on("2026-11-09T12:00"):
        obligations_pass()
    # one of two rules, one of two people; five business days after the 10th are over on the 17th
    rates, behind = told("2026-11-10T15:00")
    assert rates == InputRateFacts(hours=27.0, rules=Share(1, 2), people=Share(1, 2))
    assert behind == FollowUpFacts(breaches=0, due=1)
    assert told("2026-11-17T10:00")[1] == FollowUpFacts(breaches=0, due=1)
    nobody = Share(0, 1)  # no worker has followed anything up here
    assert told("2026-11-17T10:01")[1] == FollowUpFacts(breaches=1, due=1, followed=nobody)
    for hour in (11, 12):
        meet(rep, f"2026-11-09T{hour}:00")
    with on("2026-11-09T12:30"):
        obligations_pass()
    three_in_a_row = FollowUpFacts(breaches=1, due=3, followed=nobody)
    assert told("2026-11-10T15:00")[1] == three_in_a_row


def test_what_a_pass_has_seen_is_not_looked_at_again(rep):
    activate("2026-11-02T09:00")
    work("2026-11-02T09:01")
    meet(rep, "2026-11-16T16:00")
    meet(rep, "2026-11-16T16:55")
    with on("2026-11-16T17:00"):
        assert obligations_pass().made == 2
    Obligation.objects.all().delete()  # only to see who looks
    work("2026-11-16T17:05")
    # ten minutes before the pass is sure to have been seen, five are not
    assert owed() == [("R-9", "11-17T16:55", "open", None)]


def test_catching_up_looks_at_what_was_told_since_the_pass_of_the_day(rep):
    OutboxMessage.objects.all().delete()  # the people of the test are made at the present instant
    activate("2026-11-02T09:00")
    with on("2026-11-16T09:00"):
        assert obligations_catch_up().made == 0
        assert FullPass.objects.count() == 1
    deal = create(rep, "2026-11-16T10:00")
    meet(rep, "2026-11-16T10:00", deal=deal)
    with on("2026-11-16T11:00"):
        assert obligations_catch_up().made == 1
        assert FullPass.objects.get().started_at == local("2026-11-16T09:00")
    activate("2026-11-16T12:00", MEETINGS.replace("1bd", "2bd"))
    with on("2026-11-16T12:01"):
        assert obligations_catch_up().changed == 1
    assert owed() == [("R-9", "11-18T10:00", "open", None)]
