"""How often something may happen within a minute, counted in this process alone.

Counting for all processes together would cost a write for each request, which is what a limit is
there to prevent; with several processes the limit is that many times as high.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

WINDOW_S = 60.0


class Limit:
    """At most so many in a minute, for each key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._counts: dict[Hashable, int] = {}
        self._ends = 0.0

    def passes(self, key: Hashable) -> bool:
        """Whether one more is within the limit; it is counted."""
        now = time.monotonic()
        with self._lock:
            if now >= self._ends:
                self._counts, self._ends = {}, now + WINDOW_S
            count = self._counts.get(key, 0) + 1
            self._counts[key] = count
        return count <= self._most

    def wait_s(self) -> int:
        """In how many seconds the next minute begins."""
        return max(1, round(self._ends - time.monotonic()))
