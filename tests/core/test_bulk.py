"""Bulk writes store what single writes store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from teichaku.core import bulk
from teichaku.core.ids import uuid7
from teichaku.leads.models import Lead, LeadIdentity
from teichaku.tracking.models import Signature

pytestmark = pytest.mark.django_db

SHAPE = ("type", "path", "form", "asset", "campaign", "rank")


def lead_rows(ids):
    now = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
    return [(i, i, uuid7(), "known", now, {"高": [1, None]}, "", "") for i in ids]


LEAD = ("id", "root", "uid", "kind", "recorded_at", "attributes", "email", "email_key")
BLANK = dict.fromkeys(
    ("name", "kana", "phone", "title", "department", "source", "campaign", "stage"), ""
)


def insert_leads(ids):
    rows = [(*row, *BLANK.values()) for row in lead_rows(ids)]
    bulk.insert(Lead, (*LEAD, *BLANK), rows)
    return rows


def test_values_come_back_as_they_went_in():
    with transaction.atomic():
        [lead] = bulk.reserve_ids(Lead, 1)
        [row] = insert_leads([lead])
    stored = Lead.objects.get()
    assert (stored.uid, stored.recorded_at, stored.attributes) == (row[2], row[4], row[5])


def test_reserved_ids_are_never_given_again():
    with transaction.atomic():
        first = bulk.reserve_ids(Lead, 3)
        insert_leads(first)
        second = bulk.reserve_ids(Lead, 2)
    assert not set(first) & set(second)
    assert len(set(first)) == 3


def test_only_new_rows_are_inserted_and_told():
    rows = [("page_view", f"/{i}", "", "", "", "") for i in range(3)]
    with transaction.atomic():
        assert len(bulk.insert_new(Signature, SHAPE, rows[:2])) == 2
        new = bulk.insert_new(Signature, SHAPE, [*rows, rows[2]], returning=("path",))
    assert new == [("/2",)]
    assert Signature.objects.count() == 3


@pytest.mark.parametrize("returning", [("path",), ("id", "path")])
def test_columns_are_inserted_as_rows_are(returning):
    def columns(names):
        return [
            ["page_view"] * len(names),
            [f"/{name}" for name in names],
            *[[""] * len(names)] * 4,
        ]

    with transaction.atomic():
        first = bulk.insert_new_columns(Signature, SHAPE, columns("ab"), returning=returning)
        again = bulk.insert_new_columns(Signature, SHAPE, columns("abcdc"), returning=returning)
        none = bulk.insert_new_columns(Signature, SHAPE, columns(""), returning=returning)
    assert [sorted(row[-1] for row in new) for new in (first, again, none)] == [
        ["/a", "/b"],
        ["/c", "/d"],
        [],
    ]
    stored = set(Signature.objects.values_list(*returning))
    assert stored == {tuple(row) for row in [*first, *again]}


def test_updates_touch_the_named_columns_of_the_named_rows():
    with transaction.atomic():
        ids = bulk.reserve_ids(Lead, 2)
        insert_leads(ids)
        bulk.update(Lead, ("name", "attributes"), [(ids[0], "A", {"n": 1})])
    assert list(Lead.objects.order_by("pk").values_list("name", "attributes")) == [
        ("A", {"n": 1}),
        ("", {"高": [1, None]}),
    ]


def test_a_broken_constraint_stops_a_plain_insert():
    with transaction.atomic():
        [lead] = bulk.reserve_ids(Lead, 1)
        insert_leads([lead])
    row = (lead, "default", "1")
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(LeadIdentity, ("lead", "system", "external_id"), [row, row])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_outside_of_a_transaction():
    row = ("page_view", "/1", "", "", "", "")
    for write in (
        lambda: bulk.insert(Signature, SHAPE, [row]),
        lambda: bulk.insert_new(Signature, SHAPE, [row]),
        lambda: bulk.update(Signature, ("path",), [(1, "/2")]),
        lambda: bulk.upsert(Signature, "id", SHAPE, [(1, *row)]),
    ):
        with pytest.raises(TransactionManagementError):
            write()
    assert not Signature.objects.exists()
