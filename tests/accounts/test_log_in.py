"""Signing in by e-mail and password and out again, how long it holds, how often one may try."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from teichaku.accounts.models import User
from teichaku.accounts.services import user_create, user_set_password
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.http import POLICY

pytestmark = pytest.mark.django_db
PASSWORD = "plum-rain-42-lantern"
LOG_IN = reverse("accounts:log_in")
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def user():
    return user_create(
        name="佐藤 花子", email="hanako@example.co.jp", password=PASSWORD, actor=SYSTEM
    )


def sign_in(client, email="hanako@example.co.jp", password=PASSWORD, **more):
    return client.post(LOG_IN, {"login": email, "password": password, **more})


def is_in(client):
    return "_auth_user_id" in client.session


def test_the_page_asks_for_address_and_password_with_labels(client):
    answer = client.get(LOG_IN)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<label for="id_login">' in page
    assert 'type="email"' in page
    assert 'autocomplete="current-password"' in page
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "<c-" not in page


def test_without_a_configured_company_account_none_is_offered(client):
    assert "Google" not in client.get(LOG_IN).content.decode()


def test_a_right_pair_gets_in_however_the_address_is_spelt(client, user):
    answer = sign_in(client, email=" Hanako@EXAMPLE.co.jp")
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_pair_says_the_same_whether_the_address_exists_or_not(client, user):
    known = sign_in(client, password="wrong").context["form"]
    unknown = sign_in(client, email="nobody@example.co.jp").context["form"]
    assert known.errors == unknown.errors
    assert sum(map(len, known.errors.values())) == 1


@pytest.mark.parametrize("closed", [{"can_sign_in": False}, {"is_active": False}])
def test_a_closed_account_is_told_apart_by_nothing(client, user, closed):
    User.objects.update(**closed)
    assert authenticate(email=user.email, password=PASSWORD) is None
    assert sign_in(client).status_code == 200
    assert not is_in(client)


def test_an_open_session_ends_when_the_account_closes(client, user):
    sign_in(client)
    User.objects.update(can_sign_in=False)
    answer = client.get(LOG_IN)
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated


def test_an_open_session_ends_when_the_password_changes(client, user):
    sign_in(client)
    user_set_password(user=user, password="another-plum-43", actor=SYSTEM)
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_after_signing_in_one_goes_on_to_the_page_asked_for_and_never_elsewhere(client, user):
    assert sign_in(client, next="/leads/").url == "/leads/"
    client.logout()
    assert sign_in(client, next="https://evil.example/").url == "/"


def test_signing_out_takes_a_post(client, user):
    sign_in(client)
    assert client.get(reverse("accounts:log_out")).status_code == 405
    assert client.post(reverse("accounts:log_out")).url == LOG_IN
    assert not is_in(client)


def test_a_typed_address_is_kept_when_the_pair_is_wrong(client, user):
    page = sign_in(client, password="wrong").content.decode()
    assert 'value="hanako@example.co.jp"' in page
    assert "field__error" in page or 'role="alert"' in page


def test_nobody_opens_an_account_by_themselves(client):
    for address in ("signup/", "sign-up/", "company/signup/"):
        assert client.get(f"/accounts/{address}").status_code == 404


@pytest.mark.parametrize(("remember", "hours"), [({}, 12), ({"remember": "on"}, 30 * 24)])
def test_a_session_lasts_half_a_day_or_thirty_days_as_asked_for(client, user, remember, hours):
    answer = sign_in(client, **remember)
    assert client.session.get_expiry_age() == hours * 3600
    assert answer.cookies["sessionid"]["max-age"] == hours * 3600
    left = client.session.get_expiry_date() - clock.now()
    assert abs(left - timedelta(hours=hours)) < timedelta(minutes=1)


def test_five_wrong_passwords_close_the_account_for_a_while_and_others_stay_open(client, user):
    other = user_create(name="鈴木", email="s@example.co.jp", password=PASSWORD, actor=SYSTEM)
    for _ in range(5):
        sign_in(client, password="wrong")
    assert sign_in(client).status_code == 200  # even the right one
    assert not is_in(client)
    assert sign_in(client, email=other.email).status_code == 302


def test_one_address_cannot_try_every_account(client, user):
    for n in range(30):
        sign_in(client, email=f"p{n}@example.co.jp")
    assert sign_in(client).status_code == 200
    assert not is_in(client)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere).status_code == 302


def test_right_passwords_are_not_counted(client, user):
    for _ in range(12):
        assert sign_in(client).status_code == 302
        client.post(reverse("accounts:log_out"))


def test_attempts_are_counted_where_every_process_sees_them(settings, user):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "accounts_cache",
        }
    }
    caches["default"].set("probe", [time.time()], 60)
    client = Client()
    for _ in range(5):
        sign_in(client, password="wrong")
    del caches["default"]  # what this process remembers is gone; the table is not
    assert sign_in(Client()).status_code == 200
    assert caches["default"].get("probe")


def test_devices_are_listed_and_can_be_signed_out_from_elsewhere(client, user):
    phone = Client(HTTP_USER_AGENT=PHONE)
    sign_in(phone)
    sign_in(client)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "iPhone · Safari" in page
    row = UserSession.objects.get(session_key=phone.session.session_key)
    client.post(reverse("accounts:session_end", args=[row.pk]))
    assert phone.get(reverse("accounts:profile")).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert "iPhone" not in client.get(reverse("mfa_index")).content.decode()


def test_all_other_devices_can_be_signed_out_at_once(client, user):
    others = [Client() for _ in range(2)]
    for other in [*others, client]:
        sign_in(other)
    client.post(reverse("accounts:session_end_others"))
    profile = reverse("accounts:profile")
    assert [c.get(profile).status_code for c in [*others, client]] == [302, 302, 200]


def test_a_device_of_someone_else_cannot_be_signed_out(client, user):
    other = user_create(name="鈴木", email="s@example.co.jp", password=PASSWORD, actor=SYSTEM)
    theirs = Client()
    sign_in(theirs, email=other.email)
    sign_in(client)
    row = UserSession.objects.get(user=other)
    assert client.post(reverse("accounts:session_end", args=[row.pk])).status_code == 404
    assert theirs.get(reverse("accounts:profile")).status_code == 200


def test_the_chosen_language_comes_along(client, user):
    User.objects.update(language="en")
    sign_in(client)
    assert client.cookies["django_language"].value == "en"
