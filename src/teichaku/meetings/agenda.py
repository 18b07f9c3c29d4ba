"""The points of an agenda: which meetings have which, and the records that their rows come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from teichaku.core.canonical import Json
from teichaku.core.registry import Registry, Text

WEEKLY, MONTHLY = "weekly", "monthly"
BOTH = frozenset({WEEKLY, MONTHLY})
KPIS, LAST_DECISIONS, UNENTERED, DECISIONS = "kpis", "last_decisions", "unentered", "decisions"
MOST_ROWS = 20  # kept of one point; the rest is counted


@dataclass(frozen=True, slots=True)
class Frame:
    """What rows are asked for: the instant at which they are fixed, and since when news count."""

    as_of: datetime
    since: datetime
    zone: ZoneInfo

    @property
    def day(self) -> date:
        """The local day of the instant."""
        return self.as_of.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a point: what it is about and why it is there, as data in no language.

    ``why`` names the sentences of the point, each with its values.
    """

    subject: str
    about: str = ""
    address: str = ""
    why: Sequence[tuple[str, Mapping[str, Json]]] = ()

    def plain(self) -> dict[str, Json]:
        """The row as it is kept."""
        return {
            "subject": self.subject,
            "about": self.about,
            "address": self.address,
            "why": [[name, dict(values)] for name, values in self.why],
        }


@dataclass(frozen=True, slots=True)
class AgendaPoint:
    """A kind of point: its heading, its place, the agendas that have it, where its rows come from
    and the sentences these say. Without ``rows`` it is about what the meeting itself records.
    """

    label: Text
    position: int
    agendas: frozenset[str] = BOTH
    rows: Callable[[Frame], Sequence[Row]] | None = None
    sentences: Mapping[str, Text] = field(default_factory=dict)
    subjects: Sequence[str] = ("",)


agenda_points: Registry[AgendaPoint] = Registry("point of the agenda")


def points_of(agenda: str) -> list[tuple[str, AgendaPoint]]:
    """The points of an agenda in their order; one of the company's own name has all of them."""
    known = agenda if agenda in BOTH else MONTHLY
    found = [(name, point) for name, point in agenda_points.items() if known in point.agendas]
    return sorted(found, key=lambda pair: pair[1].position)
