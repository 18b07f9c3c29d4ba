"""The lead's page says what is missing to an MQL, by when, and what of its score ends next."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from tests.scoring.company import activate, bring, on, pk_of, refresh, view

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import SYSTEM
from teichaku.leads.models import Lead

pytestmark = pytest.mark.django_db
BOOK = """\
rulebook: 1
title: 試験
timezone: Asia/Tokyo
scoring:
  behaviour:
    - group: web
      rules:
        - {id: S-1, label: サービスを見た, when: {event: page_view}, points: 10, expires: 30d}
        - {id: S-3, label: 問い合わせ, when: {event: form_submit}, points: 40}
mql:
  when:
    all:
      - {count: {event: page_view}, at_least: 2, within: 30d}
      - {score: total, at_least: 40}
"""


@pytest.fixture
def client(client):
    with on("2026-01-01 09:00"):
        person = user_create(name="佐藤 美咲", email="misaki@example.co.jp", actor=SYSTEM)
        role_grant(user=person, role=Role.MARKETER, actor=SYSTEM)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def shown(client) -> str:
    with on("2026-06-10 11:00"):
        answer = client.get(reverse("console:lead", args=[Lead.objects.get(pk=pk_of("a")).uid]))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_what_is_missing_and_what_ends(client):
    activate("2026-06-01 00:00", BOOK)
    bring("2026-06-10 09:00", "events", view("a", "2026-06-02 08:00"))
    refresh("2026-06-10 10:00", only_changed=True)
    page = shown(client)
    assert "What is missing to an MQL" in page
    assert "1 more time by 2026/07/02 08:00" in page
    assert "20 more points" in page  # the second view brings ten of the thirty
    assert "問い合わせ, 1 time" in page
    assert "2026/07/02 08:00 サービスを見た" in page
    assert "−10" in page


def test_nothing_is_missing_any_more(client):
    activate("2026-06-01 00:00", BOOK)
    bring("2026-06-10 09:00", "events", *(view("a", f"2026-06-0{d} 08:00") for d in range(2, 7)))
    refresh("2026-06-10 10:00", only_changed=True)
    assert "The definition of an MQL is met" in shown(client)
