"""Forms in a browser: pulled into order, filled in on a phone, in order for assistive programs."""

from __future__ import annotations

import pytest
from tests.browser.conftest import PHONE, axe_findings, scrolls_sideways, sign_in
from tests.forms.making import published

from teichaku.accounts.models import Role
from teichaku.forms.definition import definition_of
from teichaku.forms.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_form_is_ordered_with_the_mouse_and_with_the_keyboard(open_page, person):
    person("佐藤 美咲", "sato@example.co.jp", Role.MARKETER)
    form = published()
    page = open_page()
    sign_in(page, "sato@example.co.jp")
    page.goto(f"/forms/{form.uid}/")
    assert axe_findings(page) == []
    with page.expect_navigation():
        page.locator("#field-phone").drag_to(page.locator("#field-company"))
    form.refresh_from_db()
    moved = [each.name for each in definition_of(form.draft).fields]
    assert moved.index("phone") < moved.index("name")
    page.get_by_role("button", name="ご質問を上へ移動").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    form.refresh_from_db()
    again = [each.name for each in definition_of(form.draft).fields]
    assert again.index("q1") == moved.index("q1") - 1
    page.set_viewport_size(PHONE)
    assert not scrolls_sideways(page)


def test_a_phone_is_enough_to_hand_it_in(open_page, transactional_db):
    published()
    page = open_page(PHONE, dark=True)
    page.goto("/f/document-request/")
    assert axe_findings(page) == []
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="送信").click()
    page.get_by_text("確認が必要な項目があります。").wait_for()
    assert axe_findings(page) == []
    assert not scrolls_sideways(page)
    page.get_by_label("会社名").fill("青葉精機")
    page.get_by_label("お名前").fill("山田 太郎")
    page.get_by_label("メールアドレス").fill("ｔａｒｏ＠aoba.example.jp")
    page.get_by_label("同意します").check()
    page.wait_for_timeout(3_100)
    page.get_by_role("button", name="送信").click()
    page.get_by_text("ありがとうございました。").wait_for()
    assert axe_findings(page) == []
    row = Submission.objects.get()
    assert (row.state, row.email_key) == ("taken", "taro@aoba.example.jp")
