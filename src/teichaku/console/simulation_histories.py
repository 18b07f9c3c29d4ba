"""What the leads of the made-up company did: visits in sessions, mails, forms, fairs, seminars.

A lead's number of events is heavy-tailed and capped. Leads are worked on in parts that each have
random numbers of their own, so the result does not depend on how many threads there are.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from teichaku.console.simulation_people import MISSING, People
from teichaku.console.simulation_time import (
    DAY,
    LENGTH,
    SEASON_OF_DAY,
    instants,
    micros,
    seminar_days,
    stream,
)
from teichaku.console.simulation_words import (
    CAMPAIGNS,
    PERSONAS,
    SHAPES,
    SOURCES,
    STRONG,
    VISITS,
    WARM,
    shapes_of,
    share_table,
)

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

MOST_EVENTS: Final = 2_500  # of one lead
PURPOSE_COUNTS, PURPOSE_SPECIALS, PURPOSE_VISITS = 3, 4, 5
_PART_EVENTS = 1 << 21
_EVENTS_PER_VISIT_BITS = 2  # every fourth event on average begins a visit
_PICK_BITS, _SECOND_BITS, _SHAPE_BITS, _LINGER_BITS = 12, 27, 10, 11
_NO_EVENTS = 0.06


@dataclass(frozen=True, slots=True)
class Histories:
    """Events side by side: row i's are [offsets[i]:offsets[i + 1]], ordered by time and shape.

    ``strong`` and ``warm`` count, per lead, what a salesperson would notice; ``anchor`` is when
    one would first have called, in seconds since the start (MISSING where nothing happened).
    """

    offsets: I64
    at: I64  # µs since 1970 UTC
    shape: I32
    strong: I64
    warm: I64
    anchor: I64


@dataclass(frozen=True, slots=True)
class _Special:
    """Something rare that takes the place of one of a lead's events: when (MISSING: not), what."""

    slot: int
    at: I64
    shape: I64


def histories_make(seed: int, people: People, events: int) -> Histories:
    """Exactly so many events for the leads."""
    offsets = np.concatenate([[0], np.cumsum(_counts(seed, people, events))])
    specials = _specials(seed, people)
    found = Histories(
        offsets=offsets,
        at=np.empty(events, np.int64),
        shape=np.empty(events, np.int32),
        strong=np.zeros(len(people), np.int64),
        warm=np.zeros(len(people), np.int64),
        anchor=np.full(len(people), MISSING, np.int64),
    )
    cuts = np.searchsorted(offsets, np.arange(0, events, _PART_EVENTS))
    edges = np.unique(np.concatenate([[0], cuts, [len(people)]])).tolist()

    def fill(part: int) -> None:
        _fill(stream(seed, PURPOSE_VISITS, part), people, found, specials, edges[part : part + 2])

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(fill, range(len(edges) - 1)))
    return found


def _counts(seed: int, people: People, events: int) -> I64:
    """How many events each lead has: lognormal, more with intent, capped, the sum exact."""
    rng = stream(seed, PURPOSE_COUNTS)
    leads = len(people)
    if events > leads * MOST_EVENTS // 2:
        raise ValueError(
            f"{events} events are too many for {leads} leads: at most {leads * MOST_EVENTS // 2},"
            " so that a few can be far busier than the rest"
        )
    weight = np.exp(rng.normal(0.0, 1.3, leads) + 0.45 * people.intent)
    weight *= 0.25 + (people.fades - people.begins)
    weight[rng.random(leads) < _NO_EVENTS] = 0.0
    low, high = 0.0, float(MOST_EVENTS) / max(weight.mean(), 1e-9) * leads
    for _ in range(80):
        scale = (low + high) / 2
        enough = np.minimum(weight * scale, MOST_EVENTS).sum() >= events
        low, high = (low, scale) if enough else (scale, high)
    exact = np.minimum(weight * high, MOST_EVENTS)
    # Rounding the running sum keeps every lead within one of its share, and the total exact.
    until = np.floor(np.cumsum(exact) / exact.sum() * events + 0.5)
    return np.asarray(np.diff(until, prepend=0), np.int64)


def _specials(seed: int, people: People) -> list[_Special]:
    rng = stream(seed, PURPOSE_SPECIALS)
    leads = len(people)
    met = people.source == list(SOURCES).index("exhibition")
    rank = 2 - np.digitize(people.intent + rng.normal(0, 0.5, leads), [-0.1, 1.1])
    at_fair = np.where(met, people.created, MISSING)
    days = seminar_days()
    following = np.searchsorted(days, people.created // DAY + 14) + rng.integers(0, 4, leads)
    chance = np.where(people.source == list(SOURCES).index("seminar"), 0.8, 0.05)
    listens = (rng.random(leads) < chance) & (following < len(days))
    held = days[np.minimum(following, len(days) - 1)] * DAY + 14 * 3600
    registers = np.maximum(held - rng.integers(DAY, 13 * DAY, leads), people.created)
    attends = listens & (rng.random(leads) < 0.7)
    tours = (people.intent > 1.3) & (rng.random(leads) < 0.15)
    when = people.begins + (people.fades - people.begins) * rng.random(leads)
    toured = np.maximum(instants(when, rng.random(leads)), people.created)
    constant = np.zeros(leads, np.int64)
    return [
        _Special(0, at_fair, shapes_of("exhibition")[rank]),
        _Special(1, at_fair, constant + shapes_of("card")[0]),
        _Special(4, np.where(listens, registers, MISSING), constant + shapes_of("register")[0]),
        _Special(5, np.where(attends, held, MISSING), constant + shapes_of("attend")[0]),
        _Special(9, np.where(tours, toured, MISSING), shapes_of("tour")[rank // 2]),
    ]


def _fill(
    rng: np.random.Generator,
    people: People,
    found: Histories,
    specials: Sequence[_Special],
    span: Sequence[int],
) -> None:
    """Draws the events of one part of the leads and puts them in their place."""
    first, last = span
    offsets = found.offsets[first : last + 1] - found.offsets[first]
    counts = np.diff(offsets)
    lead, shape, second = _visits(rng, people, counts, offsets, first)
    for special in specials:
        rows = np.flatnonzero((special.at[first:last] != MISSING) & (counts > special.slot))
        places = offsets[rows] + special.slot
        second[places] = special.at[first + rows]
        shape[places] = special.shape[first + rows]
    np.clip(second, 0, LENGTH - 1, out=second)
    lead <<= _SECOND_BITS + _SHAPE_BITS  # one number per event sorts by lead, time, shape
    second <<= _SHAPE_BITS
    lead |= second
    lead |= shape
    lead.sort()
    shape = lead & ((1 << _SHAPE_BITS) - 1)
    lead >>= _SHAPE_BITS
    lead &= (1 << _SECOND_BITS) - 1
    here = slice(int(found.offsets[first]), int(found.offsets[last]))
    found.at[here] = micros(lead)
    found.shape[here] = shape
    _notice(found, first, last, offsets, lead, shape)


def _visits(
    rng: np.random.Generator, people: People, counts: I64, offsets: I64, first: int
) -> tuple[I64, I64, I64]:
    """Per event: the lead's row in the part, the shape, and the second since the start."""
    total = int(offsets[-1])
    lead = np.repeat(np.arange(len(counts)), counts)
    bits = rng.integers(0, 1 << 25, total, np.uint32)
    begins = (bits & ((1 << _EVENTS_PER_VISIT_BITS) - 1)) == 0
    begins[offsets[:-1][counts > 0]] = True
    visit = np.cumsum(begins) - 1
    at, row = _visits_begin(rng, people, lead[begins] + first)
    bits >>= _EVENTS_PER_VISIT_BITS
    cell = row[visit] + (bits & ((1 << _PICK_BITS) - 1))
    shape = _PICKS[cell].astype(np.int64)
    bits >>= _PICK_BITS
    second = at[visit] + ((bits & ((1 << _LINGER_BITS) - 1)) >> _HASTE[shape])
    return lead, shape, second


def _visits_begin(rng: np.random.Generator, people: People, lead: I64) -> tuple[I64, I64]:
    """Per visit: the second it begins, and where the picks of its kind and season stand."""
    visits = len(lead)
    begins, fades = people.begins[lead], people.fades[lead]
    share = begins + (fades - begins) * rng.random(visits)
    # Half of the visits gather around the weeks in which the lead has something on its mind.
    peak = begins + (fades - begins) * _peak_of(lead)
    near = np.clip(peak + (rng.random(visits) + rng.random(visits) - 1) * 0.02, begins, fades)
    share = np.where(rng.random(visits) < 0.5, near, share)
    first = np.diff(lead, prepend=-1) > 0
    share[first] = begins[first]  # it is the first visit that makes a lead
    at = np.maximum(instants(share, rng.random(visits)), people.created[lead])
    kinds = len(next(iter(_KINDS)))
    kind = _KINDS[people.persona[lead], rng.integers(0, kinds, visits)].astype(np.int64)
    season = SEASON_OF_DAY[at // DAY]
    return at, (kind * len(CAMPAIGNS) + season) << _PICK_BITS


def _peak_of(lead: I64) -> npt.NDArray[np.float64]:
    """A number between 0 and 1 that is each lead's own."""
    return (lead * 2_654_435_761 & 0xFFFFFFFF) / (1 << 32)


def _notice(found: Histories, first: int, last: int, offsets: I64, second: I64, shape: I64) -> None:
    """Counts what stands out, and finds the first strong event or else the middle one."""
    for counts, shapes in ((found.strong, STRONG), (found.warm, WARM)):
        marked = np.concatenate([[0], np.cumsum(np.isin(np.arange(len(SHAPES)), shapes)[shape])])
        counts[first:last] = np.diff(marked[offsets])
    filled = np.flatnonzero(np.diff(offsets))
    place = offsets[filled] + (offsets[filled + 1] - offsets[filled]) // 2
    strong = np.flatnonzero(np.isin(np.arange(len(SHAPES)), STRONG)[shape])
    if len(strong):
        next_strong = strong[np.minimum(np.searchsorted(strong, offsets[filled]), len(strong) - 1)]
        has = found.strong[first:last][filled] > 0
        place = np.where(has, next_strong, place)
    found.anchor[first + filled] = second[place]


def _kind_table() -> I16:
    """Per persona, kinds of visits: a random column is a draw."""
    names = list(VISITS)
    rows = [[shares.get(name, 0.0) for name in names] for shares in PERSONAS.values()]
    return np.stack([share_table(row, 1024) for row in rows])


def _pick_table() -> I16:
    """Per kind of visit and season, shapes: a random cell of the row is a draw."""
    rows = []
    for shares in VISITS.values():
        for campaign in CAMPAIGNS:
            weight = np.zeros(len(SHAPES))
            for group, share in shares.items():
                seasonal = group in {"open", "click", "download"}
                numbers = shapes_of(f"{group}:{campaign}" if seasonal else group)
                # The first of a group is looked at most, as on any site.
                parts = 1.0 / (1 + np.arange(len(numbers)))
                weight[numbers] += share * parts / parts.sum()
            rows.append(share_table(weight.tolist(), 1 << _PICK_BITS))
    return np.concatenate(rows)


def _haste() -> npt.NDArray[np.uint32]:
    """How much sooner within a visit an event comes: mails are opened, clicked, then pages read."""
    haste = np.zeros(len(SHAPES), np.uint32)
    haste[shapes_of("open")] = 6
    haste[shapes_of("click")] = 4
    return haste


_KINDS = _kind_table()
_PICKS = _pick_table()
_HASTE = _haste()
