"""Where beacons are acknowledged: requests that wait at the same moment share one commit.

Commits are what a database has few of in a second. One thread with a connection of its own commits
for all that wait, while the next ones gather. Each request answers only after its own row is on
disk.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from django.db import connection, transaction

from teichaku.core import bulk, clock
from teichaku.core.jobs import job_enqueue
from teichaku.tracking.models import Beacon

logger = logging.getLogger(__name__)

TURN = "tracking.turn"  # the job that turns beacons into events
FIELDS = ("site", "visitor", "payload", "agent", "hint", "received_at", "parked")
MOST_WAITING = 512
STALLED_S = 1.0
IDLE_S = 0.2  # so long the thread keeps its connection open for the next request
WAKE_EVERY_S = 0.1
WAKE_AFTER = timedelta(seconds=0.15)


class Busy(Exception):
    """Too much waits to be written; the sender is to come again."""


class _Waiting:
    """A row on its way into the database."""

    __slots__ = ("committed", "row", "settled")

    def __init__(self, row: bulk.Row) -> None:
        self.row = row
        self.settled = threading.Event()
        self.committed = False


class Inbox:
    """One for each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._come = threading.Condition(self._lock)
        self._waiting: list[_Waiting] = []
        self._writing = False
        self._begun = 0.0  # when the commit under way began; 0 while none is
        self._woke = 0.0  # when the job was last asked for

    def put(self, row: bulk.Row) -> None:
        """Nothing; the row (of ``FIELDS``) is committed. ``Busy`` when it is not."""
        if connection.in_atomic_block:
            # Part of the caller's transaction, which nobody else can commit.
            if not self._commit([row]):
                raise Busy
            return
        own = _Waiting(row)
        with self._lock:
            if len(self._waiting) >= MOST_WAITING or self._stalled():
                raise Busy
            self._waiting.append(own)
            if not self._writing:
                self._writing = True
                threading.Thread(target=self._write, name="inbox", daemon=True).start()
            self._come.notify()
        own.settled.wait()
        if not own.committed:
            raise Busy

    def _stalled(self) -> bool:
        return self._begun > 0 and time.monotonic() - self._begun > STALLED_S

    def _write(self) -> None:
        """Nothing; all that came was written, and nothing came for a while."""
        try:
            while batch := self._next():
                committed = self._commit([one.row for one in batch])
                for one in batch:
                    one.committed = committed
                    one.settled.set()
        finally:
            connection.close()

    def _next(self) -> list[_Waiting]:
        """All that wait, at once or within a moment; none, and the thread ends."""
        with self._lock:
            self._begun = 0.0
            if not self._waiting:
                self._come.wait(IDLE_S)
            batch, self._waiting = self._waiting, []
            self._writing = bool(batch)
            if batch:
                self._begun = time.monotonic()
            return batch

    def _commit(self, rows: list[bulk.Row]) -> bool:
        try:
            _make_durable()
            with transaction.atomic():
                bulk.insert(Beacon, FIELDS, rows)
                self._wake()
        except Exception as error:  # whatever it is, those who wait are to be told
            logger.error("beacons could not be written (%s)", type(error).__name__)
            if not connection.in_atomic_block:
                connection.close()
            return False
        return True

    def _wake(self) -> None:
        # Not with every commit: all processes would wait for the one row of the job.
        now = time.monotonic()
        if now - self._woke >= WAKE_EVERY_S:
            self._woke = now
            job_enqueue(kind=TURN, key=TURN, run_at=clock.now() + WAKE_AFTER)


def _make_durable() -> None:
    """Nothing; what this connection commits stays even when the machine loses its power."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


inbox = Inbox()
