"""A worker: claims jobs and runs them one after the other until it is told to stop."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from datetime import timedelta

from django.db import DatabaseError, connection

from teichaku.core.job_watch import SilentJob, jobs_silent
from teichaku.core.jobs import LEASE, jobs_keep_periodic, run_one

logger = logging.getLogger(__name__)

IDLE_S = 0.1  # a lead that just qualified waits for this; one look costs less than a millisecond
ROUND_S = 60.0
AWAY_S = 5.0


class Worker:
    """One worker; any number of them may run side by side, on any machine."""

    def __init__(self, *, lease: timedelta = LEASE) -> None:
        self._lease = lease
        # Told apart even from one that had the same process id on the same machine before it.
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._stop = threading.Event()
        self._round_at = 0.0
        self._told: set[SilentJob] = set()

    def stop(self) -> None:
        """Nothing; the job under way is finished, and no other one is begun."""
        self._stop.set()

    def run(self, *, once: bool = False) -> int:
        """How many times work was done until somebody stopped the worker; with ``once``, until
        nothing more was due.
        """
        done = 0
        while not self._stop.is_set():
            try:
                self._make_round()
                ran = run_one(self.name, lease=self._lease)
            except DatabaseError as error:
                logger.error("the database does not answer (%s)", type(error).__name__)
                connection.close()
                self._stop.wait(AWAY_S)
                continue
            done += ran
            if not ran:
                if once:
                    break
                self._stop.wait(IDLE_S)
        return done

    def _make_round(self) -> None:
        """Nothing; once a minute, periodic rows are there and those that stand still are told."""
        now = time.monotonic()
        if self._round_at and now < self._round_at:
            return
        first, self._round_at = not self._round_at, now + ROUND_S
        jobs_keep_periodic()
        if first:
            return  # what waited for a worker to start is not standing still any more
        silent = set(jobs_silent())
        for job in sorted(silent - self._told, key=lambda job: job.kind):
            logger.error("%s stands still%s", job.kind, ", parked" if job.parked else "")
        self._told = silent
