"""The interval that stands beside every rate."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution


class Rate(NamedTuple):
    """A share with its Wilson 95 % interval; None without a denominator."""

    value: float | None
    low: float | None
    high: float | None


def wilson(part: int, whole: int) -> Rate:
    """Part ÷ whole with its Wilson score interval at 95 %."""
    if whole == 0:
        return Rate(None, None, None)
    share = part / whole
    spread = Z95 * sqrt(share * (1 - share) / whole + Z95**2 / (4 * whole**2))
    centre, scale = share + Z95**2 / (2 * whole), 1 + Z95**2 / whole
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return Rate(share, max(min(low, share), 0.0), min(max(high, share), 1.0))
