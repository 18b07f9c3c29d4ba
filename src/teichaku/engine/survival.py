"""Kaplan–Meier: what share will have become something when some are still too young to tell."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from teichaku.engine.statistics import Z95, Rate, wilson

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Waits:
    """Days until it happened (``seen``) or for which it has not, and days since the start."""

    days: I64
    seen: npt.NDArray[np.bool_]
    age: I64


class Steps(NamedTuple):
    """The days on which it happened, to how many, of how many for whom it still could."""

    day: I64
    happened: I64
    at_risk: I64


def reached_by(waits: Waits, rows: npt.NDArray[np.bool_], day: int) -> Rate | None:
    """The share of these rows that will have got there by the day, with a 95 % interval.

    As far as the oldest of them has come their own steps count, from there on those of all.
    Nothing is said of days that nobody has lived to see.
    """
    if not rows.any() or int(waits.age.max()) < day:
        return None
    come = min(int(waits.age[rows].max()), day)
    own = _between(steps_of(waits.days[rows], waits.seen[rows]), -1, come)
    rest = _between(steps_of(waits.days, waits.seen), come, day)
    joined = Steps(*(np.concatenate(pair) for pair in zip(own, rest, strict=True)))
    return share_reached(joined, alone=int((rows & (waits.days >= come)).sum()))


def steps_of(days: I64, seen: npt.NDArray[np.bool_]) -> Steps:
    """The steps of a sample; who was last seen on the day of a step was still at risk there.

    SciPy's ``ecdf`` gives the same curve but of one sample only; ``reached_by`` joins two.
    """
    at, happened = np.unique(days[seen], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), at)
    return Steps(at, happened.astype(np.int64), at_risk.astype(np.int64))


def share_reached(steps: Steps, *, alone: int) -> Rate:
    """One minus the product of the steps, with Greenwood's variance on the log-log scale.

    That scale knows no interval at 0 or 1: there it is Wilson's for the ``alone``, who are left.
    """
    left = float(np.prod(1 - steps.happened / steps.at_risk))
    if left in (0.0, 1.0):
        whole = max(alone, 1)
        sure = wilson(0 if left else whole, whole)
        return Rate(1 - left, sure.low, sure.high)
    hazard = steps.happened / (steps.at_risk * (steps.at_risk - steps.happened))
    spread = Z95 * sqrt(float(hazard.sum())) / abs(log(left))
    return Rate(1 - left, 1 - left ** exp(-spread), 1 - left ** exp(spread))


def _between(steps: Steps, after: int, until: int) -> Steps:
    rows = (steps.day > after) & (steps.day <= until)
    return Steps(*(column[rows] for column in steps))
