"""The clocks of a handover: by when to decide and to make contact, and what follows a miss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.rulebook.model import BreachStep, Deadlines, Handover

Stage = Literal["inside", "field"]
Tone = Literal["calm", "soon", "near", "over"]
HALF, FIFTH = 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Clocks:
    """By when the owner decides, and by when contact is made; None where nothing is agreed."""

    accept_due: datetime | None
    touch_due: datetime | None


@dataclass(frozen=True, slots=True)
class StepDue:
    """A step after a missed deadline whose time has come."""

    place: int
    do: Literal["notify_owner", "ask_manager", "reassign"]
    at: datetime


def clocks_start(
    rules: Handover, calendar: BusinessCalendar, start: datetime, *, stage: Stage, hot: bool
) -> Clocks:
    """The clocks of whoever gets a lead at ``start``; hot leads have the shorter ones."""
    sources = [rules.deadlines]
    if stage == "inside" and rules.via:
        sources.insert(0, rules.via.deadlines)
    if hot and rules.hot:
        sources.insert(0, rules.hot.deadlines)
    return Clocks(
        accept_due=_due(sources, "accept", calendar, start),
        touch_due=_due(sources, "first_touch", calendar, start),
    )


def _due(
    sources: Sequence[Deadlines | None],
    name: Literal["accept", "first_touch"],
    calendar: BusinessCalendar,
    start: datetime,
) -> datetime | None:
    agreed = [getattr(source, name) for source in sources if source and getattr(source, name)]
    return calendar.due(start, agreed[0]) if agreed else None


def steps_due(
    steps: Sequence[BreachStep], calendar: BusinessCalendar, due: datetime, now: datetime
) -> list[StepDue]:
    """The steps whose time has come since a deadline was missed, in the order agreed."""
    found = [
        StepDue(place, step.do, calendar.due(due, step.after)) for place, step in enumerate(steps)
    ]
    return [step for step in found if due < now and step.at <= now]


def clock_tone(calendar: BusinessCalendar, start: datetime, due: datetime, now: datetime) -> Tone:
    """How pressing a deadline is: over half of its business time left, less, a fifth, none."""
    if now > due:
        return "over"
    whole = calendar.business_seconds(start, due)
    left = calendar.business_seconds(now, due)
    if left > HALF * whole:
        return "calm"
    return "soon" if left > FIFTH * whole else "near"
