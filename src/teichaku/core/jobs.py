"""One table for all work outside a request: leases, attempts, back-off, periodic rows.

A job runs at least once: a worker that dies leaves its lease to run out and another takes over.
Where a kind of work takes many at once, all that wait are claimed, run and finished together.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Least

from teichaku.core import clock
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, TeichakuError
from teichaku.core.ids import uuid7
from teichaku.core.models import Job
from teichaku.core.registry import job_handlers

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
MOST_TOGETHER = 500
UNFINISHED = Q(finished_at=None)
WAITING = UNFINISHED & Q(parked_at=None)
NO_LEASE = {"leased_by": "", "lease_until": None}


class LeaseLost(Conflict):
    """The job was taken over in the meantime; what this worker says of it no longer counts."""

    code = "lease_lost"


def job_enqueue(
    *,
    kind: str,
    payload: Mapping[str, Json] | None = None,
    key: str | None = None,
    run_at: datetime | None = None,
    every_seconds: int | None = None,
    max_attempts: int = 8,
) -> Job:
    """The job; with a ``key`` the unfinished one of that key, due no later than asked for now.

    One that is under way runs once more: it may have read the data before the caller's change.
    One that is parked stays so until a person retries it.
    """
    job_handlers.get(kind)
    uid = uuid7()
    job = Job(
        uid=uid,
        kind=kind,
        key=key,
        payload=dict(payload or {}),
        run_at=run_at or clock.now(),
        every_seconds=every_seconds,
        max_attempts=max_attempts,
    )
    if key is None:
        job.save(force_insert=True)
        return job
    same = Job.objects.filter(UNFINISHED, kind=kind, key=key)
    with transaction.atomic():
        while True:
            Job.objects.bulk_create([job], ignore_conflicts=True)
            # Always an update: its row lock keeps a worker from claiming the job until the caller
            # has committed, or else makes that worker's finish see the wish.
            same.exclude(uid=uid).update(
                wanted_again=True, run_at=Least("run_at", Value(job.run_at, DateTimeField()))
            )
            found = same.first()
            if found is not None:
                return found


def jobs_keep_periodic() -> int:
    """How many periodic rows are kept: one for each handler that asks for one."""
    periodic = [(kind, h.every_seconds) for kind, h in job_handlers.items() if h.every_seconds]
    for kind, seconds in periodic:
        if not Job.objects.filter(UNFINISHED, kind=kind, key=kind).exists():
            job_enqueue(kind=kind, key=kind, every_seconds=seconds)
        Job.objects.filter(UNFINISHED, kind=kind, key=kind).exclude(every_seconds=seconds).update(
            every_seconds=seconds
        )
    return len(periodic)


def job_claim(
    *, worker: str, kinds: Collection[str] | None = None, lease: timedelta = LEASE
) -> Job | None:
    """The longest due job, leased to the worker and its attempt counted; None when none is due."""
    while True:
        now = clock.now()
        with transaction.atomic():
            job = _next_due(now, kinds)
            if job is None:
                return None
            if job.attempts >= job.max_attempts:
                # Only a worker that died under it leaves a job here; it must not kill them all.
                _park(job, now, "the lease ran out at the last attempt")
                continue
            if _take(job, now, worker, now + lease):
                return job


def _next_due(now: datetime, kinds: Collection[str] | None) -> Job | None:
    due = Job.objects.filter(WAITING, _free(now), run_at__lte=now).order_by("run_at", "id")
    if kinds is not None:
        due = due.filter(kind__in=kinds)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    return due.first()


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now)


def _take(job: Job, now: datetime, worker: str, until: datetime) -> bool:
    # The condition repeats what was read: without SKIP LOCKED it is what keeps two workers apart.
    free = Job.objects.filter(WAITING, _free(now), pk=job.pk, attempts=job.attempts)
    job.attempts, job.leased_by, job.lease_until = job.attempts + 1, worker, until
    job.wanted_again = False
    taken = free.update(
        attempts=job.attempts, leased_by=worker, lease_until=until, wanted_again=False
    )
    return taken == 1


def job_finish(*, job: Job) -> None:
    """Nothing; the job is done, or waits for its next turn if it is periodic or wanted again."""
    now = clock.now()
    done = {**NO_LEASE, "last_done_at": now, "error": ""}
    with transaction.atomic():
        held = _held(job)
        if job.every_seconds is None:
            if held.filter(wanted_again=False).update(**done, finished_at=now):
                return
            changed = held.update(**done, attempts=0, wanted_again=False, run_at=now)
        else:
            # Asked for in between, a periodic job still keeps to its rhythm afterwards.
            next_at = _next_turn(job.run_at, job.every_seconds, now)
            changed = held.filter(wanted_again=False).update(**done, attempts=0, run_at=next_at)
            changed = changed or held.update(**done, attempts=0, wanted_again=False)
        if not changed:
            raise _lease_lost(job)


def jobs_finish(*, jobs: Sequence[Job]) -> int:
    """How many of the jobs, claimed together, are done; those whose lease was lost are not."""
    now = clock.now()
    return _held(*jobs).update(**NO_LEASE, last_done_at=now, error="", finished_at=now)


def _next_turn(run_at: datetime, every_seconds: int, now: datetime) -> datetime:
    # Turns missed while no worker ran are not made up for, and the rhythm stays where it was.
    period = timedelta(seconds=every_seconds)
    return run_at + period * max(1, (now - run_at) // period + 1)


def job_fail(*, job: Job, error: str) -> None:
    """Nothing; the job waits twice as long as after its last failure, or is parked at the limit."""
    now = clock.now()
    with transaction.atomic():
        if job.attempts >= job.max_attempts:
            values = {**NO_LEASE, "error": error, "parked_at": now}
        else:
            pause = min(FIRST_PAUSE * 2 ** (job.attempts - 1), LONGEST_PAUSE)
            values = {**NO_LEASE, "error": error, "run_at": now + pause}
        if not _held(job).update(**values):
            raise _lease_lost(job)


def run_one(worker: str, *, kinds: Collection[str] | None = None, lease: timedelta = LEASE) -> bool:
    """Whether a job was due; it was run, with all that its kind takes at once, and whatever it
    raised is recorded on its row.

    The lease is renewed for as long as the job runs.
    """
    job = job_claim(worker=worker, kinds=kinds, lease=lease)
    if job is None:
        return False
    jobs = [job, *_claim_beside(job)]
    try:
        with _kept(jobs, lease):
            _run(jobs)
    except Exception as error:
        for failed in jobs:
            _settle_failure(failed, error)
    else:
        _settle_success(jobs)
    return True


def _claim_beside(job: Job) -> list[Job]:
    """The others of the kind that are due and were never tried, under the lease of the job.

    What failed or lost its worker once runs alone, so that one bad row spoils no other.
    """
    takes_many = job.kind in job_handlers and job_handlers.get(job.kind).together is not None
    if not takes_many or job.key is not None or job.attempts > 1:
        return []
    now = clock.now()
    fresh = Job.objects.filter(
        WAITING, _free(now), kind=job.kind, key=None, attempts=0, run_at__lte=now
    )
    with transaction.atomic():
        due = fresh.order_by("run_at", "id")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[: MOST_TOGETHER - 1])
        fresh.filter(pk__in=ids).update(
            attempts=1, leased_by=job.leased_by, lease_until=job.lease_until
        )
    return list(Job.objects.filter(pk__in=ids, leased_by=job.leased_by, attempts=1).order_by("pk"))


def _run(jobs: Sequence[Job]) -> None:
    handler = job_handlers.get(jobs[0].kind)
    if handler.together is not None:
        handler.together([job.payload for job in jobs])
    else:
        handler.run(jobs[0].payload)


@contextmanager
def _kept(jobs: Sequence[Job], lease: timedelta) -> Iterator[None]:
    """Within the block, a thread renews the lease, so that no other worker takes the jobs over."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(lease.total_seconds() / 3):
            try:
                held = _held(*jobs).update(lease_until=clock.now() + lease)
            except DatabaseError:
                connection.close()  # busy or away; there are two more turns before it runs out
                continue
            if not held:
                break
        connection.close()

    thread = threading.Thread(target=renew, name=f"lease of {jobs[0].uid}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _settle_success(jobs: Sequence[Job]) -> None:
    if len(jobs) > 1:
        done = jobs_finish(jobs=jobs)
        if done < len(jobs):
            logger.warning("%d jobs of %s outlived their lease", len(jobs) - done, jobs[0].kind)
        return
    try:
        job_finish(job=jobs[0])
    except LeaseLost:
        logger.warning("job %s outlived its lease", jobs[0].uid)


def _settle_failure(job: Job, error: Exception) -> None:
    logger.error("job %s (%s) failed with %s", job.uid, job.kind, type(error).__name__)
    try:
        job_fail(job=job, error=_described(error))
    except LeaseLost:
        logger.warning("job %s outlived its lease", job.uid)


def _described(error: Exception) -> str:
    # Places and types only: the message of an error may quote a person's data.
    places = "".join(
        f"{frame.filename}:{frame.lineno} in {frame.name}\n"
        for frame in traceback.extract_tb(error.__traceback__)[-6:]
    )
    code = f" ({error.code})" if isinstance(error, TeichakuError) else ""
    return f"{places}{type(error).__name__}{code}"


def _held(*jobs: Job) -> QuerySet[Job]:
    """The jobs as far as whoever claimed them, all in one go, holds them still."""
    return Job.objects.filter(
        WAITING,
        pk__in=[job.pk for job in jobs],
        leased_by=jobs[0].leased_by,
        attempts=jobs[0].attempts,
    ).exclude(leased_by="")


def _park(job: Job, now: datetime, error: str) -> None:
    Job.objects.filter(pk=job.pk).update(**NO_LEASE, parked_at=now, error=error)


def _lease_lost(job: Job) -> LeaseLost:
    return LeaseLost(
        "The lease of this job ran out and it was handed to another worker, so this result is not"
        " recorded. Give the job a longer lease if it needs one.",
        job=job.uid,
    )
