"""What people do about parked work, and what the watch tells them of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from teichaku.core import clock
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.job_watch import NO_SIGN_AFTER, ParkedKind, jobs_standing
from teichaku.core.jobs import job_claim, job_enqueue, jobs_keep_periodic, run_one
from teichaku.core.models import AuditEntry, AuditValue, Job, OutboxMessage
from teichaku.core.parked_jobs import job_drop, job_retry, jobs_retry

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def broken(payload):
    raise ValueError("taro@example.co.jp is not liked")


def parked(kind, count=1):
    jobs = [job_enqueue(kind=kind, payload={"n": n}, max_attempts=1) for n in range(count)]
    while run_one("a", kinds=[kind]):
        pass
    assert Job.objects.filter(parked_at__isnull=False, kind=kind).count() == count
    return jobs


def test_a_parked_job_can_be_retried_and_no_other(handler, actor):
    seen = []
    kind = handler(broken)
    [job] = parked(kind)
    handler(seen.append)
    job_retry(job=job, actor=actor)
    assert run_one("a", kinds=[kind])
    assert seen == [{"n": 0}]
    entry = AuditEntry.objects.get(action="core.job_retry")
    assert (entry.actor_name, entry.object_id) == ("Sato", job.pk)
    assert OutboxMessage.objects.get(topic="core.parked_jobs_settled").payload == {"jobs": [job.pk]}
    with pytest.raises(Conflict):
        job_retry(job=job, actor=actor)


def test_all_of_a_kind_are_retried_and_others_stay(handler, actor):
    kind, other = handler(broken), handler(broken, "test.other")
    parked(kind, 3)
    parked(other)
    handler(lambda payload: None)
    assert jobs_retry(kind=kind, actor=actor) == 3
    while run_one("a", kinds=[kind]):
        pass
    assert Job.objects.filter(kind=kind, finished_at__isnull=False).count() == 3
    assert Job.objects.filter(kind=other, parked_at__isnull=False).count() == 1
    assert AuditEntry.objects.get(action="core.job_retry").count == 3
    assert jobs_retry(kind=kind, actor=actor) == 0


def test_dropping_takes_a_reason_and_leaves_a_trace(handler, actor):
    [job] = parked(handler(broken))
    for reason in ("  ", "x" * 501):
        with pytest.raises(InvalidInput):
            job_drop(job=job, reason=reason, actor=actor)
    job_drop(job=job, reason=" The file is gone. ", actor=actor)
    job.refresh_from_db()
    assert (job.parked_at, job.finished_at is not None) == (None, True)
    entry = AuditEntry.objects.get(action="core.job_drop")
    assert AuditValue.objects.get(entry=entry).values["reason"] == "The file is gone."
    with pytest.raises(Conflict):
        job_drop(job=job, reason="Again", actor=actor)


def test_periodic_work_that_was_dropped_begins_anew(handler, actor):
    kind = handler(broken, every_seconds=60)
    jobs_keep_periodic()
    Job.objects.filter(kind=kind).update(parked_at=clock.now())
    job_drop(job=Job.objects.get(kind=kind), reason="Mended", actor=actor)
    jobs_keep_periodic()
    assert Job.objects.get(kind=kind, finished_at=None).parked_at is None


def test_the_standing_counts_what_is_parked_by_kind(handler):
    with clock.moved_to(NOON):
        parked(handler(broken), 2)
        assert jobs_standing().parked == (ParkedKind("test.run", 2, NOON),)
        assert not jobs_standing().fine


def test_a_worker_that_gives_no_sign_for_long_is_away(handler):
    kind = handler(lambda payload: None, every_seconds=60)
    assert (jobs_standing().seen_at, jobs_standing().worker_runs) == (None, False)
    with clock.moved_to(NOON):
        jobs_keep_periodic()
        assert not jobs_standing().worker_runs
        assert run_one("a", kinds=[kind])
        standing = jobs_standing()
        assert (standing.seen_at, standing.worker_runs) == (NOON, True)
    with clock.moved_to(NOON + NO_SIGN_AFTER):
        assert jobs_standing().worker_runs
    with clock.moved_to(NOON + NO_SIGN_AFTER + timedelta(seconds=1)):
        assert not jobs_standing().worker_runs
        job_claim(worker="a", kinds=[kind])  # at work on something long: its lease is the sign
        assert jobs_standing().worker_runs


def test_the_standing_takes_three_statements(handler, django_assert_num_queries):
    parked(handler(broken), 5)
    jobs_keep_periodic()
    with django_assert_num_queries(3):
        jobs_standing()
