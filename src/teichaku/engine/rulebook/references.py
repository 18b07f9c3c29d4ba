"""Names inside a rulebook that must point at something of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from teichaku.engine.rulebook.document import Path
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
    RisingClause,
    ScoreClause,
)
from teichaku.engine.rulebook.vocabulary import (
    AFTER_POINTS,
    BEFORE_POINTS,
    EVENT_TYPES,
    SHARED_KPIS,
    STAGE_POINT,
)


@dataclass(frozen=True, slots=True)
class Misreference:
    """A name that points at nothing, and what it could have been."""

    path: Path
    code: str
    given: str
    valid: Sequence[str] = ()


def misreferences(rulebook: Rulebook, event_types: frozenset[str] | None) -> Iterator[Misreference]:
    """Every name that points nowhere; event types are checked only when the company's are given."""
    yield from _ids(rulebook)
    yield from _points(rulebook)
    yield from _reasons(rulebook)
    yield from _scores_without_scoring(rulebook)
    if event_types is not None:
        valid = sorted(event_types.union(EVENT_TYPES))
        for path, match in event_matches(rulebook):
            if match.event not in valid:
                yield Misreference((*path, "event"), "event_type", match.event, valid)


def rule_ids(rulebook: Rulebook) -> Iterator[tuple[Path, str]]:
    """Every id that decisions cite, with its place."""
    scoring = rulebook.scoring
    if scoring:
        for g, group in enumerate(scoring.behaviour):
            for r, rule in enumerate(group.rules):
                yield ("scoring", "behaviour", g, "rules", r, "id"), rule.id
        for r, fit_rule in enumerate(scoring.fit.rules if scoring.fit else ()):
            yield ("scoring", "fit", "rules", r, "id"), fit_rule.id
    if rulebook.mql:
        yield ("mql", "id"), rulebook.mql.id
    for section in ("inputs", "gates", "meetings"):
        for index, part in enumerate(getattr(rulebook, section)):
            yield (section, index, "id"), part.id


def predicates(rulebook: Rulebook) -> Iterator[tuple[Path, AnyPredicate]]:
    """Every condition of the rulebook, with its place."""
    scoring = rulebook.scoring
    for r, rule in enumerate(scoring.fit.rules if scoring and scoring.fit else ()):
        yield ("scoring", "fit", "rules", r, "when"), rule.when
    if rulebook.mql:
        yield ("mql", "when"), rulebook.mql.when
    if rulebook.handover:
        for index, route in enumerate(rulebook.handover.to):
            if route.when:
                yield ("handover", "to", index, "when"), route.when
        if rulebook.handover.hot:
            yield ("handover", "hot", "when"), rulebook.handover.hot.when
    for index, gate in enumerate(rulebook.gates):
        if gate.applies_to:
            yield ("gates", index, "applies_to"), gate.applies_to


def leaves(path: Path, predicate: AnyPredicate) -> Iterator[tuple[Path, AnyPredicate]]:
    """Every leaf of a condition, with its place."""
    if not isinstance(predicate, Combination):
        yield path, predicate
        return
    for key, parts in (("all", predicate.all_), ("any", predicate.any_), ("none", predicate.none_)):
        for index, inner in enumerate(parts or ()):
            yield from leaves((*path, key, index), inner)


def event_matches(rulebook: Rulebook) -> Iterator[tuple[Path, EventMatch]]:
    """Every mention of events, with its place."""
    for g, group in enumerate(rulebook.scoring.behaviour if rulebook.scoring else ()):
        for r, rule in enumerate(group.rules):
            yield ("scoring", "behaviour", g, "rules", r, "when"), rule.when
    for start, predicate in predicates(rulebook):
        for path, leaf in leaves(start, predicate):
            if isinstance(leaf, CountClause):
                yield (*path, "count"), leaf.count
            elif isinstance(leaf, DaysClause):
                yield (*path, "days"), leaf.days
            elif isinstance(leaf, LastClause):
                yield (*path, "last"), leaf.last


def _ids(rulebook: Rulebook) -> Iterator[Misreference]:
    seen: set[str] = set()
    for path, name in rule_ids(rulebook):
        if name in seen:
            yield Misreference(path, "duplicate_id", name)
        seen.add(name)


def _stage_points(rulebook: Rulebook) -> list[str]:
    stages = rulebook.deal.stages if rulebook.deal else ()
    return [f"{STAGE_POINT}{stage.id}" for stage in stages]


def _points(rulebook: Rulebook) -> Iterator[Misreference]:
    stages = _stage_points(rulebook)
    for index, rule in enumerate(rulebook.inputs):
        valid = [*AFTER_POINTS, *stages]
        if rule.when.after is not None and rule.when.after not in valid:
            yield Misreference(("inputs", index, "when", "after"), "after", rule.when.after, valid)
    for index, gate in enumerate(rulebook.gates):
        valid = [*BEFORE_POINTS, *stages]
        if gate.before not in valid:
            yield Misreference(("gates", index, "before"), "before", gate.before, valid)


def _reasons(rulebook: Rulebook) -> Iterator[Misreference]:
    valid = [f"kpi.{name}" for name in (*SHARED_KPIS, *(rulebook.kpis or {}))]
    for index, rule in enumerate(rulebook.inputs):
        for r, reason in enumerate(rule.why):
            if reason.startswith("kpi.") and reason not in valid:
                yield Misreference(("inputs", index, "why", r), "why", reason, valid)


def _scores_without_scoring(rulebook: Rulebook) -> Iterator[Misreference]:
    if rulebook.scoring is not None:
        return
    for start, predicate in predicates(rulebook):
        for path, leaf in leaves(start, predicate):
            if isinstance(leaf, ScoreClause | RisingClause):
                yield Misreference(path, "no_scoring", "scoring")
