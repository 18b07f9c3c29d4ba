"""What the page about background work shows: who works, what waits, what needs a person."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teichaku.core import clock
from teichaku.core.job_watch import JobsStanding, ParkedKind, jobs_standing
from teichaku.core.jobs import UNFINISHED, WAITING
from teichaku.core.models import Job
from teichaku.core.registry import Text, job_handlers

SHOWN = 10  # parked jobs of a kind; the others are decided on together with these
STEPS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
_OUR_FILE = re.compile(r".*[\\/](teichaku[\\/].+)$")


def job_text(kind: str) -> Text:
    """What the work is, in words; work of a kind that no room does any more keeps its name."""
    return (job_handlers.get(kind).text if kind in job_handlers else "") or kind


class ParkedJob(NamedTuple):
    """Work that failed too often: what went wrong, and the place in the program."""

    uid: UUID
    attempts: int
    at: datetime
    error: str
    place: str


@dataclass(frozen=True, slots=True)
class ParkedGroup:
    """The parked work of one kind, the oldest first."""

    kind: str
    text: Text
    count: int
    jobs: list[ParkedJob]


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """One-off work of a kind that waits: how much, how much of it failed before, since when."""

    kind: str
    text: Text
    count: int
    failed: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Work that a worker is at; ``lost``: it gave no sign for so long that another takes over."""

    kind: str
    text: Text
    worker: str
    count: int
    lost: bool


class Periodic(NamedTuple):
    """Work that is done again and again."""

    kind: str
    text: Text
    rhythm: str
    done_at: datetime | None
    next_at: datetime | None
    state: str  # parked, silent, running or fine


@dataclass(frozen=True, slots=True)
class JobPage:
    """All that the page shows."""

    standing: JobsStanding
    parked: list[ParkedGroup]
    waiting: list[WaitingKind]
    under_way: list[UnderWay]
    periodic: list[Periodic]

    @property
    def troubles(self) -> int:
        """How many kinds of work need a person."""
        silent = {job.kind for job in self.standing.silent}
        return len(silent | {group.kind for group in self.parked})


def job_page() -> JobPage:
    """The page as of now; in a fixed number of statements."""
    standing = jobs_standing()
    return JobPage(
        standing=standing,
        parked=_parked(standing.parked),
        waiting=_waiting(),
        under_way=_under_way(),
        periodic=_periodic(standing),
    )


def parked_job(uid: UUID) -> Job | None:
    """The job of that uid, None where there is none; whether it is still parked, the write says."""
    return Job.objects.filter(uid=uid).first()


def _parked(kinds: tuple[ParkedKind, ...]) -> list[ParkedGroup]:
    rows = Job.objects.filter(UNFINISHED, parked_at__isnull=False).annotate(
        place=Window(RowNumber(), partition_by=F("kind"), order_by=("parked_at", "pk"))
    )
    found: dict[str, list[ParkedJob]] = defaultdict(list)
    for job in rows.filter(place__lte=SHOWN).order_by("kind", "parked_at", "pk") if kinds else ():
        assert job.parked_at is not None
        error, place = _told(job.error)
        found[job.kind].append(ParkedJob(job.uid, job.attempts, job.parked_at, error, place))
    return [
        ParkedGroup(each.kind, job_text(each.kind), each.count, found[each.kind]) for each in kinds
    ]


def _told(error: str) -> tuple[str, str]:
    """The kind of error, and the last place of ours on the way there."""
    lines = error.splitlines() or [""]
    places = [match[1] for line in lines[:-1] if (match := _OUR_FILE.match(line))]
    return lines[-1], places[-1] if places else ""


def _waiting() -> list[WaitingKind]:
    rows = Job.objects.filter(WAITING, lease_until=None, every_seconds=None).values("kind")
    counted = rows.annotate(
        count=Count("pk"), failed=Count("pk", filter=Q(attempts__gt=0)), oldest=Min("run_at")
    ).order_by("oldest")
    return [WaitingKind(text=job_text(row["kind"]), **row) for row in counted]


def _under_way() -> list[UnderWay]:
    rows = Job.objects.filter(WAITING, lease_until__isnull=False).values("kind", "leased_by")
    counted = rows.annotate(count=Count("pk"), until=Min("lease_until")).order_by("leased_by")
    now = clock.now()
    return [
        UnderWay(
            row["kind"], job_text(row["kind"]), row["leased_by"], row["count"], row["until"] <= now
        )
        for row in counted
    ]


def _periodic(standing: JobsStanding) -> list[Periodic]:
    rows = {job.kind: job for job in Job.objects.filter(UNFINISHED, every_seconds__isnull=False)}
    silent = {job.kind: job for job in standing.silent}
    found = []
    for kind, handler in job_handlers.items():
        if handler.every_seconds is None:
            continue
        job = rows.get(kind)
        state = "running" if job and job.lease_until and job.lease_until > clock.now() else "fine"
        if kind in silent:
            state = "parked" if silent[kind].parked else "silent"
        done_at, next_at = (job.last_done_at, job.run_at) if job else (None, None)
        words = rhythm(handler.every_seconds)
        found.append(Periodic(kind, job_text(kind), words, done_at, next_at, state))
    return sorted(found, key=lambda one: (one.state in {"running", "fine"}, str(one.text)))


def rhythm(seconds: int) -> str:
    """How often, in words."""
    for size, unit in STEPS:
        count, rest = divmod(seconds, size)
        if count and not rest:
            match unit:
                case "day":
                    return ngettext("every day", "every %(count)s days", count) % {"count": count}
                case "hour":
                    return ngettext("every hour", "every %(count)s hours", count) % {"count": count}
                case _:
                    return ngettext("every minute", "every %(count)s minutes", count) % {
                        "count": count
                    }
    return _("every %(count)s seconds") % {"count": seconds}
