"""Row 6: beacons over HTTP against the server as it ships, and the job that makes events of them.

Clients are processes of their own that keep their connections open. A beacon counts once its answer
is there: then its row is on disk. ``python -m benchmarks.collector ADDRESS KEY SECONDS SEED`` is
one client.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import UUID

from benchmarks.databases import fresh_database
from benchmarks.figures import Figure, say

LIMIT = 2_000  # events/s
CLIENTS, CONNECTIONS = 2, 8
SIZES = (1, 10, 4, 5, 5, 6, 3, 7, 2, 7)  # events of a beacon; five on average
VISITORS = 500  # of each client
ORIGIN = "https://bench.example.jp"
PATHS = ("/", "/cases/", "/cases/a", "/service/", "/price", "/careers/engineer")
PATIENCE_S = 120


def row_6(kind: str, *, quick: bool) -> list[Figure]:
    """Acknowledged events a second, and how many the job then turns in a second."""
    seconds = 1.0 if quick else 15.0
    fresh_database()
    key = site_made()
    with server() as address:
        told = _clients(address, key, seconds)
    acknowledged, refused = sum(one["events"] for one in told), sum(one["refused"] for one in told)
    turned, took = _turned()
    if turned < acknowledged:
        raise AssertionError(f"{acknowledged} events were acknowledged, but {turned} are there")
    say(
        f"{acknowledged:,} events acknowledged, {refused:,} beacons refused; turned in {took:.1f} s"
    )
    size = f"{acknowledged:,} events"
    return [
        Figure(
            f"6 collector, {size}, {kind}", acknowledged / seconds, "events/s", "at least", LIMIT
        ),
        Figure(
            f"6 events of beacons, {size}, {kind}", turned / took, "events/s", "at least", LIMIT
        ),
    ]


@contextmanager
def server() -> Iterator[str]:
    """Within the block, a server of this database; its address."""
    from benchmarks.reliability.processes import free_port

    port = free_port()
    command = [sys.executable, "-m", "teichaku.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def site_made() -> str:
    """The key of a site for these beacons."""
    from teichaku.core.actors import SYSTEM
    from teichaku.tracking.sites import SiteValues, site_save

    values = SiteValues(f"bench {time.monotonic_ns()}", (urlsplit(ORIGIN).netloc,))
    return site_save(values=values, actor=SYSTEM).key


def _clients(address: str, key: str, seconds: float) -> list[dict[str, int]]:
    command = [sys.executable, "-m", "benchmarks.collector", address, key, str(seconds)]
    running = [
        subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, text=True)
        for seed in range(CLIENTS)
    ]
    return [json.loads(one.communicate()[0]) for one in running]


def _turned() -> tuple[int, float]:
    """How many events there are once the job is done, and how long it took."""
    from teichaku.tracking.models import Event
    from teichaku.tracking.turning import turn_job

    before = Event.objects.filter(source__startswith="tag:").count()
    started = time.perf_counter()
    turn_job({})
    took = time.perf_counter() - started
    return Event.objects.filter(source__startswith="tag:").count() - before, took


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/tag/nothing.js")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


class Sender(threading.Thread):
    """One connection that sends beacon after beacon until the time is over."""

    def __init__(
        self, address: str, key: str, seed: str, *, seconds: float, rate: float = 0
    ) -> None:
        super().__init__()
        self._chance = random.Random(seed)
        self._host, self._path = urlsplit(address).netloc, f"/c/{key}/"
        self._pause = 1 / rate if rate else 0.0
        self._seconds = seconds
        self.acknowledged: list[str] = []
        self.unsure: list[str] = []
        self.refused = 0

    def run(self) -> None:
        """Nothing; what was acknowledged is noted."""
        connection = http.client.HTTPConnection(self._host, timeout=30)
        until = due = time.monotonic()
        until += self._seconds
        while (now := time.monotonic()) < until:
            if self._pause:
                due += self._pause
                time.sleep(max(0.0, due - now))
            ids = [self._uuid() for _ in range(self._chance.choice(SIZES))]
            try:
                connection.request("POST", self._path, self._body(ids), self._headers())
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                self.unsure += ids  # nobody can say whether it was kept
                connection.close()
                time.sleep(0.2)
                continue
            if answer.status == 204:
                self.acknowledged += ids
            else:
                self.refused += 1
                time.sleep(0.1)

    def _headers(self) -> dict[str, str]:
        visitor = UUID(int=self._chance.randrange(VISITORS) | 4 << 76 | 2 << 62 | 1 << 100)
        return {
            "Origin": ORIGIN,
            "Content-Type": "text/plain",
            "Cookie": f"teichaku_visitor={visitor}",
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36",
        }

    def _body(self, ids: list[str]) -> str:
        pages = [ORIGIN + self._chance.choice(PATHS) for _ in ids]
        events = [
            {"i": name, "n": "view", "a": 5_000 * place, "u": page}
            for place, (name, page) in enumerate(zip(ids, pages, strict=True))
        ]
        return json.dumps({"s": 0, "w": 0, "e": events})

    def _uuid(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))


def client(address: str, key: str, seconds: float, seed: str) -> None:
    """Nothing; what this client got is printed."""
    senders = [
        Sender(address, key, f"{os.getpid()}:{seed}:{n}", seconds=seconds)
        for n in range(CONNECTIONS)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    told = {
        "events": sum(len(sender.acknowledged) for sender in senders),
        "refused": sum(sender.refused for sender in senders),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    client(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4])
