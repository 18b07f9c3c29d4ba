"""MQLs on their way to sales: to whom, when, once, and in few statements."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.handover.handing import (
    ACTOR,
    USUAL,
    Role,
    activate,
    company,
    day,
    handed,
    local,
    mql,
    on,
    person,
    rep,
    rescored,
    seen,
    user_of,
    work,
)

from teichaku.accounts.models import User
from teichaku.accounts.person_writes import absence_add
from teichaku.core.jobs import run_one
from teichaku.core.models import Change, Job
from teichaku.deals.deal_writes import deal_create
from teichaku.handover.capacities import capacity_set
from teichaku.handover.incoming import ready_since
from teichaku.handover.models import Assignment, Handover
from teichaku.handover.release import (
    handovers_release,
    handovers_release_held,
    release_job,
)
from teichaku.handover.services import handover_accept, handover_pass_on, handover_return
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.notify.models import Notification, Task
from teichaku.scoring.models import Qualification

pytestmark = pytest.mark.django_db


def test_an_mql_comes_to_somebody_with_its_clocks_running():
    suzuki = rep("鈴木 一郎")
    activate("2026-11-02 09:00")
    row = handed(mql("2026-11-18 10:00"))
    assert (row.state, row.stage, row.owner_id) == ("waiting", "field", suzuki.user_id)
    assert (row.ready_at, row.assigned_at) == (local("2026-11-18 10:00"),) * 2
    assert (row.accept_due, row.touch_due) == (local("2026-11-19 10:00"),) * 2
    assert row.why == {
        "code": "capacity", "route": 0, "team": "field_sales", "taken": 1, "room": 2,
    }  # fmt: skip
    assert row.team is not None
    assert row.team.key == "field_sales"
    told = Notification.objects.get()
    assert (told.user_id, told.kind, told.params["count"]) == (
        suzuki.user_id, "handover.assigned", 1,
    )  # fmt: skip


def test_a_hot_lead_has_the_shorter_clocks():
    rep("鈴木 一郎")
    activate("2026-11-02 09:00")
    row = handed(mql("2026-11-18 10:00", form="contact"))
    assert row.is_hot
    assert (row.accept_due, row.touch_due) == (
        local("2026-11-18 11:00"), local("2026-11-18 15:00"),
    )  # fmt: skip


def test_the_same_message_twice_hands_nothing_over_twice():
    rep("鈴木 一郎")
    activate("2026-11-02 09:00")
    lead = mql("2026-11-18 10:00")
    told = Qualification.objects.get(lead=lead)
    with on("2026-11-18 10:05"):
        release_job({"qualification": str(told.uid), "lead": lead.pk})
        assert handovers_release(ready=ready_since(told.pk, 10)) == []
    assert Handover.objects.count() == Assignment.objects.count() == 1


def test_a_worker_killed_before_it_committed_leaves_it_to_the_next():
    rep("鈴木 一郎")
    activate("2026-11-02 09:00")
    lead = mql("2026-11-18 10:00")
    Assignment.objects.all()._raw_delete("default")
    Handover.objects.all().delete()
    jobs = Job.objects.filter(kind="handover.release")
    jobs.update(finished_at=None, leased_by="killed", lease_until=local("2026-11-18 10:05"))
    with on("2026-11-18 10:06"):
        while run_one("another", kinds=["handover.release"]):
            pass
    assert handed(lead).state == "waiting"


def test_leads_that_held_all_along_come_by_score_and_by_the_week():
    suzuki = rep("鈴木 一郎")
    with on("2026-10-30 09:00"):
        leads = [lead_create(lead=NewLead(name=f"リード{n}"), actor=ACTOR) for n in range(4)]
        for views, lead in enumerate(leads, start=3):
            seen(lead, "2026-10-30 09:00", views=views)
    activate("2026-11-02 09:00")
    rescored("2026-11-02 09:05")
    work("2026-11-02 09:05")
    assert not Handover.objects.exists()
    with on("2026-11-04 09:00"):
        assert len(handovers_release_held()) == 2
        assert handovers_release_held() == []
    rows = Handover.objects.order_by("pk")
    assert [row.lead_id for row in rows] == [leads[3].pk, leads[2].pk]
    assert {row.ready_at for row in rows} == {local("2026-11-04 09:00")}
    with on("2026-11-09 09:00"):
        assert len(handovers_release_held()) == 2
    assert Handover.objects.filter(owner=suzuki.user_id).count() == 4


def test_what_comes_to_light_after_three_days_starts_nothing():
    rep("鈴木 一郎")
    activate("2026-11-02 09:00")
    with on("2026-11-16 09:00"):
        lead = lead_create(lead=NewLead(name="中村 涼"), actor=ACTOR)
        seen(lead, "2026-11-12 08:00", views=3)
    rescored("2026-11-16 09:00")
    work("2026-11-16 09:00")
    assert Qualification.objects.filter(lead=lead).exists()
    assert not Handover.objects.exists()


def test_an_absent_rep_gets_nothing_and_customers_stay_with_theirs():
    suzuki, sato = rep("鈴木 一郎"), rep("佐藤 花子")
    activate(
        "2026-11-02 09:00",
        "  to:\n    - {when: {attribute: company.prefecture, is: 愛知県}, by: owner_of_company}\n"
        "    - {team: field_sales, by: capacity}\n",
    )
    aoba = company()
    type(aoba).objects.filter(pk=aoba.pk).update(prefecture="愛知県")
    with on("2026-11-10 09:00"):
        absence_add(
            user=user_of(suzuki), starts_on=day("11-18"), ends_on=day("11-18"), actor=ACTOR, note=""
        )
        deal_create(values={"name": "刷新", "company": aoba.pk}, actor=suzuki)
    row = handed(mql("2026-11-17 10:00", of=aoba))
    assert (row.owner_id, row.why["code"]) == (suzuki.user_id, "owner_of_company")
    row = handed(mql("2026-11-18 10:00", "中村 涼"))
    assert (row.owner_id, row.accept_due) == (sato.user_id, None)


def test_a_week_of_ones_own_counts():
    suzuki, sato = rep("鈴木 一郎"), rep("佐藤 花子")
    activate("2026-11-02 09:00")
    capacity_set(user=user_of(suzuki), per_week=9, weight=100, actor=ACTOR)
    found = [handed(mql("2026-11-18 10:00", f"リード{n}")).owner_id for n in range(5)]
    assert found.count(suzuki.user_id) == 4  # 1/9 … 4/9 lie below 1/2, 5/9 above
    assert found.count(sato.user_id) == 1


def test_nobody_free_is_a_task_of_the_sales_manager():
    activate("2026-11-02 09:00")
    person("高橋 誠", Role.SALES_MANAGER)
    row = handed(mql("2026-11-18 10:00"))
    assert (row.owner, row.assigned_at, row.accept_due) == (None, None, None)
    task = Task.objects.get()
    assert (task.kind, task.role) == ("handover.give", "sales_manager")


def test_inside_sales_passes_on_to_the_field():
    inside, suzuki = rep("架空野 五月", team="inside", role=Role.INSIDE_SALES), rep("鈴木 一郎")
    activate("2026-11-02 09:00", USUAL + "  via: {team: inside, deadlines: {accept: 4bh}}\n")
    row = handed(mql("2026-11-18 10:00"))
    assert (row.stage, row.owner_id) == ("inside", inside.user_id)
    assert row.accept_due == local("2026-11-18 15:00")
    with on("2026-11-18 11:00"):
        handover_accept(handover=row, actor=inside)
        handover_pass_on(handover=row, actor=inside)
    work("2026-11-18 11:00")
    following = Handover.objects.get(stage="field")
    assert (following.owner_id, following.qualification_id) == (
        suzuki.user_id, row.qualification_id,
    )  # fmt: skip
    assert following.ready_at == local("2026-11-18 11:00")


def test_a_returned_lead_that_becomes_an_mql_again_is_handed_over_anew():
    suzuki, _sato = rep("鈴木 一郎"), rep("佐藤 花子")
    activate("2026-11-02 09:00")
    lead = mql("2026-11-16 10:00")
    with on("2026-11-16 11:00"):
        handover_return(handover=handed(lead), reason="no_behaviour", actor=suzuki)
    with on("2026-12-17 10:00"):  # the definition asks for thirty days in between
        seen(lead, "2026-12-17 10:00", views=1)
    rescored("2026-12-17 10:00")
    work("2026-12-17 10:00")
    states = Handover.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["returned", "waiting"]


def test_a_thousand_mqls_take_at_most_a_hundred_statements():
    for number in range(6):
        rep(f"営業{number}")
    activate("2026-11-02 09:00")
    with on("2026-11-18 10:00"):
        for number in range(200):
            lead = lead_create(lead=NewLead(name=f"リード{number}"), actor=ACTOR)
            seen(lead, "2026-11-18 10:00", views=3)
        rescored("2026-11-18 10:00")
        ready = ready_since(0, 1_000)
        assert len(ready) == 200
        with CaptureQueriesContext(connection) as queries:
            found = handovers_release(ready=ready)
    assert len(found) == 200
    assert len(queries) <= 40  # whatever their number: below 0.1 for each of a thousand


def test_the_same_mqls_give_the_same_answer():
    for number in range(3):
        rep(f"営業{number}")
    activate("2026-11-02 09:00")
    with on("2026-11-18 10:00"):
        for number in range(9):
            lead = lead_create(lead=NewLead(name=f"リード{number}"), actor=ACTOR)
            seen(lead, "2026-11-18 10:00", views=3 + number % 4)
    rescored("2026-11-18 10:00")
    answers = []
    for turn in (1, -1):
        with on("2026-11-18 10:00"):
            handovers_release(ready=ready_since(0, 100)[::turn])
        answers.append(dict(Handover.objects.values_list("lead", "owner")))
        Assignment.objects.all()._raw_delete("default")
        Handover.objects.all().delete()
    assert answers[0] == answers[1]


def test_an_absence_moves_deadlines_later_and_never_nearer():
    suzuki = rep("鈴木 一郎")
    activate("2026-11-02 09:00")
    row = handed(mql("2026-11-18 10:00"))
    with on("2026-11-18 11:00"):
        absence_add(
            user=User.objects.get(pk=suzuki.user_id), starts_on=day("11-19"), ends_on=day("11-20"),
            actor=ACTOR, note="",
        )  # fmt: skip
    work("2026-11-18 11:00")
    row.refresh_from_db()
    assert row.accept_due == row.touch_due == local("2026-11-24 10:00")  # the 23rd is a holiday
    moved = Change.objects.filter(object_type="handover.handover", source="absence")
    assert {change.field for change in moved} == {"accept_due", "touch_due"}
