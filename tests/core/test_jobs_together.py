"""Work that takes many jobs at once: claimed, run and finished together, alone after a failure."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from teichaku.core import clock, jobs, registry
from teichaku.core.jobs import job_claim, job_enqueue, run_one
from teichaku.core.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def gathering(monkeypatch):
    """Registers what runs many jobs of a kind at once and answers the kind."""

    def register(together):
        item = registry.JobHandler(lambda payload: together([payload]), together=together)
        monkeypatch.setitem(registry.job_handlers._items, "test.many", item)
        return "test.many"

    return register


def enqueue(kind, count):
    for n in range(count):
        job_enqueue(kind=kind, payload={"n": n})


def numbers(payloads):
    return [payload["n"] for payload in payloads]


def test_all_that_wait_are_one_run(gathering):
    seen = []
    enqueue(gathering(lambda payloads: seen.append(numbers(payloads))), 5)
    later = job_enqueue(kind="test.many", run_at=clock.now() + timedelta(hours=1))
    assert run_one("a")
    assert not run_one("a")
    assert seen == [[0, 1, 2, 3, 4]]
    assert list(Job.objects.filter(finished_at=None)) == [later]
    assert not Job.objects.exclude(leased_by="").exists()


def test_no_more_than_a_portion_is_taken(gathering, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_TOGETHER", 3)
    seen = []
    enqueue(gathering(lambda payloads: seen.append(numbers(payloads))), 7)
    while run_one("a"):
        pass
    assert seen == [[0, 1, 2], [3, 4, 5], [6]]


def test_after_a_failure_each_runs_alone_and_the_bad_one_spoils_no_other(gathering):
    seen = []

    def fussy(payloads):
        seen.append(numbers(payloads))
        if 2 in numbers(payloads):
            raise ValueError("not this one")

    enqueue(gathering(fussy), 4)
    assert run_one("a")
    assert Job.objects.filter(attempts=1, finished_at=None).exclude(error="").count() == 4
    with clock.moved_to(clock.now() + timedelta(seconds=11)):
        while run_one("a"):
            pass
    assert seen == [[0, 1, 2, 3], [0], [1], [2], [3]]
    [left] = Job.objects.filter(finished_at=None)
    assert (left.payload["n"], left.attempts) == (2, 2)


def test_what_a_killed_worker_held_is_taken_over_one_by_one(gathering):
    seen = []
    enqueue(gathering(lambda payloads: seen.append(numbers(payloads))), 3)
    first = job_claim(worker="a", lease=timedelta(seconds=30))
    assert len(jobs._claim_beside(first)) == 2
    assert job_claim(worker="b") is None
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        while run_one("b"):
            pass
    assert seen == [[0], [1], [2]]


def test_jobs_with_a_key_run_by_themselves(gathering):
    seen = []
    kind = gathering(lambda payloads: seen.append(len(payloads)))
    for n in range(3):
        job_enqueue(kind=kind, key=str(n))
    while run_one("a"):
        pass
    assert seen == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_jobs_and_run_each_once(gathering, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_TOGETHER", 4)
    runs: Counter[object] = Counter()
    lock = threading.Lock()

    def note(payloads):
        with lock:
            runs.update(numbers(payloads))

    enqueue(gathering(note), 60)

    def work(worker):
        try:
            while run_one(worker):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, ["a", "b", "c"]))
    assert runs == Counter(range(60))
    assert not Job.objects.filter(finished_at=None).exists()
