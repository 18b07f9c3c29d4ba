"""How a written vector is said: a small rulebook, events at local times, numbers by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from tests.engine import oracle

from teichaku.engine.facts import EventFact, LeadFacts, LiveState, Qualification, Scores, Value
from teichaku.engine.rulebook.load import load
from teichaku.engine.rulebook.model import Rulebook

TOKYO = "Asia/Tokyo"
VIEW = "when: {event: page_view}"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(local: str, zone: str = TOKYO) -> int:
    """The instant of a wall clock reading."""
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    return (moment - EPOCH) // timedelta(microseconds=1)


def book(
    *rules: str,
    limits: str = "",
    second: Sequence[str] = (),
    fit: Sequence[str] = (),
    scoring: str = "",
    mql: str = "",
    again: str = "",
    zone: str = TOKYO,
) -> Rulebook:
    """Behaviour rules S-1, S-2 … in one group (and a ``second``), fit rules F-1 …, a definition."""
    named = [f"{{id: S-{n}, {rule}}}" for n, rule in enumerate((*rules, *second), start=1)]
    first, other = named[: len(rules)], named[len(rules) :]
    lines = ["rulebook: 1", "title: vector", f"timezone: {zone}", "scoring:", "  behaviour:"]
    lines += [f"  - {{group: one, rules: [{', '.join(first)}], {limits}}}"] if first else ["   []"]
    lines += [f"  - {{group: two, rules: [{', '.join(other)}]}}"] if other else []
    if fit:
        fits = ", ".join(f"{{id: F-{n}, {rule}}}" for n, rule in enumerate(fit, start=1))
        lines.append(f"  fit: {{rules: [{fits}]}}")
    lines += [f"  {scoring}"] if scoring else []
    lines += (
        [f"mql: {{when: {mql}{f', requalify_after: {again}' if again else ''}}}"] if mql else []
    )
    return load("\n".join(lines))


class Happening(NamedTuple):
    """An event at a wall clock reading."""

    local: str
    type: str
    objects: Mapping[str, str]


def did(local: str, type_: str, **objects: str) -> Happening:
    return Happening(local, type_, objects)


def view(local: str, path: str = "/service") -> Happening:
    return did(local, "page_view", path=path)


def lead(
    *happenings: Happening,
    created: str = "",
    attributes: Mapping[str, Value] | None = None,
    zone: str = TOKYO,
) -> LeadFacts:
    """A lead; created with its first event unless said otherwise."""
    events = []
    for number, happening in enumerate(happenings):
        identity = {"source": "tag", "external_id": f"e{number}", **happening.objects}
        events.append(EventFact(at=at(happening.local, zone), type=happening.type, **identity))
    recorded = [at(created, zone)] if created else []
    created_at = min([*recorded, *(event.at for event in events)])
    return LeadFacts(created_at, events, attributes or {})


class Side(Protocol):
    """Something that scores and qualifies: the oracle or the engine."""

    def score(self, rulebook: Rulebook, lead: LeadFacts, as_of: int) -> Scores: ...

    def qualify(self, rulebook: Rulebook, lead: LeadFacts, until: int) -> list[Qualification]: ...

    def live(
        self, rulebook: Rulebook, lead: LeadFacts, start: int, state: LiveState, until: int
    ) -> list[Qualification]: ...


class OracleSide:
    """The definition."""

    def score(self, rulebook: Rulebook, lead: LeadFacts, as_of: int) -> Scores:
        return oracle.score(rulebook, lead, as_of)

    def qualify(self, rulebook: Rulebook, lead: LeadFacts, until: int) -> list[Qualification]:
        return oracle.qualifications(rulebook, lead, until)

    def live(
        self, rulebook: Rulebook, lead: LeadFacts, start: int, state: LiveState, until: int
    ) -> list[Qualification]:
        return oracle.live_qualifications(rulebook, lead, start, state.prior, state.resets, until)


class EngineSide:
    """The product, with a neighbour before and behind so that a leak between leads would show."""

    def score(self, rulebook: Rulebook, lead: LeadFacts, as_of: int) -> Scores:
        from teichaku.engine.evaluate import score_leads

        return score_leads(rulebook, self._between(lead), as_of)[1]

    def qualify(self, rulebook: Rulebook, lead: LeadFacts, until: int) -> list[Qualification]:
        from teichaku.engine.evaluate import qualify_leads

        return qualify_leads(rulebook, self._between(lead), until=until)[1]

    def live(
        self, rulebook: Rulebook, lead: LeadFacts, start: int, state: LiveState, until: int
    ) -> list[Qualification]:
        from teichaku.engine.evaluate import qualify_leads

        states = [LiveState(), state, LiveState(start, (start,))]
        leads = self._between(lead)
        return qualify_leads(rulebook, leads, until=until, live=states, effective_from=start)[1]

    def _between(self, lead: LeadFacts) -> list[LeadFacts]:
        events = [EventFact(lead.created_at, "page_view", path="/service", external_id="n")]
        neighbour = LeadFacts(lead.created_at, [*events, *lead.events], {"title": "部長"})
        return [neighbour, lead, neighbour]


Expected = str | tuple[str, float, float, float]


@dataclass(frozen=True)
class Check:
    """Compares one side with numbers worked out by hand; times are read in the rulebook's zone."""

    side: Side

    def score(
        self, rulebook: Rulebook, lead: LeadFacts, as_of: str, **expected: float | str | None
    ) -> None:
        """``next_at`` is given as a wall clock reading, or None for never."""
        found = self.side.score(rulebook, lead, at(as_of, rulebook.timezone))
        if isinstance(expected.get("next_at"), str):
            expected["next_at"] = at(str(expected["next_at"]), rulebook.timezone)
        assert {name: getattr(found, name) for name in expected} == expected

    def qualified(
        self, rulebook: Rulebook, lead: LeadFacts, until: str, *expected: Expected
    ) -> None:
        """Each expected: the wall clock reading, or that with behaviour, fit and total."""
        found = self.side.qualify(rulebook, lead, at(until, rulebook.timezone))
        self._compare(rulebook, found, expected)

    def live(
        self,
        rulebook: Rulebook,
        lead: LeadFacts,
        effective_from: str,
        until: str,
        *expected: Expected,
        prior: str = "",
        resets: Sequence[str] = (),
    ) -> None:
        """As ``qualified``, seen live."""
        zone = rulebook.timezone
        instants = tuple(at(reset, zone) for reset in resets)
        state = LiveState(at(prior, zone) if prior else None, instants)
        start, end = at(effective_from, zone), at(until, zone)
        self._compare(rulebook, self.side.live(rulebook, lead, start, state, end), expected)

    def _compare(
        self, rulebook: Rulebook, found: Sequence[Qualification], expected: Sequence[Expected]
    ) -> None:
        readings = [item if isinstance(item, str) else item[0] for item in expected]
        assert [q.at for q in found] == [at(reading, rulebook.timezone) for reading in readings]
        for qualification, item in zip(found, expected, strict=True):
            if not isinstance(item, str):
                assert (qualification.behaviour, qualification.fit, qualification.total) == item[1:]
