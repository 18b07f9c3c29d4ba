"""Registries, declared settings, identifiers and the policy on every answer."""

from __future__ import annotations

import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from teichaku.core import registry
from teichaku.core.errors import InvalidInput
from teichaku.core.http import POLICY, ContentSecurityPolicyMiddleware
from teichaku.core.ids import uuid7, uuid7s
from teichaku.core.models import AuditValue, OutboxMessage, Setting
from teichaku.core.settings import setting_read, setting_write


def test_a_name_is_taken_once():
    names: registry.Registry[int] = registry.Registry("thing")
    assert names.register("a", 1) == 1
    with pytest.raises(registry.AlreadyRegistered, match="thing 'a'"):
        names.register("a", 2)
    assert names.get("a") == 1
    assert list(names.items()) == [("a", 1)]


def test_an_unknown_name_says_which_are_known():
    names: registry.Registry[int] = registry.Registry("thing")
    names.register("a", 1)
    with pytest.raises(registry.NotRegistered, match=r"known: a"):
        names.get("b")


def test_listeners_are_all_told_in_order():
    listeners: registry.Listeners[int] = registry.Listeners("listener")
    heard: list[tuple[str, int]] = []
    listeners.register("x", lambda news: heard.append(("x", news)))
    listeners.register("y", lambda news: heard.append(("y", news)))
    listeners.notify(3)
    assert heard == [("x", 3), ("y", 3)]


@pytest.fixture
def limit(monkeypatch):
    declaration = registry.SettingDeclaration("test.limit", 10, "How many")
    monkeypatch.setitem(registry.declared_settings._items, "test.limit", declaration)
    return declaration


@pytest.mark.django_db
def test_a_setting_has_its_default_until_it_is_written(limit, actor):
    assert setting_read(limit) == 10
    setting_write(declaration=limit, value=12, actor=actor)
    setting_write(declaration=limit, value=14, actor=actor)
    assert setting_read(limit) == 14
    assert [v.values for v in AuditValue.objects.order_by("pk")] == [
        {"setting": "test.limit", "old": 10, "new": 12},
        {"setting": "test.limit", "old": 12, "new": 14},
    ]
    assert OutboxMessage.objects.count() == 2


@pytest.mark.django_db
def test_a_setting_of_another_type_is_refused(limit, actor):
    for wrong in ("12", 1.5, True):
        with pytest.raises(InvalidInput, match="Enter a value of type int"):
            setting_write(declaration=limit, value=wrong, actor=actor)
    assert not Setting.objects.exists()


@pytest.mark.django_db
def test_an_undeclared_setting_can_be_neither_read_nor_written(actor):
    stray = registry.SettingDeclaration("test.stray", 1, "")
    with pytest.raises(registry.NotRegistered):
        setting_read(stray)
    with pytest.raises(registry.NotRegistered):
        setting_write(declaration=stray, value=2, actor=actor)


def test_identifiers_are_version_7_and_carry_the_millisecond():
    before = time.time_ns() // 1_000_000
    made = [uuid7() for _ in range(500)]
    after = time.time_ns() // 1_000_000
    assert len(set(made)) == 500
    assert {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}
    assert all(before <= u.int >> 80 <= after for u in made)


def test_many_identifiers_at_once_are_distinct_and_ascend():
    before = time.time_ns() // 1_000_000
    made = uuid7s(3_000)
    after = time.time_ns() // 1_000_000
    assert made == sorted(set(made))
    assert len(made) == 3_000
    assert {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}
    assert all(before <= u.int >> 80 <= after for u in made)
    assert uuid7s(0) == []


def test_every_answer_carries_the_policy_and_none_allows_inline_code():
    answer = ContentSecurityPolicyMiddleware(lambda request: HttpResponse())(
        RequestFactory().get("/")
    )
    assert answer["Content-Security-Policy"] == POLICY
    assert "default-src 'self'" in POLICY
    assert "unsafe" not in POLICY


def test_a_stricter_policy_of_a_page_stays():
    own = "default-src 'none'"
    middleware = ContentSecurityPolicyMiddleware(
        lambda request: HttpResponse(headers={"Content-Security-Policy": own})
    )
    assert middleware(RequestFactory().get("/"))["Content-Security-Policy"] == own
