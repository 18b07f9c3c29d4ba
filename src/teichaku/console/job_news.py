"""Telling administrators, once for each time, that background work stands still or is parked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse

from teichaku.accounts.models import Role
from teichaku.accounts.selectors import people_with_role, today
from teichaku.console.job_page import job_text
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.core.job_watch import JobsStanding, jobs_standing
from teichaku.notify.models import Task
from teichaku.notify.services import notifications_create, task_create, task_dismiss

PARKED, SILENT = "console.jobs_parked", "console.job_silent"


class Trouble(NamedTuple):
    """Work of a kind that needs a person, since when (None: it was never begun)."""

    what: str
    kind: str
    since: datetime | None

    @property
    def key(self) -> str:
        """The name of this occurrence."""
        return f"{self.what}:{self.kind}:{self.since.isoformat() if self.since else 'never'}"


def troubles(standing: JobsStanding) -> Iterator[Trouble]:
    """Each kind of work that needs a person, once."""
    for parked in standing.parked:
        yield Trouble(PARKED, parked.kind, parked.since)
    for silent in standing.silent:
        if not silent.parked:
            yield Trouble(SILENT, silent.kind, silent.due_at)


def news_job(payload: Mapping[str, Json]) -> None:
    """Nothing; each trouble has its task, and tasks about what is mended are gone."""
    with transaction.atomic():
        told = {(task.kind, task.params["kind"]): task for task in _open_tasks()}
        for trouble in troubles(jobs_standing()):
            # More of the same is no news while the first is not seen to.
            if told.pop((trouble.what, trouble.kind), None) is None:
                _tell(trouble)
        for task in told.values():
            task_dismiss(task=task, actor=SYSTEM)


def _open_tasks() -> Iterator[Task]:
    yield from Task.objects.filter(kind__in=(PARKED, SILENT), done_at=None, dismissed_at=None)


def _tell(trouble: Trouble) -> None:
    params: dict[str, Json] = {"kind": trouble.kind, "work": str(job_text(trouble.kind))}
    address = reverse("console:jobs")
    task_create(
        kind=trouble.what,
        key=trouble.key,
        actor=SYSTEM,
        role=Role.ADMINISTRATOR,
        params=params,
        address=address,
    )
    notifications_create(
        users=people_with_role(Role.ADMINISTRATOR, today()),
        kind=trouble.what,
        actor=SYSTEM,
        params=params,
        address=address,
        key=trouble.key,
    )
