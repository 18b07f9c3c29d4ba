"""Workers are killed between a visit and the rep who hears of it: each MQL is handed over once."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from tests.core.processes import PATIENCE_S, wait_until, worker_process
from tests.handover.handing import ACTOR, activate, rep
from tests.inputs.test_killed_workers import at_work

from teichaku.core import clock
from teichaku.core.ids import uuid7
from teichaku.core.jobs import NO_LEASE
from teichaku.core.models import Job
from teichaku.handover.models import Assignment, Handover
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.notify.models import Notification
from teichaku.scoring.models import Qualification
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

PEOPLE, MQLS, KILLS = 3, 24, 4
KINDS = ("scoring.", "handover.release", "handover.tell_released")
ROOM_FOR_ALL = """\
  to: [{team: field_sales, by: capacity}]
  capacity: {per_week: 50}
  deadlines: {accept: 8bh, first_touch: 1bd}
"""
# A worker that takes few at once and holds each transaction open, so that a kill often hits one.
WORKER = """
import time
from teichaku.config.boot import start
start(None, lang="ja")
from teichaku.core import jobs
from teichaku.handover import news, release
from teichaku.scoring import services
jobs.MOST_TOGETHER = 2
services.ROWS_AT_ONCE = 20  # three leads

def slowly(room, name):
    write = getattr(room, name)
    def slow(*arguments, **more):
        found = write(*arguments, **more)
        time.sleep(0.2)
        return found
    setattr(room, name, slow)

slowly(release, "_write")
slowly(news, "notifications_create")
slowly(services, "findings_write")
from teichaku.cli.worker import worker
worker(beside=False)
"""


@pytest.mark.django_db(transaction=True)
def test_each_mql_is_handed_over_once_and_told_of_once(tmp_path: Path) -> None:
    activate("2026-01-05 09:00", ROOM_FOR_ALL)
    for n in range(PEOPLE):
        rep(f"担当{n}")
    for n in range(MQLS):
        _visit(lead_create(lead=NewLead(name=f"髙橋 {n}"), actor=ACTOR))
    pick, hit = random.Random(11), 0
    workers = [worker_process(tmp_path, script=WORKER) for _ in range(2)]
    try:
        for _ in range(KILLS):
            before = _done()
            wait_until(lambda before=before: _done() > before or _done() == 3 * MQLS)
            time.sleep(pick.uniform(0, 0.3))
            victim = at_work(workers)
            workers.remove(victim)
            victim.kill()
            victim.communicate()
            # The lease of what it held would run out by itself in a few minutes.
            hit += Job.objects.filter(leased_by__contains=f":{victim.pid}:").update(**NO_LEASE)
            workers.append(worker_process(tmp_path, script=WORKER))
        wait_until(lambda: _done() >= 3 * MQLS)
        wait_until(lambda: not _unfinished())
    finally:
        for running in workers:
            running.terminate()
            _out, err = running.communicate(timeout=PATIENCE_S)
            assert "Traceback" not in err, err
    assert not Job.objects.filter(parked_at__isnull=False).exists()
    assert hit
    leads = set(Lead.objects.values_list("pk", flat=True))
    for table in (Qualification, Handover):
        found = Counter(table.objects.values_list("lead", flat=True))
        assert found == dict.fromkeys(leads, 1)
    assert Assignment.objects.count() == MQLS
    assert _told() == Counter(Handover.objects.values_list("owner", flat=True))


def _visit(lead: Lead) -> None:
    at = clock.now() - timedelta(minutes=5)
    shape = Shape("page_view", path="/service/")
    rows = [EventRow(lead.pk, shape, at, "tag", str(uuid7()), clock.now()) for _ in range(3)]
    with transaction.atomic():
        events_write(rows=rows, actor=ACTOR)


def _told() -> Counter[int]:
    """Of how many leads each owner was told."""
    counts: Counter[int] = Counter()
    told = Notification.objects.filter(kind="handover.assigned")
    for user, params in told.values_list("user_id", "params"):
        counts[user] += int(params.get("count", 1))
    return counts


def _done() -> int:
    return Qualification.objects.count() + Handover.objects.count() + _told().total()


def _unfinished() -> bool:
    """Whether a job on the way from an event to the rep's news is left."""
    waiting = Job.objects.filter(finished_at=None, parked_at=None, every_seconds=None)
    return any(kind.startswith(KINDS) for kind in waiting.values_list("kind", flat=True))
