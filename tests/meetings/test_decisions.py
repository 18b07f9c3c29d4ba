"""Decisions: bound to the figures, done by somebody, looked at the next time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.meetings.company import Role, Staff, activate, jobs, local, meeting, on, person, user_of

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.facts import FactsContext
from teichaku.engine.checklist.facts import Share
from teichaku.meetings.decisions import decision_add, decision_settle, decisions_before
from teichaku.meetings.facts import decision_facts, meeting_facts
from teichaku.meetings.models import Decision, Meeting
from teichaku.meetings.selectors import held_of
from teichaku.meetings.services import (
    item_outcome_set,
    meeting_check_in,
    meeting_close,
    meeting_open,
)
from teichaku.meetings.settling import meetings_settle
from teichaku.notify.models import Task
from teichaku.notify.services import task_done, task_reopen

pytestmark = pytest.mark.django_db


def hold(staff: Staff, day: str, *decided: str) -> Meeting:
    """The meeting of the day, held with these decisions for the rep."""
    jobs(f"{day}T09:40")
    with on(f"{day}T10:00"):
        found = meeting_open(meeting=meeting(day), actor=staff.chair)
        meeting_check_in(meeting=found, person=user_of(staff.marketer), actor=staff.marketer)
        for text in decided:
            decide(found, staff, text)
        point = found.items.select_related("meeting").get(kind="stale_deals")
        item_outcome_set(item=point, outcome="ok", actor=staff.chair)
        return meeting_close(meeting=found, actor=staff.chair)


def decide(found: Meeting, staff: Staff, text: str, **other) -> Decision:
    due_on = (clock.now() + timedelta(days=11)).date()
    told = {"owner": user_of(staff.rep), "due_on": due_on, **other}
    return decision_add(meeting=found, text=text, actor=staff.chair, **told)


@pytest.fixture
def held(staff: Staff) -> Meeting:
    activate("2026-11-02T08:00")
    return hold(staff, "2026-11-16", "料金ページを見た人に3日以内に電話")


def test_a_decision_is_a_task_with_a_day_and_cites_the_figures(held, staff):
    decision = Decision.objects.get()
    task = Task.objects.get(kind="meetings.decision")
    assert decision.snapshot_hash == held.snapshot_hash != ""
    assert (task.owner_id, task.due_at) == (staff.rep.user_id, local("2026-11-27T18:00"))


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"text": " "}, "text"), ({"owner": None}, "owner"), ({"due_on": None}, "due_on"),
     ({"due_on": date(2026, 11, 20)}, "due_on")],
)  # fmt: skip
def test_what_who_and_by_when_have_to_be_said(held, staff, changed, field):
    jobs("2026-11-23T18:00")
    with on("2026-11-24T10:00"):
        found = meeting_open(meeting=meeting("2026-11-24"), actor=staff.chair)
        with pytest.raises(InvalidInput) as refused:
            decide(found, staff, **{"text": "x", **changed})
    assert refused.value.data["field"] == field


def test_decisions_are_made_while_the_meeting_is_open_by_who_leads(held, staff):
    with on("2026-11-16T11:00"), pytest.raises(Conflict):
        decide(held, staff, "終わってから")
    with on("2026-11-24T10:00"):
        found = meeting_open(meeting=meeting("2026-11-24"), actor=staff.chair)
        with pytest.raises(Conflict):
            decision_add(
                meeting=found, text="x", owner=user_of(staff.rep), due_on=date(2026, 12, 1),
                actor=staff.rep,
            )  # fmt: skip


def test_the_next_meeting_opens_with_it_and_the_one_after_only_if_it_is_open(held, staff):
    decision = Decision.objects.get()
    nxt = meeting("2026-11-24")
    assert decisions_before(nxt) == [decision]
    with on("2026-11-20T09:00"):
        decision_settle(decision=decision, state="done", actor=staff.rep)
    assert decisions_before(nxt)[0].state == "done"
    hold(staff, "2026-11-24")
    assert decisions_before(meeting("2026-11-30")) == []


def test_task_and_decision_go_together(held, staff):
    task = Task.objects.get(kind="meetings.decision")
    with on("2026-11-20T09:00"):
        task_done(task=task, actor=staff.rep)
        jobs("2026-11-20T09:01")
    assert Decision.objects.get().state == "done"
    with on("2026-11-20T09:30"):
        task_reopen(task=task, actor=staff.rep)
        jobs("2026-11-20T09:31")
    assert Decision.objects.get().state == "open"
    with on("2026-11-20T10:00"):
        with pytest.raises(InvalidInput):
            decision_settle(decision=Decision.objects.get(), state="dropped", actor=staff.rep)
        decision_settle(
            decision=Decision.objects.get(), state="dropped", result="不要になった", actor=staff.rep
        )
    task.refresh_from_db()
    assert task.dismissed_at is not None
    jobs("2026-11-20T10:01")
    assert Decision.objects.get().state == "dropped"


def test_somebody_else_does_not_settle_it(held, staff):
    other = person("高橋 誠", "takahashi", Role.SALES_REP)
    with on("2026-11-20T09:00"), pytest.raises(Conflict):
        decision_settle(decision=Decision.objects.get(), state="done", actor=other)


def facts(at: str) -> FactsContext:
    return FactsContext(local(at), local(at).tzinfo)


def test_the_checklist_hears_of_meetings_and_decisions(held, staff):
    with on("2026-11-17T00:10"):
        meetings_settle()  # those of the 2nd and the 9th were not held
    found = meeting_facts(facts("2026-11-20T09:00"))
    assert found.next_in_days == 4
    assert found.held == Share(1, 3)
    assert (found.frozen, found.figures) == (Share(0, 1), None)  # fixed in the morning, no KPIs
    assert found.unrecorded is None  # nothing stood on the agenda that asked for an outcome
    assert held_of(held.series) == (1, 3)
    decided = decision_facts(facts("2026-11-20T09:00"))
    assert (decided.managers, decided.results) == (Share(1, 1), None)
    with on("2026-11-30T09:00"):
        decision_settle(decision=Decision.objects.get(), state="done", actor=staff.rep)
    late = decision_facts(facts("2026-11-30T10:00"))
    assert (late.results, late.carried_out) == (Share(1, 1), Share(1, 1))


def test_nothing_told_is_nothing_known(db):
    assert meeting_facts(facts("2026-11-20T09:00")).held is None
    assert decision_facts(facts("2026-11-20T09:00")).managers is None


def test_the_actor_of_a_ticked_task_is_who_ticked_it(held, staff):
    task = Task.objects.get(kind="meetings.decision")
    with on("2026-11-20T09:00"):
        task_done(task=task, actor=Actor("human", "山本 恵子", staff.chair.user_id))
        jobs("2026-11-20T09:01")
    assert Decision.objects.get().settled_at == local("2026-11-20T09:00")
