"""Time zones of grammar 1: those whose clock is never moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic_core import PydanticCustomError

_FIRST_YEAR, _LAST_YEAR = 2000, 2040


@lru_cache(maxsize=64)
def fixed_offset(name: str) -> timedelta:
    """The zone's distance from UTC; refuses unknown zones and those that moved since 2000."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("zone", "not an IANA time zone such as Asia/Tokyo") from None
    offsets = {
        datetime(year, month, 1, tzinfo=zone).utcoffset()
        for year in range(_FIRST_YEAR, _LAST_YEAR + 1)
        for month in range(1, 13)
    }
    if len(offsets) != 1:
        raise PydanticCustomError("zone_moves", "grammar 1 refuses zones with daylight saving")
    offset = offsets.pop()
    if offset is None:
        raise PydanticCustomError("zone", "not an IANA time zone such as Asia/Tokyo")
    return offset
