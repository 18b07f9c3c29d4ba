"""What people are told before anything is measured about each of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from teichaku.accounts.models import MonitoringPolicy
from teichaku.accounts.monitoring import (
    PolicyText,
    monitoring_allows,
    monitoring_end,
    monitoring_policy_record,
    monitoring_since,
    policies_recorded,
    policy_in_force,
    policy_to_come,
)
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import AuditEntry, OutboxMessage

pytestmark = pytest.mark.django_db
WHATS = ("rates", "checks", "reading")
DAY = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def november():
    """It is the morning of a day in November."""
    with clock.moved_to(datetime(2026, 11, 10, 1, tzinfo=UTC)):
        yield


def told(*covers, noticed=DAY, starts=DAY, **more):
    values = {"purpose": "目的", "responsible": "総務部", "text": "本文", **more}
    return PolicyText(frozenset(covers), noticed_on=noticed, starts_on=starts, **values)


def allowed():
    return [what for what in WHATS if monitoring_allows(what)]


def test_nothing_is_measured_until_it_was_recorded():
    assert allowed() == []
    monitoring_policy_record(policy=told("rates", "reading"), actor=SYSTEM)
    assert allowed() == ["rates", "reading"]


def test_an_edition_holds_from_its_first_day_until_a_later_one_does():
    first = monitoring_policy_record(policy=told("rates"), actor=SYSTEM)
    later = told("checks", starts=DAY + timedelta(days=7))
    second = monitoring_policy_record(policy=later, actor=SYSTEM)
    assert (policy_in_force(), policy_to_come()) == (first, second)
    assert policy_in_force(DAY + timedelta(days=7)) == second
    with clock.moved_to(clock.now() + timedelta(days=7)):
        assert allowed() == ["checks"]
        assert policy_to_come() is None
    assert policies_recorded() == [second, first]


def test_since_when_something_is_allowed_without_a_break():
    assert monitoring_since("rates") is None
    for days, covers in ((0, ("checks",)), (7, ("rates",)), (14, ("rates", "checks"))):
        policy = told(*covers, starts=DAY + timedelta(days=days))
        monitoring_policy_record(policy=policy, actor=SYSTEM)
    with clock.moved_to(clock.now() + timedelta(days=20)):
        assert monitoring_since("rates") == DAY + timedelta(days=7)
        assert monitoring_since("checks") == DAY + timedelta(days=14)
        assert monitoring_since("reading") is None


def test_switching_off_ends_what_holds_and_what_would_come():
    with pytest.raises(Conflict):
        monitoring_end(reason="x", actor=SYSTEM)
    monitoring_policy_record(policy=told("rates"), actor=SYSTEM)
    later = told("rates", starts=DAY + timedelta(days=7))
    monitoring_policy_record(policy=later, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        monitoring_end(reason=" ", actor=SYSTEM)
    monitoring_end(reason="労使の合意がない", actor=SYSTEM)
    assert allowed() == []
    assert policy_in_force(DAY + timedelta(days=30)) is None
    assert len(policies_recorded()) == 3


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (told(), "covers"),
        (told("rates", starts=DAY - timedelta(days=1), noticed=DAY), "starts_on"),
        (told("rates", starts=DAY + timedelta(days=91)), "starts_on"),
        (told("rates", noticed=DAY + timedelta(days=1)), "noticed_on"),
    ],
)
def test_what_cannot_be_recorded(policy, field):
    with pytest.raises(InvalidInput) as found:
        monitoring_policy_record(policy=policy, actor=SYSTEM)
    assert found.value.data["field"] == field
    assert not MonitoringPolicy.objects.exists()


def test_the_notice_may_lie_ahead_as_long_as_it_comes_before_the_first_day():
    ahead = told("rates", noticed=DAY + timedelta(days=5), starts=DAY + timedelta(days=90))
    assert monitoring_policy_record(policy=ahead, actor=SYSTEM).pk


@pytest.mark.parametrize(
    "values",
    [
        {"rates": True, "purpose": "", "responsible": "a", "text": "b", "noticed_on": DAY},
        {"rates": True, "purpose": "a", "responsible": "a", "text": "b"},
        {"rates": True, "purpose": "a", "responsible": "a", "text": "b",
         "noticed_on": DAY + timedelta(days=1)},
        {"end_reason": ""},
        {"rates": True, "end_reason": "off", "purpose": "a", "responsible": "a", "text": "b",
         "noticed_on": DAY},
    ],
)  # fmt: skip
def test_the_table_holds_only_what_was_told_or_ended(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        MonitoringPolicy.objects.create(starts_on=DAY, recorded_at=clock.now(), **values)


def test_recording_is_audited_and_told_without_words():
    row = monitoring_policy_record(policy=told("rates"), actor=SYSTEM)
    entry = AuditEntry.objects.get(action="accounts.monitoring_policy_record")
    assert (entry.object_type, entry.object_id) == ("accounts.monitoringpolicy", row.pk)
    message = OutboxMessage.objects.get(topic="accounts.monitoring_changed")
    assert message.payload == {"policy": row.pk}


FILLED = {
    "covers": ["rates", "checks"],
    "purpose": "重いルールを見つけるため", "responsible": "総務部 森",
    "noticed_on": "2026/11/09", "starts_on": "2026年11月16日", "text": "私たちの約束",
}  # fmt: skip


ENGLISH = {"accept-language": "en"}


def test_the_page_starts_with_the_template_and_fills_it_in(as_admin):
    page = as_admin.get(reverse("monitoring:policy"), headers=ENGLISH)
    text = page.content.decode()
    assert "Nothing is measured about single people." in text
    assert "How we handle figures about each of us" in text
    asked = {**FILLED, "fill": "1", "text": "old"}
    asked["covers"] = ["rates"]
    filled = as_admin.post(reverse("monitoring:policy"), asked, headers=ENGLISH).content.decode()
    assert "重いルールを見つけるため" in filled
    assert "Input rate: how many" in filled
    assert "Looks at records:" not in filled
    assert "From Nov. 16, 2026." in filled
    assert ">old" not in filled
    assert not MonitoringPolicy.objects.exists()


def test_the_preview_records_nothing_and_keeps_what_was_typed(as_admin):
    page = as_admin.post(reverse("monitoring:policy"), {**FILLED, "preview": "1"})
    text = page.content.decode()
    assert text.count("私たちの約束") == 2
    assert text.count("総務部 森") == 2
    assert not MonitoringPolicy.objects.exists()


def test_the_administrator_records_and_everybody_can_read(as_admin, made):
    answer = as_admin.post(reverse("monitoring:policy"), {**FILLED, "record": "1"})
    assert answer.status_code == 302
    row = MonitoringPolicy.objects.get()
    assert (row.covers, row.starts_on) == ({"rates", "checks"}, date(2026, 11, 16))
    assert row.recorded_by.name == "管理 一郎"
    rep = Client()
    rep.force_login(made("佐藤 太郎", "taro@example.co.jp"))
    assert "私たちの約束" in rep.get(reverse("inputs:about_me")).content.decode()


def test_what_is_wrong_stands_above_its_field_and_nothing_is_lost(as_admin):
    wrong = {**FILLED, "noticed_on": "2026/11/20", "record": "1"}
    answer = as_admin.post(reverse("monitoring:policy"), wrong, headers=ENGLISH)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "People have to be told before it starts." in text
    assert "重いルールを見つけるため" in text
    missing = as_admin.post(reverse("monitoring:policy"), {"record": "1"})
    assert missing.status_code == 422


def test_the_administrator_switches_off_with_a_reason(as_admin):
    as_admin.post(reverse("monitoring:policy"), {**FILLED, "record": "1"})
    end = reverse("monitoring:end")
    assert as_admin.post(end, {"reason": ""}).status_code == 422
    assert as_admin.post(end, {"reason": "合意のやり直し"}).status_code == 302
    assert "合意のやり直し" in as_admin.get(reverse("monitoring:policy")).content.decode()
