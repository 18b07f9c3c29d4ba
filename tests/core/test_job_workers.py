"""Several workers on connections of their own: no job twice, none lost."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from teichaku.core.jobs import job_claim, job_enqueue, job_finish, run_one
from teichaku.core.models import Job

JOBS = 60


@pytest.mark.django_db(transaction=True)
def test_two_workers_run_every_job_exactly_once(handler):
    runs: Counter[object] = Counter()
    lock = threading.Lock()

    def note(payload):
        with lock:
            runs[payload["n"]] += 1

    kind = handler(note)
    for n in range(JOBS):
        job_enqueue(kind=kind, payload={"n": n})

    def work(worker):
        try:
            done = 0
            while run_one(worker):
                done += 1
            return done
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(work, ["a", "b"]))
    assert sum(done) == JOBS
    assert runs == Counter(range(JOBS))
    assert Job.objects.filter(finished_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_job_is_claimed_by_one_of_many(handler):
    job_enqueue(kind=handler(lambda payload: None))
    start = threading.Barrier(4)

    def claim(worker):
        try:
            start.wait()
            return job_claim(worker=worker)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        claimed = [job for job in pool.map(claim, "abcd") if job is not None]
    assert len(claimed) == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_enqueued_by_many_at_once_is_one_job(handler):
    kind = handler(lambda payload: None)
    start = threading.Barrier(4)

    def enqueue(_):
        try:
            start.wait()
            return job_enqueue(kind=kind, key="k").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(enqueue, range(4)))
    assert len(ids) == 1
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_wish_that_commits_during_the_run_is_seen_at_its_end(handler):
    kind = handler(lambda payload: None)
    job_enqueue(kind=kind, key="k")
    job = job_claim(worker="a")
    assert job is not None

    def enqueue():
        try:
            job_enqueue(kind=kind, key="k")
        finally:
            connection.close()

    thread = threading.Thread(target=enqueue)
    thread.start()
    thread.join()
    job_finish(job=job)
    again = Job.objects.get()
    assert again.finished_at is None
    assert again.attempts == 0
