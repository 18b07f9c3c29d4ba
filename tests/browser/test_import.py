"""An import from end to end in a browser: files in, columns confirmed, report, and out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in

from teichaku.accounts.models import Role
from teichaku.core.jobs import run_one
from teichaku.deals.models import Deal
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db(transaction=True)

ORIGINS = ("paid_search", "organic_search", "social", "unknown")


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """Two files as a marketplace might export them: qualified leads, and closed deals."""
    leads = tmp_path / "marketing_qualified_leads.csv"
    lines = [f"q{i:03},2026-0{i % 6 + 1}-1{i % 9},{ORIGINS[i % 4]}" for i in range(60)]
    lines.append("q999,someday,social")
    leads.write_text("mql_id,first_contact_date,origin\n" + "\n".join(lines) + "\n")
    deals = tmp_path / "closed_deals.csv"
    lines = [f"d{i:03},q{i:03},2026-0{i % 6 + 2}-2{i % 9},won,{i * 1_000}" for i in range(20)]
    deals.write_text("deal_id,mql_id,won_date,stage,amount\n" + "\n".join(lines) + "\n")
    return [leads, deals]


def work() -> None:
    while run_one("browser", kinds=["intake.import", "intake.undo"]):
        pass


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_files_come_in_and_go_again(open_page, person, exports, size):
    marketer = person("佐藤 美咲", "misaki@example.co.jp", Role.MARKETER)
    page = open_page(size)
    sign_in(page, marketer.email)
    page.goto("/import/")
    assert axe_findings(page) == []
    page.locator("input[type=file]").set_input_files(exports)
    assert page.locator(".drop__names li").count() == 2
    page.get_by_role("button", name="ファイルを確認する").click()
    page.get_by_role("heading", name="各列の意味を確認してください").wait_for()
    assert page.get_by_label("mql_id").first.input_value() == "external_id"
    page.get_by_label("origin").select_option("source")
    assert axe_findings(page) == []
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="取り込む", exact=True).click()
    page.locator("#progress").wait_for()
    work()
    page.get_by_role("heading", name="取り込みました").wait_for()
    assert Lead.objects.filter(source="paid_search").count() == 15
    assert Deal.objects.filter(lead__isnull=False).count() == 20
    assert axe_findings(page) == []
    assert not scrolls_sideways(page)

    page.get_by_role("link", name="closed_deals.csv").first.click()
    page.get_by_role("link", name="取り消す…").click()
    page.get_by_role("button", name="取り消す", exact=True).click()
    page.locator("#progress").wait_for()
    work()
    page.get_by_text("商談: 20件を削除").wait_for()
    assert not Deal.objects.exists()
    assert Lead.objects.count() == 60
    assert not scrolls_sideways(page)


def test_dropped_files_are_chosen(open_page, person):
    marketer = person("佐藤 美咲", "misaki@example.co.jp", Role.MARKETER)
    page = open_page()
    sign_in(page, marketer.email)
    page.goto("/import/")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["email\\na@x.example\\n"], "dropped.csv"));
          document.querySelector("file-drop").dispatchEvent(
            new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    assert page.locator(".drop__names").inner_text() == "dropped.csv"
    page.get_by_role("button", name="ファイルを確認する").click()
    page.get_by_text("dropped.csv").first.wait_for()
