"""Generated histories in which ties, exact window edges, month ends and leap days are common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st
from tests.engine import oracle
from tests.engine.strategies import (
    BOOLEAN_ATTRIBUTES,
    DATE_ATTRIBUTES,
    EVENT_TYPES,
    NUMBER_ATTRIBUTES,
    OBJECTS,
    PATHS,
    TEXT_ATTRIBUTES,
)

from teichaku.engine.facts import EventFact, LeadFacts, LiveState, Value
from teichaku.engine.rulebook.durations import DAY_US, HOUR_US, Duration
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import EventMatch
from teichaku.engine.rulebook.references import event_matches
from teichaku.engine.rulebook.zones import fixed_offset

MONTH_ENDS = (
    date(2023, 1, 29),
    date(2023, 12, 31),
    date(2024, 1, 30),
    date(2024, 2, 29),
    date(2024, 3, 31),
    date(2025, 2, 28),
)
SOURCES = ("tag", "é", "z", "B", "a", "取込")
OFF_GRID = (0, 0, 0, 0, -1, 1)
SIZES = (0, 1, 2, 3, 4, 5, 6, 8, 10, 14)


def midnight(day: date, rulebook: Rulebook) -> int:
    """00:00 of the day in the rulebook's zone."""
    elapsed = datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed - fixed_offset(rulebook.timezone)) // timedelta(microseconds=1)


def lengths(rulebook: Rulebook) -> list[Duration]:
    """Every length that ends something: decays, ends, cap and clause windows, the wait."""
    found = [Duration(7, "d")]
    for rule in oracle.rules_of(rulebook):
        per = rule.cap.per if rule.cap else None
        found += [length for length in (rule.expires, rule.linear, rule.half_life, per) if length]
    found += [clause.within for clause in oracle.event_clauses(rulebook) if clause.within]
    if rulebook.mql and rulebook.mql.requalify_after:
        found.append(rulebook.mql.requalify_after)
    return found


@st.composite
def instants(draw: st.DrawFn, rulebook: Rulebook, start: date, known: Sequence[int]) -> int:
    """A full hour near ``start``, a known instant, or where something begun at one ends."""
    beside = draw(st.sampled_from(OFF_GRID))
    how = draw(st.sampled_from(("grid", "tie", "edge"))) if known else "grid"
    if how == "grid":
        days = draw(st.one_of(st.integers(0, 4), st.sampled_from((6, 7, 12, 30, 31, 60))))
        hours = draw(st.sampled_from((0, 0, 10, 23, 1)))
        return midnight(start, rulebook) + days * DAY_US + hours * HOUR_US + beside
    anchor = draw(st.sampled_from(known))
    if how == "tie":
        return anchor
    length = draw(st.sampled_from(lengths(rulebook)))
    return oracle.later(anchor, length, rulebook.timezone) + beside


@st.composite
def events(draw: st.DrawFn, rulebook: Rulebook, at: int, number: int) -> EventFact:
    """An event, mostly one that a rule means; the number keeps (source, external id) unique."""
    meant = [match for _, match in event_matches(rulebook)]
    match = draw(st.sampled_from([*meant, *meant, *map(_any_of, EVENT_TYPES)]))
    objects: dict[str, str] = {}
    for name, words in OBJECTS.items():
        likely = getattr(match, name) or ("", *words)
        objects[name] = draw(st.sampled_from([*likely, *likely, *likely, words[0]]))
    return EventFact(
        at=at,
        type=match.event,
        path=draw(st.sampled_from(("", *PATHS))) if match.event == "page_view" else "",
        source=draw(st.sampled_from(SOURCES)),
        external_id=f"{draw(st.sampled_from(SOURCES))}{number}",
        **objects,
    )


def _any_of(kind: str) -> EventMatch:
    return EventMatch(event=kind)


def _attribute_values() -> st.SearchStrategy[dict[str, Value]]:
    texts = {
        name: st.sampled_from((*words, f" {words[0]} ", "1"))
        for name, words in TEXT_ATTRIBUTES.items()
    }
    numbers = {name: st.sampled_from(values) for name, values in NUMBER_ATTRIBUTES.items()}
    truths = {name: st.booleans() for name in BOOLEAN_ATTRIBUTES}
    days = {name: st.sampled_from(values) for name, values in DATE_ATTRIBUTES.items()}
    return st.fixed_dictionaries({}, optional={**texts, **numbers, **truths, **days})


@st.composite
def lead_facts(draw: st.DrawFn, rulebook: Rulebook) -> LeadFacts:
    """A lead with up to a handful of events, in any order, created no later than the first."""
    start = draw(st.sampled_from(MONTH_ENDS))
    known: list[int] = []
    for _ in range(draw(st.sampled_from(SIZES))):
        known.append(draw(instants(rulebook, start, known)))
    happened = [draw(events(rulebook, at, number)) for number, at in enumerate(known)]
    recorded = draw(instants(rulebook, start, known))
    return LeadFacts(
        created_at=min([recorded, *known]),
        events=draw(st.permutations(happened)),
        attributes=draw(_attribute_values()),
    )


@st.composite
def moments(draw: st.DrawFn, rulebook: Rulebook, leads: Sequence[LeadFacts]) -> int:
    """An instant that matters to one of the leads: at its events, at ends, and just beside."""
    lead = draw(st.sampled_from(leads))
    anchor = draw(st.sampled_from([lead.created_at, *(event.at for event in lead.events)]))
    length = draw(st.sampled_from([Duration(0, "d"), Duration(90, "d"), *lengths(rulebook)]))
    return oracle.later(anchor, length, rulebook.timezone) + draw(st.sampled_from(OFF_GRID))


@st.composite
def live_states(draw: st.DrawFn, rulebook: Rulebook, leads: Sequence[LeadFacts]) -> LiveState:
    """No prior qualification or one, and returns or recycles around the history."""
    prior = draw(st.one_of(st.none(), moments(rulebook, leads)))
    resets = draw(st.lists(moments(rulebook, leads), max_size=3))
    return LiveState(prior, tuple(sorted(resets)))
