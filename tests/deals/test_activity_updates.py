"""Changing what was entered about an activity: answers, 不明, conflicts, and what its deal says."""

from __future__ import annotations

from datetime import date

import pytest
from tests.deals.pipeline import activate, create, local, on, person

from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, Change, OutboxMessage
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.activity_updates import activity_update
from teichaku.deals.deal_forms import ActivityForm
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Deal
from teichaku.deals.outcome_chips import outcome_chips, outcomes_of

pytestmark = pytest.mark.django_db
NOW = "2026-11-24 10:00"
RULE = """
  - id: R-2
    who: {role: sales_rep}
    when: {after: activity.visit.end, due: 1bd}
    what:
      object: activity
      fields: [{name: outcome, choices: [受注に近い, 遠い], means: 手応え, example: 遠い}]
gates:"""


@pytest.fixture(autouse=True)
def present():
    with clock.moved_to(local(NOW)):
        yield


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


@pytest.fixture
def deal(rep):
    activate("2026-11-01 09:00", mode="shadow")
    return create(rep, "2026-11-10 09:00")


def visit(rep, deal, at="2026-11-20 15:00", **entry):
    return activity_record(entry=Entry("visit", local(at), **entry), deal=deal, actor=rep)


def said(deal) -> tuple[str, date | None]:
    row = Deal.objects.get(pk=deal.pk)
    return row.next_action, row.next_action_on


def test_every_field_has_its_history_and_others_are_told(rep, deal):
    row = visit(rep, deal)
    told = OutboxMessage.objects.filter(topic="deals.activities_written").count()
    values = {"outcome": " 前進 ", "attribute.参加者": "購買部長"}
    row = activity_update(activity=row, values=values, actor=rep)
    assert (row.outcome, row.attributes, row.version) == ("前進", {"参加者": "購買部長"}, 2)
    changes = Change.objects.filter(object_type="deals.activity", object_id=row.pk)
    assert sorted(changes.values_list("field", "old", "new")) == [
        ("attribute.参加者", None, "購買部長"), ("outcome", "", "前進"),
    ]  # fmt: skip
    assert OutboxMessage.objects.filter(topic="deals.activities_written").count() == told + 1
    assert AuditEntry.objects.filter(action="deals.activity_update").count() == 1
    activity_update(activity=row, values=values, actor=rep)
    assert changes.count() == 2, "the same again changes nothing"


def test_unknown_stands_until_it_is_answered(rep, deal):
    row = visit(rep, deal)
    row = activity_update(
        activity=row, values={}, unknowns={"outcome": date(2026, 12, 1)}, actor=rep
    )
    assert row.unknowns == {"outcome": "2026-12-01"}
    row = activity_update(activity=row, values={"outcome": "前進"}, actor=rep)
    assert row.unknowns is None
    fields = Change.objects.filter(object_type="deals.activity").order_by("pk")
    assert list(fields.values_list("field", flat=True)) == [
        "unknown.outcome", "outcome", "unknown.outcome",
    ]  # fmt: skip


def test_whoever_saw_an_older_state_is_told(rep, deal):
    row = visit(rep, deal)
    activity_update(activity=row, values={"outcome": "前進"}, actor=rep)
    with pytest.raises(Conflict, match="Someone else changed"):
        activity_update(activity=row, values={"outcome": "変化なし"}, actor=rep, version=1)


@pytest.mark.parametrize(
    "values",
    [{"outcome": 3}, {"note": "あ" * 2_001}, {"next_action_on": "2026-12-01"}, {"kind": ""}],
)
def test_what_cannot_be_entered_names_its_field(rep, deal, values):
    row = visit(rep, deal)
    with pytest.raises(InvalidInput) as refused:
        activity_update(activity=row, values=values, actor=rep)
    assert refused.value.data["field"] == next(iter(values))


def test_the_deal_follows_in_what_is_next_and_goes_back_with_it(rep, deal):
    visit(rep, deal, "2026-11-18 10:00", next_action="電話", next_action_on=date(2026, 11, 25))
    row = visit(rep, deal)
    plan = {"next_action": "見積の提出", "next_action_on": date(2026, 12, 1)}
    activity_update(activity=row, values=plan, actor=rep)
    assert said(deal) == ("見積の提出", date(2026, 12, 1))
    last = Change.objects.filter(object_type="deals.deal", field="next_action").latest("pk")
    assert last.source == "activity", "nobody typed it twice"
    with on("2026-11-24 10:01"):
        nothing = {"next_action": "", "next_action_on": None}
        activity_update(activity=row, values=nothing, actor=rep, source="undo")
    assert said(deal) == ("電話", date(2026, 11, 25))


def test_an_older_activity_leaves_the_deal_as_it_is(rep, deal):
    row = visit(rep, deal, "2026-11-18 10:00")
    visit(rep, deal, next_action="電話", next_action_on=date(2026, 11, 25))
    activity_update(activity=row, values={"next_action": "見積の提出"}, actor=rep)
    assert said(deal) == ("電話", date(2026, 11, 25))


def test_what_the_deal_says_otherwise_by_now_is_not_taken_back(rep, deal):
    row = visit(rep, deal, next_action="電話", next_action_on=date(2026, 11, 25))
    Deal.objects.filter(pk=deal.pk).update(next_action="訪問")
    Change.objects.filter(object_type="deals.deal", field="next_action").update(new="訪問")
    activity_update(activity=row, values={"next_action": ""}, actor=rep, source="undo")
    assert said(deal)[0] == "訪問"


# Outcomes to choose from


def test_the_chips_are_those_of_the_rule_for_the_kind(rep):
    activate("2026-11-01 09:00", change=("\ngates:", RULE))
    book = gate_book()
    assert outcomes_of(book, "visit") == ("受注に近い", "遠い")
    assert outcomes_of(book, "call")[:3] == ("前進", "変化なし", "止まった")
    kinds = {chip.value: chip.kinds for chip in outcome_chips(book)}
    assert kinds["遠い"] == "visit"
    assert kinds["前進"] == "call meeting online mail"
    [hint] = ActivityForm(book=book).hints()
    assert (hint.means, hint.example, hint.kinds) == ("手応え", "遠い", "visit")


@pytest.mark.parametrize(
    ("kind", "outcome", "is_right"),
    [("visit", "遠い", True), ("visit", "前進", False), ("visit", "不明", False),
     ("call", "前進", True), ("call", "遠い", False)],
)  # fmt: skip
def test_the_card_takes_what_is_right_for_its_kind(rep, kind, outcome, is_right):
    activate("2026-11-01 09:00", change=("\ngates:", RULE))
    form = ActivityForm({"kind": kind, "outcome": outcome}, book=gate_book())
    assert form.is_valid() == is_right


def test_unknown_on_the_card_is_kept_with_its_day(rep, deal):
    told = {"kind": "call", "outcome": "不明", "next_on": "other", "next_day": "2026-12-01"}
    form = ActivityForm(told, book=gate_book())
    assert form.is_valid()
    row = activity_record(entry=form.entry(), deal=deal, actor=rep)
    assert (row.outcome, row.unknowns) == ("", {"outcome": "2026-12-01"})
