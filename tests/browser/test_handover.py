"""An MQL on its way: into the inbox, accepted by a key, taken back, returned, answered."""

from __future__ import annotations

import pytest
from django.db import transaction
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in
from tests.handover.handing import activate

from teichaku.accounts.models import Role
from teichaku.accounts.person_writes import teams_set
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.ids import uuid7
from teichaku.core.jobs import run_one
from teichaku.handover.models import Handover, Reply
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.leads.references import companies_ensure
from teichaku.scoring.services import scores_refresh
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rep(person):
    user = person("鈴木 一郎", "suzuki@example.co.jp", Role.SALES_REP)
    person("佐藤 花子", "sato@example.co.jp", Role.SALES_REP)
    teams_set(user=user, teams=["field_sales"], actor=SYSTEM)
    return user


@pytest.fixture
def handed(rep):
    """Two MQLs of this minute, handed over to the rep."""
    activate("2026-01-05 09:00")
    with transaction.atomic():
        _leads()
    scores_refresh(actor=SYSTEM, only_changed=True)
    while run_one("worker", kinds=["handover.release", "handover.tell_released"]):
        pass
    return list(Handover.objects.filter(owner=rep).order_by("pk"))


def _leads() -> None:
    found, _new = companies_ensure(
        system="default", references={"青葉製作所"}, actor=SYSTEM, recorded_at=clock.now()
    )
    for name in ("髙橋 真理子", "中村 涼"):
        told = NewLead(name=name, company=found["青葉製作所"], phone="0312345678")
        lead = lead_create(lead=told, actor=SYSTEM)
        _views(lead)


def _views(lead: Lead) -> None:
    rows = [
        EventRow(lead.pk, Shape("page_view", path="/service/"), clock.now(), "tag", str(uuid7()),
                 clock.now())
        for _ in range(3)
    ]  # fmt: skip
    events_write(rows=rows, actor=SYSTEM)


def states() -> list[str]:
    return sorted(Handover.objects.values_list("state", flat=True))


def test_an_mql_is_accepted_by_a_key_taken_back_and_returned(open_page, rep, handed):
    page = open_page(DESK)
    sign_in(page, rep.email)
    page.goto("/inbox/")
    page.get_by_text("判断待ちのリードが2件あります。").wait_for()
    assert axe_findings(page) == []
    page.keyboard.press("j")
    page.wait_for_url(f"**/inbox/{handed[1].uid}/**")
    page.keyboard.press("1")
    page.get_by_text("引き受けました。").wait_for()
    assert states() == ["accepted", "waiting"]
    page.keyboard.press("z")
    page.get_by_role("button", name="引き受ける").wait_for()
    assert states() == ["waiting", "waiting"]
    page.keyboard.press("3")
    page.locator("#return .check").first.click()
    assert axe_findings(page) == []
    page.locator("#return [name=note]").fill("1")  # a digit here is a letter, no key
    page.locator("#return").get_by_role("button", name="マーケに戻す").click()
    page.get_by_text("マーケに戻しました。").wait_for()
    assert states() == ["returned", "waiting"]


def test_the_first_contact_and_the_verdict_are_taps_on_a_phone(open_page, rep, handed):
    page = open_page(PHONE)
    sign_in(page, rep.email)
    page.goto(f"/inbox/{handed[0].uid}/")
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="引き受ける").click()
    page.get_by_role("button", name="電話した").click()
    page.get_by_text("次の連絡を記録").wait_for()
    page.locator(".not-good summary").click()
    page.get_by_role("button", name="関心が低い").click()
    page.get_by_text("良くない：関心が低い").wait_for()
    assert axe_findings(page) == []
    assert not scrolls_sideways(page)
    handed[0].refresh_from_db()
    assert handed[0].touched_at is not None
    page.goto("/inbox/")
    assert not scrolls_sideways(page)


def test_marketing_answers_and_the_rep_reads_it(open_page, person, rep, handed):
    marketer = person("仮山 三奈", "kariyama@example.co.jp", Role.MARKETING_MANAGER)
    page = open_page()
    sign_in(page, rep.email)
    page.goto(f"/inbox/{handed[0].uid}/")
    page.keyboard.press("3")
    page.locator("#return .check").nth(1).click()
    page.locator("#return").get_by_role("button", name="マーケに戻す").click()
    page.get_by_text("マーケに戻しました。").wait_for()
    desk = open_page(dark=True)
    sign_in(desk, marketer.email)
    desk.goto("/returns/")
    assert axe_findings(desk) == []
    desk.locator(".choice").first.click()
    desk.get_by_label("対応の内容、または対応しない理由").fill("配点を見直します")
    desk.get_by_role("button", name="回答").click()
    desk.get_by_text("回答を記録しました。").wait_for()
    assert Reply.objects.get().adopted
    page.reload()
    page.get_by_text("配点を見直します").wait_for()


def test_the_managers_page_is_in_order(open_page, person, rep, handed):
    boss = person("高橋 誠", "takahashi@example.co.jp", Role.SALES_MANAGER)
    page = open_page(PHONE)
    sign_in(page, boss.email)
    page.goto("/handovers/")
    assert axe_findings(page) == []
    assert not scrolls_sideways(page)
    page.goto("/moves/")
    assert axe_findings(page) == []
