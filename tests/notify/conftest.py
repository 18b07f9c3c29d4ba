"""Two people, kinds of what they are told of, and a real mail server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.accounts.smtp import Received, smtp_server

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds

KINDS = {
    "tests.call": Kind("Call %(name)s", "phone"),
    "tests.input": Kind("Enter %(name)s", group="inputs"),
    "tests.deal": Kind("Deal %(name)s moved", group="deals"),
    "tests.minor": Kind("Leads of %(name)s", group="deals", send="digest"),
    "tests.inside": Kind("Seen %(name)s", group="deals", send="never"),
    "tests.meeting": Kind("Meeting %(name)s", group="meetings"),
}


@pytest.fixture(autouse=True)
def _kinds() -> None:
    if "tests.call" not in task_kinds:
        task_kinds.register("tests.call", KINDS["tests.call"])
    for name, kind in KINDS.items():
        if name not in notification_kinds:
            notification_kinds.register(name, kind)


@pytest.fixture
def people():
    made = []
    for name in ("ichiro", "hanako"):
        user = user_create(name=name, email=f"{name}@example.co.jp", actor=SYSTEM)
        role_grant(user=user, role=Role.SALES_REP, actor=SYSTEM)
        made.append(user)
    return made


@pytest.fixture
def post_office(settings) -> Iterator[Received]:
    """Mail goes through a real connection to a server of the test's own."""
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 1
        yield server
