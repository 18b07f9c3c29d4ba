"""Signing in by e-mail and out again, and what every answer carries."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.template import engines
from django.test import override_settings
from django.urls import reverse

from teichaku.accounts.models import User
from teichaku.accounts.services import user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.http import POLICY

pytestmark = pytest.mark.django_db
PASSWORD = "plum-rain-42-lantern"
BASE = "{% block title %}{% endblock %}{% block content %}{% endblock %}"


@pytest.fixture(autouse=True)
def plain_base():
    """The page frame belongs to another room; here it is a bare one."""
    with override_settings(
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ],
                    "loaders": [
                        ("django.template.loaders.locmem.Loader", {"base.html": BASE}),
                        "django.template.loaders.app_directories.Loader",
                    ],
                },
            }
        ]
    ):
        assert engines["django"].get_template("base.html")
        yield


@pytest.fixture
def user():
    return user_create(
        name="佐藤 花子", email="hanako@example.co.jp", password=PASSWORD, actor=SYSTEM
    )


def sign_in(client, email="hanako@example.co.jp", password=PASSWORD, **more):
    return client.post(
        reverse("accounts:log_in"), {"username": email, "password": password, **more}
    )


def test_the_page_asks_for_address_and_password_with_labels(client):
    answer = client.get(reverse("accounts:log_in"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<label for="id_username">' in page
    assert 'type="email"' in page
    assert 'autocomplete="current-password"' in page
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_right_pair_gets_in_however_the_address_is_spelt(client, user):
    answer = sign_in(client, email=" Hanako@EXAMPLE.co.jp")
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_pair_says_the_same_whether_the_address_exists_or_not(client, user):
    known = sign_in(client, password="wrong").context["form"].non_field_errors()
    unknown = sign_in(client, email="nobody@example.co.jp").context["form"].non_field_errors()
    assert known == unknown
    assert len(known) == 1


@pytest.mark.parametrize("closed", [{"can_sign_in": False}, {"is_active": False}])
def test_a_closed_account_is_told_apart_by_nothing(client, user, closed):
    User.objects.update(**closed)
    assert authenticate(username=user.email, password=PASSWORD) is None
    assert sign_in(client).status_code == 200


def test_an_open_session_ends_when_the_account_closes(client, user):
    sign_in(client)
    User.objects.update(can_sign_in=False)
    answer = client.get(reverse("accounts:log_in"))
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated


def test_after_signing_in_one_goes_on_to_the_page_asked_for_and_never_elsewhere(client, user):
    assert sign_in(client, next="/leads/").url == "/leads/"
    client.logout()
    assert sign_in(client, next="https://evil.example/").url == "/"


def test_signing_out_takes_a_post(client, user):
    sign_in(client)
    assert client.get(reverse("accounts:log_out")).status_code == 405
    assert client.post(reverse("accounts:log_out")).url == reverse("accounts:log_in")
    assert "_auth_user_id" not in client.session


def test_a_typed_address_is_kept_when_the_pair_is_wrong(client, user):
    page = sign_in(client, password="wrong").content.decode()
    assert 'value="hanako@example.co.jp"' in page
    assert 'role="alert"' in page
