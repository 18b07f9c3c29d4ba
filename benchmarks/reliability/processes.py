"""The server and the workers as processes that are killed without warning and started again."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import httpx

WORKERS = 2
SERVER_SHARE = 0.2  # of the kills
PATIENCE_S = 600
MOMENT_S = 1.0


class Processes:
    """A web server and two workers."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.kills = {"worker": 0, "server": 0}
        self._folder, self._log = folder, folder / "processes.log"
        self._chance = random.Random(seed)
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._server = self._serve()
        self._workers = [self._work(place) for place in range(WORKERS)]

    def kill_one(self, at_work: Callable[[], Collection[int]]) -> None:
        """Nothing; one process was killed and another is starting in its place.

        ``at_work`` says which workers hold a job right now: killing those tells most.
        """
        if self._chance.random() < SERVER_SHARE:
            self._server.kill()
            self._server.wait()
            self._server = self._serve()
            self.kills["server"] += 1
            self.wait_for_server()
            return
        place = self._victim(at_work)
        self._workers[place].kill()
        self._workers[place].wait()
        self._workers[place] = self._work(place)
        self.kills["worker"] += 1

    def _victim(self, at_work: Callable[[], Collection[int]]) -> int:
        """The place of a worker that has started, and if possible within a moment, is at work."""
        until, place = time.monotonic() + PATIENCE_S, self._chance.randrange(WORKERS)
        while not self._ready(place).exists() and time.monotonic() < until:
            time.sleep(0.1)
        until = time.monotonic() + MOMENT_S
        while time.monotonic() < until:
            pids = set(at_work())
            for number, worker in enumerate(self._workers):
                if worker.pid in pids:
                    return number
            time.sleep(0.01)
        return place

    def wait_for_server(self) -> None:
        """Nothing, once the server answers."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                httpx.get(self.address + "/accounts/log-in/", timeout=5)
                return
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise RuntimeError(self.said()) from None
                time.sleep(0.2)

    def stop(self) -> None:
        """Nothing; the workers have finished what they were at, and all have ended."""
        for process in (self._server, *self._workers):
            process.send_signal(signal.SIGTERM)
        for process in (self._server, *self._workers):
            process.wait(PATIENCE_S)

    def said(self) -> str:
        """What the processes wrote last."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-4_000:]

    def _serve(self) -> subprocess.Popen[bytes]:
        return self._start("-m", "teichaku.cli", "serve", "--port", str(self._port))

    def _work(self, place: int) -> subprocess.Popen[bytes]:
        self._ready(place).unlink(missing_ok=True)
        return self._start("-m", "benchmarks.reliability.worker", str(self._ready(place)))

    def _ready(self, place: int) -> Path:
        """The file that a worker makes once it has started."""
        return self._folder / f"worker-{place}.ready"

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen([sys.executable, *arguments], stdout=log, stderr=log)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
