"""Signing in in a browser: on a phone, by passkey; the pages of people and one's own."""

from __future__ import annotations

import pytest
from tests.browser.conftest import DESK, PASSWORD, PHONE, axe_findings, scrolls_sideways, sign_in

from teichaku.accounts.invitations import invitation_token, person_invite
from teichaku.accounts.models import Role
from teichaku.core.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(person):
    return person("管理 一郎", "admin@example.co.jp", Role.ADMINISTRATOR)


@pytest.fixture
def rep(person):
    return person("佐藤 太郎", "taro@example.co.jp", Role.SALES_REP)


def with_authenticator(page):
    """A device that has passkeys, as far as the browser can tell."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


def test_a_rep_signs_in_on_a_phone_and_stays_signed_in(open_page, rep):
    page = open_page(PHONE)
    page.goto("/accounts/me/")
    page.get_by_label("メールアドレス").fill(rep.email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_label("30日間").check()
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.wait_for_url("**/accounts/me/")
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "sessionid"]
    days = (cookie["expires"] - page.evaluate("Date.now()") / 1000) / 86400
    assert 29.9 < days < 30.1


def test_a_passkey_is_made_and_opens_the_door(open_page, rep):
    page = open_page()
    device = with_authenticator(page)
    sign_in(page, rep.email)
    page.goto("/accounts/security/passkeys/add/")
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/passkeys/add/")
    page.locator("#id_name").fill("会社のパソコン")
    page.locator("#passkey_add").click()
    page.wait_for_url("**/security/codes/")
    assert page.locator(".codes li").count() == 10
    page.goto("/accounts/security/")
    assert page.get_by_text("会社のパソコン").is_visible()
    page.locator("[popovertarget=person]").click()
    page.locator("button[form=log-out]").click()
    page.wait_for_url("**/log-in/")
    page.get_by_label("30日間").check()
    page.locator("#passkey_login").click()
    page.wait_for_url(lambda url: "/log-in/" not in url and "/passkey/" not in url)
    page.goto("/accounts/me/")
    assert page.get_by_role("heading", name=rep.name).is_visible()
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "sessionid"]
    assert cookie["expires"] - page.evaluate("Date.now()") / 1000 > 29 * 86400
    device.detach()


def test_a_refused_passkey_is_said_in_words(open_page, rep):
    page = open_page()
    device = with_authenticator(page)  # it has no passkey of anybody
    page.goto("/accounts/log-in/")
    page.locator("#passkey_login").click()
    page.locator("#passkey-failed").wait_for()
    assert axe_findings(page) == []
    device.detach()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_are_accessible_and_never_scroll_sideways(open_page, admin, rep, size, dark):
    invitation = person_invite(
        name="田中", email="t@example.co.jp", roles=[Role.COACH], department="営業部", actor=SYSTEM
    )
    page = open_page(size, dark=dark)
    for path in (
        f"/accounts/invitation/{invitation_token(invitation)}/",
        "/accounts/invitation/none/",
        "/accounts/forgotten/",
    ):
        page.goto(path)
        assert axe_findings(page) == [], path
        assert not scrolls_sideways(page), path
    sign_in(page, admin.email)
    for path in (
        "/accounts/me/",
        "/accounts/security/",
        "/accounts/people/",
        "/accounts/people/invite/",
        f"/accounts/people/{rep.uid}/",
        f"/accounts/people/{invitation.user.uid}/",
        f"/accounts/people/{rep.uid}/leaving/",
        "/accounts/rights/",
        "/accounts/security/app/",
    ):
        page.goto(path)
        assert axe_findings(page) == [], path
        assert not scrolls_sideways(page), path
