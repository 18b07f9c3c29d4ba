"""What the machine can do at best: every event is looked at once and nothing is concluded.

The pass reads each event's instant and signature, adds what a table says of the signature, and
keeps the latest instant, per lead, on as many threads as the engine uses.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from teichaku.engine.columns import Columns

RANGES_PER_THREAD = 8


@njit(nogil=True)
def _pass(
    offsets: Any, at: Any, sig: Any, points: Any, first: int, last: int, sums: Any, latest: Any
) -> None:
    for row in range(first, last):
        total, newest = 0, 0
        for event in range(offsets[row], offsets[row + 1]):
            total += points[sig[event]]
            newest = max(newest, at[event])
        sums[row] = total
        latest[row] = newest


def one_pass(columns: Columns) -> int:
    """A sum over everything that was read, so that nothing can be left out."""
    threads = os.cpu_count() or 1
    points = np.arange(len(columns.signatures), dtype=np.int64)
    sums, latest = np.empty(columns.leads, np.int64), np.empty(columns.leads, np.int64)
    cuts = np.searchsorted(
        columns.offsets, np.linspace(0, columns.events, threads * RANGES_PER_THREAD + 1)
    )
    cuts[0], cuts[-1] = 0, columns.leads

    def run(part: int) -> None:
        first, last = cuts[part], cuts[part + 1]
        _pass(columns.offsets, columns.at, columns.sig, points, first, last, sums, latest)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(len(cuts) - 1)))
    return int(sums.sum() + latest.sum())
