"""PostgreSQL plans by what is in the tables soon after much was written."""

from __future__ import annotations

import time

import pytest
from django.db import connection, transaction

from teichaku.core import clock
from teichaku.core.models import OutboxMessage
from teichaku.core.table_samples import tables_sample

TABLE = OutboxMessage._meta.db_table
MANY = 3_000


@pytest.mark.django_db(transaction=True)
def test_much_that_was_written_is_counted_once() -> None:
    tables_sample()
    with transaction.atomic():
        OutboxMessage.objects.bulk_create(
            OutboxMessage(topic="tests.nothing", payload={}, at=clock.now()) for _ in range(MANY)
        )
    if connection.vendor != "postgresql":
        assert tables_sample() == []
        return
    until = time.monotonic() + 30
    while TABLE not in (sampled := tables_sample()):
        assert time.monotonic() < until, sampled  # the server tells of writes after a moment
        time.sleep(0.2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [TABLE])
        assert cursor.fetchone()[0] >= MANY
    time.sleep(1.5)
    assert TABLE not in tables_sample()
