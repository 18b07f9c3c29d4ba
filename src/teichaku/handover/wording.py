"""Handovers in words: why an MQL, why theirs, how long is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from teichaku.core.canonical import Json
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.jumps import compile_definition
from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Clause,
    Combination,
    CountClause,
    DaysClause,
    RisingClause,
    ScoreClause,
)
from teichaku.engine.rulebook.prose.names import names_of
from teichaku.engine.rulebook.show import predicate_sentence
from teichaku.scoring.models import Qualification

WHY_THEIRS: Mapping[str, Promise] = {
    "capacity": gettext_lazy("Had the most room this week (%(taken)s of %(room)s)"),
    "round_robin": gettext_lazy("It was their turn"),
    "owner_of_company": gettext_lazy("Looks after this company"),
    "named": gettext_lazy("The rulebook names them for such leads"),
    "accepted_before": gettext_lazy("Accepted this lead before"),
    "deputy": gettext_lazy("Stands in for somebody who is away"),
    "full": gettext_lazy("Everybody's week was full; theirs was the least so"),
    "nobody": gettext_lazy("Nobody was free to take it"),
    "manager": gettext_lazy("Given by hand"),
    "colleague": gettext_lazy("Taken over from a colleague"),
    "reassigned": gettext_lazy("Passed on after a missed deadline"),
    "departure": gettext_lazy("Taken over from somebody who left"),
}
TONE_ICONS = {
    "calm": "clock-quarter", "soon": "clock-half", "near": "triangle-alert", "over": "circle-x",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Because:
    """A condition that the lead met, and the figure with which it did."""

    text: str
    figure: str


def because(qualification: Qualification, rulebook: Rulebook) -> list[Because]:
    """What made the lead an MQL, of what the definition saw at that instant."""
    if rulebook.mql is None:
        return []
    lang = get_language() or "ja"
    names = names_of(rulebook)
    return [
        Because(predicate_sentence(clause, lang, names), figure)
        for clause, figure in _held(qualification, rulebook, rulebook.mql.when)
    ]


def _held(
    qualification: Qualification, rulebook: Rulebook, when: AnyPredicate
) -> Iterator[tuple[Clause, str]]:
    # The evidence stands in the order in which the definition was compiled.
    _code, order, _parts = compile_definition(rulebook)
    seen = dict(zip(order, qualification.evidence.get("clauses", ()), strict=False))
    for clause, excludes in _leaves(when):
        if isinstance(clause, ScoreClause):
            reached = getattr(qualification, clause.score)
            if not excludes and reached is not None and reached >= clause.at_least:
                yield clause, _points(reached)
        elif not isinstance(clause, AttributeClause | RisingClause):
            found = seen.get(clause)
            if found and found["holds"] and not excludes:
                yield clause, _count(clause, found["value"])


def _leaves(part: AnyPredicate, *, excludes: bool = False) -> Iterator[tuple[Clause, bool]]:
    """Every single clause in the document's order, and whether the lead must not meet it."""
    if not isinstance(part, Combination):
        yield part, excludes
        return
    for inner in (*(part.all_ or ()), *(part.any_ or ())):
        yield from _leaves(inner, excludes=excludes)
    for inner in part.none_ or ():
        yield from _leaves(inner, excludes=not excludes)


def _points(value: float) -> str:
    return _("%s points") % f"{round(value, 1):g}"


def _count(clause: Clause, value: int) -> str:
    if isinstance(clause, CountClause):
        return ngettext("%d time", "%d times", value) % value
    if isinstance(clause, DaysClause):
        return ngettext("%d day", "%d days", value) % value
    return ""


def why_theirs(why: Mapping[str, Json]) -> str:
    """Why the lead came to its owner."""
    text = WHY_THEIRS.get(str(why.get("code", "")))
    return str(text) % {"taken": why.get("taken"), "room": why.get("room")} if text else ""


def span_words(seconds: float) -> str:
    """A length of business time, to the minute; less than one minute counts as one."""
    minutes = max(1, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    if not minutes:
        return ngettext("%d hour", "%d hours", hours) % hours
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def left_words(calendar: BusinessCalendar, due: datetime, now: datetime) -> str:
    """How much business time is left, or by how much the deadline is past."""
    if now > due:
        return _("Overdue by %s") % span_words(calendar.business_seconds(due, now))
    return _("%s left") % span_words(calendar.business_seconds(now, due))


def due_words(calendar: BusinessCalendar, due: datetime, now: datetime) -> str:
    """By when, as people say it."""
    local, today = due.astimezone(calendar.zone), now.astimezone(calendar.zone).date()
    clock_time = f"{local:%H:%M}"
    if local.date() == today:
        return _("by %s today") % clock_time
    if local.date() > today and calendar.working_days(today, local.date()) == 1 + (
        calendar.is_working_day(today)
    ):
        return _("by %s on the next business day") % clock_time
    return _("by %(day)s %(time)s") % {"day": f"{local:%m/%d}", "time": clock_time}


def shortly(reasons: Sequence[Because]) -> str:
    """The first reason, and how many more there are."""
    if not reasons:
        return ""
    last = reasons[-1]
    first = f"{last.text} ({last.figure})" if last.figure else last.text
    more = len(reasons) - 1
    return first if not more else _("%(first)s and %(more)d more") % {"first": first, "more": more}
