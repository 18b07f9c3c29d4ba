"""Workers as processes that are killed in the middle: nothing is owed twice, nothing is missing."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest
from tests.core.processes import PATIENCE_S, wait_until, worker_process
from tests.inputs.team import MEETINGS, Role, activate, local, meet, person
from tests.inputs.test_agreement import table

from teichaku.core import clock
from teichaku.core.jobs import NO_LEASE, UNFINISHED
from teichaku.core.models import Job
from teichaku.inputs.models import Obligation
from teichaku.inputs.passes import obligations_pass

ROWS = 120
KILLS = 4
# A worker that takes few messages at once and holds every transaction open for a moment, so that a
# kill often hits one.
WORKER = """
import time
from teichaku.config.boot import start
start(None, lang="en")
from teichaku.core import jobs
from teichaku.inputs import services
jobs.MOST_TOGETHER = 6
write = services._Work.write

def slowly(self, *arguments):
    write(self, *arguments)
    time.sleep(0.3)

services._Work.write = slowly
from teichaku.cli.worker import worker
worker(beside=False)
"""


def at_work(workers: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    """One that holds a job, or else the first one."""
    held = Job.objects.exclude(leased_by="").values_list("leased_by", flat=True)
    pids = {int(name.split(":")[1]) for name in held}
    return next((running for running in workers if running.pid in pids), workers[0])


def waiting() -> int:
    return Job.objects.filter(UNFINISHED, kind="inputs.follow").count()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_owed_twice_and_nothing_is_missing(tmp_path: Path) -> None:
    activate("2026-11-02T09:00", MEETINGS)
    rep = person("佐藤", Role.SALES_REP)
    for n in range(ROWS):
        meet(rep, f"2026-11-{3 + n % 18:02}T16:00", outcome="前進" if n % 3 else "")
    assert waiting() == ROWS
    pick = random.Random(5)
    workers = [worker_process(tmp_path, script=WORKER) for _ in range(2)]
    try:
        for _ in range(KILLS):
            before = waiting()
            if not before:
                break  # the daily pass has settled what was left
            wait_until(lambda before=before: waiting() < before)  # somebody is at it
            time.sleep(pick.uniform(0, 0.2))
            victim = at_work(workers)
            workers.remove(victim)
            victim.kill()
            victim.communicate()
            # The lease of what it held would run out by itself in a few minutes.
            Job.objects.filter(leased_by__contains=f":{victim.pid}:").update(**NO_LEASE)
            workers.append(worker_process(tmp_path, script=WORKER))
        until = time.monotonic() + PATIENCE_S
        while waiting() and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        for running in workers:
            running.terminate()
            _out, err = running.communicate(timeout=60)
            assert "Traceback" not in err, err
    assert waiting() == 0
    assert Job.objects.filter(attempts__gt=1).exists()  # a kill hit one
    assert not Job.objects.filter(parked_at__isnull=False).exists()
    followed = table()
    assert len(followed) == Obligation.objects.values("subject_id").distinct().count() == ROWS
    with clock.moved_to(local("2026-11-22T12:00")):
        obligations_pass()
        Obligation.objects.all().delete()
        obligations_pass()
    assert [row[:4] for row in table()] == [row[:4] for row in followed]
