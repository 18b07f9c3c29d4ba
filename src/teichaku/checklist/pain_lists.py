"""The four lists that hurt: each with its total, what it is worth, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from teichaku.checklist.diagnosis_names import Names

Cell = str | int | date | None
Kind = Literal["text", "date", "yen", "number"]


@dataclass(frozen=True, slots=True)
class Asked:
    """As of when and where a report is made, what records are called in it, and the figures by
    which yen that nobody recorded are estimated.
    """

    as_of: date
    now: datetime
    zone: ZoneInfo
    names: Names
    won_average: float | None = None
    close_rate: float | None = None
    win_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its name in JSON, what people read, and how a cell is shown."""

    key: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: its cells, who is in charge (''  nobody), and the yen behind it."""

    cells: tuple[Cell, ...]
    owner: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """One owner's part of a list."""

    owner: str
    count: int
    amount: int
    without_amount: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Yen that nobody recorded, and in words how they were estimated."""

    amount: int
    how: str


@dataclass(frozen=True, slots=True)
class PainList:
    """One list. ``needs`` names what is missing where it cannot be judged at all.

    ``basis`` says how the rows were found; ``whole`` is what they are a part of.
    """

    key: str
    title: str
    finding: str
    basis: str
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    whole: int | None = None
    estimate: Estimate | None = None
    needs: str = ""

    @property
    def owners(self) -> tuple[OwnerLine, ...]:
        """Each owner's part, by name and not by rank; nobody's at the end."""
        by_owner: dict[str, list[Row]] = {}
        for row in self.rows:
            by_owner.setdefault(row.owner, []).append(row)
        return tuple(
            OwnerLine(
                owner=owner,
                count=len(own),
                amount=sum(row.amount or 0 for row in own),
                without_amount=sum(row.amount is None for row in own),
            )
            for owner, own in sorted(by_owner.items(), key=lambda item: (not item[0], item[0]))
        )

    @property
    def judged(self) -> bool:
        """Whether the files allow to tell."""
        return not self.needs

    @property
    def count(self) -> int | None:
        """How many there are; None where that cannot be told."""
        return len(self.rows) if self.judged else None

    @property
    def amount(self) -> int | None:
        """The recorded yen of all rows; None where no row has any."""
        known = [row.amount for row in self.rows if row.amount is not None]
        return sum(known) if known else None

    @property
    def without_amount(self) -> int:
        """How many rows have no amount."""
        return sum(row.amount is None for row in self.rows)

    @property
    def worth(self) -> int:
        """The yen by which lists are compared: recorded and estimated."""
        return (self.amount or 0) + (self.estimate.amount if self.estimate else 0)


def by_worth(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, the most yen first and those without any last; else in the order given."""
    return tuple(sorted(rows, key=lambda row: (row.amount is None, -(row.amount or 0))))


def estimate_of(count: int, rate: float | None, asked: Asked, *, rate_name: str) -> Estimate | None:
    """So many times the average won amount and the rate; None where one of them is unknown."""
    if not count or rate is None or asked.won_average is None:
        return None
    how = _("%(count)s × average won amount %(average)s yen × %(rate_name)s %(rate)s %%") % {
        "count": f"{count:,}",
        "average": f"{asked.won_average:,.0f}",
        "rate_name": rate_name,
        "rate": f"{100 * rate:.1f}",
    }
    return Estimate(round(count * asked.won_average * rate), how)
