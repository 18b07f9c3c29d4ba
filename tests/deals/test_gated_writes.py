"""Deals written by hand: what the gates let through, refuse and put on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.deals.pipeline import (
    activate,
    company,
    create,
    event,
    lead,
    local,
    met,
    on,
    person,
)

from teichaku.accounts.models import Role
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, Change, OutboxMessage
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move, deal_update
from teichaku.deals.gate_checks import Answer, GateRefused
from teichaku.deals.lead_choice import LinkChoice
from teichaku.deals.models import Activity, Deal, GateDecision, Stage, StageChange
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db

FIELDS = {"amount": 1_200_000, "close_on": date(2027, 2, 26), "attribute.decision_maker": "社長"}


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


@pytest.fixture
def gates():
    activate("2026-11-01 09:00")


def results():
    rows = GateDecision.objects.order_by("pk").values_list("gate_id", "result", "taken")
    return list(rows)


def live(row):
    events = Event.objects.filter(lead=row, source="deal", retracted_at=None).order_by("at", "pk")
    return list(events.values_list("signature__type", flat=True))


def test_without_a_rulebook_nothing_is_asked(rep):
    deal = create(rep, "2026-11-20 10:00")
    assert (deal.name, deal.owner_id, deal.stage.key, deal.system) == (
        "勤怠刷新", rep.user_id, "open", "default",
    )  # fmt: skip
    assert (deal.created_on, deal.source, deal.version) == (date(2026, 11, 20), "web", 1)
    assert results() == []


def test_a_deal_without_a_lead_is_refused_and_the_refusal_is_on_record(rep, gates):
    customer = company()
    known = lead("髙橋 真理子", seen="2026-11-10 10:00", of=customer)
    with pytest.raises(GateRefused) as refused:
        create(rep, "2026-11-20 10:00", values={"company": customer.pk})
    assert not Deal.objects.exists()
    [verdict] = refused.value.verdicts
    assert [tuple(each) for each in verdict.failing] == [("no_lead", "lead")]
    assert verdict.remedies == ("link", "create_and_link", "waiver")
    assert [found.lead_id for found in refused.value.candidates] == [known.pk]
    [row] = GateDecision.objects.all()
    assert (row.result, row.mode, row.deal_id, row.company_id) == (
        "block", "block", None, customer.pk,
    )  # fmt: skip
    assert row.failing == [["no_lead", "lead"]]
    assert AuditEntry.objects.filter(action="deals.gate_refuse").count() == 1
    assert OutboxMessage.objects.filter(topic="deals.gate_refused").count() == 1


def test_linked_it_is_created_and_the_lead_hears_of_it(rep, gates):
    known = lead("青木 翔", seen="2026-11-10 10:00")
    deal = create(rep, "2026-11-20 10:00", lead=known)
    assert (deal.lead_id, deal.match_key, deal.stage.key) == (known.pk, "manual", "hearing")
    assert results() == [("G-link", "allow", "link")]
    assert live(known) == ["deal_created"]
    entered = StageChange.objects.get()
    assert (entered.deal_id, entered.stage.key, entered.source) == (deal.pk, "hearing", "web")


@pytest.mark.parametrize("seen", ["", "2026-11-20 10:01"])
def test_a_lead_that_did_nothing_before_does_not_pass(rep, gates, seen):
    known = lead("青木 翔", seen=seen)
    with pytest.raises(GateRefused) as refused:
        create(rep, "2026-11-20 10:00", lead=known)
    [verdict] = refused.value.verdicts
    assert [each.code for each in verdict.failing] == ["no_event_before"]


def test_what_sales_recorded_itself_is_no_behaviour_of_the_lead(rep, gates):
    known = lead("青木 翔", seen="2026-11-10 10:00", kind="deal_created")
    with pytest.raises(GateRefused):
        create(rep, "2026-11-20 10:00", lead=known)


def test_a_merged_lead_counts_with_what_the_kept_one_did(rep, gates):
    from teichaku.leads.services import lead_merge

    kept, merged = lead("青木 翔", seen="2026-11-10 10:00"), lead("青木")
    lead_merge(kept=kept, merged=merged, actor=rep)
    assert create(rep, "2026-11-20 10:00", lead=merged).lead_id == merged.pk


def test_a_lead_added_along_is_told_apart(rep, gates):
    choice = LinkChoice(new_lead=NewLead(name="新井 花"), first_contact=met("2026-11-05"))
    deal = create(rep, "2026-11-20 10:00", choice=choice)
    assert results() == [("G-link", "allow", "create_and_link")]
    first = Event.objects.get(lead=deal.lead, source="registered_with_deal")
    assert (first.signature.type, first.at.astimezone(local("2026-11-05").tzinfo).date()) == (
        "exhibition",
        date(2026, 11, 5),
    )


def test_met_today_counts_as_before_the_deal(rep, gates):
    choice = LinkChoice(new_lead=NewLead(name="新井 花"), first_contact=met("2026-11-20", "call"))
    assert create(rep, "2026-11-20 10:00", choice=choice).lead is not None


def test_a_refused_deal_leaves_no_lead_behind(rep):
    activate("2026-11-01 09:00", change=("lead_has_event_before: true", "fields: [amount]"))
    choice = LinkChoice(new_lead=NewLead(name="新井 花"), first_contact=met("2026-11-05"))
    with pytest.raises(GateRefused):
        create(rep, "2026-11-20 10:00", choice=choice)
    assert not Lead.objects.exists()
    assert results() == [("G-link", "block", "create_and_link")]


@pytest.mark.parametrize(
    "contact", [None, met("2026-11-21"), met("2026-11-05", "page_view")], ids=str
)
def test_a_lead_added_along_needs_a_first_contact_that_happened(rep, gates, contact):
    choice = LinkChoice(new_lead=NewLead(name="新井 花"), first_contact=contact)
    with pytest.raises(InvalidInput):
        create(rep, "2026-11-20 10:00", choice=choice)
    assert not Lead.objects.exists()


def test_in_shadow_it_is_created_and_recorded(rep):
    activate("2026-11-01 09:00", mode="shadow")
    create(rep, "2026-11-20 10:00")
    assert results() == [("G-link", "record", "")]


def test_a_warning_needs_a_reason_to_go_on(rep):
    activate("2026-11-01 09:00", mode="warn")
    with pytest.raises(GateRefused):
        create(rep, "2026-11-20 10:00")
    deal = create(rep, "2026-11-20 10:01", answer=Answer(proceed_reason="紹介", seconds=40))
    assert results() == [("G-link", "warn", ""), ("G-link", "warn", "proceed")]
    row = GateDecision.objects.get(deal=deal)
    assert (row.reason, row.seconds) == ("紹介", 40)


def win(rep, at, firm):
    """A deal with the company that was won, before the gates."""
    deal = create(rep, at, "前の商談", values={"company": firm.pk})
    with on(at):
        closing = Closing("won", amount=500_000, deciding_factor="納期")
        return deal_close(deal=deal, closing=closing, actor=rep)


@pytest.mark.parametrize(
    ("won", "asked"), [("2024-11-21 10:00", False), ("2024-11-20 10:00", True)]
)
def test_customers_of_the_last_24_months_are_not_asked(rep, won, asked):
    firm = company()
    win(rep, won, firm)
    activate("2026-11-01 09:00")
    if asked:
        with pytest.raises(GateRefused):
            create(rep, "2026-11-20 10:00", values={"company": firm.pk})
        return
    deal = create(rep, "2026-11-20 10:00", values={"company": firm.pk})
    row = GateDecision.objects.get(deal=deal)
    assert (row.result, row.applied) == ("allow", False)


def test_equal_attempts_have_one_digest(rep, gates):
    for name in ("勤怠", "勤怠", "経費"):
        with pytest.raises(GateRefused):
            create(rep, "2026-11-20 10:00", name)
    digests = list(GateDecision.objects.order_by("pk").values_list("digest", flat=True))
    assert digests[0] == digests[1] != digests[2]


def test_a_stage_asks_for_its_fields(rep, gates):
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-24 10:00"):
        with pytest.raises(GateRefused) as refused:
            deal_stage_move(deal=deal, stage="proposal", actor=rep)
        [verdict] = refused.value.verdicts
        assert [each.field for each in verdict.failing] == ["amount", "close_on", "decision_maker"]
        assert refused.value.candidates == ()
        deal_update(deal=deal, values=FIELDS, actor=rep)
        moved = deal_stage_move(deal=deal, stage="proposal", actor=rep)
    assert (moved.stage.key, moved.version) == ("proposal", 3)
    assert results()[1:] == [("G-prop", "block", ""), ("G-prop", "allow", "")]
    history = Change.objects.filter(object_type="deals.deal", object_id=deal.pk)
    assert set(history.values_list("field", "source")) == {
        (name, "web") for name in ("amount", "close_on", "attribute.decision_maker", "stage")
    }


def test_passing_over_a_stage_is_entering_it(rep, gates):
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-24 10:00"), pytest.raises(GateRefused):
        deal_stage_move(deal=deal, stage="verbal", actor=rep)
    with pytest.raises(GateRefused):
        create(rep, "2026-11-24 10:00", stage="verbal", lead=deal.lead)


def test_unknown_with_a_day_to_ask_again_is_an_answer_until_that_day(rep, gates):
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    known = {key: value for key, value in FIELDS.items() if key != "attribute.decision_maker"}
    ask = {"attribute.decision_maker": date(2026, 12, 1)}
    with on("2026-11-24 10:00"):
        deal = deal_update(deal=deal, values=known, unknowns=ask, actor=rep)
    assert deal.unknowns == {"decision_maker": "2026-12-01"}
    with on("2026-12-02 10:00"), pytest.raises(GateRefused) as refused:
        deal_stage_move(deal=deal, stage="proposal", actor=rep)
    assert refused.value.verdicts[0].failing[0].code == "ask_again_due"
    with on("2026-12-01 10:00"):
        deal = deal_stage_move(deal=deal, stage="proposal", actor=rep)
        deal = deal_update(deal=deal, values={"attribute.decision_maker": "社長"}, actor=rep)
    assert deal.unknowns is None


def test_what_a_gate_asked_for_cannot_be_taken_away_again(rep, gates):
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-24 10:00"):
        deal = deal_update(deal=deal, values=FIELDS, actor=rep)
        deal = deal_update(deal=deal, values={"amount": None}, actor=rep)  # not asked for yet
        deal = deal_update(deal=deal, values=FIELDS, actor=rep)
        deal = deal_stage_move(deal=deal, stage="proposal", actor=rep)
        with pytest.raises(GateRefused):
            deal_update(deal=deal, values={"amount": None}, actor=rep)
        with pytest.raises(GateRefused):
            deal_update(deal=deal, values={"attribute.decision_maker": "未定"}, actor=rep)
        deal_update(deal=deal, values={"amount": 900_000}, actor=rep)
    assert Deal.objects.get().amount == 900_000


def test_a_deal_older_than_the_gate_is_recorded_and_never_refused(rep):
    activate("2026-10-01 09:00", mode="shadow", fields="shadow")
    deal = create(rep, "2026-10-20 10:00")
    activate("2026-11-01 09:00")
    with on("2026-11-20 10:00"):
        moved = deal_stage_move(deal=deal, stage="proposal", actor=rep)
    assert moved.stage.key == "proposal"
    assert results() == [("G-link", "record", ""), ("G-prop", "record", "")]


def test_a_new_wording_does_not_set_a_gate_free(rep):
    activate("2026-10-01 09:00")
    deal = create(rep, "2026-10-20 10:00", lead=lead("青木", seen="2026-10-10 10:00"))
    activate("2026-11-01 09:00", change=("提案に進める前の項目", "提案の前に要るもの"))
    with on("2026-11-20 10:00"), pytest.raises(GateRefused):
        deal_stage_move(deal=deal, stage="proposal", actor=rep)


def test_of_two_changes_from_one_page_the_second_is_told(rep):
    deal = create(rep, "2026-11-20 10:00")
    deal_update(deal=deal, values={"amount": 1}, actor=rep, version=1)
    with pytest.raises(Conflict):
        deal_update(deal=deal, values={"amount": 2}, actor=rep, version=1)
    with pytest.raises(Conflict):
        deal_stage_move(deal=deal, stage="won", actor=rep, version=1)
    assert Deal.objects.get().amount == 1


def test_saving_without_a_change_writes_nothing(rep):
    deal = create(rep, "2026-11-20 10:00", values={"amount": 5})
    before = (Change.objects.count(), AuditEntry.objects.count())
    again = deal_update(deal=deal, values={"amount": 5}, actor=rep)
    assert again.version == 1
    assert (Change.objects.count(), AuditEntry.objects.count()) == before


def test_closing_as_won(rep, gates):
    known = lead("青木", seen="2026-11-10 10:00")
    deal = create(rep, "2026-11-20 10:00", lead=known, values={"next_action": "見積"})
    with on("2026-11-25 10:00"):
        closing = Closing("won", amount=1_000_000, deciding_factor="納期の短さ")
        closed = deal_close(deal=deal, closing=closing, actor=rep)
    assert (closed.stage.key, closed.amount, closed.closed_on) == (
        "won", 1_000_000, date(2026, 11, 25),
    )  # fmt: skip
    assert (closed.deciding_factor, closed.next_action) == ("納期の短さ", "")
    assert live(known) == ["deal_created", "deal_won"]
    assert OutboxMessage.objects.filter(topic="deals.deal_won").count() == 1
    with on("2026-11-26 10:00"):
        again = deal_stage_move(deal=closed, stage="hearing", actor=rep)
    assert (again.closed_on, live(known)) == (None, ["deal_created"])


def test_closing_as_lost_asks_why_and_when_to_come_back(rep, gates):
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-25 10:00"):
        for reason, again in (("", None), ("気分", None), ("価格", date(2026, 11, 25))):
            closing = Closing("lost", lost_reason=reason, approach_again_on=again)
            with pytest.raises(InvalidInput):
                deal_close(deal=deal, closing=closing, actor=rep)
        closing = Closing(
            "lost", lost_reason="価格", competitor="丙社", approach_again_on=date(2027, 5, 1)
        )
        closed = deal_close(deal=deal, closing=closing, actor=rep)
    assert (closed.lost_reason, closed.competitor, closed.approach_again_on) == (
        "価格", "丙社", date(2027, 5, 1),
    )  # fmt: skip
    [message] = OutboxMessage.objects.filter(topic="deals.deal_lost")
    assert message.payload == {"deal": deal.pk}


@pytest.mark.parametrize(
    "closing",
    [
        Closing("won", deciding_factor="納期"),
        Closing("won", amount=100),
        Closing("won", amount=100, deciding_factor="納期", closed_on=date(2030, 1, 1)),
        Closing("open"),
    ],
    ids=str,
)
def test_a_closing_that_says_too_little(rep, closing):
    deal = create(rep, "2026-11-20 10:00")
    with pytest.raises(InvalidInput), on("2026-11-25 10:00"):
        deal_close(deal=deal, closing=closing, actor=rep)
    assert Deal.objects.get().stage.kind == "open"


@pytest.mark.parametrize(
    "values",
    [
        {"amount": -1},
        {"amount": 1.5},
        {"amount": True},
        {"close_on": "2026-12-01"},
        {"company": 999_999},
        {"kind": "その他"},
        {"stage": "won"},
        {"name": "x" * 2_001},
        {"lead": 1},
    ],
    ids=str,
)
def test_values_that_cannot_be(rep, gates, values):
    with pytest.raises(InvalidInput) as refused:
        create(rep, "2026-11-20 10:00", values=values)
    assert str(refused.value)


def test_a_deal_is_not_won_by_moving_it(rep):
    deal = create(rep, "2026-11-20 10:00")
    with pytest.raises(InvalidInput):
        deal_stage_move(deal=deal, stage="won", actor=rep)
    with pytest.raises(InvalidInput):
        deal_stage_move(deal=deal, stage="nowhere", actor=rep)


def test_an_activity_moves_the_next_action_of_its_deal(rep):
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-25 10:00"):
        entry = Entry(
            "visit", outcome="前進", next_action="見積を送る", next_action_on=date(2026, 12, 1)
        )
        activity = activity_record(entry=entry, deal=deal, actor=rep)
    deal = Deal.objects.get()
    assert (deal.next_action, deal.next_action_on) == ("見積を送る", date(2026, 12, 1))
    assert (activity.lead_id, activity.owner_id, activity.at) == (
        deal.lead_id, rep.user_id, local("2026-11-25 10:00"),
    )  # fmt: skip
    assert Change.objects.filter(field="next_action_on", object_id=deal.pk).count() == 1


@pytest.mark.parametrize("entry", [Entry("chat"), Entry("call", at=local("2026-11-25 10:01"))])
def test_an_activity_that_cannot_be(rep, entry):
    deal = create(rep, "2026-11-20 10:00")
    with pytest.raises(InvalidInput), on("2026-11-25 10:00"):
        activity_record(entry=entry, deal=deal, actor=rep)
    with pytest.raises(InvalidInput):
        activity_record(entry=Entry("call"), actor=rep)
    assert not Activity.objects.exists()


def test_the_pipeline_has_the_stages_agreed_on(gates):
    open_ones = Stage.objects.filter(kind="open").order_by("position")
    assert [(s.key, s.label) for s in open_ones][:3] == [
        ("hearing", "ヒアリング"), ("proposal", "提案"), ("verbal", "内示"),
    ]  # fmt: skip


def test_no_gate_costs_a_statement_per_deal(rep, gates, django_assert_max_num_queries):
    from teichaku.core import clock
    from teichaku.deals.gate_checks import gates_judge
    from teichaku.deals.gate_facts import Subject
    from teichaku.deals.gate_rules import gate_book

    leads = [lead(f"氏名{k}", seen="2026-11-10 10:00") for k in range(20)]
    event(leads[0], "2026-11-09 10:00")
    firms = [company(f"会社{k}") for k in range(20)]
    book = gate_book()
    at = clock.now() + timedelta(days=365)
    subjects = [
        Subject(at, lead=one.pk, company=firm.pk) for one, firm in zip(leads, firms, strict=True)
    ]
    with django_assert_max_num_queries(6):
        verdicts = gates_judge(subjects, book.gates, book)
    assert all(found[0].result == "allow" for found in verdicts)
