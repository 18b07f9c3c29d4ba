"""Row 5: how long after an event's commit its lead is somebody's, while events keep coming.

The workers are processes as they ship. Events are written as the collector writes them: one
transaction for the few that a browser sends at once.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.databases import RULEBOOK as SCORING
from benchmarks.databases import SEED, fresh_files, imported
from benchmarks.figures import Figure, say
from benchmarks.handovers import RULEBOOK as HANDOVER
from benchmarks.handovers import sales_team

LIMIT = 1.0  # seconds
PER_SECOND = 200
MOST_AT_ONCE = 10  # events of one beacon; half of it on average
MQL_EVERY = 8  # beacons
WORKERS = 2
LOOK_S = 0.01
WARM_S = 1.5
PATIENCE_S = 60
FORM = "bench"
PATHS = ("/cases/", "/cases/a", "/service/", "/price", "/careers/engineer", "/")


class Size(NamedTuple):
    leads: int
    events: int
    seconds: float


def row_5(kind: str, *, quick: bool) -> list[Figure]:
    """Two hundred events a second, some of which make an MQL; at worst in 19 of 20 cases."""
    size = Size(200, 2_000, 2.5) if quick else Size(100_000, 1_000_000, 60)
    with fresh_files(size.leads, size.events) as files:
        for entity in ("companies", "leads", "events"):
            imported(entity, files[entity])
    sales_team()
    _in_force()
    _statistics()
    with _workers():
        _settled()
        # What workers load at their first MQL is no part of what the next ones wait for.
        _delays(Size(size.leads, size.events, WARM_S))
        delays = sorted(_delays(size))
    worst = delays[min(len(delays) - 1, round(0.95 * len(delays)))]
    middle = delays[len(delays) // 2]
    say(f"{len(delays):,} handovers; half within {middle:.2f} s, the last after {delays[-1]:.2f} s")
    name = f"5 event to handover at {PER_SECOND}/s beside {size.events:,} events, {kind}"
    return [Figure(name, worst, "s (p95)", "at most", LIMIT)]


def _statistics() -> None:
    """Nothing; the database knows its tables, as it does a minute after any import by itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _in_force() -> None:
    """Nothing; every kind of rule is scored, and one form alone makes an MQL."""
    from teichaku.core.actors import SYSTEM
    from teichaku.engine.rulebook.load import dump, load
    from teichaku.rulebook.services import revision_activate, revision_save
    from teichaku.scoring.services import scores_refresh

    form = f"mql: {{when: {{count: {{event: form_submit, form: {FORM}}}, at_least: 1}}}}"
    asked = load(f"rulebook: 1\ntitle: mql\n{form}\n").mql
    scoring = load(SCORING.read_text(encoding="utf-8"))
    told = {"mql": asked, "handover": load(HANDOVER).handover}
    rulebook = scoring.model_copy(update=told)
    revision = revision_save(rulebook=rulebook, document=dump(rulebook), actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM)
    scores_refresh(actor=SYSTEM)


@contextmanager
def _workers() -> Iterator[None]:
    command = [sys.executable, "-m", "teichaku.cli", "worker"]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(WORKERS)]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(PATIENCE_S)


def _settled() -> None:
    """Nothing, once the workers have done what waited for them."""
    from teichaku.core import clock
    from teichaku.core.models import Job

    until = time.monotonic() + 10 * PATIENCE_S
    while Job.objects.filter(finished_at=None, parked_at=None, run_at__lte=clock.now()).exists():
        if time.monotonic() > until:
            raise AssertionError("the workers do not come to an end")
        time.sleep(0.2)


def _delays(size: Size) -> list[float]:
    """For each MQL the seconds from its event's commit until its handover could be read."""
    from teichaku.handover.models import Handover
    from teichaku.leads.models import Lead
    from teichaku.scoring.models import Qualification

    chance = random.Random(SEED)
    known = set(Qualification.objects.values_list("lead_id", flat=True))
    fresh = [pk for pk in Lead.objects.values_list("pk", flat=True) if pk not in known]
    chance.shuffle(fresh)
    seen: dict[int, float] = {}
    over = threading.Event()
    last = Handover.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    watch = threading.Thread(target=_watch, args=(last, seen, over))
    watch.start()
    committed = _written(size.seconds, fresh, chance)
    until = time.monotonic() + PATIENCE_S
    while committed.keys() - seen.keys() and time.monotonic() < until:
        time.sleep(0.05)
    over.set()
    watch.join()
    if missing := committed.keys() - seen.keys():
        raise AssertionError(f"{len(missing)} of {len(committed)} MQLs were never handed over")
    return [seen[lead] - at for lead, at in committed.items()]


def _watch(last: int, seen: dict[int, float], over: threading.Event) -> None:
    from django.db import connection

    from teichaku.handover.models import Handover

    while not over.wait(LOOK_S):
        for pk, lead in Handover.objects.filter(pk__gt=last).values_list("pk", "lead_id"):
            seen.setdefault(lead, time.monotonic())
            last = max(last, pk)
    connection.close()


def _written(seconds: float, leads: list[int], chance: random.Random) -> dict[int, float]:
    """When the event that makes each MQL was committed; beacons keep to the rhythm."""
    committed: dict[int, float] = {}
    started, due, number = time.monotonic(), 0.0, 0
    while due < seconds:
        events = chance.randint(1, MOST_AT_ONCE)
        number += 1
        lead = leads[number % len(leads)]
        makes_mql = number % MQL_EVERY == 0
        time.sleep(max(0.0, started + due - time.monotonic()))
        _beacon(lead, events, chance, makes_mql=makes_mql)
        if makes_mql:
            committed.setdefault(lead, time.monotonic())
        due += events / PER_SECOND
    behind = time.monotonic() - started - due
    say(f"{number:,} beacons, at the end {max(behind, 0.0):.2f} s behind")
    return committed


def _beacon(lead: int, events: int, chance: random.Random, *, makes_mql: bool) -> None:
    from django.db import transaction

    from teichaku.core import clock
    from teichaku.core.actors import SYSTEM
    from teichaku.core.ids import uuid7
    from teichaku.tracking.services import EventRow, events_write
    from teichaku.tracking.shapes import Shape

    shapes = [Shape("page_view", path=chance.choice(PATHS)) for _ in range(events)]
    if makes_mql:
        shapes[-1] = Shape("form_submit", form=FORM)
    at = clock.now()
    rows = [EventRow(lead, shape, at, "tag", str(uuid7()), at) for shape in shapes]
    with transaction.atomic():
        events_write(rows=rows, actor=SYSTEM)
