"""Lists of refusals as files, so that a no goes from tool to tool."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from teichaku.consent.models import Refusal
from teichaku.consent.refusals import Refused
from teichaku.consent.words import Reason
from teichaku.core.errors import InvalidInput
from teichaku.core.spreadsheets import neutral

MOST_ROWS: Final = 200_000
HEADER: Final = ("address", "channel", "reason", "purpose", "at", "source")


def refusals_csv(rows: Iterable[Refusal]) -> bytes:
    """The refusals as a text file that other tools, and this one, take in."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for row in rows:
        said = (row.address, row.channel, row.reason, row.purpose, row.at.isoformat(), row.source)
        writer.writerow([neutral(cell) for cell in said])
    return ("\ufeff" + target.getvalue()).encode()


def addresses_in(text: str, reason: str = "") -> list[Refused]:
    """What a CSV text refuses: our own list with its reasons, else every mail address in it."""
    rows = list(csv.reader(io.StringIO(text)))
    if len(rows) > MOST_ROWS:
        raise InvalidInput(_("The file has more than 200,000 lines. Divide it."))
    if rows and tuple(rows[0]) == HEADER:
        found = [_own(row) for row in rows[1:] if len(row) == len(HEADER) and row[0]]
    else:
        why = reason if reason in Reason.values else Reason.REFUSED.value
        cells = (_bare(cell) for row in rows for cell in row if "@" in cell)
        found = [Refused(cell, reason=why) for cell in cells]
    if not found:
        raise InvalidInput(_("The file holds no mail address. Put one on each line."))
    return found


def _own(row: list[str]) -> Refused:
    address, channel, reason, purpose = (_bare(cell) for cell in row[:4])
    return Refused(address, channel, reason, purpose)


def _bare(cell: str) -> str:
    """The cell without the mark that keeps programs from taking it for a formula."""
    return cell.strip().removeprefix("'")
