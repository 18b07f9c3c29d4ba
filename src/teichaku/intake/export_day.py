"""The day on which a tool wrote a file."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from teichaku.core import clock

_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.年]?(\d\d)[-_.月]?(\d\d)(?!\d{1,5}(?!\d))")


def export_day(path: Path) -> date:
    """The day in the file's name, else that of its last change."""
    for found in _DAY.finditer(path.stem):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            continue
    changed = datetime.fromtimestamp(path.stat().st_mtime, tz=clock.now().tzinfo)
    return changed.date()
