"""Gates: what a write has to bring along, what is missing, and the ways out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple

import pyarrow as pa

from teichaku.engine.attributes import where
from teichaku.engine.columns import attribute_column
from teichaku.engine.facts import Value
from teichaku.engine.rulebook.model import FieldRule, GateRule, Rulebook
from teichaku.engine.rulebook.predicates import AnyPredicate, AttributeClause, clauses

Result = Literal["allow", "record", "warn", "block"]
Mode = Literal["shadow", "warn", "block"]
RESULTS: Mapping[Mode, Result] = {"shadow": "record", "warn": "warn", "block": "block"}
_PLACEHOLDER = re.compile(
    r"n/?a|tbd|test|asdf|なし|特になし|未定|不明|確認中|同上|検討中|ー+|[0-9]|(.)\1{2,}"
)
CANNOT_JUDGE = "cannot_judge"


class Failing(NamedTuple):
    """A condition that does not hold, and of which field."""

    code: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What a gate looks at. ``unknown``: fields answered with 不明 and the day to ask again."""

    created_at: datetime
    today: date
    lead: bool = False
    lead_event_before: bool = False
    values: Mapping[str, Value] = field(default_factory=dict)
    unknown: Mapping[str, date] = field(default_factory=dict)
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate of the rulebook with what its fields accept, and since when it asks for this."""

    rule: GateRule
    fields: tuple[FieldRule, ...]
    unknown_allowed: frozenset[str]
    effective_from: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says of one write. ``applied`` is False for what the gate is not about."""

    gate_id: str
    why: str
    mode: Mode
    result: Result
    applied: bool
    failing: tuple[Failing, ...] = ()
    remedies: tuple[str, ...] = ()


def gate_of(rulebook: Rulebook, rule: GateRule, effective_from: datetime) -> Gate:
    """The gate; its fields accept what the input rules about deals say of them."""
    known: dict[str, tuple[FieldRule, bool]] = {}
    for inputs in rulebook.inputs:
        if inputs.what.object == "deal":
            for demand in inputs.what.fields:
                known.setdefault(demand.name, (demand, inputs.unknown_allowed))
    # Of a field that no rule describes any real answer counts, and 不明 with a day is one.
    demands = [known.get(name, (FieldRule(name=name), True)) for name in rule.require.fields]
    return Gate(
        rule=rule,
        fields=tuple(demand for demand, _ in demands),
        unknown_allowed=frozenset(demand.name for demand, allowed in demands if allowed),
        effective_from=effective_from,
    )


def gate_check(gate: Gate, facts: GateFacts) -> Verdict:
    """The verdict; deals older than the gate are recorded and never refused."""
    rule = gate.rule
    why = rule.label or rule.id
    applies = _applies(rule.applies_to, facts)
    if applies is False:
        return Verdict(rule.id, why, rule.mode, "allow", applied=False)
    failing = tuple(_failing(gate, facts))
    if not failing:
        return Verdict(rule.id, why, rule.mode, "allow", applied=True)
    result = RESULTS[rule.mode]
    if applies is None:
        failing = (*failing, Failing(CANNOT_JUDGE))
        result = "record"
    if facts.created_at < gate.effective_from:
        result = "record"
    return Verdict(
        rule.id, why, rule.mode, result, applied=True, failing=failing,
        remedies=_remedies(gate, failing, result),
    )  # fmt: skip


def _applies(predicate: AnyPredicate | None, facts: GateFacts) -> bool | None:
    """Whether the gate is about such a deal; None where only a history could tell."""
    if predicate is None:
        return True
    names = set()
    for clause in clauses(predicate):
        if not isinstance(clause, AttributeClause):
            return None
        names.add(clause.attribute)
    known = {name: facts.attributes[name] for name in sorted(names & facts.attributes.keys())}
    # True equals 1 for a cache, but is another value for a condition.
    return _holds(predicate, tuple((name, type(value), value) for name, value in known.items()))


@lru_cache(maxsize=4_096)
def _holds(predicate: AnyPredicate, known: tuple[tuple[str, type, Value], ...]) -> bool:
    table = pa.table({name: attribute_column([value]) for name, _, value in known})
    return bool(where(predicate, table, 1)[0])


def _failing(gate: Gate, facts: GateFacts) -> Iterator[Failing]:
    require = gate.rule.require
    if (require.linked_lead or require.lead_has_event_before) and not facts.lead:
        yield Failing("no_lead", "lead")
    elif require.lead_has_event_before and not facts.lead_event_before:
        yield Failing("no_event_before", "lead")
    for demand in gate.fields:
        code = field_defect(demand, facts, unknown_allowed=demand.name in gate.unknown_allowed)
        if code:
            yield Failing(code, demand.name)


def field_defect(demand: FieldRule, facts: GateFacts, *, unknown_allowed: bool) -> str:
    """What is wrong with a field's answer; '' when it is an answer."""
    ask_again = facts.unknown.get(demand.name)
    if ask_again is not None:
        if not unknown_allowed:
            return "unknown_refused"
        return "" if ask_again >= facts.today else "ask_again_due"
    value = facts.values.get(demand.name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return "missing"
    if demand.choices:
        return "" if value in demand.choices else "no_choice"
    if isinstance(value, str) and is_placeholder(value):
        return "placeholder"
    return _date_defect(demand, value, facts.today)


def _date_defect(demand: FieldRule, value: Value, today: date) -> str:
    if demand.is_ not in {"future", "past"}:
        return ""
    if not isinstance(value, date):
        return "no_date"
    if demand.is_ == "future":
        return "" if value >= today else "not_future"
    return "" if value <= today else "not_past"


def is_placeholder(text: str) -> bool:
    """Whether the text only fills the field: なし, 未定, -, ああああ and the like."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    if not any(character.isalnum() for character in folded):
        return True
    return _PLACEHOLDER.fullmatch(folded) is not None


def _remedies(gate: Gate, failing: tuple[Failing, ...], result: Result) -> tuple[str, ...]:
    codes = {each.code for each in failing}
    asked = {each.field for each in failing} - {"", "lead"}
    found = []
    if codes & {"no_lead", "no_event_before"}:
        found += ["link", "create_and_link"]
    if asked:
        found.append("fill")
    if asked & gate.unknown_allowed:
        found.append("ask_again_on")
    if result == "warn":
        found.append("proceed")
    if result == "block" and gate.rule.waiver is not None:
        found.append("waiver")
    return tuple(found)
