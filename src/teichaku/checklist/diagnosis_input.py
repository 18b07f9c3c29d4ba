"""Who entered what: missing values of open deals, and how late entries were made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext as _

from teichaku.checklist.pain_lists import Asked
from teichaku.deals.input_state import InputLag, MissingInput, input_lags, missing_input


@dataclass(frozen=True, slots=True)
class PersonInput:
    """One person's open deals and what they lack."""

    person: str
    missing: MissingInput


@dataclass(frozen=True, slots=True)
class PersonLag:
    """How late one person recorded what happened."""

    person: str
    lag: InputLag


P = TypeVar("P", PersonInput, PersonLag)


@dataclass(frozen=True, slots=True)
class InputState:
    """Missing input and lag per person, by name; ``…_needs`` names what would tell."""

    missing: tuple[PersonInput, ...]
    lags: tuple[PersonLag, ...]
    lag_needs: str
    next_action_needs: str

    @property
    def open(self) -> int:
        """All open deals."""
        return sum(line.missing.open for line in self.missing)

    @property
    def lacking(self) -> int:
        """All missing values."""
        return sum(line.missing.missing for line in self.missing)

    @property
    def asked(self) -> int:
        """All values that could be there."""
        return sum(line.missing.asked for line in self.missing)


def input_state(asked: Asked, *, before: datetime) -> InputState:
    """Missing input and lag as of the day; entries recorded from ``before`` on tell no lag."""
    missing = missing_input(asked.as_of, asked.zone)
    lags = input_lags(before=before)
    owners = {line.owner for line in missing} | {line.owner for line in lags}
    people = asked.names.people(owner for owner in owners if owner)
    known = all(line.next_action is not None for line in missing)
    return InputState(
        missing=_by_name(PersonInput(people.get(line.owner or 0, ""), line) for line in missing),
        lags=_by_name(PersonLag(people.get(line.owner or 0, ""), line) for line in lags),
        lag_needs="" if lags else _lag_needs(),
        next_action_needs="" if known else _next_action_needs(),
    )


def _by_name(lines: Iterable[P]) -> tuple[P, ...]:
    return tuple(sorted(lines, key=lambda line: (not line.person, line.person)))


def _next_action_needs() -> str:
    return _(
        "Next actions cannot be judged: add the activity history with the column “next action on”."
    )


def _lag_needs() -> str:
    return _(
        "How late entries were made cannot be judged: add the activity history with both the"
        " date of the activity and the date on which it was recorded."
    )
