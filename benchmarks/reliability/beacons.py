"""Browsers send while server and workers are killed: what was acknowledged is there once."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

import django
from django.core.management import call_command

from benchmarks.collector import SIZES, Sender, site_made
from benchmarks.figures import say
from benchmarks.reliability.counts import Count
from benchmarks.reliability.processes import Processes
from benchmarks.reliability.run import DRAIN_S, kill_for

CONNECTIONS = 8


def run(seconds: float, seed: int, per_second: int) -> list[Count]:
    """What was counted after so many seconds of so many events each."""
    django.setup()
    call_command("migrate", verbosity=0)
    key = site_made()
    with tempfile.TemporaryDirectory() as folder:
        processes = Processes(Path(folder), seed)
        try:
            processes.wait_for_server()
            senders = _send(processes.address, key, seconds, seed, per_second)
            kill_for(seconds, processes, seed)
            for sender in senders:
                sender.join()
            drained = _drain()
        finally:
            processes.stop()
    return [
        Count("processes killed: workers", processes.kills["worker"]),
        Count("processes killed: servers", processes.kills["server"]),
        *_events(senders, key),
        Count("seconds until all beacons were events", round(drained), int(drained >= DRAIN_S)),
    ]


def _send(address: str, key: str, seconds: float, seed: int, per_second: int) -> list[Sender]:
    rate = per_second / (sum(SIZES) / len(SIZES)) / CONNECTIONS
    senders = [
        Sender(address, key, f"{seed}:{n}", seconds=seconds, rate=rate) for n in range(CONNECTIONS)
    ]
    for sender in senders:
        sender.start()
    return senders


def _drain() -> float:
    """How many seconds the workers needed for what was left."""
    from teichaku.tracking.models import Beacon

    started = time.monotonic()
    while (waited := time.monotonic() - started) < DRAIN_S:
        left = Beacon.objects.filter(done_at=None, parked="").count()
        if not left:
            break
        say(f"{left:,} beacons are left")
        time.sleep(1)
    return waited


def _events(senders: list[Sender], key: str) -> list[Count]:
    from teichaku.leads.models import Lead
    from teichaku.tracking.models import Beacon, Event, SiteHour, Visitor

    there = Counter(Event.objects.filter(source=f"tag:{key}").values_list("external_id", flat=True))
    sure = [name for sender in senders for name in sender.acknowledged]
    unsure = [name for sender in senders for name in sender.unsure]
    counted = sum(SiteHour.objects.values_list("accepted", flat=True)) + sum(
        bots + unknown for bots, unknown in SiteHour.objects.values_list("bots", "unknown")
    )
    anonymous = Lead.objects.filter(kind=Lead.Kind.ANONYMOUS).count()
    parked = Beacon.objects.exclude(parked="").count()
    strangers = set(there) - set(sure) - set(unsure)
    return [
        Count("events acknowledged", len(sure), int(not sure)),
        Count("acknowledged events not there exactly once", 0, sum(there[n] != 1 for n in sure)),
        Count("events nobody could acknowledge", len(unsure), sum(there[n] > 1 for n in unsure)),
        Count("events nobody sent", len(strangers), len(strangers)),
        Count("beacons refused for a moment", sum(sender.refused for sender in senders)),
        Count("beacons parked", parked, parked),
        Count("events counted for the site", counted, abs(counted - len(there))),
        Count("browsers with their one lead", anonymous, abs(anonymous - Visitor.objects.count())),
    ]
