"""Exceptions from deals that are there, owners asked once more, approvers who are away."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.deals.pipeline import activate, create, lead, local, on, person, user_of

from teichaku.accounts.models import Absence, Deputy, Role, User
from teichaku.core.jobs import run_one
from teichaku.deals.asked_again import ONCE_MORE, asking_job
from teichaku.deals.departures import waivers_count, waivers_hand_over
from teichaku.deals.gate_checks import Answer, ExceptionWish
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.lead_decisions import deal_link
from teichaku.deals.models import Deal, Waiver
from teichaku.deals.selectors import deal_outcomes
from teichaku.deals.waiver_answerers import waiver_answerers
from teichaku.deals.waiver_asking import exceptions_askable
from teichaku.deals.waiver_expiry import waivers_expire
from teichaku.deals.waivers import waiver_answer
from teichaku.notify.models import Task

pytestmark = pytest.mark.django_db

WISH = Answer(exception=ExceptionWish("referral"))


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


@pytest.fixture
def boss():
    return person("部長", Role.SALES_MANAGER)


@pytest.fixture
def violated(rep, boss):
    """Asked for on Friday, refused on Tuesday, not linked by Wednesday."""
    activate("2026-11-01 09:00")
    create(rep, "2026-11-20 17:00", answer=WISH)
    with on("2026-11-24 10:00"):
        waiver_answer(waiver=Waiver.objects.get(), granted=False, actor=boss, note="展示会で確認")
    with on("2026-11-25 10:00"):
        assert waivers_expire()["violated"] == 1
        jobs_run()
    return Waiver.objects.get()


def jobs_run():
    while run_one("w", kinds=[ONCE_MORE]):
        pass


def browser(actor):
    rows = User.objects.filter(pk=actor.user_id)
    rows.update(email=f"{actor.user_id}@example.co.jp", can_sign_in=True)
    found = Client(headers={"accept-language": "en"})
    found.force_login(user_of(actor))
    return found


def test_the_owner_of_a_violated_deal_is_asked_once_more_and_not_twice(violated, rep):
    [task] = Task.objects.all()
    assert (task.kind, task.owner_id, task.due_at) == (
        ONCE_MORE, rep.user_id, local("2026-11-26 10:00"),
    )  # fmt: skip
    asking_job({"waiver": violated.pk})
    assert Task.objects.count() == 1


def test_linked_after_all_it_counts_and_nobody_asks_any_more(violated, rep):
    known = lead("青木", seen="2026-11-10 10:00")
    with on("2026-11-26 09:00"):
        deal_link(deal=Deal.objects.get(), lead=known, actor=rep)
    assert not Deal.objects.get().is_pending
    assert [row.lead for row in deal_outcomes()] == [known.pk]
    assert Task.objects.get().dismissed_at is not None
    asking_job({"waiver": violated.pk})
    assert Task.objects.count() == 1


def test_a_link_that_does_not_mend_it_leaves_it_pending(violated, rep):
    with on("2026-11-26 09:00"):
        deal_link(deal=Deal.objects.get(), lead=lead("無行動"), actor=rep)
    assert Deal.objects.get().is_pending
    assert Task.objects.get().dismissed_at is None


def test_an_exception_is_asked_for_on_the_page_of_a_deal_that_breaks_a_check(violated, rep, boss):
    deal = Deal.objects.get()
    page = browser(rep)
    with on("2026-11-26 09:00"):
        [askable] = exceptions_askable(deal, gate_book())
        assert (askable.gate_id, askable.longest_days) == ("G-link", 14)
        shown = page.get(f"/deals/{deal.uid}/").content.decode()
        assert f"/deals/{deal.uid}/exception/" in shown
        wrong = {"gate": "G-link", "reason": "other", "note": ""}
        answer = page.post(f"/deals/{deal.uid}/exception/", wrong)
        assert answer.status_code == 422
        assert "Say in your own words" in answer.content.decode()
        right = {**wrong, "note": "代理店からの紹介"}
        assert page.post(f"/deals/{deal.uid}/exception/", right).status_code == 302
        # one is under way, so the page offers none, and a second press says so
        assert exceptions_askable(deal, gate_book()) == []
        assert page.post(f"/deals/{deal.uid}/exception/", right).status_code == 422
    waiver = Waiver.objects.latest("pk")
    assert (waiver.state, waiver.note) == ("open", "代理店からの紹介")
    with on("2026-11-26 10:00"):
        waiver_answer(waiver=waiver, granted=True, actor=boss)
    assert not Deal.objects.get().is_pending
    assert Task.objects.get().dismissed_at is not None


def test_a_deal_in_order_or_of_somebody_else_offers_no_exception(rep, boss):
    activate("2026-11-01 09:00")
    deal = create(rep, "2026-11-20 10:00", lead=lead("青木", seen="2026-11-10 10:00"))
    with on("2026-11-20 11:00"):
        assert exceptions_askable(deal, gate_book()) == []
        other = browser(person("佐々木", Role.SALES_REP))
        asked = {"gate": "G-link", "reason": "referral"}
        assert other.post(f"/deals/{deal.uid}/exception/", asked).status_code == 404


def test_while_the_approver_is_away_the_deputies_answer_at_once(rep, boss):
    marketing = person("マーケ長", Role.MARKETING_MANAGER)
    activate("2026-11-01 09:00")
    away(boss, "2026-11-20", "2026-11-30")
    create(rep, "2026-11-20 17:00", answer=WISH)
    waiver = Waiver.objects.get()
    assert waiver.passed_on_at == local("2026-11-20 17:00")
    with on("2026-11-20 17:30"):
        done = waiver_answer(waiver=waiver, granted=True, actor=marketing)
    assert done.answered_as_deputy


def test_an_absence_that_begins_later_passes_it_on_to_the_dated_deputy(rep, boss):
    second = person("代理", Role.SALES_REP)
    Deputy.objects.create(
        user=user_of(boss), deputy=user_of(second), starts_on=date(2026, 11, 24),
        ends_before=date(2026, 11, 26),
    )  # fmt: skip
    activate("2026-11-01 09:00")
    create(rep, "2026-11-20 17:00", answer=WISH)
    away(boss, "2026-11-24", "2026-11-25")
    with on("2026-11-23 18:00"):
        assert waivers_expire()["passed_on"] == 0
    with on("2026-11-24 09:00"):
        assert waivers_expire()["passed_on"] == 1
        assert waivers_expire()["passed_on"] == 0
        answerers = [(one.user, one.as_deputy) for one in waiver_answerers(Waiver.objects.get())]
    assert answerers == [(boss.user_id, False), (second.user_id, True)]
    with on("2026-11-24 09:30"):
        waiver_answer(waiver=Waiver.objects.get(), granted=True, actor=second)
        deal = Deal.objects.get()
        shown = browser(rep).get(f"/deals/{deal.uid}/").content.decode()
    assert "as the deputy" in shown


def away(actor, first, last):
    Absence.objects.create(
        user=user_of(actor),
        starts_on=date.fromisoformat(first),
        ends_on=date.fromisoformat(last),
    )


def test_exceptions_that_only_a_leaver_could_answer_go_to_the_successor(rep, boss):
    activate("2026-11-01 09:00")
    create(rep, "2026-11-20 17:00", answer=WISH)
    other = person("川口", Role.SALES_REP)
    with on("2026-11-20 18:00"):
        assert waivers_count(boss.user_id) == 1
        told = {"holder_id": boss.user_id, "actor": boss}
        assert waivers_hand_over(successor_id=rep.user_id, **told) == 0, "it was the rep who asked"
        assert waivers_hand_over(successor_id=other.user_id, **told) == 1
        assert waivers_hand_over(successor_id=other.user_id, **told) == 0
        assert waivers_count(boss.user_id) == 0
        shown = browser(other).get("/deals/exceptions/").content.decode()
        assert "1 exception waits for your answer" in shown
        done = waiver_answer(waiver=Waiver.objects.get(), granted=True, actor=other)
    assert done.answered_as_deputy


def test_exceptions_that_others_can_answer_stay_where_they_are(rep, boss):
    person("次長", Role.SALES_MANAGER)
    activate("2026-11-01 09:00")
    create(rep, "2026-11-20 17:00", answer=WISH)
    with on("2026-11-20 18:00"):
        assert waivers_count(boss.user_id) == 0
