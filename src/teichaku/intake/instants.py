"""Reading dates and times out of files, without ever guessing which number is the day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from teichaku.intake.normalise import digits_folded
from teichaku.intake.wareki import western


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


_TIME = (
    r"(?:[T\s]*(?P<half>午前|午後|AM|PM)?\s*(?P<H>\d{1,2})"
    r"(?:[:時]\s*(?P<M>\d{1,2})(?:[:分]\s*(?P<S>\d{1,2})秒?(?:[.,](?P<f>\d{1,9}))?|分)?|時"
    r"|(?P<M2>\d\d)(?P<S2>\d\d)?)(?:\s*(?P<after>AM|PM))?)?"
    r"\s*(?P<z>Z|UTC|GMT|JST|[+-]\d\d:?\d\d)?"
)
_WEEKDAY = re.compile(r"\s*\([月火水木金土日](?:曜日?)?\)")
_LOOSE = re.compile(
    r"(?P<y>\d{4})(?:[-/.年]\s*(?P<m>\d{1,2})[-/.月]\s*(?P<d>\d{1,2})日?|(?P<m2>\d\d)(?P<d2>\d\d))"
    + _TIME,
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<c>\d{4}|\d\d)" + _TIME, re.IGNORECASE
)
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?")
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zone
SERIALS = range(20_090, 73_416)  # 1955 to 2100: five digits beyond are hardly a date
_ZONES = {"Z": "+00:00", "UTC": "+00:00", "GMT": "+00:00", "JST": "+09:00"}
Parser = Callable[[str], Parsed]


class Order(Enum):
    """Which number of a short date such as 8/9/14 is what."""

    MONTH_DAY_YEAR = "bac"  # the places of day, month and year
    DAY_MONTH_YEAR = "abc"
    YEAR_MONTH_DAY = "cba"


def parse_sniffed(text: str) -> Parsed:
    """The date or time in ISO 8601, with slashes, compact, Japanese or as a spreadsheet's number.

    Anything else, and a date whose numbers could be read in two ways, raises ``ValueError``.
    """
    if len(text) > 4 and text[4] == "-":
        try:
            return Parsed(datetime.fromisoformat(text), len(text) > 10)
        except ValueError:
            pass
    if _SERIAL.fullmatch(text):
        return _of_serial(text)
    found = _LOOSE.fullmatch(text) or _LOOSE.fullmatch(western(_plain(text)))
    if found is None:
        raise ValueError(text)
    part = found.groupdict()
    year, month, day = int(part["y"]), int(part["m"] or part["m2"]), int(part["d"] or part["d2"])
    return _with_time(datetime(year, month, day), part)  # noqa: DTZ001 - the zone is the caller's


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


def parser_ordered(order: Order) -> Parser:
    """Like sniffing, and short dates are read in that order."""

    def parse(text: str) -> Parsed:
        found = _short(text)
        if found is None:
            return parse_sniffed(text)
        return _with_time(_in_order(found, order), found.groupdict())

    return parse


def has_short_date(text: str) -> bool:
    """Whether the text is a date such as 8/9/14, which says not which number is the day."""
    return _short(text) is not None


def orders_possible(texts: Iterable[str]) -> frozenset[Order]:
    """In which orders every short date among the texts is one."""
    possible = set(Order)
    for found in filter(None, map(_short, set(texts))):
        possible -= {order for order in possible if not _is_possible(found, order)}
        if not possible:
            break
    return frozenset(possible)


def short_pattern(text: str, order: Order) -> str:
    """The pattern by which a mapping file says that this short date is written in that order."""
    found = _short(text)
    assert found is not None
    day, month, year = order.value
    marks = {day: "%d", month: "%m", year: "%Y" if len(found[year]) == 4 else "%y"}
    pattern = found[2].join(marks[place] for place in "abc")
    if found["H"]:
        half = found["half"] or found["after"]
        pattern += (" %I:%M" if half else " %H:%M") + (":%S" if found["S"] else "")
        pattern += " %p" if half else ""
    return pattern


def _short(text: str) -> re.Match[str] | None:
    return _SHORT.fullmatch(text) or _SHORT.fullmatch(_plain(text))


def _plain(text: str) -> str:
    return _WEEKDAY.sub("", digits_folded(text))


def _is_possible(found: re.Match[str], order: Order) -> bool:
    try:
        _in_order(found, order)
    except ValueError:
        return False
    return True


def _in_order(found: re.Match[str], order: Order) -> datetime:
    day, month, year = (found[place] for place in order.value)
    if len(year) == 1 or len(day) > 2:
        raise ValueError(found[0])
    # Two digits mean the years 1969 to 2068, as everywhere.
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)
    return datetime(full, int(month), int(day))  # noqa: DTZ001


def _of_serial(text: str) -> Parsed:
    days = Decimal(text)
    if int(days) not in SERIALS:
        raise ValueError(text)
    seconds = round((days - int(days)) * 86_400)
    value = _SERIAL_ZERO + timedelta(days=int(days), seconds=seconds)
    return Parsed(value, "." in text)


def _with_time(day: datetime, part: Mapping[str, str | None]) -> Parsed:
    if part["H"] is None and part["z"] is None:
        return Parsed(day, False)
    value = day.replace(
        hour=_hour(int(part["H"] or 0), (part["half"] or part["after"] or "").upper()),
        minute=int(part["M"] or part["M2"] or 0),
        second=int(part["S"] or part["S2"] or 0),
        microsecond=int((part["f"] or "0").ljust(6, "0")[:6]),
    )
    if part["z"]:
        mark = part["z"].upper()
        value = value.replace(tzinfo=datetime.strptime(_ZONES.get(mark, mark), "%z").tzinfo)
    return Parsed(value, True)


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    if hour > 12:
        raise ValueError("a half of the day has twelve hours")
    return hour % 12 + (12 if half in ("午後", "PM") else 0)


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
