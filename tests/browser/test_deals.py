"""A rep's day on a phone, and a board at a desk, in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in
from tests.deals.pipeline import activate, company, lead

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.models import Job
from teichaku.core.registry import job_handlers
from teichaku.deals.deal_writes import deal_create
from teichaku.deals.lead_choice import LinkChoice
from teichaku.deals.models import Activity, Deal, Waiver
from teichaku.deals.stages import RESERVED, stages_ensure
from teichaku.deals.waiver_expiry import waivers_expire
from teichaku.notify.models import Task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rep(person):
    return person("鈴木 一郎", "suzuki@example.co.jp", Role.SALES_REP)


@pytest.fixture
def deputy(person):
    person("高橋 誠", "takahashi@example.co.jp", Role.SALES_MANAGER)
    return person("佐藤 美咲", "sato@example.co.jp", Role.MARKETING_MANAGER)


@pytest.fixture
def gates():
    # A test before this one may have emptied the table that the migrations fill.
    stages_ensure(list(RESERVED), actor=SYSTEM)
    activate("2026-11-01 09:00")


@pytest.fixture
def deal(rep, gates):
    known = known_lead()
    return deal_create(
        values={"name": "青葉製作所 勤怠刷新", "company": company().pk},
        choice=LinkChoice(lead=known.pk),
        actor=actor_of(rep),
    )


def known_lead():
    with transaction.atomic():
        return lead("髙橋 真理子", seen="2026-11-10 10:00", of=company())


class Hand:
    """Somebody's hand on a page: it counts what it does."""

    def __init__(self, page) -> None:
        self.page, self.count = page, 0

    def tap(self, locator) -> None:
        self.count += 1
        locator.click()

    def write(self, locator, text) -> None:
        self.count += 1
        locator.fill(text)


def chip(page, text):
    return page.locator(".choice", has_text=text)


def test_a_visit_is_logged_on_a_phone_in_eight_steps(open_page, rep, deal):
    page = open_page(PHONE)
    sign_in(page, rep.email)
    page.goto("/deals/")
    hand = Hand(page)
    hand.tap(page.get_by_role("link", name="青葉製作所 勤怠刷新"))
    hand.tap(chip(page, "訪問"))
    hand.tap(chip(page, "前進"))
    hand.write(page.get_by_label("次回アクション", exact=True), "見積を送る")
    hand.tap(chip(page, "明日"))
    hand.tap(page.locator("#activity").get_by_role("button", name="記録"))
    page.get_by_text("活動を記録しました。").wait_for()
    assert hand.count <= 8
    done = Activity.objects.get()
    assert (done.kind, done.outcome, done.next_action) == ("visit", "前進", "見積を送る")
    deal.refresh_from_db()
    assert deal.next_action_on is not None


def test_a_stopped_deal_is_linked_and_created(open_page, rep, gates):
    known = known_lead()
    page = open_page(PHONE)
    sign_in(page, rep.email)
    page.goto("/deals/new/")
    page.locator("#id_company").fill("青葉製作所")
    page.locator("#id_amount").fill("120万円")
    page.get_by_role("button", name="作成", exact=True).click()
    page.locator(".gate").wait_for()
    assert not Deal.objects.exists()
    assert not scrolls_sideways(page)
    assert axe_findings(page) == []
    # pressing on without a choice is answered, and the focus is at the candidates
    page.get_by_role("button", name="紐づけて作成").click()
    page.get_by_text("候補を選ぶか、例外を申請してください。").wait_for()
    assert page.evaluate("document.activeElement.name") == "lead"
    page.locator(".pick", has_text="髙橋 真理子").click()
    page.locator("#facts dd", has_text="髙橋 真理子").wait_for()
    page.get_by_role("button", name="紐づけて作成").click()
    page.get_by_text("商談を作成しました").wait_for()
    assert Deal.objects.get().lead_id == known.pk


def test_enter_takes_none_of_the_ways_out(open_page, rep, gates):
    page = open_page()
    sign_in(page, rep.email)
    page.goto("/deals/new/")
    page.locator("#id_company").fill("青葉製作所")
    page.locator("#id_company").press("Enter")
    page.locator(".gate").wait_for()
    page.locator("#id_name").press("Enter")
    page.locator("#unchosen").wait_for()
    assert not Deal.objects.exists()


def test_an_exception_goes_to_the_deputy(open_page, rep, deputy, gates):
    page = open_page(PHONE)
    sign_in(page, rep.email)
    page.goto("/deals/new/")
    page.locator("#id_company").fill("青葉製作所")
    page.get_by_role("button", name="作成", exact=True).click()
    page.get_by_role("button", name="例外を申請").first.click()
    page.locator("#waive .check", has_text="紹介").click()
    assert axe_findings(page) == []
    page.locator("#waive").get_by_role("button", name="例外を申請").click()
    page.get_by_text("例外を申請しました").wait_for()
    waiver = Waiver.objects.get()
    waivers_expire(now=waiver.answer_due_at + timedelta(minutes=1))
    desk = open_page()
    sign_in(desk, deputy.email)
    desk.goto("/deals/exceptions/")
    assert axe_findings(desk) == []
    desk.get_by_role("button", name="却下").click()
    desk.locator("#wrong").wait_for()
    desk.get_by_role("button", name="承認").click()
    desk.get_by_text("例外を承認しました。").wait_for()
    waiver.refresh_from_db()
    assert (waiver.state, waiver.answered_as_deputy) == ("granted", True)
    assert not Deal.objects.get().is_pending


def test_a_lost_deal_is_closed_with_a_day_to_approach_again(open_page, rep, deal):
    page = open_page(PHONE)
    sign_in(page, rep.email)
    page.goto(f"/deals/{deal.uid}/")
    page.locator("#stage").select_option("lost")
    page.get_by_role("button", name="変更", exact=True).click()
    chip(page, "時期尚早").click()
    again = clock.now().date() + timedelta(days=180)
    page.locator("#id_approach_again_on").fill(again.isoformat())
    assert axe_findings(page) == []
    page.get_by_role("button", name="失注を記録").click()
    page.get_by_text("再アプローチのタスクになります").wait_for()
    deal.refresh_from_db()
    assert (deal.stage.key, deal.approach_again_on) == ("lost", again)
    for job in Job.objects.filter(kind="deals.approach_again"):
        job_handlers.get(job.kind).run(job.payload)
    assert Task.objects.get(kind="deals.approach_again").owner_id == rep.pk


def test_a_card_is_dragged_and_its_select_does_the_same(open_page, rep, deal):
    page = open_page()
    sign_in(page, rep.email)
    page.goto("/deals/board/")
    page.locator(".deal").drag_to(page.locator("[data-stage=verbal]"))
    page.locator(".gate").wait_for()  # a stage on the way asks for its fields
    page.goto("/deals/board/")
    card = page.locator(".deal")
    card.locator("select").select_option("proposal")
    card.get_by_role("button", name="変更").click()
    page.locator("[name='asked.amount']").fill("100万円")
    page.locator("[name='asked.close_on']").fill("2027-01-29")
    page.locator("[name='asked.attribute.decision_maker']").fill("青葉 太郎")
    page.get_by_role("button", name="保存して続行").click()
    page.wait_for_url("**/deals/board/")
    page.locator("[data-stage=proposal] .deal").drag_to(page.locator("[data-stage=verbal]"))
    page.locator("[data-stage=verbal] .deal").wait_for()
    deal.refresh_from_db()
    assert deal.stage.key == "verbal"


def test_a_field_is_saved_in_place_and_taken_back(open_page, rep, deal):
    page = open_page()
    sign_in(page, rep.email)
    page.goto(f"/deals/{deal.uid}/")
    page.locator("#field-amount a").click()
    page.locator("#edit-amount").fill("98万円")
    page.locator("#edit-amount").press("Tab")
    page.locator("#field-amount saved-mark").wait_for()
    assert "980,000" in page.locator("#field-amount").inner_text()
    page.get_by_role("button", name="元に戻す").click()
    page.locator("#field-amount", has_text="未入力").wait_for()
    deal.refresh_from_db()
    assert deal.amount is None


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_are_accessible_and_never_scroll_sideways(open_page, rep, deal, size, dark):
    page = open_page(size, dark=dark)
    sign_in(page, rep.email)
    for path in (
        "", "board/", "new/", "exceptions/", "gates/", "forecast/", "daily/", f"{deal.uid}/",
        f"{deal.uid}/close/won/", "?state=overdue",
    ):  # fmt: skip
        page.goto(f"/deals/{path}")
        assert axe_findings(page) == [], path
        assert not scrolls_sideways(page), path
