"""Processes that follow up are killed in the middle: nothing is sent twice, nothing is left out."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.core.processes import PATIENCE_S, wait_until, worker_process
from tests.inputs.ladders import climb, led_by, policy
from tests.inputs.team import Role, activate, meet, person, work

from teichaku.inputs.models import FollowUp, Inquiry, Obligation
from teichaku.notify.models import Notification, Task

PEOPLE, EACH, KILLS = 10, 2, 3  # with three each the rule itself would be in doubt
AT = "2026-11-20T16:01"
# One that takes few tasks at once and holds each transaction open, so that a kill often hits one.
CLIMBER = f"""
import time
from datetime import datetime
from teichaku.config.boot import start
start(None, lang="ja")
from teichaku.core import clock
from teichaku.inputs import ladder
ladder.AT_ONCE = {EACH}
record = ladder._Climb.record

def slowly(self, turns):
    record(self, turns)
    time.sleep(0.2)

ladder._Climb.record = slowly
with clock.moved_to(datetime.fromisoformat("{AT}:00+09:00")):
    ladder.climb_job({{}})
"""


def climbing(tmp_path: Path) -> subprocess.Popen[str]:
    return worker_process(tmp_path, script=CLIMBER)


@pytest.mark.django_db(transaction=True)
def test_each_step_is_taken_once_whoever_is_killed(tmp_path: Path) -> None:
    activate("2026-11-02T09:00")
    policy()
    manager = person("森", Role.SALES_MANAGER)
    reps = [person(f"担当{n}", Role.SALES_REP) for n in range(PEOPLE)]
    for rep in reps:
        led_by(rep, manager)
        for n in range(EACH):
            meet(rep, f"2026-11-16T15:{n:02}", outcome="前進")
    work("2026-11-16T16:00")
    climb("2026-11-17T16:01")  # told, so that on the 20th the manager is asked
    every = PEOPLE * EACH
    assert FollowUp.objects.count() == Obligation.objects.count() == every
    pick = random.Random(3)
    workers = [climbing(tmp_path) for _ in range(2)]
    try:
        for _ in range(KILLS):
            reached = FollowUp.objects.count()
            wait_until(lambda reached=reached: _moved(reached, workers))
            time.sleep(pick.uniform(0, 0.2))
            victim = workers.pop(0)
            victim.kill()
            victim.communicate()
            workers.append(climbing(tmp_path))
    finally:
        for running in workers:
            _out, err = running.communicate(timeout=PATIENCE_S)
            assert running.returncode == 0, err
    climb(AT)
    # The second message and the question are both due by then, and each came once.
    steps = Counter(FollowUp.objects.values_list("step", "outcome"))
    assert steps == {(step, "done"): every for step in (1, 2, 3)}
    assert FollowUp.objects.filter(step=3, inquiry__isnull=False).count() == every
    assert Inquiry.objects.count() == Task.objects.filter(kind="inputs.inquiry").count() == PEOPLE
    counts: Counter[int] = Counter()
    told = Notification.objects.filter(kind="inputs.missing_several")
    for user, params in told.values_list("user_id", "params"):
        counts[user] += params["count"]
    assert counts == {rep.user_id: 2 * EACH for rep in reps}


def _moved(reached: int, workers: list[subprocess.Popen[str]]) -> bool:
    """Whether a step was taken since then, or all is done."""
    over = all(running.poll() is not None for running in workers)
    return over or FollowUp.objects.count() > reached
