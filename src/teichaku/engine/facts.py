"""One lead's history as plain data: what goes in when there is no store, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

Value = str | bool | int | float | date


@dataclass(frozen=True, slots=True)
class EventFact:
    """Something a lead did; ``at`` in microseconds since 1970 UTC."""

    at: int
    type: str
    path: str = ""
    form: str = ""
    asset: str = ""
    campaign: str = ""
    rank: str = ""
    source: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """A lead with its visible events (any order) and present attributes."""

    created_at: int
    events: Sequence[EventFact] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scores:
    """A lead's score at one instant; ``next_at`` is when it can change without a new event."""

    behaviour: float
    fit: float
    total: float
    rising: float
    grade: str
    next_at: int | None


@dataclass(frozen=True, slots=True)
class Qualification:
    """The instant a lead met the MQL definition, with its scores there."""

    at: int
    behaviour: float
    fit: float
    total: float


@dataclass(frozen=True, slots=True)
class LiveState:
    """What live evaluation knows of a lead: its last qualification, its returns and recycles."""

    prior: int | None = None
    resets: tuple[int, ...] = ()
