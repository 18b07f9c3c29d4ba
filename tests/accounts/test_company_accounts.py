"""Company accounts: a real OpenID server on loopback vouches for an address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from teichaku.accounts import checks
from teichaku.accounts.models import User
from teichaku.config.company_accounts import company_accounts
from teichaku.config.environment import read

pytestmark = pytest.mark.django_db
LOG_IN = reverse("accounts:log_in")


class Server(BaseHTTPRequestHandler):
    """As much of OpenID as signing in by a code needs."""

    person: ClassVar[dict[str, object]] = {}

    def do_GET(self):
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        if self.path.endswith("openid-configuration"):
            self.answer(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "userinfo_endpoint": f"{base}/userinfo",
                    "jwks_uri": f"{base}/keys",
                }
            )
        else:
            assert self.headers["Authorization"] == "Bearer plum"
            self.answer(self.person)

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert body["code"] == ["once"]
        assert "code_verifier" in body
        self.answer({"access_token": "plum", "token_type": "Bearer"})

    def answer(self, document):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *args):
        pass


@contextmanager
def openid_server(person) -> Iterator[str]:
    handler = type("Handler", (Server,), {"person": person})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def come_back(settings):
    """Signs in as the server's person; the answer of coming back, and the browser."""

    def came(verified=True, email="hanako@example.co.jp"):
        person = {"sub": "g-1", "email": email, "email_verified": verified, "name": "Hanako"}
        with openid_server(person) as url:
            app = {
                "provider_id": "google",
                "name": "Google",
                "client_id": "id",
                "secret": "secret",
                "settings": {"server_url": url},
            }
            settings.SOCIALACCOUNT_PROVIDERS = {
                "openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
            }
            browser = Client()
            page = browser.get(LOG_IN)
            assert url in page["Content-Security-Policy"]
            assert "Google" in page.content.decode()
            start = browser.post(reverse("openid_connect_login", args=["google"]))
            asked = parse_qs(urlsplit(start.url).query)
            back = reverse("openid_connect_callback", args=["google"])
            assert asked["redirect_uri"] == [f"http://testserver{back}"]
            answer = browser.get(back, {"code": "once", "state": asked["state"][0]})
        return answer, browser

    return came


def test_a_verified_address_opens_the_door_of_its_person(made, come_back):
    user = made("佐藤 花子", "hanako@example.co.jp")
    answer, browser = come_back(email="Hanako@example.co.jp")
    assert (answer.status_code, answer.url) == (302, "/")
    assert browser.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get().user == user
    user.refresh_from_db()
    assert user.has_usable_password()  # the password goes on to work
    _answer, again = come_back(email="renamed@example.co.jp")
    assert again.session["_auth_user_id"] == str(user.pk)  # it is the account that counts now


@pytest.mark.parametrize(
    "closed", [{"is_active": False}, {"can_sign_in": False}, {"email": "else@example.co.jp"}]
)
def test_nobody_comes_in_whom_nobody_invited(made, come_back, closed):
    made("佐藤 花子", "hanako@example.co.jp")
    User.objects.update(**closed)
    answer, browser = come_back()
    assert answer.status_code == 403
    assert "_auth_user_id" not in browser.session
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_an_address_that_nobody_verified_opens_nothing(made, come_back):
    made("佐藤 花子", "hanako@example.co.jp")
    answer, browser = come_back(verified=False)
    assert answer.status_code == 403
    assert "_auth_user_id" not in browser.session


WHOLE = {
    "TEICHAKU_GOOGLE_CLIENT_ID": "g",
    "TEICHAKU_GOOGLE_CLIENT_SECRET": "s",
    "TEICHAKU_MICROSOFT_CLIENT_ID": "m",
    "TEICHAKU_MICROSOFT_CLIENT_SECRET": "s",
    "TEICHAKU_MICROSOFT_TENANT": "contoso",
}


def test_what_is_configured_whole_is_offered(tmp_path):
    surroundings = {"TEICHAKU_STATE_DIR": str(tmp_path)}
    assert company_accounts(read(surroundings)) == []
    apps = company_accounts(read({**surroundings, **WHOLE}))
    assert [app["provider_id"] for app in apps] == ["google", "microsoft"]
    assert "/contoso/" in apps[1]["settings"]["server_url"]


@pytest.mark.parametrize("missing", sorted(WHOLE))
def test_a_half_configuration_is_found_at_start(settings, tmp_path, missing):
    values = {name: value for name, value in WHOLE.items() if name != missing}
    settings.ENVIRONMENT = read({"TEICHAKU_STATE_DIR": str(tmp_path), **values})
    (found,) = checks.check_company_accounts(None)
    assert found.id == "teichaku.E204"
    assert missing in found.msg
    assert found.id in [message.id for message in run_checks()]


def test_a_public_site_without_a_mail_server_is_warned_of(settings):
    assert checks.check_mail(None) == []
    settings.PUBLIC = True
    assert [found.id for found in checks.check_mail(None)] == ["teichaku.W201"]
