"""The audit: written with the change, sealed later, erasable values, every forgery found."""

from __future__ import annotations

import inspect

import pytest
from django.db import transaction

from teichaku.core import audit, changes
from teichaku.core.actors import Actor
from teichaku.core.audit import (
    audit_record,
    audit_seal,
    audit_seal_all,
    audit_values_shred,
    audit_verify,
)
from teichaku.core.models import AuditEntry, AuditSeal, AuditValue
from teichaku.core.registry import NotRegistered

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(actor, action):
    with transaction.atomic():
        return [
            audit_record(
                actor=actor,
                action=action,
                object_type="test.thing",
                object_id=n,
                values={"name": "佐藤", "n": n},
            )
            for n in range(7)
        ]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(actor, action):
    with pytest.raises(RuntimeError, match="transaction"):
        audit_record(actor=actor, action=action, object_type="test.thing")
    assert not AuditEntry.objects.exists()


def test_an_undeclared_action_is_refused(actor):
    with pytest.raises(NotRegistered):
        audit_record(actor=actor, action="test.undeclared", object_type="test.thing")


def test_an_entry_keeps_who_and_what_and_the_values_apart(entries):
    entry = AuditEntry.objects.get(pk=entries[3].pk)
    assert (entry.actor_kind, entry.actor_user_id, entry.object_id) == ("human", 7, 3)
    assert AuditValue.objects.get(entry=entry).values == {"name": "佐藤", "n": 3}
    assert "佐藤" not in entry.digest


def test_equal_values_do_not_show_as_equal_digests(actor, action):
    first, second = (
        audit_record(actor=actor, action=action, object_type="t", values={"a": 1}) for _ in "ab"
    )
    assert first.digest != second.digest


def test_seals_chain_all_entries_in_batches(entries):
    sizes = []
    while (seal := audit_seal(batch=3)) is not None:
        sizes.append(seal.count)
    assert sizes == [3, 3, 1]
    seals = list(AuditSeal.objects.order_by("id"))
    assert [s.previous for s in seals] == ["", seals[0].hash, seals[1].hash]
    assert audit_verify() is None


def test_what_is_not_sealed_yet_is_no_break(entries):
    audit_seal(batch=3)
    assert audit_verify() is None


def test_erasing_values_leaves_the_chain_whole(entries):
    audit_seal_all({})
    assert audit_values_shred(object_type="test.thing", object_ids=[1, 2]) == 2
    assert AuditValue.objects.count() == 5
    assert audit_verify() is None


def test_only_actions_that_can_name_a_person_are_shredded(entries, monkeypatch, action):
    from teichaku.core import registry

    monkeypatch.setitem(registry.audit_actions._items, action, registry.AuditAction("Tested"))
    assert audit_values_shred(object_type="test.thing", object_ids=[1, 2]) == 0


def test_erasing_a_name_from_entries_leaves_the_chain_whole(entries):
    audit_seal_all({})
    AuditEntry.objects.filter(actor_kind="human").update(actor_name="")
    assert audit_verify() is None


def test_a_changed_machine_name_breaks_the_chain(action):
    audit_record(
        actor=Actor(kind="integration", name="kintone"), action=action, object_type="test.thing"
    )
    audit_seal_all({})
    AuditEntry.objects.update(actor_name="other")
    assert audit_verify() is not None


@pytest.mark.parametrize(
    "forged",
    [
        {"action": "test.other"},
        {"object_id": 99},
        {"actor_user_id": 8},
        {"count": 2},
        {"digest": "0" * 64},
        {"seal": None},
    ],
)
def test_a_changed_entry_is_found_in_its_seal(entries, forged):
    while audit_seal(batch=3):
        pass
    AuditEntry.objects.filter(pk=entries[4].pk).update(**forged)
    broken = audit_verify()
    assert broken is not None
    assert broken.first_id <= entries[4].pk <= broken.last_id


def test_a_changed_value_is_found(entries):
    audit_seal_all({})
    AuditValue.objects.filter(entry=entries[2]).update(document='{"n":2,"name":"鈴木"}')
    assert audit_verify() is not None


def test_a_removed_entry_is_found(entries):
    audit_seal_all({})
    entries[0].delete()
    assert audit_verify() is not None


def test_a_removed_seal_is_found(entries):
    while audit_seal(batch=3):
        pass
    second = AuditSeal.objects.order_by("id")[1]
    AuditEntry.objects.filter(seal=second).update(seal=None)
    second.delete()
    broken = audit_verify()
    assert broken is not None
    assert broken.first_id == entries[6].pk


def test_the_ledgers_offer_no_way_to_change_what_was_written():
    offered = {
        name
        for module in (audit, changes)
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and name[0] != "_"
    }
    assert offered == {
        "audit_record",
        "audit_seal",
        "audit_seal_all",
        "audit_values_shred",
        "audit_verify",
        "changes_record",
    }


def test_sealing_and_shredding_leave_entries_as_they_were(entries):
    before = list(AuditEntry.objects.order_by("id").values("uid", "at", "action", "digest"))
    audit_seal_all({})
    audit_values_shred(object_type="test.thing", object_ids=[1])
    assert list(AuditEntry.objects.order_by("id").values("uid", "at", "action", "digest")) == before
