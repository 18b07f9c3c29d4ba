"""Obligations: who owes which entry by when, and what became of it.

Everything follows from what was known when: the editions of a rule, the moments that it waits for,
and what people had entered at each instant. So a look at one subject and a look at all agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from teichaku.engine.facts import Value
from teichaku.engine.gates import GateFacts, field_defect
from teichaku.engine.input_facts import Entered, Moment, Staff, Subject, WatchedRule
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.model import FieldRule, InputRule
from teichaku.engine.rulebook.vocabulary import WEEKDAYS

State = Literal["open", "met_on_time", "met_late", "waived", "void"]
ONE_DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
# What moments a rule about such an object can wait for; all of them are about deals.
MOMENTS = {
    "deal": ("",),
    "activity": ("activity.",),
    "lead": ("handover.",),
    "handover": ("handover.",),
}


@dataclass(frozen=True, slots=True)
class Obligation:
    """An entry that somebody owes. Without ``owner`` it is up to whoever holds the role.

    ``settled_at`` is when it was met, excepted or became void.
    """

    rule_id: str
    rule_hash: str
    occurrence: str
    owner: int | None
    role: str
    created_at: datetime
    due_at: datetime
    state: State = "open"
    settled_at: datetime | None = None


class Asked(NamedTuple):
    """A field that an obligation asks for, and what is wrong with its answer; '' for nothing.

    ``today`` is the day on or after which what has to lie in the future is one.
    """

    field: FieldRule
    defect: str
    today: date
    unknown_allowed: bool

    def answered(self, value: Value | None, ask_again: date | None = None) -> str:
        """What would be wrong with this answer, or with 不明 and the day to ask again."""
        name = self.field.name
        unknown = {} if ask_again is None else {name: ask_again}
        begin = datetime.combine(self.today, time(0), UTC)
        values = {} if value is None else {name: value}
        facts = GateFacts(begin, self.today, values=values, unknown=unknown)
        return field_defect(self.field, facts, unknown_allowed=self.unknown_allowed)


class _Made(NamedTuple):
    """An obligation at its beginning. ``begin`` is the first day of a rhythm's turn."""

    occurrence: str
    at: datetime
    place: int  # of the edition
    begin: date | None = None
    ends: datetime | None = None


def is_watched(rule: InputRule) -> bool:
    """Whether what the rule asks for can be followed: the object has the moment that it waits for,
    or the rhythm, which only deals have.
    """
    if rule.when.after is None:
        return rule.what.object == "deal"
    return rule.when.after.startswith(MOMENTS.get(rule.what.object, ()))


def obligations_of(
    subject: Subject,
    rules: Sequence[WatchedRule],
    staff: Staff,
    as_of: datetime,
    settled: AbstractSet[tuple[str, str]] = frozenset(),
) -> list[Obligation]:
    """What the rules ask of the subject, as it stands at ``as_of``; nothing for what is
    ``settled`` (rule and occurrence), as that stays as it is.
    """
    return [
        _Course(rule, made, subject, staff).follow(as_of)
        for rule in rules
        for made in _all_made(rule, subject, staff, as_of)
        if (rule.id, made.occurrence) not in settled
    ]


def asked_of(
    subject: Subject,
    rules: Sequence[WatchedRule],
    staff: Staff,
    as_of: datetime,
    wanted: AbstractSet[tuple[str, str]],
) -> dict[tuple[str, str], tuple[Asked, ...]]:
    """What each of the ``wanted`` obligations (rule and occurrence) asks for, or asked until it was
    met; nothing of what became void.
    """
    names = {rule for rule, _ in wanted}
    found = {
        (rule.id, made.occurrence): _Course(rule, made, subject, staff).asked(as_of)
        for rule in rules
        if rule.id in names
        for made in _all_made(rule, subject, staff, as_of)
        if (rule.id, made.occurrence) in wanted
    }
    return {name: asked for name, asked in found.items() if asked}


def gaps_of(
    subject: Subject, rules: Sequence[WatchedRule], staff: Staff, as_of: datetime
) -> list[str]:
    """The rules whose answer was missing when they went live and is missing still.

    Nobody owes these: they are for stock-taking.
    """
    found = []
    for rule in rules:
        last = _edition_at(rule, as_of)
        if last is None:
            continue
        live, asked, _ = rule.editions[_first_alike(rule, last)]
        if asked is None or not _asked_before(asked, subject, live, as_of):
            continue
        if _first_met(asked, subject, staff, _Within(live, None, as_of)) is None:
            found.append(rule.id)
    return found


def next_turn_due(
    rules: Sequence[WatchedRule], staff: Staff, as_of: datetime, person: int
) -> datetime | None:
    """The first deadline of the turns that come after the present ones, for a person with open
    deals; None where no rule of the person's roles has a rhythm.
    """
    day, dues = staff.day(as_of), []
    for rule in rules:
        asked = rule.editions[-1].rule
        if asked is None or not asked.when.every or not staff.holds(person, asked.who.role, day):
            continue
        _present, begin = next(_turns(asked, day, staff))
        dues.append(due_at(asked, staff.midnight(begin), begin, staff, person))
    return min(dues, default=None)


def _asked_before(rule: InputRule, subject: Subject, live: datetime, as_of: datetime) -> bool:
    if rule.what.object != subject.kind:
        return False
    if rule.when.every is not None:
        return any(s.start < live and (s.end is None or s.end > as_of) for s in subject.spans)
    return any(moment.at < live for moment in subject.moments.get(rule.when.after or "", ()))


def _all_made(
    rule: WatchedRule, subject: Subject, staff: Staff, as_of: datetime
) -> Iterator[_Made]:
    seen: set[str] = set()
    for place, edition in enumerate(rule.editions):
        if edition.rule is None or edition.rule.what.object != subject.kind:
            continue
        after = edition.rule.when.after
        made = (
            _rhythm(rule, place, edition.rule, subject, staff, as_of)
            if after is None
            else _after(rule, place, subject.moments.get(after, ()), as_of)
        )
        for each in made:
            if each.occurrence not in seen:
                seen.add(each.occurrence)
                yield each


def _after(
    rule: WatchedRule, place: int, moments: Sequence[Moment], as_of: datetime
) -> Iterator[_Made]:
    for occurrence, at in moments:
        if at <= as_of and _edition_at(rule, at) == place:
            yield _Made(occurrence, at, place)


def _rhythm(
    rule: WatchedRule,
    place: int,
    asked: InputRule,
    subject: Subject,
    staff: Staff,
    as_of: datetime,
) -> Iterator[_Made]:
    """One obligation for each turn in which the deal was open, from the rule's going live on."""
    until = min(as_of + INSTANT, _end(rule, place) or as_of + INSTANT)
    live, first, _ = rule.editions[_first_alike(rule, place)]
    for span in subject.spans:
        start = max(span.start, live)
        if span.start < live:
            # A gap that is older than the rule is none of its obligations until it was closed once.
            fine = _first_met(first or asked, subject, staff, _Within(live, span.end, as_of))
            if fine is None:
                continue
            start = fine.at
        before = min(until, span.end or until)
        for begin, following in _turns(asked, staff.day(start), staff):
            opens = staff.midnight(begin)
            if opens >= before:
                break
            at = max(opens, start)
            if not rule.editions[place].since <= at < before:
                continue
            if at >= staff.midnight(following) or not _noticed(asked, begin, at, opens, staff):
                continue
            yield _Made(f"{asked.when.every}:{begin.isoformat()}", at, place, begin, span.end)


def _noticed(rule: InputRule, begin: date, at: datetime, opens: datetime, staff: Staff) -> bool:
    """Whether whoever comes into a turn half-way has a business day left in it."""
    if rule.when.every == "day" and not staff.company.is_working_day(begin):
        return False
    return at == opens or staff.company.add_bd(at, 1) <= due_at(rule, at, begin, staff, None)


def _turns(rule: InputRule, day: date, staff: Staff) -> Iterator[tuple[date, date]]:
    """The first days of a turn and of the one after it, from the turn of the day on."""
    match rule.when.every:
        case "week":
            begin, step = day - timedelta(days=day.weekday()), _in_days(7)
        case "month":
            begin, step = day.replace(day=1), _next_month
        case _:
            begin, step = day, _in_days(1)
    while True:
        following = step(begin)
        yield begin, following
        begin = following


def _in_days(count: int) -> Callable[[date], date]:
    return lambda day: day + timedelta(days=count)


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


class _Course:
    """One obligation through the editions of its rule."""

    def __init__(self, rule: WatchedRule, made: _Made, subject: Subject, staff: Staff) -> None:
        self._rule, self._made, self._subject, self._staff = rule, made, subject, staff
        self._edition = rule.editions[made.place]
        self._not_before: datetime | None = None
        self._floor: date | None = None

    def follow(self, as_of: datetime) -> Obligation:
        """The obligation as it stands at the instant. A change of the rule never makes it due
        earlier; one that asks about something else ends it.
        """
        start, ends = self._made.at, self._made.ends
        for place in range(self._made.place, len(self._rule.editions)):
            edition = self._rule.editions[place]
            asked = edition.rule
            if asked is None or not _alike(self._edition.rule, asked):
                return self._told("void", edition.since)
            if place > self._made.place:
                self._not_before = self._due(start)
            self._edition = edition
            end = _end(self._rule, place)
            self._floor = self._staff.day(self._due(start)) if self._made.begin else None
            within = _Within(start, end, as_of, self._floor)
            met = _first_met(asked, self._subject, self._staff, within)
            over = ends is not None and ends <= as_of and (end is None or ends < end)
            if met is not None and not (over and ends is not None and ends < met.at):
                return self._met(met)
            if over and ends is not None:
                return self._told("void", ends)
            if end is None or end > as_of:
                break
            start = end
        return self._told("open", as_of)

    def asked(self, as_of: datetime) -> tuple[Asked, ...]:
        """What it asks for, each with what is wrong now; nothing of what became void."""
        if self.follow(as_of).state == "void":
            return ()
        rule = self._edition.rule
        assert rule is not None
        known = self._subject.known(as_of)
        day = self._staff.day(as_of)
        today = max(day, self._floor or day)
        empty = [Asked(field, "", today, rule.unknown_allowed) for field in rule.what.fields]
        return tuple(
            one._replace(
                defect=one.answered(
                    known.values.get(one.field.name), known.unknown.get(one.field.name)
                )
            )
            for one in empty
        )

    def _met(self, met: _Met) -> Obligation:
        told = self._told("met_on_time", met.at)
        owner = told.owner if told.owner is not None else met.by
        state: State = "met_on_time" if met.at <= told.due_at else "met_late"
        return replace(told, owner=owner, state=state)

    def _told(self, state: State, at: datetime) -> Obligation:
        rule = self._edition.rule
        assert rule is not None
        return Obligation(
            rule_id=self._rule.id,
            rule_hash=self._edition.hash,
            occurrence=self._made.occurrence,
            owner=self._owner(at),
            role=rule.who.role,
            created_at=self._made.at,
            due_at=self._due(at),
            state=state,
            settled_at=None if state == "open" else at,
        )

    def _owner(self, at: datetime) -> int | None:
        """Who answers for the subject, if that person has the role; else whoever has it."""
        rule, owner = self._edition.rule, self._subject.known(at).owner
        held = rule is not None and self._staff.holds(owner, rule.who.role, self._staff.day(at))
        return owner if held else None

    def _due(self, at: datetime) -> datetime:
        rule = self._edition.rule
        assert rule is not None
        due = due_at(rule, self._made.at, self._made.begin, self._staff, self._owner(at))
        return max(due, self._not_before) if self._not_before else due


def due_at(
    rule: InputRule, at: datetime, begin: date | None, staff: Staff, owner: int | None
) -> datetime:
    """When an obligation that was made at ``at`` is due, in the owner's business time.

    A weekday that is none of the owner's working days moves to the next one; a time of day
    outside business hours moves to the next opening.
    """
    calendar = staff.calendar(owner)
    if begin is None:
        return calendar.due(at, Duration.parse(rule.when.due))
    if rule.when.every != "week":
        return calendar.due(staff.midnight(begin), Duration.parse(rule.when.due))
    weekday, clock = rule.when.due.split(" ")
    named = staff.midnight(begin + timedelta(days=WEEKDAYS.index(weekday)))
    day = staff.day(calendar.next_opening(named))
    due = datetime.combine(day, time.fromisoformat(clock), calendar.zone).astimezone(UTC)
    return due if calendar.is_open(due - INSTANT) else calendar.next_opening(due)


class _Within(NamedTuple):
    """From an instant on, before another one, as known at a third. A day that is named counts as
    today as long as it is not over, for what has to lie in the future.
    """

    start: datetime
    end: datetime | None
    as_of: datetime
    floor: date | None = None


class _Met(NamedTuple):
    at: datetime
    by: int | None


def _first_met(rule: InputRule, subject: Subject, staff: Staff, within: _Within) -> _Met | None:
    """When the fields were first as the rule asks, and who entered the last of them."""
    for place, known in enumerate(subject.entered):
        if known.at > within.as_of:
            break
        following = subject.entered[place + 1].at if place + 1 < len(subject.entered) else None
        last = min(x for x in (following, within.end, within.as_of + INSTANT) if x is not None)
        for at in (max(known.at, within.start), *_later_days(rule, known, staff)):
            if max(known.at, within.start) <= at < last and _fine(rule, known, at, within, staff):
                return _Met(at, known.by)
    return None


def _later_days(rule: InputRule, known: Entered, staff: Staff) -> list[datetime]:
    """When days that have to lie in the past begin: then what was entered early becomes right."""
    days = (known.values.get(asked.name) for asked in rule.what.fields if asked.is_ == "past")
    return sorted(staff.midnight(day) for day in days if isinstance(day, date))


def _fine(rule: InputRule, known: Entered, at: datetime, within: _Within, staff: Staff) -> bool:
    today = staff.day(at)
    if within.floor is not None:
        today = max(today, within.floor)
    facts = GateFacts(created_at=at, today=today, values=known.values, unknown=known.unknown)
    return not any(
        field_defect(asked, facts, unknown_allowed=rule.unknown_allowed)
        for asked in rule.what.fields
    )


def _edition_at(rule: WatchedRule, at: datetime) -> int | None:
    """The place of the edition in force at the instant; None before the first one."""
    found = None
    for place, edition in enumerate(rule.editions):
        if edition.since <= at:
            found = place
    return found


def _end(rule: WatchedRule, place: int) -> datetime | None:
    return rule.editions[place + 1].since if place + 1 < len(rule.editions) else None


def _first_alike(rule: WatchedRule, place: int) -> int:
    """The place since which the rule has asked about the same moment and the same object."""
    while place and _alike(rule.editions[place - 1].rule, rule.editions[place].rule):
        place -= 1
    return place


def _alike(old: InputRule | None, new: InputRule | None) -> bool:
    if old is None or new is None:
        return False
    return (old.when.after, old.when.every, old.when.while_, old.what.object) == (
        new.when.after, new.when.every, new.when.while_, new.what.object,
    )  # fmt: skip
