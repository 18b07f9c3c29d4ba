"""A fixed Monday morning, browsers, people of the house, and a real mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from tests.accounts.smtp import Received, smtp_server
from tests.forms.making import NOW

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.forms import public_views
from teichaku.tracking.limits import Limit


@pytest.fixture(autouse=True)
def _monday(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(public_views, "limit", Limit(20))
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def browser() -> Client:
    """Somebody outside who reads Japanese."""
    return Client(headers={"accept-language": "ja"})


@pytest.fixture
def marketer() -> Client:
    """Somebody who makes forms, in English."""
    user = user_create(name="佐藤", email="sato@kita.example.co.jp", actor=SYSTEM)
    role_grant(user=user, role=Role.MARKETER, actor=SYSTEM)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def post_office(settings) -> Iterator[Received]:
    """Mail goes through a real connection to a server of the test's own."""
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 1
        yield server
