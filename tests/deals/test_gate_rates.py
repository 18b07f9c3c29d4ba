"""Rates and escapes: judged afterwards, against counts made by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from tests.deals.pipeline import activate, company, create, event, lead, met, on, person
from tests.intake.importing import import_text

from teichaku.accounts.models import Role
from teichaku.core.errors import InvalidInput
from teichaku.deals.conformance import gate_rates, would_stop
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move, deal_update
from teichaku.deals.gate_checks import Answer, ExceptionWish, GateRefused
from teichaku.deals.gate_evidence import gate_evidence, gate_review
from teichaku.deals.lead_choice import LinkChoice
from teichaku.deals.models import Deal, GateDecision, Stage, Waiver
from teichaku.deals.waiver_expiry import waivers_expire
from teichaku.deals.waivers import waiver_answer
from teichaku.engine.promotion import recommend
from teichaku.leads.new_leads import NewLead

pytestmark = pytest.mark.django_db

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
BOOK_SFA = "entity: deals\nsystem: sfa\ncolumns: {external_id: external_id, created_on: day}\n"


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


def figures(gate_id="G-link", days=NOVEMBER):
    with on("2026-12-01 09:00"):
        [found] = [gate for gate in gate_rates(*days).gates if gate.gate_id == gate_id]
    return found


def links(days=NOVEMBER):
    with on("2026-12-01 09:00"):
        return gate_rates(*days).links


def raw_deal(name, day="2026-11-20"):
    """A deal that somebody wrote into the table, past everything."""
    with on(f"{day} 10:00"):
        template = create(person("手", Role.SALES_REP), "2026-10-01 10:00", name)
    GateDecision.objects.filter(deal=template)._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deals_deal SET source = '', created_on = %s, created_at = NULL WHERE id = %s",
            [day, template.pk],
        )
    return template


def test_a_deal_written_past_every_way_has_escaped(rep):
    raw = raw_deal("裏口")
    activate("2026-11-01 09:00")
    create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    found = figures()
    assert (found.steps, found.escaped, found.escape_rate) == (2, {"unrecorded": 1}, 0.5)
    with on("2026-12-01 09:00"):
        assert [row.deal for row in would_stop("G-link", *NOVEMBER)] == [raw.pk]


def test_a_mirrored_pipeline_shows_what_its_own_tool_let_through(rep):
    activate("2026-11-01 09:00")
    with on("2026-11-20 18:00"):
        text = "external_id,day\nD1,2026-11-20\nD2,2026-11-21\nD3,2026-10-20\n"
        import_text("deals", text, file_map=BOOK_SFA)
    found = figures()
    # the third is of October
    assert (found.steps, found.escaped) == (2, {"import": 2})


def test_before_the_gate_asked_nothing_could_escape(rep):
    raw_deal("裏口", "2026-11-05")
    activate("2026-11-10 09:00")
    assert (figures().steps, figures().escape_rate) == (0, None)


def test_a_link_taken_away_afterwards_has_escaped(rep):
    activate("2026-11-01 09:00")
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    assert figures().escaped == {}
    Deal.objects.filter(pk=deal.pk).update(lead=None)
    assert figures().escaped == {"unlinked": 1}


def test_an_exception_that_ended_without_a_link_has_escaped(rep):
    activate("2026-11-01 09:00")
    boss = person("部長", Role.SALES_MANAGER)
    wish = Answer(exception=ExceptionWish("referral"))
    create(rep, "2026-11-20 10:00", answer=wish)
    assert (figures().steps, figures().escaped) == (0, {})  # pending: nothing counts it
    with on("2026-11-24 10:00"):
        waiver_answer(waiver=Waiver.objects.get(), granted=False, actor=boss)
    with on("2026-11-26 10:00"):
        waivers_expire()
    assert (figures().steps, figures().escaped) == (1, {"waiver": 1})


def test_stages_entered_past_the_gate(rep):
    activate("2026-11-01 09:00")
    deals = [
        create(rep, "2026-11-10 10:00", lead=lead(name, seen="2026-11-05 10:00"))
        for name in ("い", "ろ", "は")
    ]
    filled = {"amount": 9, "close_on": date(2027, 1, 1), "attribute.decision_maker": "社長"}
    with on("2026-11-12 10:00"):
        deal_update(deal=deals[0], values=filled, actor=rep)
        deal_stage_move(deal=deals[0], stage="proposal", actor=rep)
        with pytest.raises(GateRefused):
            deal_stage_move(deal=deals[1], stage="proposal", actor=rep)
    # refused, and then moved by hand in the table
    Deal.objects.filter(pk=deals[1].pk).update(stage=Stage.objects.get(key="proposal"))
    found = figures("G-prop")
    assert (found.steps, found.escaped, found.escape_rate) == (2, {"unrecorded": 1}, 0.5)
    assert (found.stopped, found.overridden) == (1, 0)


def test_link_figures_by_hand(rep):
    firm = company()
    old = create(rep, "2026-03-01 10:00", values={"company": firm.pk})
    with on("2026-03-02 10:00"):
        deal_close(deal=old, closing=Closing("won", amount=1, deciding_factor="納期"), actor=rep)
    activate("2026-11-01 09:00", mode="shadow")
    seen, later = lead("い", seen="2026-11-02 10:00"), lead("ろ", seen="2026-11-25 10:00")
    create(rep, "2026-11-10 10:00", lead=seen)
    create(rep, "2026-11-10 11:00", lead=later)  # its lead was not known yet
    create(rep, "2026-11-11 10:00", values={"company": firm.pk})  # a customer
    along = LinkChoice(new_lead=NewLead(name="は"), first_contact=met("2026-11-05"))
    create(rep, "2026-11-12 10:00", choice=along)
    slow = create(rep, "2026-11-13 10:00")
    with on("2026-11-14 10:01"):
        from teichaku.deals.lead_decisions import deal_link

        deal_link(deal=slow, lead=seen, actor=rep)  # more than a day later
    quick = create(rep, "2026-11-16 10:00")
    with on("2026-11-17 09:59"):
        deal_link(deal=quick, lead=seen, actor=rep)
    found = links()
    assert (found.created, found.linked, found.eligible, found.eligible_linked) == (6, 3, 5, 3)
    assert (found.along, found.waived, found.pending) == (1, 0, 0)
    assert (found.link_rate, found.coverage) == (0.5, 0.6)
    assert links((date(2026, 12, 1), date(2026, 12, 31))).link_rate is None


def test_waived_and_pending_deals_are_shown_apart(rep):
    activate("2026-11-01 09:00")
    boss = person("部長", Role.SALES_MANAGER)
    wish = Answer(exception=ExceptionWish("referral"))
    create(rep, "2026-11-20 10:00", "一", answer=wish)
    create(rep, "2026-11-20 10:00", "二", answer=wish)
    with on("2026-11-20 11:00"):
        waiver_answer(waiver=Waiver.objects.earliest("pk"), granted=True, actor=boss)
    found = links()
    assert (found.created, found.waived, found.pending, found.waiver_share) == (1, 1, 1, 1.0)


def test_attempts_are_counted_once_however_often_they_are_tried(rep):
    activate("2026-11-01 09:00", mode="warn")
    for name in ("一", "一", "二", "三"):
        with pytest.raises(GateRefused):
            create(rep, "2026-11-20 10:00", name)
    create(rep, "2026-11-20 10:05", "一", answer=Answer(proceed_reason="紹介", seconds=30))
    known = lead("青木", seen="2026-11-10 10:00")
    create(rep, "2026-11-20 10:06", "二", lead=known)
    found = figures()
    assert (found.stopped, found.overridden, found.override_rate) == (3, 1, 1 / 3)


def test_shadow_says_what_would_have_been_stopped_last_week(rep):
    activate("2026-11-01 09:00", mode="shadow", fields="shadow")
    bare = create(rep, "2026-11-17 10:00")
    create(rep, "2026-11-18 10:00", lead=lead("い", seen="2026-11-02 10:00"))
    create(rep, "2026-11-09 10:00")  # the week before
    with on("2026-11-19 10:00"):
        deal_stage_move(deal=bare, stage="proposal", actor=rep)
        filled = {"amount": 9, "close_on": date(2027, 1, 1), "attribute.decision_maker": "社長"}
        deal_update(deal=bare, values=filled, actor=rep)  # later, so it was missing at the time
    week = (date(2026, 11, 16), date(2026, 11, 22))
    with on("2026-11-23 09:00"):
        assert [row.deal for row in would_stop("G-link", *week)] == [bare.pk]
        [stage] = would_stop("G-prop", *week)
        assert would_stop("nothing", *week) == []
    assert [each.field for each in stage.failing] == ["amount", "close_on", "decision_maker"]


def test_evidence_and_what_it_speaks_for(rep):
    activate("2026-11-01 09:00", mode="shadow")
    with on("2026-11-14 09:00"):
        assert recommend(gate_evidence("G-link")).to == "shadow"
    with on("2026-11-15 09:00"):
        assert recommend(gate_evidence("G-link")).to == "warn"
    activate("2026-11-15 10:00", mode="warn")
    for k in range(8):
        with pytest.raises(GateRefused):
            create(rep, "2026-11-20 10:00", f"商談{k}")
    for k in range(2):
        answer = Answer(proceed_reason="紹介", seconds=40 + 20 * k)
        create(rep, "2026-11-20 10:00", f"商談{k}", answer=answer)
    refused = GateDecision.objects.filter(result="warn", taken="").first()
    gate_review(decision=refused, wrong=True, actor=rep)
    gate_review(decision=refused, wrong=False, actor=rep)
    with on("2026-11-29 10:00"):
        found = gate_evidence("G-link")
        assert (found.days, found.stopped, found.overridden, found.burden) == (14, 8, 2, 50)
        assert (found.reviewed, found.wrong) == (1, 0)
        assert recommend(found).to == "shadow"
        with pytest.raises(InvalidInput):
            gate_evidence("nothing")
    event(lead("い"), "2026-11-02 10:00")
    allowed = create(rep, "2026-11-20 10:00", lead=lead("ろ", seen="2026-11-02 10:00"))
    with pytest.raises(InvalidInput):
        gate_review(decision=GateDecision.objects.get(deal=allowed), wrong=True, actor=rep)
