"""English lines for the sections of a rulebook that are not lists of cited rules."""

from __future__ import annotations

from collections.abc import Mapping

from teichaku.engine.rulebook.model import (
    BehaviourGroup,
    Calendar,
    Deadlines,
    DealDefinition,
    Grades,
    Handover,
    Kpi,
    Reviews,
    Route,
    Rulebook,
    ScoreRange,
    Stage,
)
from teichaku.engine.rulebook.prose import en_words as w
from teichaku.engine.rulebook.prose.en_conditions import Line, definition, predicate_sentence
from teichaku.engine.rulebook.prose.names import Names

HEADINGS: Mapping[str, str] = {
    "purpose": "Purpose",
    "calendar": "Business days and hours",
    "kpis": "Shared KPIs",
    "deal": "What counts as {deal}",
    "scoring": "Score",
    "mql": "Definition of an MQL",
    "handover": "Handover to sales",
    "inputs": "Input rules",
    "gates": "Checks before saving",
    "meetings": "Meetings",
    "reviews": "Reviews",
}
FIT_HEADING = "Points for fit"


def heading(section: str, names: Names) -> str:
    """The heading of a section."""
    return HEADINGS[section].format(deal=w.a(w.deal_name(names)))


def zone_line(rulebook: Rulebook) -> str:
    """Which clock the document means."""
    zone = rulebook.timezone
    name = f"Japan time ({zone})" if zone == "Asia/Tokyo" else f"the local time of {zone}"
    return f"Dates and times are in {name}."


def purpose_line(purpose: str) -> str:
    """The purpose as a sentence."""
    return f"{purpose}." if purpose[-1].isascii() and purpose[-1].isalnum() else purpose


def closed_days(text: str) -> str:
    """A day or a span of days, each year or in one."""
    ends = []
    for end in text.split(".."):
        *year, month, number = end.split("-")
        ends.append(f"{int(number)} {w.MONTHS[int(month) - 1]}{f' {year[0]}' if year else ''}")
    return " to ".join(ends)


def _workdays(days: tuple[str, ...]) -> str:
    order = list(w.WEEKDAYS)
    places = [order.index(day) for day in days]
    if len(days) > 2 and places == list(range(places[0], places[0] + len(days))):
        return f"{w.WEEKDAYS[days[0]]} to {w.WEEKDAYS[days[-1]]}"
    return w.listed(w.WEEKDAYS[day] for day in days)


def calendar_lines(calendar: Calendar) -> list[Line]:
    """Business time."""
    hours = w.listed(opening.replace("-", "–") for opening in calendar.hours)
    lines = [
        f"Business days are {_workdays(calendar.workdays)}, business hours {hours}.",
        f"{w.HOLIDAYS[calendar.holidays]}.",
    ]
    if calendar.closed:
        lines.append(f"The company is closed on {w.listed(map(closed_days, calendar.closed))}.")
    if calendar.open:
        days = w.listed(map(closed_days, calendar.open))
        lines.append(f"It works on {days}, even where that is a day off.")
    lines.append(f"The fiscal year starts in {w.MONTHS[calendar.fiscal_year_start - 1]}.")
    return [(0, line) for line in lines]


def target(key: str, value: float) -> str:
    """The target of a KPI: rates as a percentage."""
    return w.share(value) if key.endswith("_rate") else w.number(value)


def kpi_line(key: str, kpi: Kpi, names: Names) -> str:
    """One KPI with target, day and owner."""
    per = f" per {w.PERIODS[kpi.per]}" if kpi.per else ""
    window = f" Measured on what happens within {w.span(kpi.window)}." if kpi.window else ""
    return (
        f"{w.kpi_name(key, names)}: the target is {target(key, kpi.target)}{per} "
        f"by {w.day(kpi.by)}.{window} {w.sentence(w.role(kpi.owner))} answers for it."
    )


def stage_line(stage: Stage) -> str:
    """One stage and its entry condition."""
    chance = (
        f" ({w.share(stage.probability)} likely to be won)" if stage.probability is not None else ""
    )
    enter = f": {stage.enter_when}" if stage.enter_when else ""
    return f"{stage.label or stage.id}{chance}{enter} [{stage.id}]"


def deal_lines(deal: DealDefinition) -> list[Line]:
    """What counts as a deal."""
    label = deal.label if deal.label != "商談" else "deal"
    created = purpose_line(deal.created_when)
    lines: list[Line] = [(0, f"{w.sentence(w.a(label))} is recorded at this point: {created}")]
    if deal.kinds:
        lines.append((0, f"Kinds: {', '.join(deal.kinds)}."))
    if deal.stages:
        lines.append((0, "The stages, and what must have happened to enter each:"))
        lines.extend((1, stage_line(stage)) for stage in deal.stages)
    if deal.lost_reasons:
        lines.append((0, f"Reasons for a loss: {', '.join(deal.lost_reasons)}."))
    return lines


def group_heading(group: BehaviourGroup) -> str:
    """The heading of a group."""
    return f"Points for behaviour: {group.label or group.group}"


def group_limits(group: BehaviourGroup) -> str:
    """The floor and ceiling of a group, or ''."""
    return _limits("The sum of this group", group.min, group.max)


def _limits(what: str, low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{what} stays between {w.level(low)} and {w.points(high)}."
    if high is not None:
        return f"{what} is at most {w.points(high)}."
    return f"{what} is at least {w.points(low)}." if low is not None else ""


def range_line(limits: ScoreRange) -> str:
    """Limits of the total, or ''."""
    return _limits("The total score (behaviour and fit together)", limits.min, limits.max)


def grade_lines(grades: Grades) -> list[Line]:
    """Letters and digits with their thresholds."""
    return [
        (0, f"Grades of the fit score: {_levels(grades.fit)}."),
        (0, f"Grades of the behaviour score: {_levels(grades.behaviour)}."),
    ]


def _levels(levels: dict[str, float]) -> str:
    return w.listed(f"{name} from {w.level(limit)}" for name, limit in levels.items()) + " points"


def receiver(route: Route) -> str:
    """Who takes the lead on a route."""
    of_team = f" of the team “{route.team}”" if route.team else ""
    if route.by == "owner_of_company":
        return f"the owner of the company{of_team}"
    if route.by == "capacity":
        return f"whoever{of_team} has room for more leads"
    if route.by == "round_robin":
        return f"each person{of_team} in turn"
    return f"“{route.by}”{of_team}"


def route_line(route: Route, names: Names, *, only: bool = False) -> str:
    """One route: for whom, to whom."""
    if route.when is None:
        scope = "All leads go" if only else "All other leads go"
        return f"{scope} to {receiver(route)}."
    return f"If {predicate_sentence(route.when, names)}, the lead goes to {receiver(route)}."


def deadlines_sentence(deadlines: Deadlines) -> str:
    """The clocks of a handover."""
    parts = []
    if deadlines.accept:
        parts.append(f"the lead is accepted or returned {w.deadline(deadlines.accept)}")
    if deadlines.first_touch:
        parts.append(f"the first contact is made {w.deadline(deadlines.first_touch)}")
    return f"{w.sentence(', and '.join(parts))}." if parts else ""


def handover_lines(handover: Handover, names: Names) -> list[Line]:
    """From marketing to sales."""
    lines: list[Line] = []
    if len(handover.to) == 1:
        lines.append((0, route_line(handover.to[0], names, only=True)))
    else:
        lines.append((0, "Leads go to the first of these that fits:"))
        lines.extend((1, route_line(route, names)) for route in handover.to)
    if handover.via:
        clocks = deadlines_sentence(handover.via.deadlines) if handover.via.deadlines else ""
        lines.append(
            (0, f"The team “{handover.via.team}” works on them before sales. {clocks}".strip())
        )
    if handover.capacity:
        per_week = w.counted(handover.capacity.per_week, "lead")
        lines.append((0, f"By default one person takes at most {per_week} a week."))
    if handover.deadlines and deadlines_sentence(handover.deadlines):
        lines.append((0, deadlines_sentence(handover.deadlines)))
    if handover.hot:
        lines.extend(_hot(handover, names))
    for step in handover.on_breach:
        late = "As soon as" if step.after.amount == 0 else f"{w.sentence(w.span(step.after))} after"
        lines.append((0, f"{late} a deadline passes, {w.BREACH_STEPS[step.do]}."))
    if handover.reply:
        by, within = w.sentence(w.role(handover.reply.by)), w.deadline(handover.reply.within)
        lines.append((0, f"{by} answers every returned lead {within}."))
    listed = handover.return_reasons
    reasons = "the standard list" if isinstance(listed, str) else w.quoted(listed, "or")
    lines.append((0, f"Leads are returned to marketing with a reason from {reasons}."))
    return lines


def _hot(handover: Handover, names: Names) -> list[Line]:
    if handover.hot is None:
        return []
    clocks = deadlines_sentence(handover.hot.deadlines)
    lines = definition(handover.hot.when, names)
    if len(lines) == 1:
        return [(0, f"A lead is urgent when {lines[0][1]}. {clocks}".strip())]
    head = f"Leads are urgent under the conditions below. {clocks}".strip()
    return [(0, head), *((depth + 1, text) for depth, text in lines)]


def review_line(name: str, every: str) -> str:
    """How often a part is looked at again."""
    verb = "are" if name in {"scenarios", "hollow"} else "is"
    return f"{w.REVIEWS[name]} {verb} reviewed every {every}."


def review_lines(reviews: Reviews) -> list[Line]:
    """Every review that has a rhythm."""
    rhythms = ((name, getattr(reviews, name)) for name in w.REVIEWS)
    return [(0, review_line(name, w.span(every))) for name, every in rhythms if every]
