"""A rep on a phone: from the message to the card, entered, taken back, on to the next, all done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import Route
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in
from tests.deals.pipeline import company
from tests.inputs.team import activate

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.models import Activity
from teichaku.inputs.models import InputTiming, Obligation
from teichaku.inputs.passes import obligations_pass

pytestmark = pytest.mark.django_db(transaction=True)
RULE = """
  - id: R-9
    label: 面談の記録
    who: {role: sales_rep}
    when: {after: activity.meeting.end, due: 5bd}
    what:
      object: activity
      fields:
        - {name: outcome, choices: [前進, 変化なし, 止まった], means: 次の段階に近づいたか}
        - next_action
        - {name: next_action_on, is: future}
    unknown_allowed: true
"""


@pytest.fixture
def rep(person):
    return person("鈴木 一郎", "suzuki@example.co.jp", Role.SALES_REP)


@pytest.fixture
def owed(rep):
    """Two meetings, two hours and one hour ago, of which nobody has said anything yet."""
    now = clock.now()
    activate((now - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"), RULE)
    for hours, name in ((2, "青葉製作所"), (1, "ミナト商事")):
        with transaction.atomic():
            entry = Entry("meeting", at=now - timedelta(hours=hours))
            activity_record(entry=entry, company=company(name), actor=actor_of(rep))
    obligations_pass()
    return list(Obligation.objects.order_by("due_at", "pk"))


def chip(page, text):
    return page.locator(".choice", has_text=text)


def day_ahead() -> str:
    return (clock.now() + timedelta(days=9)).date().isoformat()


def fill(page, action: str) -> None:
    chip(page, "前進").click()
    page.locator("#field-outcome .saved").wait_for()
    page.locator("#entry-next_action").fill(action)
    page.locator("#entry-next_action_on").fill(day_ahead())
    page.locator("#field-next_action .saved").wait_for()
    page.locator("#field-next_action_on .saved").wait_for()


def test_what_is_filled_in_before_the_scripts_come_is_saved_too(open_page, rep, owed):
    page = open_page(PHONE)
    sign_in(page, "suzuki@example.co.jp")
    page.wait_for_url("**/")
    held: list[Route] = []
    slow = [True]
    page.route("**/*.js", lambda route: held.append(route) if slow else route.continue_())
    page.goto(f"/enter/{owed[0].uid}/", wait_until="commit")
    chip(page, "前進").click()
    page.locator("#entry-next_action_on").fill(day_ahead())
    page.locator("#entry-next_action").fill("見積の提")
    slow.clear()
    for route in held:
        route.continue_()
    page.locator("#field-outcome .saved").wait_for()
    page.locator("#field-next_action_on .saved").wait_for()
    assert page.locator("#field-next_action .saved").count() == 0
    page.locator("#entry-next_action").press_sequentially("出")
    page.locator("#entry-next_action").blur()
    page.locator("#field-next_action .saved").wait_for()
    found = Activity.objects.get(company__name="青葉製作所")
    assert (found.outcome, found.next_action, str(found.next_action_on)) == (
        "前進",
        "見積の提出",
        day_ahead(),
    )


def test_a_rep_on_a_phone_comes_from_a_message_and_enters_all(open_page, rep, owed):
    page = open_page(PHONE)
    page.goto(f"/enter/{owed[0].uid}/?next=/")
    page.locator("input[type=email]").fill("suzuki@example.co.jp")
    page.locator("input[type=password]").fill("a long pass phrase of tests")
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/enter/**")  # with its scripts, one of which takes the time
    page.get_by_role("heading", name="青葉製作所").wait_for()
    assert not scrolls_sideways(page)
    assert axe_findings(page) == []

    # A tap saves; the way back takes it back; a chip is saved only when it is taken.
    chip(page, "変化なし").click()
    page.locator("#field-outcome .saved").wait_for()
    page.get_by_role("button", name="元に戻す").click()
    page.locator("#field-outcome .saved").wait_for(state="detached")
    assert Activity.objects.get(company__name="青葉製作所").outcome == ""
    page.locator("#field-next_action .suggest", has_text="電話").click()
    page.locator("#field-next_action .saved").wait_for()
    assert page.locator("#entry-next_action").input_value() == "電話"

    fill(page, "見積の提出")
    page.get_by_role("button", name="次へ", exact=True).click()
    page.get_by_text("鈴木さんの未入力は1件です").wait_for()
    owed[0].refresh_from_db()
    assert owed[0].state == "met_on_time"
    assert InputTiming.objects.count() == 1

    # The next one stands on the first page; unfinished it stays there and says why.
    page.get_by_role("heading", name="ミナト商事").wait_for()
    page.get_by_role("button", name="次へ", exact=True).click()
    page.locator(".field__error").first.wait_for()
    assert axe_findings(page) == []
    fill(page, "電話")
    page.get_by_role("button", name="次へ", exact=True).click()
    page.get_by_role("heading", name="未入力はありません").wait_for()
    assert not scrolls_sideways(page)
    assert not Obligation.objects.filter(state="open").exists()


def test_a_lost_connection_is_said_and_what_was_typed_is_sent_again(open_page, rep, owed, problems):
    page = open_page()
    sign_in(page, "suzuki@example.co.jp")
    page.goto("/")
    page.context.set_offline(True)
    chip(page, "前進").click()
    page.get_by_text("通信が切れています").wait_for()
    assert Activity.objects.filter(outcome="前進").count() == 0
    assert page.locator("input[value=前進]").is_checked()
    page.context.set_offline(False)
    page.locator("#field-outcome .saved").wait_for()
    page.get_by_text("再送して保存しました").wait_for()
    assert Activity.objects.filter(outcome="前進").count() == 1
    assert [said for said in problems if not said.startswith("htmx:sendError")] == []
    problems.clear()


def test_the_first_page_is_sound_in_the_dark_and_by_keyboard(open_page, rep, owed):
    page = open_page(DESK, dark=True)
    sign_in(page, "suzuki@example.co.jp")
    page.goto("/")
    page.get_by_role("heading", name="今日の日報").wait_for()
    assert axe_findings(page) == []
    page.get_by_role("button", name="例外を申請").first.click()
    page.get_by_label("入力できない理由").fill("先方の都合で中止")
    assert axe_findings(page) == []
    page.get_by_role("button", name="申請", exact=False).last.click()
    page.get_by_text("例外を申請しました").wait_for()
    page.locator("#entry-next_action").fill("電話")
    page.locator("#entry-next_action").press("Enter")
    page.locator(".field__error").first.wait_for()
    assert page.locator("#entry-next_action").input_value() == "電話"
