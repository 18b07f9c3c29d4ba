"""English sentences for the rules that decisions cite; each ends with its id."""

from __future__ import annotations

from teichaku.engine.rulebook.model import (
    BehaviourRule,
    Cap,
    FieldRule,
    FitRule,
    GateRule,
    InputRule,
    MeetingSeries,
    Mql,
    Requirement,
    RuleTest,
    WaiverPolicy,
    When,
)
from teichaku.engine.rulebook.prose import en_words as w
from teichaku.engine.rulebook.prose.en_conditions import (
    Line,
    act_of,
    definition,
    matched,
    predicate_sentence,
)
from teichaku.engine.rulebook.prose.names import Names, Rule


def rule_lines(rule: Rule, names: Names) -> list[Line]:
    """A rule as its sentence, with indented lines below it where it has parts."""
    if isinstance(rule, BehaviourRule):
        lines = [(0, _behaviour(rule, names))]
    elif isinstance(rule, FitRule):
        lines = [(0, f"{w.change(rule.points)} if {predicate_sentence(rule.when, names)}.")]
    elif isinstance(rule, Mql):
        lines = _mql(rule, names)
    elif isinstance(rule, InputRule):
        lines = _input(rule, names)
    elif isinstance(rule, GateRule):
        lines = [(0, _gate(rule, names))]
    else:
        lines = [(0, _meeting(rule))]
    label = f"{rule.label}: " if rule.label else ""
    return [(0, f"{label}{lines[0][1]} [{rule.id}]"), *lines[1:]]


def _behaviour(rule: BehaviourRule, names: Names) -> str:
    act = act_of(rule.when.event, names)
    text = f"{w.change(rule.points)} for {act.gerund} {matched(rule.when, names)}."
    if rule.cap:
        text += f" {w.sentence(cap(rule.cap, negative=rule.points < 0))}."
    if rule.half_life:
        text += f" The points halve every {w.span(rule.half_life)}."
    if rule.linear:
        text += f" The points shrink evenly to nothing over {w.span(rule.linear)}."
    if rule.expires:
        text += f" The points end after {w.span(rule.expires)}."
    return text


def cap(limit: Cap, *, negative: bool = False) -> str:
    """How often and how much: at most 20 points in 7 days."""
    parts = []
    if limit.times is not None:
        parts.append(w.often(limit.times))
    if limit.points is not None:
        parts.append(w.points(-limit.points if negative else limit.points))
    per = "in all" if limit.per is None else f"in any {w.span(limit.per)}"
    return f"at most {' and '.join(parts)} {per}"


def _mql(rule: Mql, names: Names) -> list[Line]:
    again = ""
    if rule.requalify_after:
        again = (
            " A lead that was an MQL before becomes one again if it meets the definition "
            f"{w.span(rule.requalify_after)} or more later."
        )
    lines = definition(rule.when, names)
    if len(lines) == 1:
        return [(0, f"A lead becomes an MQL when {lines[0][1]}.{again}")]
    head = f"A lead becomes an MQL under the conditions below.{again}"
    return [(0, head), *((depth + 1, text) for depth, text in lines)]


def _input(rule: InputRule, names: Names) -> list[Line]:
    plain = not any(field.choices or field.means or field.example for field in rule.what.fields)
    each = rule.when.while_ is not None and rule.what.object == "deal"
    who, when = w.sentence(w.role(rule.who.role)), moment(rule.when, names, each=each)
    thing = f"{'every open' if each else 'the'} {w.object_name(rule.what.object, names)}"
    below: list[Line] = []
    if plain:
        fields = w.listed(field_sentence(field) for field in rule.what.fields)
        text = f"{who} enters {fields} of {thing} {when}."
    else:
        text = f"{who} enters the fields below of {thing} {when}."
        below = [(1, field_sentence(field)) for field in rule.what.fields]
    if rule.why:
        text += f" It is read in {w.listed(w.reason(name, names) for name in rule.why)}."
    if rule.unknown_allowed:
        text += " “Unknown” with a day to ask again is an answer."
    return [(0, text), *below, *((1, example(case)) for case in rule.tests)]


def moment(when: When, names: Names, *, each: bool = False) -> str:
    """When an input is due: by the same time on the next business day after a visit."""
    scope = f", as long as the {w.deal_name(names)} is open" if when.while_ and not each else ""
    if when.after is not None:
        return f"{w.deadline(when.due)} {w.after_point(when.after, names)}{scope}"
    rhythm = "" if when.every == "week" else f"{w.RHYTHMS[when.every or 'day']}, "
    return f"{rhythm}{w.deadline(when.due)}{scope}"


def field_sentence(field: FieldRule) -> str:
    """A field and what counts as an answer."""
    notes = []
    if field.is_:
        notes.append(w.ANSWERS[field.is_])
    if field.choices:
        notes.append(f"one of {w.quoted(field.choices, 'or')}")
    if field.means:
        notes.append(f"meaning: {field.means}")
    if field.example:
        notes.append(f"for example: {field.example}")
    return w.field_name(field.name) + (f" ({'; '.join(notes)})" if notes else "")


def example(case: RuleTest) -> str:
    """A worked case of an input rule."""
    given = w.listed(
        f"{w.field_name(name)} is {w.scalar(value)}" for name, value in case.given.items()
    )
    case_of = f"when {given or 'nothing is filled in'}"
    return f"Example: {case_of}, the input counts as {w.EXPECTATIONS[case.expect]}."


def required(needs: Requirement, names: Names) -> str:
    """What a gate asks for."""
    asked = []
    if needs.linked_lead:
        asked.append("an MA lead is linked")
    if needs.lead_has_event_before:
        asked.append("that this lead has an event recorded earlier")
    if needs.fields:
        verb = "is" if len(needs.fields) == 1 else "are"
        asked.append(f"{w.listed(w.field_name(name) for name in needs.fields)} {verb} filled in")
    return w.listed(asked)


def _gate(rule: GateRule, names: Names) -> str:
    before = w.sentence(w.before_point(rule.before, names))
    text = f"{before}, it is checked that {required(rule.require, names)}."
    if rule.applies_to:
        text += f" It applies where {predicate_sentence(rule.applies_to, names)}."
    text += f" Mode: {w.MODES[rule.mode]}."
    return text + (f" {waiver(rule.waiver)}" if rule.waiver else "")


def waiver(policy: WaiverPolicy) -> str:
    """How an exception is asked for and answered."""
    reasons = (
        "the standard list" if isinstance(policy.reasons, str) else w.quoted(policy.reasons, "or")
    )
    who = w.sentence(w.role(policy.approver))
    if policy.deputy:
        who += f" (deputy: {w.role(policy.deputy)})"
    by = f" {w.deadline(policy.answer_within)}" if policy.answer_within else ""
    return (
        f"An exception is requested with a reason from {reasons}. {who} answers{by}. "
        f"{w.UNTIL_ANSWERED[policy.until_answered]}. "
        f"An exception lasts at most {w.span(policy.max)}."
    )


def meeting_day(every: str, day: str) -> str:
    """Every Monday, on the 3rd business day of every month."""
    if day.startswith("bd"):
        place = int(day.removeprefix("bd"))
        ending = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(place, "th")
        return f"on the {place}{ending} business day of every month"
    if every == "week":
        return f"every {w.WEEKDAYS[day]}"
    return f"on the first {w.WEEKDAYS[day]} of every month"


def _meeting(series: MeetingSeries) -> str:
    chair = w.role(series.chair)
    if series.deputy:
        chair += f" (deputy: {w.role(series.deputy)})"
    departments = w.listed(w.DEPARTMENTS.get(name, name) for name in series.departments)
    when = w.sentence(meeting_day(series.every, series.day))
    return (
        f"{when} at {series.time} for {w.counted(series.minutes, 'minute')}. "
        f"Chaired by {chair}, with {departments}. "
        f"It uses the “{w.AGENDAS.get(series.agenda, series.agenda)}” agenda. "
        f"If the day is a day off, {w.ON_HOLIDAY[series.on_holiday]}."
    )
