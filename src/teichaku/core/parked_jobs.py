"""What a person does about work that failed too often: try it again, or let it be."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import UNFINISHED
from teichaku.core.models import Job
from teichaku.core.outbox import outbox_emit

TOPIC = "core.parked_jobs_settled"
PORTION = 1_000
LONGEST_REASON = 500


def job_retry(*, job: Job, actor: Actor) -> None:
    """Nothing; the parked job is due again with all its attempts."""
    with transaction.atomic():
        if not _retry(Job.objects.filter(pk=job.pk)):
            raise _not_parked(job)
        _record("core.job_retry", [job.pk], job.kind, actor)


def jobs_retry(*, kind: str, actor: Actor) -> int:
    """How many parked jobs of the kind are due again."""
    done = 0
    while True:
        with transaction.atomic():
            rows = _parked(Job.objects.filter(kind=kind)).select_for_update().order_by("pk")
            ids = list(rows.values_list("pk", flat=True)[:PORTION])
            if not ids:
                return done
            done += _retry(Job.objects.filter(pk__in=ids))
            _record("core.job_retry", ids, kind, actor)


def job_drop(*, job: Job, reason: str, actor: Actor) -> None:
    """Nothing; the parked job is closed without having been done. Periodic work begins anew."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why this work need not be done."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(
            _("The reason is longer than %d characters. Shorten it.") % LONGEST_REASON,
            field="reason",
        )
    with transaction.atomic():
        dropped = _parked(Job.objects.filter(pk=job.pk)).update(
            parked_at=None, finished_at=clock.now()
        )
        if not dropped:
            raise _not_parked(job)
        _record("core.job_drop", [job.pk], job.kind, actor, reason)


def _parked(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.filter(UNFINISHED, parked_at__isnull=False)


def _retry(jobs: QuerySet[Job]) -> int:
    return _parked(jobs).update(parked_at=None, attempts=0, run_at=clock.now())


def _record(action: str, ids: Sequence[int], kind: str, actor: Actor, reason: str = "") -> None:
    audit_record(
        actor=actor,
        action=action,
        object_type="core.job",
        object_id=ids[0] if len(ids) == 1 else None,
        count=len(ids),
        values={"kind": kind, "reason": reason} if reason else {"kind": kind},
    )
    outbox_emit(topic=TOPIC, payload={"jobs": ids})


def _not_parked(job: Job) -> Conflict:
    return Conflict(
        _(
            "This job is not parked, so there is nothing to decide. It either waits for its turn"
            " or is done; reload the list to see which."
        ),
        job=job.uid,
    )
