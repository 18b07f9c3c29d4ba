"""Leads in a browser: changing a field where it stands, taking it back, keeping a view."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in
from tests.intake.importing import import_rows

from teichaku.accounts.models import Role
from teichaku.core.actors import SYSTEM
from teichaku.leads.lead_writes import lead_update
from teichaku.leads.models import Company, Lead

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def marketer(person):
    return person("佐藤 美咲", "misaki@example.co.jp", Role.MARKETER, Role.MARKETING_MANAGER)


@pytest.fixture
def lead(transactional_db):
    import_rows(
        "leads",
        [
            {
                "external_id": "1",
                "name": "伊藤 健",
                "kana": "イトウ ケン",
                "email": "ken@sakura.example",
                "company": "さくら商事株式会社",
                "title": "部長",
                "stage": "new",
            }
        ],
    )
    return Lead.objects.get()


def test_a_field_saves_itself_and_can_be_taken_back(open_page, marketer, lead):
    page = open_page()
    sign_in(page, marketer.email)
    page.goto(f"/leads/{lead.uid}/")
    title = page.locator("#field-title")
    title.get_by_role("link").click()
    box = page.get_by_label("役職")
    expect(box).to_be_focused()
    box.fill("本部長")
    box.press("Tab")
    expect(title).to_contain_text("保存しました")
    expect(title).to_contain_text("手入力")
    assert Lead.objects.get().title == "本部長"
    title.get_by_role("button", name="元に戻す").click()
    expect(title.get_by_role("link")).to_contain_text("部長")
    expect(title.get_by_role("link")).not_to_contain_text("本部長")
    assert Lead.objects.get().title == "部長"


def test_what_somebody_else_changed_meanwhile_is_shown(open_page, marketer, lead):
    page = open_page()
    sign_in(page, marketer.email)
    page.goto(f"/leads/{lead.uid}/")
    title = page.locator("#field-title")
    title.get_by_role("link").click()
    expect(page.get_by_label("役職")).to_be_focused()
    lead_update(lead=lead, values={"title": "課長"}, actor=SYSTEM, source="manual")
    page.get_by_label("役職").fill("本部長")
    page.get_by_label("役職").press("Enter")
    expect(title.get_by_role("alert")).to_contain_text("ほかの人が先に更新しました")
    expect(title.get_by_role("alert")).to_contain_text("課長")
    expect(page.get_by_label("役職")).to_have_value("本部長")
    assert Lead.objects.get().title == "課長"
    page.get_by_label("役職").press("Enter")
    expect(title).to_contain_text("保存しました")
    assert Lead.objects.get().title == "本部長"


def test_a_view_is_kept_and_opened_again(open_page, marketer, lead):
    page = open_page()
    sign_in(page, marketer.email)
    page.goto("/leads/?stage=new")
    page.get_by_text("表示の保存・変更").click()
    page.get_by_label("この条件の名前").fill("新しいリード")
    page.get_by_role("button", name="表示を保存").click()
    page.wait_for_load_state()
    page.goto("/leads/")
    page.get_by_role("link", name="新しいリード").click()
    page.wait_for_url(re.compile("stage=new"))
    expect(page.get_by_role("rowheader", name="伊藤 健")).to_be_visible()


@pytest.mark.parametrize(("size", "dark"), [(DESK, False), (PHONE, True)], ids=["desk", "phone"])
def test_pages_are_accessible_and_never_scroll_sideways(open_page, marketer, lead, size, dark):
    page = open_page(size, dark=dark)
    sign_in(page, marketer.email)
    company = Company.objects.get()
    for path in (
        "/leads/?stage=new",
        f"/leads/{lead.uid}/",
        f"/leads/{lead.uid}/fields/owner/",
        "/leads/sheet/",
        "/companies/",
        f"/companies/{company.uid}/",
        "/duplicates/",
        "/campaigns/",
        "/campaigns/new/",
        "/tasks/",
        "/notifications/",
    ):
        page.goto(path)
        assert axe_findings(page) == [], path
        assert not scrolls_sideways(page), path
    page.goto(f"/leads/{lead.uid}/")
    page.locator("#field-title a").click()
    expect(page.get_by_label("役職")).to_be_focused()
    assert axe_findings(page) == []
