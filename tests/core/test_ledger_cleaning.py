"""Finished jobs and told messages go after 30 days; what waits for anybody stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teichaku.core import clock, ledger_cleaning
from teichaku.core.jobs import job_enqueue, jobs_keep_periodic, run_one
from teichaku.core.ledger_cleaning import ledgers_clean
from teichaku.core.models import Job, OutboxMessage

pytestmark = pytest.mark.django_db


def test_what_is_done_goes_after_thirty_days(handler, monkeypatch):
    monkeypatch.setattr(ledger_cleaning, "PORTION", 2)
    kind = handler(lambda payload: None)
    for _ in range(5):
        job_enqueue(kind=kind)
    while run_one("a", kinds=[kind]):
        pass
    jobs_keep_periodic()
    parked = Job.objects.create(kind=kind, run_at=clock.now(), parked_at=clock.now())
    waiting = job_enqueue(kind=kind)
    now = clock.now()
    for days in (31, 30, 29):
        OutboxMessage.objects.create(topic="t", payload={}, at=now - timedelta(days=days))
    with clock.moved_to(now):
        ledgers_clean({})
        assert Job.objects.filter(finished_at__isnull=False).count() == 5
        assert OutboxMessage.objects.count() == 2
    with clock.moved_to(now + timedelta(days=30, seconds=1)):
        ledgers_clean({})
        ledgers_clean({})
    assert not Job.objects.filter(finished_at__isnull=False).exists()
    assert set(Job.objects.filter(every_seconds=None)) == {parked, waiting}
    assert not OutboxMessage.objects.exists()
