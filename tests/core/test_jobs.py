"""One job at a time: claims, leases, back-off, periodic rows, keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from teichaku.core import clock
from teichaku.core.jobs import (
    LeaseLost,
    job_claim,
    job_enqueue,
    job_fail,
    job_finish,
    jobs_keep_periodic,
    run_one,
)
from teichaku.core.models import Job
from teichaku.core.registry import NotRegistered

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def nothing(payload):
    pass


def broken(payload):
    raise ValueError("taro@example.co.jp is not liked")


def test_a_due_job_runs_once_and_is_finished(handler):
    seen = []
    kind = handler(seen.append)
    job_enqueue(kind=kind, payload={"lead": 5})
    assert run_one("a") is True
    assert run_one("a") is False
    assert seen == [{"lead": 5}]
    job = Job.objects.get()
    assert job.finished_at is not None
    assert (job.leased_by, job.lease_until) == ("", None)


def test_jobs_run_in_the_order_in_which_they_are_due(handler):
    seen = []
    kind = handler(lambda payload: seen.append(payload["n"]))
    with clock.moved_to(NOON):
        job_enqueue(kind=kind, payload={"n": 2}, run_at=NOON - timedelta(seconds=1))
        job_enqueue(kind=kind, payload={"n": 1}, run_at=NOON - timedelta(seconds=9))
        job_enqueue(kind=kind, payload={"n": 3}, run_at=NOON + timedelta(seconds=1))
        while run_one("a"):
            pass
    assert seen == [1, 2]


def test_an_unknown_kind_is_refused_when_it_is_enqueued():
    with pytest.raises(NotRegistered, match=r"test\.unknown"):
        job_enqueue(kind="test.unknown")


def test_a_job_without_handler_fails_and_the_next_one_still_runs(handler):
    seen = []
    kind = handler(seen.append)
    Job.objects.create(kind="gone.away", run_at=clock.now() - timedelta(hours=1))
    job_enqueue(kind=kind)
    assert run_one("a")
    assert run_one("a")
    assert seen == [{}]
    assert "NotRegistered" in Job.objects.get(kind="gone.away").error


def test_only_the_asked_kinds_are_claimed(handler):
    one, other = handler(nothing, "test.one"), handler(nothing, "test.other")
    job_enqueue(kind=one)
    job_enqueue(kind=other)
    job = job_claim(worker="a", kinds=[other])
    assert job is not None
    assert job.kind == other
    assert job_claim(worker="a", kinds=[other]) is None


def test_failures_wait_twice_as_long_each_time_and_then_park(handler):
    kind = handler(broken)
    now = NOON
    with clock.moved_to(now):
        job_enqueue(kind=kind, max_attempts=3)
    pauses = []
    for _ in range(3):
        with clock.moved_to(now):
            assert run_one("a")
        job = Job.objects.get()
        pauses.append((job.run_at - now).total_seconds())
        now = max(job.run_at, now)
    assert pauses[:2] == [10, 20]
    assert job.parked_at == now
    with clock.moved_to(now + timedelta(days=1)):
        assert not run_one("a")


def test_the_recorded_error_says_where_and_never_quotes_data(handler):
    job_enqueue(kind=handler(broken))
    run_one("a")
    error = Job.objects.get().error
    assert "ValueError" in error
    assert "in broken" in error
    assert "taro" not in error


def test_an_expired_lease_is_taken_over_and_the_late_worker_counts_no_more(handler):
    job_enqueue(kind=handler(nothing), run_at=NOON)
    with clock.moved_to(NOON):
        first = job_claim(worker="a", lease=timedelta(seconds=30))
        assert job_claim(worker="b") is None
    with clock.moved_to(NOON + timedelta(seconds=30)):
        second = job_claim(worker="b")
        assert second is not None
        assert second.attempts == 2
        with pytest.raises(LeaseLost):
            job_finish(job=first)
        with pytest.raises(LeaseLost):
            job_fail(job=first, error="late")
        job_finish(job=second)
    assert Job.objects.get().finished_at is not None


def test_the_same_worker_name_does_not_revive_a_lost_lease(handler):
    job_enqueue(kind=handler(nothing), run_at=NOON)
    with clock.moved_to(NOON):
        first = job_claim(worker="a", lease=timedelta(seconds=1))
    with clock.moved_to(NOON + timedelta(seconds=2)):
        job_claim(worker="a")
        with pytest.raises(LeaseLost):
            job_finish(job=first)


def test_a_job_that_kills_its_workers_is_parked_in_the_end(handler):
    job_enqueue(kind=handler(nothing), max_attempts=2, run_at=NOON)
    for minute in (0, 10):
        with clock.moved_to(NOON + timedelta(minutes=minute)):
            assert job_claim(worker="dies") is not None
    with clock.moved_to(NOON + timedelta(minutes=20)):
        assert job_claim(worker="lives") is None
    job = Job.objects.get()
    assert job.parked_at is not None
    assert "lease" in job.error


def test_a_periodic_job_keeps_its_rhythm_and_skips_missed_turns(handler):
    with clock.moved_to(NOON):
        job_enqueue(kind=handler(nothing), every_seconds=60)
    with clock.moved_to(NOON + timedelta(seconds=200)):
        assert run_one("a")
        assert not run_one("a")
    job = Job.objects.get()
    assert job.run_at == NOON + timedelta(seconds=240)
    assert job.last_done_at == NOON + timedelta(seconds=200)
    assert (job.finished_at, job.attempts) == (None, 0)


def test_a_periodic_job_on_its_exact_turn_gets_the_next_turn(handler):
    with clock.moved_to(NOON):
        job_enqueue(kind=handler(nothing), every_seconds=60)
        assert run_one("a")
    assert Job.objects.get().run_at == NOON + timedelta(seconds=60)


def test_one_periodic_row_is_kept_for_each_handler_that_asks(handler):
    kind = handler(nothing, every_seconds=60)
    jobs_keep_periodic()
    jobs_keep_periodic()
    assert Job.objects.filter(kind=kind).count() == 1
    handler(nothing, every_seconds=90)
    jobs_keep_periodic()
    assert Job.objects.get(kind=kind).every_seconds == 90


def test_a_key_names_one_unfinished_job(handler):
    kind = handler(nothing)
    first = job_enqueue(kind=kind, key="k")
    assert job_enqueue(kind=kind, key="k").pk == first.pk
    while run_one("a"):
        pass
    assert job_enqueue(kind=kind, key="k").pk != first.pk
    assert Job.objects.count() == 2


def test_asking_again_for_an_earlier_time_brings_the_job_forward(handler):
    kind = handler(nothing)
    for hours in (5, 1, 3):
        job_enqueue(kind=kind, key="k", run_at=NOON + timedelta(hours=hours))
    assert Job.objects.get().run_at == NOON + timedelta(hours=1)


def test_a_job_asked_for_while_it_runs_runs_again(handler):
    runs = []

    def asks_once(payload):
        runs.append(payload)
        if len(runs) == 1:
            job_enqueue(kind="test.run", key="k")

    kind = handler(asks_once)
    job_enqueue(kind=kind, key="k")
    while run_one("a"):
        pass
    assert len(runs) == 2
    assert Job.objects.get().finished_at is not None
