"""Messages for upper rooms and the history of fields."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import transaction

from teichaku.core import clock, registry
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.jobs import run_one
from teichaku.core.models import Change, Job, OutboxMessage
from teichaku.core.outbox import outbox_emit

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(monkeypatch, handler):
    monkeypatch.setitem(registry.topics._items, "test.said", registry.Topic("Said"))
    return "test.said"


def test_each_handler_of_a_topic_gets_a_job_of_its_own(topic, handler):
    seen = []
    for kind in ("test.one", "test.two"):
        handler(seen.append, kind)
        registry.subscribe(topic, kind)
    message = outbox_emit(topic=topic, payload={"lead": 5, "others": [6, 7]})
    while run_one("a"):
        pass
    assert seen == [{"lead": 5, "others": [6, 7], "message": message.pk}] * 2


def test_a_message_is_undone_with_its_transaction(topic, handler):
    handler(lambda payload: None, "test.one")
    registry.subscribe(topic, "test.one")

    def emit_and_fail():
        with transaction.atomic():
            outbox_emit(topic=topic, payload={"lead": 5})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        emit_and_fail()
    assert not OutboxMessage.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_refused(topic):
    with pytest.raises(RuntimeError, match="transaction"):
        outbox_emit(topic=topic, payload={"lead": 5})


def test_an_undeclared_topic_is_refused():
    with pytest.raises(registry.NotRegistered):
        outbox_emit(topic="test.undeclared", payload={"lead": 5})


@pytest.mark.parametrize("value", ["佐藤", 1.5, True, None, {"a": 1}, ["x"]])
def test_a_payload_with_anything_but_ids_is_refused(topic, value):
    with pytest.raises(TypeError, match="ids only"):
        outbox_emit(topic=topic, payload={"lead": value})


def test_a_payload_may_carry_outside_ids(topic):
    uid = UUID(int=7)
    assert outbox_emit(topic=topic, payload={"lead": uid}).payload == {"lead": str(uid)}


def test_listening_twice_is_refused(topic, handler):
    handler(lambda payload: None, "test.one")
    registry.subscribe(topic, "test.one")
    with pytest.raises(registry.AlreadyRegistered):
        registry.subscribe(topic, "test.one")


def test_changes_keep_both_instants_the_actor_and_the_source(actor):
    at = datetime(2026, 4, 1, tzinfo=UTC)
    learnt = datetime(2026, 4, 3, tzinfo=UTC)
    with clock.moved_to(learnt):
        written = changes_record(
            [
                FieldChange("leads.lead", 5, "stage", None, "mql"),
                FieldChange("leads.lead", 5, "tags", ["a"], {"b": 1.5}),
            ],
            actor=actor,
            at=at,
            source="file.csv",
        )
    assert written == 2
    first, second = Change.objects.order_by("id")
    assert (first.at, first.recorded_at, first.source) == (at, learnt, "file.csv")
    assert (first.old, first.new, first.actor_user_id) == (None, "mql", 7)
    assert (second.old, second.new) == (["a"], {"b": 1.5})
    assert Change.objects.filter(old__isnull=True).count() == 1
