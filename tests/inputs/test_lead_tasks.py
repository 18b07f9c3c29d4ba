"""What is owed about leads and handovers: accepted leads filled in, returns answered."""

from __future__ import annotations

import pytest
from tests.inputs.team import ACTOR, Role, activate, local, on, owed, person, user_of, work
from tests.intake.importing import import_rows

from teichaku.core.actors import Actor
from teichaku.core.models import actor_columns
from teichaku.handover.models import Assignment, Handover
from teichaku.handover.replies import reply_add
from teichaku.handover.services import handover_accept, handover_return, handover_undo
from teichaku.inputs.book import input_book
from teichaku.inputs.models import Obligation
from teichaku.inputs.passes import obligations_pass
from teichaku.inputs.services import obligations_refresh
from teichaku.leads.lead_writes import lead_update
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_merge
from teichaku.rulebook.models import Revision
from teichaku.scoring.models import Qualification

pytestmark = pytest.mark.django_db
RULES = """
  - id: R-5
    label: 引き受けたリードの役職
    who: {role: sales_rep}
    when: {after: handover.accepted, due: 1bd}
    what: {object: lead, fields: [title]}
  - id: R-20
    label: 戻されたリードへの回答
    who: {role: marketing_manager}
    when: {after: handover.returned, due: 5bd}
    what: {object: handover, fields: [reply, adopted]}
"""


@pytest.fixture
def rep() -> Actor:
    return person("佐藤", Role.SALES_REP)


@pytest.fixture
def marketing() -> Actor:
    return person("森", Role.MARKETING_MANAGER)


def given(rep: Actor, at: str, name: str = "a") -> Handover:
    """A lead handed to the rep at a wall clock reading."""
    with on(at):
        import_rows("leads", [{"external_id": name, "email": f"{name}@example.jp", "name": name}])
    lead = Lead.objects.get(email=f"{name}@example.jp")
    revision = Revision.objects.latest("pk")
    met = Qualification.objects.create(
        lead=lead, revision=revision, at=local(at), behaviour=0, fit=0, total=0, evidence={},
        recorded_at=local(at),
    )  # fmt: skip
    row = Handover.objects.create(
        lead=lead, qualification=met, revision=revision, owner=user_of(rep), ready_at=local(at),
        released_at=local(at), assigned_at=local(at), **actor_columns(ACTOR),
    )  # fmt: skip
    told = {"handover": row, "owner": user_of(rep), "at": local(at)}
    Assignment.objects.create(**told, **actor_columns(ACTOR))
    return row


def test_an_accepted_lead_is_filled_in(rep):
    activate("2026-11-02T09:00", RULES)
    row = given(rep, "2026-11-16T10:00")
    with on("2026-11-16T15:00"):
        handover_accept(handover=row, actor=rep)
    work("2026-11-16T15:01")
    assert owed() == [("R-5", "11-17T15:00", "open", None)]
    task = Obligation.objects.get()
    assert (task.subject_kind, task.subject_id, task.owner_id) == ("lead", row.lead_id, rep.user_id)
    with on("2026-11-17T11:00"):
        lead_update(lead=row.lead, values={"title": "部長"}, actor=rep, source="web")
    work("2026-11-17T11:01")
    assert owed() == [("R-5", "11-17T15:00", "met_on_time", "11-17T11:00")]


def test_taken_back_nothing_is_owed(rep):
    activate("2026-11-02T09:00", RULES)
    row = given(rep, "2026-11-16T10:00")
    with on("2026-11-16T15:00"):
        handover_accept(handover=row, actor=rep)
        handover_undo(handover=row, actor=rep)
    work("2026-11-16T15:01")
    assert [state for _, _, state, _ in owed()] in ([], ["void"])


def test_after_a_merge_the_kept_person_counts(rep):
    activate("2026-11-02T09:00", RULES)
    row, kept = given(rep, "2026-11-16T10:00"), given(rep, "2026-11-16T10:00", "b").lead
    with on("2026-11-16T15:00"):
        handover_accept(handover=row, actor=rep)
    work("2026-11-16T15:01")
    with on("2026-11-17T10:00"):
        lead_merge(kept=kept, merged=row.lead, actor=rep)
        lead_update(lead=kept, values={"title": "課長"}, actor=rep, source="web")
    work("2026-11-17T10:01")
    [told] = owed()
    assert told[2:] == ("met_on_time", "11-17T10:00")


def test_a_file_tells_of_handovers_in_the_same_words_unless_long_ago(rep):
    activate("2026-11-02T09:00", RULES)
    leads = [{"external_id": n, "name": n, "email": f"{n}@example.jp"} for n in ("a", "b")]
    events = [
        {"external_id": "1", "lead": "a", "type": "handover_accepted",
         "at": "2026-11-16T15:00:00+09:00"},
        {"external_id": "2", "lead": "b", "type": "handover_accepted",
         "at": "2026-11-10T15:00:00+09:00"},
    ]  # fmt: skip
    with on("2026-11-16T18:00"):
        import_rows("leads", leads)
        import_rows("events", events)
    work("2026-11-16T18:01")
    assert owed() == [("R-5", "11-17T15:00", "open", None)]


def test_a_returned_lead_is_answered_by_marketing(rep, marketing):
    activate("2026-11-02T09:00", RULES)
    row = given(rep, "2026-11-16T10:00")
    with on("2026-11-16T15:00"):
        returned = handover_return(handover=row, reason="not_target", actor=rep)
    work("2026-11-16T15:01")
    # Monday and five business days, the 23rd being a holiday
    assert owed(subject_kind="handover") == [("R-20", "11-24T15:00", "open", None)]
    assert Obligation.objects.get(rule_id="R-20").owner_id is None
    with on("2026-11-18T11:00"):
        reply_add(returned=returned, adopted=False, text="対象業種を見直します", actor=marketing)
    work("2026-11-18T11:01")
    assert owed(subject_kind="handover") == [("R-20", "11-24T15:00", "met_on_time", "11-18T11:00")]
    assert Obligation.objects.get(rule_id="R-20").owner_id == marketing.user_id
    with on("2026-11-18T12:00"):
        before = owed()
        assert obligations_pass().changed == 0
        Obligation.objects.all().delete()
        obligations_pass()
        assert owed() == before


def test_many_leads_cost_no_more_statements_than_one(rep, django_assert_max_num_queries):
    activate("2026-11-02T09:00", RULES)
    rows = [given(rep, "2026-11-16T10:00", f"n{n}") for n in range(15)]
    for row in rows:
        with on("2026-11-16T15:00"):
            handover_accept(handover=row, actor=rep)
    with on("2026-11-16T16:00"), django_assert_max_num_queries(30):
        about = {"lead": [r.lead_id for r in rows], "handover": [r.pk for r in rows]}
        assert obligations_refresh(about=about, book=input_book()).made == 15
