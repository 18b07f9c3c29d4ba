"""The gates in force, each with its hash and the instant since when it asks what it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.gates import Gate, gate_of
from teichaku.engine.rulebook.hashes import rule_hashes
from teichaku.engine.rulebook.model import (
    DealDefinition,
    FieldRule,
    GateRule,
    Rulebook,
    Stage,
)
from teichaku.engine.rulebook.vocabulary import STAGE_POINT
from teichaku.rulebook.models import Activation, Revision
from teichaku.rulebook.selectors import DEFAULT_ZONE, edition_numbers, rulebook_of

CREATE, CLOSE = "deal.create", "deal.close"
_Step = tuple[int, str, datetime]  # an activation: its revision, that one's hash, since when


class AskedOutcome(NamedTuple):
    """What an input rule asks of the outcome of an activity, and whether 不明 is an answer."""

    field: FieldRule
    unknown_allowed: bool


@dataclass(frozen=True, slots=True)
class GateBook:
    """A rulebook as the pipeline needs it: what a deal is, gates, business time."""

    deal: DealDefinition | None
    revision: int
    hashes: Mapping[str, str]
    gates: tuple[Gate, ...]
    modes_since: Mapping[str, datetime]
    zone: ZoneInfo
    calendar: BusinessCalendar
    outcomes: Mapping[str, AskedOutcome] = field(default_factory=dict)  # by kind of activity
    editions: Mapping[int, int] = field(default_factory=dict)  # by revision, the first one is 1

    def before(self, *points: str) -> tuple[Gate, ...]:
        """The gates that stand before these points, in the rulebook's order."""
        return tuple(gate for gate in self.gates if gate.rule.before in points)

    def gate(self, gate_id: str) -> Gate | None:
        """The gate about deals of that id."""
        return next((gate for gate in self.gates if gate.rule.id == gate_id), None)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The open stages that the company has agreed on, in order."""
        return self.deal.stages if self.deal else ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of deals agreed on; without any every kind is one."""
        return self.deal.kinds if self.deal else ()

    @property
    def lost_reasons(self) -> tuple[str, ...]:
        """The reasons for which deals are lost; without any every reason is one."""
        return self.deal.lost_reasons if self.deal else ()

    def today(self) -> date:
        """Today where the company works."""
        return clock.now().astimezone(self.zone).date()


def gate_book(at: datetime | None = None) -> GateBook:
    """The gates in force at an instant (now); none before the first activation."""
    rows = Activation.objects.filter(effective_from__lte=at or clock.now())
    ordered = rows.order_by("-effective_from", "-pk")
    steps = tuple(ordered.values_list("revision_id", "revision__hash", "effective_from"))
    return _book(steps) if steps else _before_any_rulebook()


def stage_point(key: str) -> str:
    """The name under which gates stand before a stage."""
    return f"{STAGE_POINT}{key}"


def _before_any_rulebook() -> GateBook:
    return GateBook(None, 0, {}, (), {}, ZoneInfo(DEFAULT_ZONE), BusinessCalendar.of(None))


@lru_cache(maxsize=16)
def _book(steps: tuple[_Step, ...]) -> GateBook:
    history = _History(steps)
    rulebook = history.rulebook(0)
    rules = [rule for rule in rulebook.gates if rule.before.startswith("deal.")]
    return GateBook(
        deal=rulebook.deal,
        revision=steps[0][0],
        hashes={name: value for name, (_, value) in rule_hashes(rulebook).items()},
        gates=tuple(gate_of(rulebook, rule, history.since(rule, _demand)) for rule in rules),
        modes_since={rule.id: history.since(rule, _mode) for rule in rules},
        zone=ZoneInfo(rulebook.timezone),
        calendar=BusinessCalendar.of(rulebook),
        outcomes=dict(_outcomes(rulebook)),
        editions=edition_numbers(revision for revision, _hash, _at in reversed(steps)),
    )


def _outcomes(rulebook: Rulebook) -> Iterator[tuple[str, AskedOutcome]]:
    """For each kind of activity what the rules say of its outcome."""
    for rule in rulebook.inputs:
        moment = (rule.when.after or "").split(".")
        if rule.what.object == "activity" and moment[0] == "activity":
            for asked in rule.what.fields:
                if asked.name == "outcome":
                    yield moment[1], AskedOutcome(asked, rule.unknown_allowed)


class _History:
    """The activations, newest first; documents are read as far back as someone asks."""

    def __init__(self, steps: Sequence[_Step]) -> None:
        self._steps = steps

    def rulebook(self, place: int) -> Rulebook:
        revision = self._steps[place][0]
        return rulebook_of(Revision.objects.values_list("document", flat=True).get(pk=revision))

    def since(self, rule: GateRule, told: _Told) -> datetime:
        """Since when the gate has stood in every rulebook and said the same."""
        since = self._steps[0][2]
        for place, (_, _, effective_from) in enumerate(self._steps):
            same = [told(each) for each in self.rulebook(place).gates if each.id == rule.id]
            if same != [told(rule)]:
                break
            since = effective_from
        return since


class _Told:
    """What of a gate has to stay the same."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __call__(self, rule: GateRule) -> list[object]:
        return [getattr(rule, name) for name in self._names]


# Whoever wrote a deal under a softer gate is not held to the harder one.
_demand = _Told("before", "mode", "require", "applies_to")
_mode = _Told("mode")
