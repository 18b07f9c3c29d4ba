"""The page about background work in a browser."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.conftest import PHONE, axe_findings, scrolls_sideways, sign_in

from teichaku.accounts.models import Role
from teichaku.core.jobs import job_enqueue, run_one
from teichaku.core.models import Job
from teichaku.core.registry import JobHandler, job_handlers


def broken(payload):
    raise ValueError("nobody reads this")


def test_parked_work_is_dropped_and_tried_again(open_page, person, monkeypatch):
    monkeypatch.setitem(job_handlers._items, "test.run", JobHandler(broken, text="荷物を運ぶ"))
    person("管理 太郎", "kanri@example.co.jp", Role.ADMINISTRATOR)
    for _ in range(3):
        job_enqueue(kind="test.run", max_attempts=1)
    while run_one("a", kinds=["test.run"]):
        pass
    for size in (None, PHONE):
        page = open_page(size) if size else open_page(dark=True)
        sign_in(page, "kanri@example.co.jp")
        page.goto("/search/")
        page.get_by_role("link", name="バックグラウンド処理を見る").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("ワーカーが動いていません")
        assert axe_findings(page) == []
        assert not scrolls_sideways(page)
        page.get_by_text("取りやめる", exact=True).first.click()
        page.get_by_label("行わなくてよい理由").first.fill("不要になった")
        page.get_by_role("button", name="この理由で取りやめる").first.click()
        expect(page.get_by_text("理由を記録して取りやめました")).to_be_visible()
    page.get_by_role("button", name="再実行する").first.click()
    expect(page.get_by_text("再実行します")).to_be_visible()
    assert Job.objects.filter(kind="test.run", parked_at__isnull=True).count() == 3
