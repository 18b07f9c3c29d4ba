"""The engine by definition: slow, from scratch at every instant, exact wherever numbers are.

Points are whole millionths ("micro") and sums are fractions; only 2^(-age/half_life) is a float.
``t`` is always an instant in microseconds; the state at ``t`` is made of the events up to ``t``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from teichaku.engine.facts import EventFact, LeadFacts, Qualification, Scores, Value
from teichaku.engine.rulebook.durations import DAY_US, Duration
from teichaku.engine.rulebook.model import BehaviourGroup, BehaviourRule, Rulebook, Scoring
from teichaku.engine.rulebook.patterns import path_matches
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
    RisingClause,
    ScoreClause,
    clauses,
)
from teichaku.engine.rulebook.zones import fixed_offset

MICRO = 1_000_000
WEEK = 7 * DAY_US
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (stands for the local clock of a fixed offset)
TICK = timedelta(microseconds=1)


class Hit(NamedTuple):
    """An event that a rule scored, and the points it was awarded, in micro."""

    event: EventFact
    award: int


class Totals(NamedTuple):
    """A lead's score at one instant, rounded, in micro."""

    behaviour: int
    fit: int
    total: int


# ---- Numbers


def micro(number: float) -> int:
    """A number of the rulebook in micro."""
    return round(number * MICRO)


def round6(exact: Fraction) -> int:
    """Half-even to 12 decimals, then half-even to 6; in micro."""
    return round(round(exact, 12) * MICRO)


# ---- Time


@lru_cache(maxsize=100_000)
def later(at: int, duration: Duration, zone: str) -> int:
    """at + duration; a month later is the same wall clock, or 24:00 of a month too short for it."""
    if duration.unit != "mo":
        return at + duration.microseconds
    offset = fixed_offset(zone)
    local = EPOCH + at * TICK + offset
    year, month0 = divmod(local.year * 12 + local.month - 1 + duration.amount, 12)
    last_day = monthrange(year, month0 + 1)[1]
    if local.day <= last_day:
        moved = local.replace(year=year, month=month0 + 1)
    else:
        moved = datetime(year, month0 + 1, last_day) + timedelta(days=1)  # noqa: DTZ001
    return (moved - offset - EPOCH) // TICK


def local_day(at: int, zone: str) -> date:
    return (EPOCH + at * TICK + fixed_offset(zone)).date()


# ---- Events


def ordered(events: Sequence[EventFact]) -> list[EventFact]:
    """By time, then source, then external id, texts as UTF-8 bytes."""
    return sorted(events, key=lambda e: (e.at, e.source.encode(), e.external_id.encode()))


def is_meant(match: EventMatch, event: EventFact) -> bool:
    """Whether the type and every given object of the match are the event's."""

    def same(listed: tuple[str, ...] | None, text: str) -> bool:
        return listed is None or text.strip() in {item.strip() for item in listed}

    return (
        same((match.event,), event.type)
        and (match.path is None or path_matches(match.path, event.path))
        and same(match.form, event.form)
        and same(match.asset, event.asset)
        and same(match.campaign, event.campaign)
        and same(match.rank, event.rank)
    )


def meant(match: EventMatch, lead: LeadFacts) -> list[EventFact]:
    return [event for event in ordered(lead.events) if is_meant(match, event)]


# ---- Scores


def scored_hits(rule: BehaviourRule, lead: LeadFacts, zone: str) -> list[Hit]:
    """The rule's hits in order, each award decided from the hits before it."""
    hits: list[Hit] = []
    for event in meant(rule.when, lead):
        award = _award(rule, [hit for hit in hits if _in_cap(rule, hit, event.at, zone)])
        if award != 0:
            hits.append(Hit(event, award))
    return hits


def _in_cap(rule: BehaviourRule, hit: Hit, t: int, zone: str) -> bool:
    per = rule.cap.per if rule.cap else None
    return per is None or t < later(hit.event.at, per, zone)


def _award(rule: BehaviourRule, young: Sequence[Hit]) -> int:
    points = micro(rule.points)
    if rule.cap and rule.cap.times is not None and len(young) >= rule.cap.times:
        return 0
    if rule.cap and rule.cap.points is not None:
        left = max(0, micro(rule.cap.points) - sum(abs(hit.award) for hit in young))
        return min(points, left) if points > 0 else max(points, -left)
    return points


def value(rule: BehaviourRule, hit: Hit, t: int, zone: str) -> Fraction:
    """What the hit is worth at t: its award, decayed, or 0 once expired."""
    age = t - hit.event.at
    award = Fraction(hit.award, MICRO)
    if rule.expires and t >= later(hit.event.at, rule.expires, zone):
        return Fraction(0)
    if rule.half_life:
        return award * Fraction(2.0 ** -(age / rule.half_life.microseconds))
    if rule.linear:
        return award * max(Fraction(0), 1 - Fraction(age, rule.linear.microseconds))
    return award


def ends(rule: BehaviourRule, hit: Hit, zone: str) -> list[int]:
    """The instant from which the hit is worth nothing, if there is one."""
    lengths = [length for length in (rule.expires, rule.linear) if length]
    return [min(later(hit.event.at, length, zone) for length in lengths)] if lengths else []


def group_sum(group: BehaviourGroup, lead: LeadFacts, t: int, zone: str) -> Fraction:
    total = Fraction(0)
    for rule in group.rules:
        for hit in scored_hits(rule, lead, zone):
            if hit.event.at <= t:
                total += value(rule, hit, t, zone)
    return _clamp(total, group.min, group.max)


def totals(rulebook: Rulebook, lead: LeadFacts, t: int) -> Totals:
    """Behaviour, fit and total at t."""
    scoring = rulebook.scoring or Scoring()
    groups = [group_sum(group, lead, t, rulebook.timezone) for group in scoring.behaviour]
    behaviour = round6(sum(groups, Fraction(0)))
    fit = sum(
        micro(rule.points)
        for rule in (scoring.fit.rules if scoring.fit else ())
        if holds(rulebook, rule.when, lead, t)
    )
    total = Fraction(behaviour + fit, MICRO)
    if scoring.range:
        total = _clamp(total, scoring.range.min, scoring.range.max)
    return Totals(behaviour, fit, round6(total))


def _clamp(x: Fraction, low: float | None, high: float | None) -> Fraction:
    if low is not None:
        x = max(x, Fraction(micro(low), MICRO))
    if high is not None:
        x = min(x, Fraction(micro(high), MICRO))
    return x


def rising(rulebook: Rulebook, lead: LeadFacts, t: int) -> int:
    """The total at t less the total seven days before, in micro."""
    return totals(rulebook, lead, t).total - totals(rulebook, lead, t - WEEK).total


def grade(scoring: Scoring | None, scores: Totals) -> str:
    """Letter of the fit and digit of the behaviour; below every threshold the last ones."""
    if scoring is None or scoring.grades is None:
        return ""

    def mark(thresholds: Mapping[str, float], reached: int) -> str:
        marks = [name for name, limit in thresholds.items() if micro(limit) <= reached]
        return marks[0] if marks else list(thresholds)[-1]

    letter = mark(scoring.grades.fit, scores.fit)
    return letter + mark(scoring.grades.behaviour, scores.behaviour)


# ---- Conditions


def holds(rulebook: Rulebook, predicate: AnyPredicate, lead: LeadFacts, t: int) -> bool:
    """Whether the condition is true of the lead at t."""
    if isinstance(predicate, Combination):
        return _combination_holds(rulebook, predicate, lead, t)
    if isinstance(predicate, AttributeClause):
        given = lead.attributes.get(predicate.attribute)
        return given is not None and _attribute_holds(predicate, given)
    if isinstance(predicate, ScoreClause):
        reached = getattr(totals(rulebook, lead, t), predicate.score)
        return bool(reached >= micro(predicate.at_least))
    if isinstance(predicate, RisingClause):
        return rising(rulebook, lead, t) >= micro(predicate.rising)
    zone = rulebook.timezone
    seen = [
        event
        for event in meant(_match(predicate), lead)
        if event.at <= t
        and (predicate.within is None or t < later(event.at, predicate.within, zone))
    ]
    if isinstance(predicate, CountClause):
        return len(seen) >= predicate.at_least
    if isinstance(predicate, DaysClause):
        return len({local_day(event.at, zone) for event in seen}) >= predicate.at_least
    return len(seen) > 0


def _combination_holds(rulebook: Rulebook, predicate: Combination, lead: LeadFacts, t: int) -> bool:
    def inner(parts: Sequence[AnyPredicate]) -> Iterator[bool]:
        return (holds(rulebook, part, lead, t) for part in parts)

    return (
        (predicate.all_ is None or all(inner(predicate.all_)))
        and (predicate.any_ is None or any(inner(predicate.any_)))
        and (predicate.none_ is None or not any(inner(predicate.none_)))
    )


def _attribute_holds(clause: AttributeClause, given: Value) -> bool:
    if clause.is_ is not None:
        return _equal(given, clause.is_)
    if clause.in_ is not None:
        return any(_equal(given, item) for item in clause.in_)
    if clause.between is not None:
        low, high = clause.between
        same_kind = _kind(given) == _kind(low) and _kind(given) in {"number", "date"}
        return same_kind and low <= given <= high  # type: ignore[operator]
    if not isinstance(given, str) or clause.matches is None:
        return False
    return bool(pc.match_substring_regex(pa.array([given]), clause.matches)[0].as_py())


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "date"


def _equal(given: Value, wanted: Value) -> bool:
    if isinstance(given, str) and isinstance(wanted, str):
        return given.strip() == wanted.strip()
    return _kind(given) == _kind(wanted) and given == wanted


# ---- Candidate instants and qualifications


def _match(clause: CountClause | DaysClause | LastClause) -> EventMatch:
    if isinstance(clause, CountClause):
        return clause.count
    return clause.days if isinstance(clause, DaysClause) else clause.last


def rules_of(rulebook: Rulebook) -> list[BehaviourRule]:
    groups = rulebook.scoring.behaviour if rulebook.scoring else ()
    return [rule for group in groups for rule in group.rules]


def event_clauses(rulebook: Rulebook) -> list[CountClause | DaysClause | LastClause]:
    found = clauses(rulebook.mql.when) if rulebook.mql else ()
    return [c for c in found if isinstance(c, CountClause | DaysClause | LastClause)]


def event_instants(rulebook: Rulebook, lead: LeadFacts) -> set[int]:
    """When something happened that a behaviour rule or a clause of the definition means."""
    matches = [rule.when for rule in rules_of(rulebook)]
    matches += [_match(clause) for clause in event_clauses(rulebook)]
    return {event.at for match in matches for event in meant(match, lead)}


def expiries(rulebook: Rulebook, lead: LeadFacts, made_by: int) -> set[int]:
    """When hits and clause windows of the events up to ``made_by`` end."""
    zone = rulebook.timezone
    found: set[int] = set()
    for rule in rules_of(rulebook):
        for hit in scored_hits(rule, lead, zone):
            if hit.event.at <= made_by:
                found.update(ends(rule, hit, zone))
    for clause in event_clauses(rulebook):
        for event in meant(_match(clause), lead) if clause.within else ():
            if clause.within and event.at <= made_by:
                found.add(later(event.at, clause.within, zone))
    return found


def candidates(rulebook: Rulebook, lead: LeadFacts, until: int) -> list[int]:
    """Every instant up to ``until`` at which the definition is looked at, in order."""
    instants = event_instants(rulebook, lead) | expiries(rulebook, lead, until)
    return sorted(t for t in instants | {lead.created_at} if t <= until)


def _definition_holds(rulebook: Rulebook, lead: LeadFacts, t: int) -> bool:
    return rulebook.mql is not None and holds(rulebook, rulebook.mql.when, lead, t)


def _may_again(rulebook: Rulebook, last: int, t: int) -> bool:
    wait = rulebook.mql.requalify_after if rulebook.mql else None
    return wait is not None and t >= later(last, wait, rulebook.timezone)


def qualifications(rulebook: Rulebook, lead: LeadFacts, until: int) -> list[Qualification]:
    """First where it holds; then, if at all, at events from ``requalify_after`` on."""
    events = event_instants(rulebook, lead)
    found: list[int] = []
    for t in candidates(rulebook, lead, until):
        eligible = not found or (t in events and _may_again(rulebook, found[-1], t))
        if eligible and _definition_holds(rulebook, lead, t):
            found.append(t)
    return [_qualification(rulebook, lead, t) for t in found]


def live_qualifications(
    rulebook: Rulebook,
    lead: LeadFacts,
    effective_from: int,
    prior: int | None,
    resets: Sequence[int],
    until: int,
) -> list[Qualification]:
    """As ``qualifications``, from ``effective_from`` on, and again only after a reset."""
    events = event_instants(rulebook, lead)
    instants = {t for t in candidates(rulebook, lead, until) if t >= effective_from}
    if lead.created_at <= effective_from <= until:
        instants.add(effective_from)
    last, found = prior, list[int]()
    for t in sorted(instants):
        eligible = last is None or (
            t in events
            and _may_again(rulebook, last, t)
            and any(last < reset <= t for reset in resets)
        )
        if eligible and _definition_holds(rulebook, lead, t):
            last = t
            found.append(t)
    return [_qualification(rulebook, lead, t) for t in found]


def _qualification(rulebook: Rulebook, lead: LeadFacts, t: int) -> Qualification:
    at = totals(rulebook, lead, t)
    return Qualification(t, at.behaviour / MICRO, at.fit / MICRO, at.total / MICRO)


# ---- One lead at one instant


def score(rulebook: Rulebook, lead: LeadFacts, as_of: int) -> Scores:
    """The lead's scores, and when they can change without a new event."""
    at = totals(rulebook, lead, as_of)
    upcoming = expiries(rulebook, lead, as_of) | event_instants(rulebook, lead)
    return Scores(
        behaviour=at.behaviour / MICRO,
        fit=at.fit / MICRO,
        total=at.total / MICRO,
        rising=rising(rulebook, lead, as_of) / MICRO,
        grade=grade(rulebook.scoring, at),
        next_at=min((t for t in upcoming if t > as_of), default=None),
    )


def awards(rulebook: Rulebook, lead: LeadFacts, as_of: int) -> dict[str, list[tuple[int, float]]]:
    """Each rule's scored hits up to ``as_of``: when, and how many points undecayed."""
    return {
        rule.id: [
            (hit.event.at, hit.award / MICRO)
            for hit in scored_hits(rule, lead, rulebook.timezone)
            if hit.event.at <= as_of
        ]
        for rule in rules_of(rulebook)
    }
