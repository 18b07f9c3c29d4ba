"""The worker: what it runs, how it is stopped, and what is left when it is killed."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from tests.core.processes import SLOW, wait_until, worker_process

from teichaku.core import clock
from teichaku.core.job_watch import SilentJob, jobs_silent
from teichaku.core.jobs import job_claim, job_enqueue, jobs_keep_periodic, run_one
from teichaku.core.models import Job
from teichaku.core.registry import JobHandler, job_handlers
from teichaku.core.worker import Worker

pytestmark = pytest.mark.django_db(transaction=True)
# A server, as far as its worker is concerned.
BOTH = """
import time
from teichaku.config.boot import start
start(None, lang="en")
from teichaku.cli.worker import worker_beside
with worker_beside():
    print("started", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def slow(monkeypatch, tmp_path):
    """Enqueues a job that takes so many seconds in a worker process; says where it tells of it."""
    monkeypatch.setitem(job_handlers._items, "test.slow", JobHandler(lambda payload: None))

    def enqueue(name, seconds):
        file = tmp_path / name
        job_enqueue(kind="test.slow", payload={"file": str(file), "seconds": seconds})
        return file

    return enqueue


def test_it_runs_what_is_due_and_stops_when_told(handler):
    worker = Worker()
    seen = []

    def last(payload):
        seen.append(payload["n"])
        if payload["n"] == 2:
            worker.stop()

    kind = handler(last)
    for n in (1, 2, 3):
        job_enqueue(kind=kind, payload={"n": n})
    assert worker.run() >= 2
    assert seen == [1, 2]
    assert set(Job.objects.filter(every_seconds__isnull=False).values_list("kind", flat=True)) == {
        kind for kind, item in job_handlers.items() if item.every_seconds
    }


def test_two_workers_of_one_process_have_different_names():
    assert Worker().name != Worker().name


def test_told_to_stop_it_finishes_the_job_under_way_and_begins_no_other(slow, tmp_path):
    first, second = slow("first", 1.5), slow("second", 0)
    running = worker_process(tmp_path)
    wait_until(first.with_suffix(".begun").exists, running)
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, "Traceback" in err) == (0, False), err
    assert "Jobs run:" in out
    assert first.with_suffix(".done").exists()
    assert not second.with_suffix(".begun").exists()
    done, waiting = Job.objects.filter(kind="test.slow").order_by("pk")
    assert (done.finished_at is not None, done.lease_until) == (True, None)
    assert (waiting.finished_at, waiting.attempts, waiting.leased_by) == (None, 0, "")


def test_for_a_scheduler_it_ends_when_nothing_more_is_due(slow, tmp_path):
    first, second = slow("first", 0), slow("second", 0)
    once = SLOW.replace("worker(beside=len(sys.argv) > 1)", "worker(beside=False, once=True)")
    running = worker_process(tmp_path, script=once)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, "Traceback" in err) == (0, False), err
    assert "Ctrl-C" not in out
    assert first.with_suffix(".done").exists()
    assert second.with_suffix(".done").exists()


def test_it_ends_when_whoever_started_it_is_killed(tmp_path):
    running = worker_process(tmp_path, script=BOTH)
    assert running.stdout is not None
    assert running.stdout.readline() == "started\n"
    running.kill()
    # The worker writes to the same pipe: that it is closed means that it has ended too.
    running.communicate(timeout=120)


def test_it_ends_with_whoever_started_it(slow, tmp_path):
    first = slow("first", 0)
    running = worker_process(tmp_path, "beside")
    wait_until(first.with_suffix(".done").exists, running)
    assert running.poll() is None
    running.communicate(timeout=60)  # closes the pipe, as the system does when that process dies
    assert running.returncode == 0


def test_a_killed_worker_leaves_its_job_to_another_once_the_lease_is_over(slow, tmp_path):
    file = slow("first", 600)
    running = worker_process(tmp_path)
    wait_until(file.with_suffix(".begun").exists, running)
    running.kill()
    running.communicate()
    held = Job.objects.get(kind="test.slow")
    assert held.lease_until is not None
    assert job_claim(worker="b", kinds=["test.slow"]) is None
    with clock.moved_to(held.lease_until):
        assert run_one("b", kinds=["test.slow"])
    done = Job.objects.get(kind="test.slow")
    assert (done.attempts, done.finished_at is not None) == (2, True)


def test_a_long_job_keeps_its_lease(handler):
    lease = timedelta(seconds=0.9)
    taken = []

    def long(payload):
        time.sleep(2.5)

    kind = handler(long)
    job_enqueue(kind=kind)

    def other():
        time.sleep(1.8)  # twice the lease
        try:
            taken.append(job_claim(worker="b", kinds=[kind]))
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert run_one("a", kinds=[kind], lease=lease)
    thread.join()
    assert taken == [None]
    done = Job.objects.get(kind=kind)
    assert (done.attempts, done.finished_at is not None) == (1, True)


def test_periodic_work_that_stands_still_is_told(handler):
    kind = handler(lambda payload: None, every_seconds=600)
    mine = lambda: [job for job in jobs_silent() if job.kind == kind]  # noqa: E731
    assert mine() == [SilentJob(kind, None, parked=False)]
    jobs_keep_periodic()
    row = Job.objects.get(kind=kind)
    assert mine() == []
    with clock.moved_to(row.run_at + timedelta(seconds=899)):
        assert mine() == []
    with clock.moved_to(row.run_at + timedelta(seconds=900)):
        assert mine() == [SilentJob(kind, row.run_at, parked=False)]
        assert job_claim(worker="a", kinds=[kind]) is not None
        assert mine() == []  # somebody is at it
    Job.objects.filter(kind=kind).update(parked_at=clock.now(), leased_by="", lease_until=None)
    assert mine() == [SilentJob(kind, row.run_at, parked=True)]
