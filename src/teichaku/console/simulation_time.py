"""When things happen in the made-up company's world: three years of office hours and seasons.

Instants are whole seconds since the start. A *share* between 0 and 1 is a place in time by how much
goes on: equal steps in share pass quickly through working hours and leap over nights and holidays.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

ZONE: Final = ZoneInfo("Asia/Tokyo")
START: Final = datetime(2023, 11, 1, tzinfo=ZONE)
END: Final = datetime(2026, 11, 1, tzinfo=ZONE)  # the last day is the one before
LENGTH: Final = int((END - START).total_seconds())
DAY: Final = 86_400
DAYS: Final = LENGTH // DAY
START_US: Final = int(START.timestamp()) * 1_000_000

EXHIBITIONS: Final = tuple(
    (date(year, month, day) - START.date()).days
    for year, month, day in (
        (2024, 5, 15), (2024, 10, 16), (2025, 5, 14), (2025, 10, 15), (2026, 5, 13), (2026, 10, 14),
    )
)  # fmt: skip
EXHIBITION_DAYS: Final = 3

_MONTHS = (0.85, 0.95, 1.3, 0.95, 0.95, 1.1, 1.0, 0.8, 1.3, 1.1, 1.05, 1.0)  # quarters end strong
_WEEKDAYS = (0.95, 1.05, 1.05, 1.05, 0.95, 0.16, 0.12)
_HOURS = (
    0.1, 0.06, 0.04, 0.03, 0.04, 0.08, 0.2, 0.5, 1.6, 4.5, 5.6, 5.2,
    3.6, 4.8, 5.2, 5.0, 4.6, 3.6, 2.0, 1.1, 0.9, 0.8, 0.6, 0.3,
)  # fmt: skip
_GROWTH_PER_YEAR = 0.25
_CELLS = 1 << 17


def _quiet(day: date) -> float:
    """How much is left of a day's business in the weeks when everybody is away."""
    month_day = (day.month, day.day)
    if month_day >= (12, 28) or month_day <= (1, 4):
        return 0.1
    if (4, 29) <= month_day <= (5, 5) or (8, 11) <= month_day <= (8, 16):
        return 0.25
    return 1.0


def _day_weight(number: int) -> float:
    day = START.date() + timedelta(days=number)
    weight = _MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] * _quiet(day)
    if any(0 <= number - first < 12 for first in EXHIBITIONS):
        weight *= 1.35  # the fair and the days of following up
    return weight * (1 + _GROWTH_PER_YEAR * number / 365)


def _hour_of_cells() -> I64:
    weights = np.outer([_day_weight(number) for number in range(DAYS)], _HOURS).ravel()
    edges = np.cumsum(weights) / weights.sum()
    hours: I64 = np.searchsorted(edges, (np.arange(_CELLS) + 0.5) / _CELLS)
    return hours


HOUR_OF_CELL: Final = _hour_of_cells()
SEASON_OF_DAY: Final = np.array(
    [(START + timedelta(days=number)).month % 12 // 3 for number in range(DAYS + 1)], np.int64
)  # 0 is winter


def instants(shares: F64, within_hour: F64) -> I64:
    """The instants at these shares of all business, at a place within the hour (0 to 1)."""
    cells = np.clip((shares * _CELLS).astype(np.int64), 0, _CELLS - 1)
    return HOUR_OF_CELL[cells] * 3600 + (within_hour * 3600).astype(np.int64)


def working(seconds: I64) -> I64:
    """The same days, those on a weekend moved to the Monday, between nine and six."""
    day, within = seconds // DAY, seconds % DAY
    weekday = (day + START.weekday()) % 7
    return (day + np.where(weekday > 4, 7 - weekday, 0)) * DAY + 9 * 3600 + within * 9 // 24


def seminar_days() -> I64:
    """The day numbers of the monthly seminar: every third Thursday."""
    days = [START.date() + timedelta(days=number) for number in range(DAYS)]
    thursdays = [day.weekday() == 3 and 15 <= day.day <= 21 for day in days]
    return np.flatnonzero(thursdays)


def micros(seconds: I64) -> I64:
    """Microseconds since 1970 UTC."""
    return START_US + seconds * 1_000_000


def stream(seed: int, purpose: int, part: int = 0) -> np.random.Generator:
    """Random numbers of one purpose: the same for a seed whatever else is drawn, in any order."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, purpose, part])))
