"""Exceptions: who answers, what a pending deal may do, and what happens when nobody acts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.deals.pipeline import activate, company, create, lead, local, on, person, user_of

from teichaku.accounts.models import Deputy, Role
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, Change, Job, OutboxMessage
from teichaku.core.registry import computed_attributes
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move, deal_update
from teichaku.deals.gate_checks import Answer, ExceptionWish, GateRefused
from teichaku.deals.lead_decisions import deal_link
from teichaku.deals.models import Deal, GateDecision, Waiver
from teichaku.deals.selectors import deal_outcomes
from teichaku.deals.waiver_answerers import waiver_answerers
from teichaku.deals.waiver_expiry import waivers_expire
from teichaku.deals.waivers import waiver_answer, waiver_request

pytestmark = pytest.mark.django_db

WISH = Answer(exception=ExceptionWish("referral"), seconds=50)
NOBODY = {"settled": 0, "passed_on": 0, "ended": 0, "violated": 0}


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


@pytest.fixture
def boss():
    return person("部長", Role.SALES_MANAGER)


@pytest.fixture
def deputy():
    return person("マーケ長", Role.MARKETING_MANAGER)


@pytest.fixture
def waiver(rep, boss, deputy):
    """Asked for on Friday 20 November 2026 at 17:00; the 23rd is a holiday."""
    activate("2026-11-01 09:00")
    create(rep, "2026-11-20 17:00", answer=WISH)
    return Waiver.objects.get()


def expired(at):
    with on(at):
        return {key: count for key, count in waivers_expire().items() if count}


def answered(waiver, actor, at, **options):
    with on(at):
        return waiver_answer(waiver=waiver, actor=actor, **options)


def test_asking_saves_the_deal_as_pending(waiver, rep):
    deal = Deal.objects.get()
    assert (deal.is_pending, waiver.state, waiver.reason) == (True, "open", "referral")
    # four business hours: one on Friday, three on Tuesday morning
    assert waiver.answer_due_at == local("2026-11-24 12:00")
    [row] = GateDecision.objects.all()
    assert (row.result, row.taken, row.waiver_id, row.seconds) == ("block", "waiver", waiver.pk, 50)
    assert OutboxMessage.objects.filter(topic="deals.waiver_requested").count() == 1


def test_no_figure_counts_a_pending_deal(waiver, rep, boss):
    known, firm = lead("青木", seen="2026-11-10 10:00"), company()
    activate("2026-11-21 09:00", change=("lead_has_event_before: true", "fields: [amount]"))
    options = {"lead": known, "answer": WISH, "values": {"company": firm.pk}}
    deal = create(rep, "2026-11-24 10:00", **options)
    assert deal.is_pending
    assert list(deal_outcomes()) == []
    with on("2026-11-24 13:01"):
        lost = Closing("lost", lost_reason="価格")
        deal_close(deal=deal, closing=lost, actor=rep)
    # however it was closed, even past our ways
    Deal.objects.filter(pk=deal.pk).update(stage=deal.stage.__class__.objects.get(key="won"))
    is_customer = computed_attributes.get("company.is_customer")
    assert is_customer([firm.pk], local("2026-12-01 10:00")) == set()
    assert list(deal_outcomes()) == []
    Deal.objects.filter(pk=deal.pk).update(is_pending=False)
    assert is_customer([firm.pk], local("2026-12-01 10:00")) == {firm.pk}
    assert len(list(deal_outcomes())) == 1


def test_granted_the_deal_counts(waiver, boss):
    done = answered(waiver, boss, "2026-11-24 10:00", granted=True, note="展示会の紹介")
    assert (done.state, done.answered_as_deputy) == ("granted", False)
    assert done.valid_until == local("2026-11-24 10:00") + timedelta(days=14)
    assert not Deal.objects.get().is_pending
    assert GateDecision.objects.latest("pk").result == "waived"
    history = Change.objects.filter(object_type="deals.waiver", object_id=waiver.pk)
    assert list(history.values_list("field", "old", "new")) == [("state", "open", "granted")]
    assert AuditEntry.objects.filter(action="deals.waiver_answer").count() == 1


@pytest.mark.parametrize("days", [0, 15])
def test_an_exception_has_its_longest_time(waiver, boss, days):
    with pytest.raises(InvalidInput):
        answered(waiver, boss, "2026-11-24 10:00", granted=True, days=days)


def test_only_the_approver_answers_and_the_deputy_from_the_deadline_on(waiver, rep, boss, deputy):
    for actor in (rep, deputy, person("社長", Role.EXECUTIVE)):
        with pytest.raises(Conflict):
            answered(waiver, actor, "2026-11-24 10:00", granted=True)
    assert expired("2026-11-24 11:59") == {}
    assert expired("2026-11-24 12:00") == {"passed_on": 1}
    assert expired("2026-11-24 12:05") == {}
    done = answered(waiver, deputy, "2026-11-24 13:00", granted=True)
    assert done.answered_as_deputy
    with pytest.raises(Conflict):
        answered(waiver, boss, "2026-11-24 14:00", granted=True)


def test_a_named_deputy_stands_in_on_the_days_given(waiver, rep, boss):
    second = person("代理", Role.SALES_REP)
    for row, first, end in ((second, date(2026, 11, 24), date(2026, 11, 25)), (rep, None, None)):
        Deputy.objects.create(
            user=user_of(boss), deputy=user_of(row), ends_before=end,
            starts_on=first or date(2026, 11, 26),
        )  # fmt: skip
    with pytest.raises(Conflict):
        answered(waiver, second, "2026-11-23 10:00", granted=True)
    with pytest.raises(Conflict):
        answered(waiver, rep, "2026-11-26 10:00", granted=True)  # it was the rep who asked
    assert answered(waiver, second, "2026-11-24 10:00", granted=True).answered_as_deputy


def test_it_never_returns_to_who_asked(deputy):
    activate("2026-11-01 09:00")
    both = person("営業部長", Role.SALES_MANAGER, Role.SALES_REP)
    create(both, "2026-11-20 17:00", answer=WISH)
    waiver = Waiver.objects.get()
    # nobody else is a sales manager, so it is the deputy's at once
    with on("2026-11-20 17:00"):
        assert [(one.user, one.as_deputy) for one in waiver_answerers(waiver)] == [
            (deputy.user_id, True)
        ]
    with pytest.raises(Conflict):
        answered(waiver, both, "2026-11-24 10:00", granted=True)


def test_where_nobody_else_has_the_roles_an_executive_answers():
    activate("2026-11-01 09:00")
    both = person("兼務", Role.SALES_MANAGER, Role.MARKETING_MANAGER)
    head = person("社長", Role.EXECUTIVE)
    create(both, "2026-11-20 17:00", answer=WISH)
    with on("2026-11-20 17:00"):
        assert [one.user for one in waiver_answerers(Waiver.objects.get())] == [head.user_id]


@pytest.mark.parametrize(("until", "goes_on"), [("allow", True), ("hold", False)])
def test_a_pending_deal_goes_on_when_nobody_answers_in_time(rep, boss, deputy, until, goes_on):
    activate("2026-11-01 09:00", until=until, fields="shadow")
    deal = create(rep, "2026-11-20 17:00", answer=WISH)
    with on("2026-11-24 11:59"), pytest.raises(Conflict):
        deal_stage_move(deal=deal, stage="proposal", actor=rep)
    with on("2026-11-24 12:00"):
        if not goes_on:
            with pytest.raises(Conflict):
                deal_stage_move(deal=deal, stage="proposal", actor=rep)
            return
        assert deal_stage_move(deal=deal, stage="proposal", actor=rep).is_pending


def test_refused_and_not_linked_within_a_business_day_is_a_violation(waiver, boss):
    done = answered(waiver, boss, "2026-11-24 10:00", granted=False)
    assert (done.state, done.link_due_at) == ("rejected", local("2026-11-25 10:00"))
    assert expired("2026-11-25 09:59") == {}
    assert expired("2026-11-25 10:00") == {"violated": 1}
    assert expired("2026-11-26 10:00") == {}
    row = GateDecision.objects.latest("pk")
    assert (row.result, row.taken) == ("block", "violated")
    assert Deal.objects.get().is_pending
    assert OutboxMessage.objects.filter(topic="deals.waiver_violated").count() == 1


def test_refused_and_linked_in_time_is_settled(waiver, rep, boss):
    answered(waiver, boss, "2026-11-24 10:00", granted=False)
    known = lead("青木", seen="2026-11-10 10:00")
    with on("2026-11-25 09:00"):
        deal_link(deal=Deal.objects.get(), lead=known, actor=rep)
    assert expired("2026-11-25 10:00") == {}
    assert Waiver.objects.get().state == "settled"
    assert not Deal.objects.get().is_pending
    assert [row.lead for row in deal_outcomes()] == [known.pk]


def test_a_link_by_whatever_way_settles_it(waiver):
    Deal.objects.update(lead=lead("青木", seen="2026-11-10 10:00"))
    assert expired("2026-11-20 17:05") == {"settled": 1}
    assert not Deal.objects.get().is_pending


def test_a_granted_exception_ends(waiver, boss):
    answered(waiver, boss, "2026-11-24 10:00", granted=True, days=3)
    assert expired("2026-11-27 09:59") == {}
    assert expired("2026-11-27 10:00") == {"ended": 1}
    assert Waiver.objects.get().link_due_at == local("2026-11-30 10:00")
    assert expired("2026-11-30 10:00") == {"violated": 1}


def test_an_exception_that_nobody_answers_ends_as_well(waiver):
    assert expired("2026-12-04 16:59") == {"passed_on": 1}
    assert expired("2026-12-04 17:00") == {"ended": 1}


def test_a_stage_lets_a_deal_through_by_a_granted_exception(rep, boss):
    activate("2026-11-01 09:00")
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    wish = ExceptionWish("急ぎ")
    with on("2026-11-24 10:00"):
        waiver = waiver_request(deal=deal, gate_id="G-prop", wish=wish, actor=rep)
        assert not Deal.objects.get().is_pending
        with pytest.raises(GateRefused):
            deal_stage_move(deal=deal, stage="proposal", actor=rep)
        with pytest.raises(Conflict):
            waiver_request(deal=deal, gate_id="G-prop", wish=wish, actor=rep)
    answered(waiver, boss, "2026-11-24 11:00", granted=True)
    with on("2026-11-24 12:00"):
        assert deal_stage_move(deal=deal, stage="proposal", actor=rep).stage.key == "proposal"
    row = GateDecision.objects.latest("pk")
    assert (row.result, row.waiver_id) == ("waived", waiver.pk)
    with on("2026-11-25 12:00"):
        filled = {"amount": 5, "close_on": date(2027, 1, 1), "attribute.decision_maker": "社長"}
        deal_update(deal=deal, values=filled, actor=rep)
    assert expired("2026-11-25 13:00") == {"settled": 1}


@pytest.mark.parametrize(
    "wish", [ExceptionWish("なんとなく"), ExceptionWish("other"), ExceptionWish("")], ids=str
)
def test_a_reason_has_to_be_given(rep, wish):
    activate("2026-11-01 09:00")
    with pytest.raises(InvalidInput):
        create(rep, "2026-11-20 10:00", answer=Answer(exception=wish))
    assert not Deal.objects.exists()


def test_a_check_without_a_policy_knows_no_exception(rep):
    activate("2026-11-01 09:00", closing="block")
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-20 10:00"), pytest.raises(InvalidInput):
        waiver_request(deal=deal, gate_id="G-close", wish=ExceptionWish("other", "x"), actor=rep)


def test_the_clock_is_kept_by_a_job(waiver):
    from teichaku.core.jobs import jobs_keep_periodic, run_one

    with on("2026-11-24 12:00"):
        jobs_keep_periodic()
        assert Job.objects.filter(kind="deals.waivers_expire").exists()
        while run_one("w", kinds=["deals.waivers_expire"]):
            pass
    assert Waiver.objects.get().passed_on_at is not None
