"""People who sign in, and a real mail server on loopback."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation
from tests.accounts.smtp import smtp_server

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM

PASSWORD = "plum-rain-42-lantern"


@pytest.fixture(autouse=True)
def _english():
    """Refusals of services are read in the language of the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def made():
    """Makes people with roles; their password is ``PASSWORD``."""

    def person(name, email, *roles, **more):
        user = user_create(
            name=name, email=email, password=more.pop("password", PASSWORD), actor=SYSTEM, **more
        )
        for role in roles:
            role_grant(user=user, role=role, actor=SYSTEM)
        return user

    return person


@pytest.fixture
def admin(made):
    return made("管理 一郎", "admin@example.co.jp", Role.ADMINISTRATOR)


@pytest.fixture
def as_admin(admin):
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def post_office(settings):
    """Mail goes through a real connection to a server of the test's own."""
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server
