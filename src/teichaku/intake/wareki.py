"""Years of the Japanese eras."""

from __future__ import annotations

import re
from datetime import date

# The first day of each era; the day before it is the last of the era before.
_ERAS = (
    ("明治", "M", date(1873, 1, 1)),  # from here on by the calendar of today
    ("大正", "T", date(1912, 7, 30)),
    ("昭和", "S", date(1926, 12, 25)),
    ("平成", "H", date(1989, 1, 8)),
    ("令和", "R", date(2019, 5, 1)),
)
_YEAR_ONE = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_NAMES = {name: name for name, _letter, _start in _ERAS} | {
    letter: name for name, letter, _start in _ERAS
}
_DATE = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和|[MTSHR])\s*(?P<y>元|\d{1,2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*"
    r"[-/.月]\s*(?P<d>\d{1,2})日?",
    re.IGNORECASE,
)


def western(text: str) -> str:
    """The text with a date of an era at its beginning as year-month-day; others unchanged.

    A day on which the era was not in force raises ``ValueError``.
    """
    found = _DATE.match(text)
    if found is None:
        return text
    era = _NAMES[found["era"].upper()]
    year = 1 if found["y"] == "元" else int(found["y"])
    day = date(_YEAR_ONE[era] + year - 1, int(found["m"]), int(found["d"]))
    if year < 1 or era != _era_of(day):
        raise ValueError(text)
    return f"{day:%Y-%m-%d}{text[found.end() :]}"


def _era_of(day: date) -> str:
    return next((name for name, _letter, start in reversed(_ERAS) if day >= start), "")
