"""The second step: an authenticator app with real codes, recovery codes, secrets at rest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.test import Client
from django.urls import reverse
from tests.accounts.conftest import PASSWORD

from teichaku.core.models import AuditEntry
from teichaku.core.secrets import decrypted, encrypted

pytestmark = pytest.mark.django_db
STEP = reverse("mfa_authenticate")


def code_of(secret, at=None):
    """RFC 6238 with the standard library: SHA-1, 30 seconds, six digits."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_the_codes_of_this_test_are_those_of_the_standard():
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert [code_of(secret, at) for at in (59, 1111111109)] == ["287082", "081804"]


@pytest.fixture
def user(made):
    return made("佐藤 花子", "hanako@example.co.jp")


def signed_in():
    client = Client()
    sign_in(client)
    return client


def sign_in(client):
    return client.post(
        reverse("accounts:log_in"),
        {"login": "hanako@example.co.jp", "password": PASSWORD, "remember": "on"},
    )


def confirm(client):
    return client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def connect(client):
    """The app's secret and the recovery codes, as the pages show them."""
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<kbd>([A-Z2-7]{16,})</kbd>", page)[1]
    assert "data:image/svg+xml;base64," in page
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    return secret, re.findall(r"<code>(\d+)</code>", answer.content.decode())


def test_with_an_app_the_password_alone_opens_nothing(user):
    secret, codes = connect(signed_in())
    assert len(codes) == 10
    client = Client()
    assert sign_in(client).url == STEP
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("accounts:profile")).status_code == 302
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06d}"
    assert client.post(STEP, {"code": wrong}).context["form"].errors
    # The code of connecting was used; a later one within the tolerance counts.
    assert client.post(STEP, {"code": code_of(secret, time.time() + 30)}).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.get_expiry_age() == 30 * 24 * 3600


def test_a_recovery_code_opens_once(user):
    _secret, codes = connect(signed_in())
    for attempt, status in ((codes[0], 302), (codes[0], 200), (codes[1], 302)):
        client = Client()
        sign_in(client)
        assert client.post(STEP, {"code": attempt}).status_code == status


def test_recovery_codes_are_shown_once(user):
    client = signed_in()
    _secret, codes = connect(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(code in page for code in codes)


@pytest.mark.django_db(transaction=True)
def test_the_database_cannot_tell_the_secret(user):
    secret, codes = connect(signed_in())
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)
    audited = list(AuditEntry.objects.values_list("action", flat=True))
    assert "accounts.second_step_add" in audited


def test_another_secret_key_reads_nothing_and_a_former_one_still_does(settings):
    stored = encrypted("plum")
    assert stored != encrypted("plum")
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    with pytest.raises(InvalidToken):
        decrypted(stored)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert decrypted(stored) == "plum"


def test_changing_how_one_signs_in_asks_who_one_is_and_again_after_a_while(user, settings):
    client, app = signed_in(), reverse("mfa_activate_totp")
    asked = client.get(app)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    wrong = client.post(asked.url, {"password": "wrong"})
    assert wrong.context["form"].errors
    assert client.post(asked.url, {"password": PASSWORD}).url == app
    assert client.get(app).status_code == 200
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert client.get(app).status_code == 302


def test_the_app_can_be_disconnected(user):
    client = signed_in()
    connect(client)
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert sign_in(Client()).url == "/"
    assert "accounts.second_step_remove" in set(AuditEntry.objects.values_list("action", flat=True))
