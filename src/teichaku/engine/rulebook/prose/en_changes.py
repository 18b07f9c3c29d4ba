"""English sentences for what changed between two rulebooks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from teichaku.engine.rulebook.base import Part
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.model import (
    BreachStep,
    Cap,
    FieldRule,
    Requirement,
    Route,
    RuleTest,
    Stage,
    WaiverPolicy,
)
from teichaku.engine.rulebook.predicates import EventMatch
from teichaku.engine.rulebook.prose import en_fields as f
from teichaku.engine.rulebook.prose import en_words as w
from teichaku.engine.rulebook.prose.en_conditions import act_of, matched
from teichaku.engine.rulebook.prose.en_rules import (
    cap,
    example,
    field_sentence,
    meeting_day,
    required,
    waiver,
)
from teichaku.engine.rulebook.prose.en_sections import (
    closed_days,
    heading,
    route_line,
    stage_line,
    target,
)
from teichaku.engine.rulebook.prose.names import Names

_NONE = "none"
_IN_QUOTES = re.compile("“[^“”]*”")
DOCUMENT = "This document"


def part_name(part: str, key: str, names: Names) -> str:
    """The word for a field of a part of the document, '' where it needs none."""
    if part == "Rulebook" and f"{part}.{key}" not in f.FIELD_NAMES:
        return heading(key, names)
    return f.FIELD_NAMES.get(f"{part}.{key}", f"“{key}”")


def value_words(part: str, key: str, value: object, names: Names) -> str:
    """A value of a field of a part in words."""
    place = f"{part}.{key}"
    if value is None or value == ():
        return _NONE
    if isinstance(value, Part):
        return _part(value, names)
    if isinstance(value, tuple):
        if any(isinstance(item, Part) for item in value):
            return w.listed(value_words(part, key, item, names) for item in value)
        return _items(place, value, names)
    if isinstance(value, Duration) or place in f.DEADLINES:
        length = value if isinstance(value, Duration) else str(value)
        return quote(w.deadline(length)) if place in f.DEADLINES else _span(length)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _amount(place, value)
    return _word(place, value, names)


def _span(length: Duration | str) -> str:
    return w.span(Duration.parse(length))


def _part(value: Part, names: Names) -> str:
    if isinstance(value, EventMatch):
        act = act_of(value.event, names)
        return f"{act.gerund} {matched(value, names)}"
    if isinstance(value, Cap):
        return cap(value)
    if isinstance(value, FieldRule):
        return field_sentence(value)
    if isinstance(value, RuleTest):
        return example(value)
    if isinstance(value, Requirement):
        return required(value, names)
    if isinstance(value, WaiverPolicy):
        return waiver(value)
    if isinstance(value, Route):
        return route_line(value, names)
    if isinstance(value, Stage):
        return stage_line(value)
    if isinstance(value, BreachStep):
        return f"{w.span(value.after)} after a deadline, {w.BREACH_STEPS[value.do]}"
    return _fields(value, names)


def _fields(value: Part, names: Names) -> str:
    kind = type(value).__name__
    pairs = []
    for key in type(value).model_fields:
        inner = getattr(value, key)
        if inner is not None and inner != ():
            name = part_name(kind, key, names)
            pairs.append(f"{name} {value_words(kind, key, inner, names)}".strip())
    return w.listed(pairs)


def _items(place: str, value: tuple[object, ...], names: Names) -> str:
    if place in f.LISTS:
        return w.listed(f.LISTS[place].get(str(item), str(item)) for item in value)
    if place == "InputRule.why":
        return w.listed(w.reason(str(item), names) for item in value)
    if place == "Requirement.fields":
        return w.listed(w.field_name(str(item)) for item in value)
    if place in {"Calendar.closed", "Calendar.open"}:
        return w.listed(closed_days(str(item)) for item in value)
    if place == "Calendar.hours":
        return w.listed(str(item).replace("-", "–") for item in value)
    return w.quoted(value)


def _amount(place: str, value: float) -> str:
    if place in f.CHANGES:
        return w.change(value).removeprefix("+")
    if place in f.LEVELS:
        return w.points(value)
    if place in f.COUNTS:
        return w.counted(value, f.COUNTS[place])
    if place == "Cap.times":
        return w.often(int(value))
    if place == "Calendar.fiscal_year_start":
        return w.MONTHS[int(value) - 1]
    if place == "Stage.probability":
        return w.share(value)
    if place.startswith("Kpi.target."):
        return target(place.removeprefix("Kpi.target."), value)
    return w.number(value)


def _word(place: str, value: object, names: Names) -> str:
    if place == "GateRule.mode":
        return quote(w.MODES[str(value)].partition(" (")[0])
    if place in f.TABLES:
        return f.TABLES[place].get(str(value), f"“{value}”")
    if place == "When.after":
        return quote(w.after_point(str(value), names))
    if place == "GateRule.before":
        return quote(w.before_point(str(value), names))
    if place == "What.object":
        return w.object_name(str(value), names)
    if place == "When.while":
        return f"every open {w.deal_name(names)}"
    if place == "MeetingSeries.day":
        text = str(value)
        return meeting_day("month", text) if text.startswith("bd") else w.WEEKDAYS[text]
    if value == "default":
        return "the standard list"
    return w.day(value) if isinstance(value, date) else w.scalar(value)


def rule_place(name: str, label: str | None) -> str:
    """A rule as the subject of a change."""
    return f"[{name}] {label or ''}".strip()


def within_part(outer: str, inner: str) -> str:
    """The inner name as belonging to the outer one."""
    return f"{outer}, {inner}" if outer and inner else outer or inner


def changed(place: str, name: str, old: str, new: str) -> str:
    """A value became another."""
    if old == _NONE:
        return f"{place}: {name} set to {new}"
    if new == _NONE:
        return f"{place}: {name} removed (it was {old})"
    return f"{place}: {name} changed from {old} to {new}"


def added(place: str, what: str) -> str:
    """Something is new."""
    return f"{place}: added {quote(what)}"


def removed(place: str, what: str) -> str:
    """Something is gone."""
    return f"{place}: removed {quote(what)}"


def quote(text: str) -> str:
    """A longer text in quotes, if it does not stand in them already."""
    return text if _IN_QUOTES.fullmatch(text) else f"“{text}”"


def moved(place: str, old: str, new: str) -> str:
    """A rule changed its group."""
    return f"{place}: moved from the group “{old}” to “{new}”"


def reordered(place: str, name: str, order: Sequence[str]) -> str:
    """The same things stand in another order."""
    subject = "" if name == place else f"{name} "
    return f"{place}: {subject}in another order ({', '.join(order)})"


def condition_list(key: str) -> str:
    """The name of a list of conditions: all, any, none."""
    return {
        "all": "conditions that all must hold",
        "any": "conditions of which one must hold",
        "none": "exceptions",
    }[key]


def unchanged() -> str:
    """Both are the same."""
    return "Nothing changed."
