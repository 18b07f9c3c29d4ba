"""The table of input rates: people (or teams) by week or by rule, as far as one may see it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import TruncWeek

from teichaku.accounts.models import Membership, TeamMembership, User
from teichaku.accounts.selectors import holding
from teichaku.core import clock
from teichaku.engine.input_rates import ENOUGH_PEOPLE, InputRate, Streak, shade
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import Obligation
from teichaku.inputs.rate_access import Sight, tasks_seen
from teichaku.inputs.selectors import counted, due_between, streaks_of

View: TypeAlias = Literal["week", "rule"]
ROLLING: Final = 4  # weeks over which there is enough to speak of a share
PEOPLE_A_PAGE: Final = 50
ONE_WEEK = timedelta(weeks=1)
NOTHING = InputRate(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the table is asked for. ``place``: a department ``d:ID`` or team ``t:KEY``."""

    view: View = "week"
    weeks: int = 8
    place: str = ""
    rule: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of the table. ``rolling``: the four weeks that end with it, which decide on the
    percentage and the shade; ``key`` names the week or the rule in addresses.
    """

    key: str
    counts: InputRate
    rolling: InputRate
    withheld: bool = False  # a team's, of fewer people than tell nothing about one of them

    @property
    def percent(self) -> int | None:
        """The share over the four weeks where there is enough for one."""
        share = self.rolling.percentage
        return None if share is None or not self.counts.due else round(share * 100)

    @property
    def shade(self) -> int | None:
        """How firmly set that share is, from 1 to 5."""
        share = self.rolling.percentage
        return None if share is None or not self.counts.due else shade(share)


@dataclass(frozen=True, slots=True)
class Line:
    """A person, or a team as a whole: then without ``uid`` and streak."""

    label: str
    place: str
    cells: Sequence[Cell]
    uid: UUID | None = None
    is_own: bool = False
    streak: Streak | None = None
    question: UUID | None = None  # about the person's missing entries, for the one who reads


class Head(NamedTuple):
    """The head of a column."""

    key: str
    label: str
    day: date | None


@dataclass(frozen=True, slots=True)
class RateTable:
    """The table, one page of it. ``hidden``: how many teams are too small to be shown alone."""

    heads: Sequence[Head]
    lines: Sequence[Line]
    people: int
    pages: int
    hidden: int = 0


class Person(NamedTuple):
    """Somebody who may stand in the table, and where they belong."""

    pk: int
    uid: UUID
    name: str
    reading: str
    department: tuple[int, str] | None
    teams: tuple[tuple[str, str], ...]


def people_of(sight: Sight, day: date) -> list[Person]:
    """Everybody in sight, by department and then by the reading of their names."""
    everybody = User.objects.filter(is_active=True)
    if not sight.teams:
        everybody = everybody.filter(pk__in=sight.people)
    rows = Membership.objects.filter(holding(day), user__in=everybody)
    departments = {
        user: (pk, name)
        for user, pk, name in rows.values_list("user", "department", "department__name")
    }
    teams: dict[int, list[tuple[str, str]]] = defaultdict(list)
    held = TeamMembership.objects.filter(holding(day), user__in=everybody)
    for user, key, label in held.values_list("user", "team__key", "team__label"):
        teams[user].append((key, label))
    found = [
        Person(pk, uid, name, kana or name, departments.get(pk), tuple(sorted(teams[pk])))
        for pk, uid, name, kana in everybody.values_list("pk", "uid", "name", "kana")
    ]
    return sorted(found, key=_order)


def _order(person: Person) -> tuple[bool, str, str, int]:
    place = person.department[1] if person.department else ""
    return not place, place, person.reading, person.pk


def places_of(people: Iterable[Person], sight: Sight) -> list[tuple[str, str]]:
    """The departments and teams of these people, to choose from; teams as a whole only."""
    people = list(people)
    departments = {p.department for p in people if p.department and not sight.teams}
    teams = {team for p in people for team in p.teams}
    return [
        *((f"d:{pk}", name) for pk, name in sorted(departments, key=lambda d: d[1])),
        *((f"t:{key}", label) for key, label in sorted(teams, key=lambda t: t[1])),
    ]


def first_week(book: InputBook, weeks: int) -> date:
    """The Monday of the first of so many weeks up to the present one."""
    today = book.staff.day(clock.now())
    return today - timedelta(days=today.weekday()) - (weeks - 1) * ONE_WEEK


def rate_table(
    sight: Sight,
    people: Sequence[Person],
    wanted: Wanted,
    *,
    every_page: bool = False,
    questions: Mapping[int, UUID] = MappingProxyType({}),
) -> RateTable:
    """The part of the table that is asked for, of those in sight who owed anything in the time."""
    book = input_book()
    start = first_week(book, wanted.weeks if wanted.view == "week" else ROLLING)
    rows = _rows(sight, people, wanted, book, start)
    shown_rows = rows.filter(due_at__gte=book.staff.midnight(start))
    owed = set(shown_rows.values_list("owner_id", flat=True).distinct())
    shown = [person for person in people if person.pk in owed and _belongs(person, wanted.place)]
    heads = _heads(wanted, book, start)
    if sight.teams:
        counts = _counts(rows.filter(owner__in=owed), wanted.view, book)
        lines, hidden = _team_lines(shown, counts, heads, wanted)
        return RateTable(heads, lines, len(shown), pages=1, hidden=hidden)
    size = max(1, len(shown)) if every_page else PEOPLE_A_PAGE
    pages = max(1, -(-len(shown) // size))
    first = (min(max(wanted.page, 1), pages) - 1) * size
    here = shown[first : first + size]
    among = {person.pk for person in here}
    counts = _counts(rows.filter(owner__in=among), wanted.view, book)
    runs = streaks_of(shown_rows.filter(owner__in=among))
    lines = [
        Line(
            label=person.name,
            place=person.department[1] if person.department else "",
            cells=_cells(counts.get(person.pk, {}), heads, wanted.view),
            uid=person.uid,
            is_own=person.pk == sight.own,
            streak=runs.get(person.pk, Streak(0, 0)),
            question=questions.get(person.pk),
        )
        for person in here
    ]
    return RateTable(heads, lines, len(shown), pages)


_Counts: TypeAlias = Mapping[int, Mapping[str, InputRate]]  # by person, by week or rule


def _rows(
    sight: Sight, people: Sequence[Person], wanted: Wanted, book: InputBook, start: date
) -> QuerySet[Obligation]:
    # Three weeks more, for the four weeks that end with the first one shown.
    begin = start - (ROLLING - 1) * ONE_WEEK if wanted.view == "week" else start
    rows = due_between(book.staff.midnight(begin), None)
    if wanted.rule and wanted.view == "week":
        rows = rows.filter(rule_id=wanted.rule)
    own = None if sight.teams else sight.own
    return tasks_seen(rows, [person.pk for person in people], own, book.staff)


def _belongs(person: Person, place: str) -> bool:
    kind, _, key = place.partition(":")
    if kind == "d":
        return person.department is not None and str(person.department[0]) == key
    return kind != "t" or key in {team for team, _label in person.teams}


def _counts(rows: QuerySet[Obligation], view: View, book: InputBook) -> _Counts:
    found: dict[int, dict[str, InputRate]] = defaultdict(dict)
    if view == "rule":
        for (owner, rule), counts in counted(rows, "owner_id", "rule_id"):
            found[owner][rule] = counts
        return found
    weeks = rows.annotate(week=TruncWeek("due_at", tzinfo=book.zone))
    for (owner, week), counts in counted(weeks, "owner_id", "week"):
        found[owner][week.date().isoformat()] = counts
    return found


def _heads(wanted: Wanted, book: InputBook, start: date) -> list[Head]:
    if wanted.view == "rule":
        return [Head(rule, label, None) for rule, label in book.labels.items()]
    mondays = [start + n * ONE_WEEK for n in range(wanted.weeks)]
    return [Head(day.isoformat(), f"{day:%m/%d}", day) for day in mondays]


def _cells(counts: Mapping[str, InputRate], heads: Sequence[Head], view: View) -> list[Cell]:
    cells = []
    for head in heads:
        own = counts.get(head.key, NOTHING)
        rolling = own
        if view == "week" and head.day is not None:
            weeks = [(head.day - n * ONE_WEEK).isoformat() for n in range(ROLLING)]
            rolling = sum((counts.get(week, NOTHING) for week in weeks), NOTHING)
        cells.append(Cell(head.key, own, rolling))
    return cells


def _team_lines(
    people: Sequence[Person], counts: _Counts, heads: Sequence[Head], wanted: Wanted
) -> tuple[list[Line], int]:
    """Each team that is large enough to tell nothing about one person; how many are not."""
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    for person in people:
        for team in person.teams or (("", person.department[1] if person.department else ""),):
            members[team].append(person.pk)
    if wanted.place:  # whoever is in two teams must not make a part of the other one readable
        chosen = wanted.place.removeprefix("t:")
        members = {team: found for team, found in members.items() if team[0] == chosen}
    large = [team for team, found in members.items() if len(found) >= ENOUGH_PEOPLE]
    lines = [
        Line(label, "", _team_cells(members[key, label], counts, heads, wanted.view))
        for key, label in sorted(large, key=lambda team: team[::-1])
    ]
    return lines, len(members) - len(large)


def _team_cells(
    people: Sequence[int], counts: _Counts, heads: Sequence[Head], view: View
) -> list[Cell]:
    sums: dict[str, InputRate] = {}
    owing: Counter[str] = Counter()
    for person in people:
        for key, rate in counts.get(person, {}).items():
            sums[key] = sums.get(key, NOTHING) + rate
            owing[key] += bool(rate.due or rate.waived)
    return [
        replace(cell, withheld=0 < owing[cell.key] < ENOUGH_PEOPLE)
        for cell in _cells(sums, heads, view)
    ]
