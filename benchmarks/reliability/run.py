"""One run on one database, in the process that knows it: enter, kill, drain, count."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

import django

from benchmarks.figures import say
from benchmarks.reliability.client import Person
from benchmarks.reliability.company import company_make
from benchmarks.reliability.counts import Count
from benchmarks.reliability.mailbox import mailbox
from benchmarks.reliability.processes import Processes

ENTRY_EVERY_S = 0.4  # of each person
KILL_EVERY_S = (2.0, 6.0)
DRAIN_S = 300
SIGN_IN_S = 600


def run(seconds: float, seed: int) -> list[Count]:
    """What was counted after so many seconds of entering and killing."""
    django.setup()
    from benchmarks.reliability.history import Impatience

    company = company_make(seconds)
    with mailbox() as (box, address), tempfile.TemporaryDirectory() as folder:
        os.environ["TEICHAKU_EMAIL_URL"] = address
        processes = Processes(Path(folder), seed)
        try:
            processes.wait_for_server()
            people = [
                Person(processes.address, email, company.deals[email], company.lead,
                       every_s=ENTRY_EVERY_S)
                for email in company.emails
            ]  # fmt: skip
            for person in people:
                person.start()
            for person in people:
                if not person.signed_in.wait(SIGN_IN_S):
                    raise RuntimeError(f"{person.name} could not sign in\n{processes.said()}")
            impatience = Impatience()
            impatience.start()
            kill_for(seconds, processes, seed)
            impatience.stop()
            for person in people:
                person.stop()
            for person in people:
                person.join()
            drained = _drain()
        finally:
            processes.stop()
    from benchmarks.reliability.checks import checks

    entries = [entry for person in people for entry in person.entries]
    errors = sum(n for one in people for status, n in one.answers.items() if status not in (0, 302))
    return [
        Count("processes killed: workers", processes.kills["worker"]),
        Count("processes killed: servers", processes.kills["server"]),
        Count("entries made", len(entries), int(not entries)),
        Count("entries nobody could acknowledge", sum(p.answers.get(0, 0) for p in people)),
        Count("entries answered with an error", errors, errors),
        Count("seconds until all work was done", round(drained), int(drained >= DRAIN_S)),
        *checks(entries, box.arrived),
    ]


def kill_for(seconds: float, processes: Processes, seed: int) -> None:
    """Nothing; for so many seconds, one process after the other was killed."""
    pauses = random.Random(f"{seed}:pauses")
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, pauses.uniform(*KILL_EVERY_S)))
        if time.monotonic() < until:
            processes.kill_one(_at_work)


def _at_work() -> list[int]:
    """The process ids of workers that hold a job."""
    from teichaku.core.models import Job

    held = Job.objects.exclude(leased_by="").values_list("leased_by", flat=True)
    return [int(name.split(":")[1]) for name in held]


def _drain() -> float:
    """How many seconds the workers needed for what was left."""
    from teichaku.core.jobs import WAITING
    from teichaku.core.models import Job

    started = time.monotonic()
    while (waited := time.monotonic() - started) < DRAIN_S:
        left = Job.objects.filter(WAITING, every_seconds=None).count()
        if not left:
            break
        if int(waited) % 20 == 0:
            say(f"{left:,} jobs are left")
        time.sleep(1)
    return waited
