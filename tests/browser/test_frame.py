"""The frame in a browser: command menu, navigation on a phone, appearance, accessibility."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in

from teichaku.accounts.models import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def marketer(person):
    return person("佐藤 美咲", "misaki@example.co.jp", Role.MARKETER)


def test_the_command_menu_opens_by_key_and_leads_on(open_page, marketer):
    page = open_page()
    sign_in(page, marketer.email)
    page.goto("/search/")
    page.keyboard.press("Control+k")
    page.locator("#command").press_sequentially("リー")
    line = page.locator("#command-lines [aria-selected=true]")
    expect(line).to_contain_text("リード")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/")


def test_enter_while_an_input_method_composes_goes_nowhere(open_page, marketer):
    page = open_page()
    sign_in(page, marketer.email)
    page.goto("/search/")
    page.keyboard.press("Control+k")
    page.locator("#command").press_sequentially("リー")
    page.locator("#command-lines [aria-selected=true]").wait_for()
    page.evaluate(
        "document.getElementById('command').dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    page.wait_for_timeout(300)
    assert page.url.endswith("/search/")


def test_the_chosen_appearance_stays(open_page, marketer):
    page = open_page()
    sign_in(page, marketer.email)
    page.locator("[popovertarget=person]").click()
    page.get_by_role("button", name="暗い").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.goto("/search/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_are_accessible_and_never_scroll_sideways(open_page, marketer, size, dark):
    page = open_page(size, dark=dark)
    page.goto("/accounts/log-in/")
    assert axe_findings(page) == []
    sign_in(page, marketer.email)
    for path in ("/leads/", "/search/", "/search/?q=zz", "/nowhere/"):
        page.goto(path)
        assert axe_findings(page) == [], path
        assert not scrolls_sideways(page), path
    page.goto("/leads/")
    page.locator("[popovertarget=person]").click()
    assert axe_findings(page) == []
