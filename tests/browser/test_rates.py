"""Input rates in a browser: the policy, the table with the keyboard, the phone, the paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.browser.conftest import PHONE, axe_findings, scrolls_sideways, sign_in
from tests.inputs.team import MEETINGS, WEEKLY, activate
from tests.inputs.test_rates import owe

from teichaku.accounts.models import Role
from teichaku.accounts.monitoring import PolicyText, monitoring_policy_record
from teichaku.accounts.person_writes import department_set, person_update, teams_set
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.core.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/inputs/rates/", "/inputs/rates/?view=rule", "/inputs/rules/", "/inputs/stock/",
         "/about-my-data/")  # fmt: skip


@pytest.fixture
def team(person):
    """A manager and four reps who keep one rule well and miss another."""
    activate("2026-01-05T00:00", MEETINGS + WEEKLY)
    manager = person("森 恵子", "mori@example.co.jp", Role.SALES_MANAGER)
    due = clock.now() - timedelta(days=6)
    for number, name in enumerate(("佐藤 太郎", "鈴木 一郎", "髙橋 誠", "田中 花子")):
        rep = person(name, f"rep{number}@example.co.jp", Role.SALES_REP)
        person_update(
            user=rep, name=name, kana="", email=rep.email, manager=manager, can_sign_in=True,
            actor=SYSTEM,
        )  # fmt: skip
        department_set(user=rep, department="営業1課", starts_on=date(2026, 1, 5), actor=SYSTEM)
        teams_set(user=rep, teams=["東日本"], actor=SYSTEM)
        for week in range(4):
            for n in range(4):
                state = "met_on_time" if n > number else "open"
                owe(state, due - timedelta(weeks=week), owner=rep, rule="R-1")
            owe("met_on_time", due - timedelta(weeks=week), owner=rep)
    return manager


def allow():
    policy = PolicyText(
        frozenset({"rates", "checks", "reading"}), "重いルールを見つける", "総務部", "本文",
        today(), today(),
    )  # fmt: skip
    monitoring_policy_record(policy=policy, actor=SYSTEM)


def test_the_administrator_records_what_is_measured(open_page, person, team):
    admin = person("管理 一郎", "admin@example.co.jp", Role.ADMINISTRATOR)
    page = open_page()
    sign_in(page, admin.email)
    page.goto("/inputs/rates/")
    page.get_by_role("link", name="記録する").click()
    assert axe_findings(page) == []
    page.get_by_label("目的").fill("重いルールを見つけるため")
    page.get_by_label("責任者").fill("総務部 森")
    page.get_by_role("button", name="ひな形を本文に入れる").click()
    assert "重いルールを見つけるため" in page.get_by_label("取り決めの本文").input_value()
    page.get_by_role("button", name="プレビュー").click()
    assert page.get_by_role("heading", name="プレビュー（全員に見える内容）").is_visible()
    assert axe_findings(page) == []
    page.get_by_role("button", name="記録", exact=True).click()
    page.get_by_text("記録しました。").wait_for()
    rep = open_page(PHONE)
    sign_in(rep, "rep0@example.co.jp")
    rep.locator("[popovertarget=person]").click()
    rep.get_by_role("link", name="自分に関する記録").click()
    assert rep.get_by_text("森 恵子").is_visible()
    assert not scrolls_sideways(rep)
    page.get_by_label("理由（全員が読めます）").fill("合意のやり直し")
    page.get_by_role("button", name="オフにする").click()
    assert page.get_by_text("オフにしました。").is_visible()


def test_a_manager_goes_from_a_field_to_its_tasks_by_keyboard(open_page, team):
    allow()
    page = open_page()
    sign_in(page, team.email)
    page.goto("/inputs/rates/")
    fields = page.locator("table.heat td a")
    fields.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/inputs/rates/*-*/?week=*")
    assert page.get_by_role("table", name="入力タスク").is_visible()
    assert axe_findings(page) == []
    page.go_back()
    page.get_by_label("期間").select_option("4")
    page.get_by_label("部署・チーム").select_option(label="東日本")
    page.get_by_role("button", name="表示").press("Enter")
    page.wait_for_url("**weeks=4**")
    assert page.locator("table.heat thead th").count() == 6
    assert page.get_by_label("部署・チーム").input_value().startswith("t:")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(open_page, team, dark):
    allow()
    for size in ({"width": 1280, "height": 900}, PHONE):
        page = open_page(size, dark=dark)
        sign_in(page, team.email)
        for address in PAGES:
            page.goto(address)
            assert axe_findings(page) == [], address
            assert not scrolls_sideways(page), address


def test_a_change_of_a_rule_is_proposed_once(open_page, team):
    page = open_page(PHONE)
    sign_in(page, team.email)
    page.goto("/inputs/rules/")
    assert page.get_by_role(
        "heading", name="「次回アクション」は4名中2名が守れていません"
    ).is_visible()
    assert page.get_by_text("佐藤").count() == 0
    page.get_by_role("button", name="変更を提案").first.click()
    page.get_by_text("ルールの見直しを依頼しました。").wait_for()
    assert page.get_by_role("button", name="変更を提案").count() == 0
    assert page.get_by_text("見直しを依頼済み").is_visible()


def test_on_paper_every_week_stands_on_one_sheet_across(open_page, team):
    allow()
    page = open_page()
    sign_in(page, team.email)
    page.goto("/inputs/rates/")
    page.emulate_media(media="print")
    assert page.locator("nav#nav").is_hidden()
    assert page.locator("table.heat thead th").nth(1).is_visible()
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") == 1
