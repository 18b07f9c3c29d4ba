"""Reading dates and times out of files, without ever guessing which number is the day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple


class Day(NamedTuple):
    """A local date; ``at`` is the instant when the file told the time as well."""

    on: date
    at: datetime | None

    def end(self, zone: tzinfo) -> datetime:
        """The instant, or for a date alone the last microsecond of that local day."""
        return self.at or day_end(self.on, zone)


class Parsed(NamedTuple):
    """What a cell said: naive or aware, with a time of day or without."""

    value: datetime
    has_time: bool


_LOOSE = re.compile(
    r"(?P<y>\d{4})(?:[-/.年]\s*(?P<m>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})日?|(?P<m2>\d\d)(?P<d2>\d\d))"
    r"(?:[T\s]*(?P<H>\d{1,2})(?:[:時]\s*(?P<M>\d{1,2})(?:[:分]\s*(?P<S>\d{1,2})秒?"
    r"(?:[.,](?P<f>\d{1,9}))?|分)?|時|(?P<M2>\d\d)(?P<S2>\d\d)?))?"
    r"\s*(?P<z>Z|UTC|GMT|JST|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_ZONES = {"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", "JST": "+09:00"}
Parser = Callable[[str], Parsed]


def parse_sniffed(text: str) -> Parsed:
    """The date or time in ISO 8601, with slashes, compact or Japanese; else ``ValueError``."""
    if len(text) > 4 and text[4] == "-":
        try:
            return Parsed(datetime.fromisoformat(text), len(text) > 10)
        except ValueError:
            pass
    found = _LOOSE.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        raise ValueError(text)
    part = found.groupdict()
    hour = part["H"]
    value = datetime(  # noqa: DTZ001 - the zone is the caller's to give
        int(part["y"]),
        int(part["m"] or part["m2"]),
        int(part["d"] or part["d2"]),
        int(hour or 0),
        int(part["M"] or part["M2"] or 0),
        int(part["S"] or part["S2"] or 0),
        int((part["f"] or "0").ljust(6, "0")[:6]),
    )
    if part["z"]:
        mark = part["z"].upper()
        offset = datetime.strptime(_ZONES.get(mark, mark), "%z").tzinfo
        return Parsed(value.replace(tzinfo=offset), True)
    return Parsed(value, hour is not None)


def parser_for(pattern: str | None) -> Parser:
    """The reader of one column: sniffing, ``iso``, or a ``strptime`` pattern."""
    if pattern is None:
        return parse_sniffed
    if pattern == "iso":
        return _parse_iso
    has_time = any(mark in pattern for mark in ("%H", "%I", "%c", "%X", "%s"))

    def parse(text: str) -> Parsed:
        return Parsed(datetime.strptime(text, pattern), has_time)  # noqa: DTZ007

    return parse


def day_end(day: date, zone: tzinfo) -> datetime:
    """The last microsecond of a local day."""
    return datetime.combine(day, time.max, zone).replace(fold=1).astimezone(UTC)


def instant_of(parsed: Parsed, zone: tzinfo) -> datetime:
    """In UTC; a date alone is the end of that local day."""
    value = parsed.value
    if not parsed.has_time:
        return day_end(value.date(), zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def day_of(parsed: Parsed, zone: tzinfo) -> Day:
    """The local date, with the instant when there is one."""
    if not parsed.has_time:
        day_end(parsed.value.date(), zone)  # the calendar's first and last day may have none
        return Day(parsed.value.date(), None)
    at = instant_of(parsed, zone)
    return Day(at.astimezone(zone).date(), at)


def _parse_iso(text: str) -> Parsed:
    return Parsed(datetime.fromisoformat(text), len(text) > 10)
