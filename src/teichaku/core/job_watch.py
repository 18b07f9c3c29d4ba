"""Whether the work outside of requests goes on: what stands still, what is parked, who works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max, Min

from teichaku.core import clock
from teichaku.core.jobs import LEASE, UNFINISHED, WAITING
from teichaku.core.models import Job
from teichaku.core.registry import job_handlers

SILENT_AFTER = timedelta(minutes=5)
# Something periodic is done every minute, so a worker that gives no sign for longer is away.
NO_SIGN_AFTER = timedelta(minutes=1) + SILENT_AFTER


class SilentJob(NamedTuple):
    """Periodic work that has stopped: since when it is due (None: it was never kept at all)."""

    kind: str
    due_at: datetime | None
    parked: bool


@dataclass(frozen=True, slots=True)
class ParkedKind:
    """Work of a kind that failed too often and waits for a person: how much, since when."""

    kind: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class JobsStanding:
    """How the work stands; ``seen_at``: the last sign that any worker gave."""

    seen_at: datetime | None
    worker_runs: bool
    silent: tuple[SilentJob, ...]
    parked: tuple[ParkedKind, ...]

    @property
    def fine(self) -> bool:
        """Whether nothing needs a person."""
        return self.worker_runs and not self.silent and not self.parked


def jobs_standing() -> JobsStanding:
    """How the work stands at this instant; three statements."""
    periodic = _periodic()
    seen_at = _last_sign(periodic.values())
    return JobsStanding(
        seen_at=seen_at,
        worker_runs=seen_at is not None and clock.now() - seen_at <= NO_SIGN_AFTER,
        silent=tuple(_silent(periodic)),
        parked=tuple(jobs_parked()),
    )


def jobs_silent() -> list[SilentJob]:
    """The periodic work that nobody does: parked, or due for a whole period and five minutes."""
    return _silent(_periodic())


def _periodic() -> dict[str, Job]:
    return {job.kind: job for job in Job.objects.filter(UNFINISHED, every_seconds__isnull=False)}


def _silent(rows: Mapping[str, Job]) -> list[SilentJob]:
    now = clock.now()
    found = []
    for kind, handler in job_handlers.items():
        if handler.every_seconds is None:
            continue
        job = rows.get(kind)
        if job is None:
            found.append(SilentJob(kind, None, parked=False))
            continue
        held = job.lease_until is not None and job.lease_until > now
        patience = SILENT_AFTER + timedelta(seconds=handler.every_seconds)
        if job.parked_at or (not held and job.run_at + patience <= now):
            found.append(SilentJob(kind, job.run_at, parked=job.parked_at is not None))
    return found


def jobs_parked() -> list[ParkedKind]:
    """The kinds of which something is parked, by name."""
    rows = Job.objects.filter(UNFINISHED, parked_at__isnull=False).order_by("kind").values("kind")
    counted = rows.annotate(count=Count("pk"), since=Min("parked_at"))
    return [ParkedKind(**row) for row in counted]


def _last_sign(periodic: Iterable[Job]) -> datetime | None:
    """When a worker last finished something periodic, or renewed the lease of what it does."""
    leased = Job.objects.filter(WAITING, lease_until__isnull=False)
    until = leased.aggregate(until=Max("lease_until"))["until"]
    signs = [job.last_done_at for job in periodic]
    signs.append(until - LEASE if until else None)
    return max(filter(None, signs), default=None)
