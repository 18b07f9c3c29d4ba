"""What is done and told goes after a month, so that the tables of jobs and messages stay small."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from teichaku.core import clock
from teichaku.core.canonical import Json
from teichaku.core.models import Job, OutboxMessage

KEPT = timedelta(days=30)
PORTION = 1_000


def ledgers_clean(payload: Mapping[str, Json]) -> None:
    """Nothing; finished jobs and outbox messages of more than 30 days ago are gone."""
    before = clock.now() - KEPT
    _delete(Job.objects.filter(finished_at__lt=before))
    # A job carries what its message said, so whatever still waits can do without it.
    _delete(OutboxMessage.objects.filter(at__lt=before))


def _delete(rows: QuerySet[Any]) -> None:
    """Nothing; the rows, whatever their table, are gone, a portion in each transaction."""
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:PORTION]):
        rows.filter(pk__in=ids).delete()
