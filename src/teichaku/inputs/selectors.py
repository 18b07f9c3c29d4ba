"""Reads about what people owe: rates, streaks, stock-taking, and what entries cost and give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Literal, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, TruncWeek

from teichaku.accounts.models import User
from teichaku.accounts.monitoring import monitoring_since
from teichaku.core import bulk, clock
from teichaku.core.models import View
from teichaku.deals.models import Activity, Deal
from teichaku.engine.input_rates import (
    Blame,
    InputRate,
    Spread,
    Streak,
    blamed_rules,
    spread,
    streak,
)
from teichaku.engine.obligations import gaps_of
from teichaku.engine.rulebook.vocabulary import ROLES
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import LATE, ON_TIME, OPEN, VOID, WAIVED, InputTiming, Obligation
from teichaku.inputs.subject_kinds import SUBJECT_KINDS

By = Literal["person", "rule", "week"]
LOOKED_AT_ONCE = 2_000
A_DAYS_STOCK = 10
MET = (ON_TIME, LATE)
LOOKED_AT = ("deal", "activity")  # whose pages note who looked
TOLD_WITHIN = timedelta(minutes=1)  # after saving, a form has told its time
# What counts in a run: not what was excepted in time, and not what became void in time.
IN_RUNS = Q(state__in=[OPEN, *MET]) | Q(settled_at__gt=F("due_at"))


@dataclass(frozen=True, slots=True)
class Group:
    """The rate of one person (None: whoever holds the role), rule, or week (its Monday)."""

    key: int | str | date | None
    label: str
    counts: InputRate


def rates(start: datetime | None, end: datetime | None, by: By) -> list[Group]:
    """The rates of what was due from ``start`` on and before ``end``; one query, or two."""
    book = input_book()
    rows = due_between(start, end)
    if by == "person":
        found = counted(rows, "owner_id")
        names = _names({key for key, _ in found if isinstance(key, int)})
        groups = [Group(key, names.get(key, ""), counts) for key, counts in found]
    elif by == "rule":
        found = counted(rows, "rule_id")
        groups = [Group(key, book.labels.get(str(key), str(key)), c) for key, c in found]
    else:
        zoned = rows.annotate(week=TruncWeek("due_at", tzinfo=book.zone))
        weeks = [(key.date(), counts) for key, counts in counted(zoned, "week")]
        groups = [Group(day, day.isoformat(), counts) for day, counts in weeks]
    return sorted((g for g in groups if g.counts.due or g.counts.waived), key=_order)


def _order(group: Group) -> tuple[bool, str, str]:
    return group.key is None, group.label, str(group.key)


def due_between(start: datetime | None, end: datetime | None) -> QuerySet[Obligation]:
    """What was due from ``start`` on and before ``end``."""
    rows = Obligation.objects.all()
    if start is not None:
        rows = rows.filter(due_at__gte=start)
    return rows if end is None else rows.filter(due_at__lt=end)


def counted(rows: QuerySet[Any, Any], *keys: str) -> list[tuple[Any, InputRate]]:
    """The counts of what is past due by the values of the columns; ``Any``: whatever these hold.

    What was entered before its deadline counts from the deadline on, as what is missing does.
    """
    missed = Q(state=OPEN) | Q(state__in=[WAIVED, VOID], settled_at__gt=F("due_at"))
    counted = (
        rows.filter(due_at__lt=clock.now())
        .order_by()
        .values_list(*keys)
        .annotate(
            on_time=Count("pk", filter=Q(state=ON_TIME)),
            late=Count("pk", filter=Q(state=LATE)),
            overdue=Count("pk", filter=missed),
            waived=Count("pk", filter=Q(state=WAIVED, settled_at__lte=F("due_at"))),
        )
    )
    width = len(keys)
    return [(row[0] if width == 1 else row[:width], InputRate(*row[width:])) for row in counted]


def _names(people: Iterable[int]) -> dict[int, str]:
    return dict(bulk.lookup(User, "id", people, ("id", "name")))


def people_spread(start: datetime, end: datetime) -> Spread | None:
    """How far people lie apart, without names; None where there are too few."""
    owned = due_between(start, end).filter(owner__isnull=False)
    return spread(counts for _, counts in counted(owned, "owner_id"))


def rules_blamed(start: datetime, end: datetime) -> list[Blame]:
    """The rules that most people miss: to be looked at before anybody is."""
    owned = due_between(start, end).filter(owner__isnull=False)
    return blamed_rules(dict(counted(owned, "rule_id", "owner_id")))


def streak_of(person: int, *, last: int = 200) -> Streak:
    """The person's present runs among the ``last`` obligations whose deadline is over."""
    rows = Obligation.objects.filter(IN_RUNS, owner=person, due_at__lt=clock.now())
    states = list(rows.order_by("-due_at", "-pk").values_list("state", flat=True)[:last])
    return streak([_in_time(state) for state in reversed(states)])


def streaks_of(rows: QuerySet[Obligation]) -> dict[int, Streak]:
    """The runs at the end of these rows, by person; one query."""
    states: dict[int, list[bool | None]] = defaultdict(list)
    told = rows.filter(IN_RUNS).order_by("due_at", "pk")
    for owner, state in told.values_list("owner_id", "state"):
        states[owner or 0].append(_in_time(state))
    return {person: streak(found) for person, found in states.items()}


def _in_time(state: str) -> bool | None:
    return {ON_TIME: True, LATE: False}.get(state)


class OwnTask(NamedTuple):
    """One task on a person's board: all that was asked on one occasion, by its first deadline."""

    subject_kind: str
    subject_id: int
    due_at: datetime
    overdue: bool
    obligations: tuple[Obligation, ...]


def own_tasks(person: int) -> list[OwnTask]:
    """What the person owes, and what is up to anybody in a role that the person has; the
    earliest deadline first. Rules that ask on the same occasion make one task.
    """
    now, staff = clock.now(), input_book().staff
    roles = [role for role in ROLES if staff.holds(person, role, staff.day(now))]
    mine = Q(owner=person) | Q(owner=None, role__in=roles)
    occasions: dict[tuple[str, int, str, int | None], list[Obligation]] = defaultdict(list)
    for row in Obligation.objects.filter(mine, state=OPEN).order_by("due_at", "pk"):
        occasions[row.subject_kind, row.subject_id, row.occurrence, row.owner_id].append(row)
    return [
        OwnTask(kind, subject, rows[0].due_at, rows[0].due_at < now, tuple(rows))
        for (kind, subject, _, _), rows in occasions.items()
    ]


class Burden(NamedTuple):
    """How long entries for a rule take: the median in seconds, and of how many entries."""

    seconds: float
    entries: int


def burdens(start: datetime, end: datetime) -> dict[str, Burden]:
    """By rule, how long its entries took; rules without a measured entry are left out."""
    met = due_between(start, end).filter(state__in=MET)
    took: dict[str, list[int]] = defaultdict(list)
    for rule, total in _measured(met.order_by("pk")):
        took[rule].append(total)
    return {rule: Burden(median(ms) / 1_000, len(ms)) for rule, ms in sorted(took.items())}


def entry_seconds(met: QuerySet[Obligation]) -> list[float]:
    """How long each of these tasks took that were met, in seconds; unmeasured ones left out."""
    return [total / 1_000 for _rule, total in _measured(met)]


def _measured(met: QuerySet[Obligation]) -> Iterator[tuple[str, int]]:
    """The rule of each task and what its entries took together."""
    columns = ("subject_kind", "subject_id", "rule_id", "created_at", "settled_at")
    for portion in bulk.chunked(met.values_list(*columns).iterator(), 500):
        timings = _timings(portion)
        for kind, subject, rule, created_at, settled_at in portion:
            mine, last = timings.get((kind, subject), ()), settled_at + TOLD_WITHIN
            if total := sum(ms for at, ms in mine if created_at <= at <= last):
                yield rule, total


def _timings(portion: Iterable[Any]) -> Mapping[tuple[str, int], list[tuple[datetime, int]]]:
    found: dict[tuple[str, int], list[tuple[datetime, int]]] = defaultdict(list)
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, subject, *_ in portion:
        by_kind[kind].add(subject)
    for kind, ids in by_kind.items():
        rows = InputTiming.objects.filter(subject_kind=kind, subject_id__in=ids)
        for subject, at, ms in rows.values_list("subject_id", "at", "elapsed_ms"):
            found[kind, subject].append((at, ms))
    return found


class ReadRate(NamedTuple):
    """How many of the entries made for a rule somebody else looked at afterwards."""

    read: int
    entries: int


def read_rates(start: datetime, end: datetime) -> dict[str, ReadRate] | None:
    """By rule, how much of what was entered since reading may be followed is read; None while it
    may not.
    """
    since = monitoring_since("reading")
    if since is None:
        return None
    looked = View.objects.filter(
        object_type=Concat(Value("deals."), OuterRef("subject_kind")),
        object_id=OuterRef("subject_id"),
        at__gt=OuterRef("settled_at"),
    ).exclude(user_id=OuterRef("owner_id"))
    begun = input_book().staff.midnight(since)
    met = due_between(start, end).filter(
        state__in=MET, settled_at__gte=begun, subject_kind__in=LOOKED_AT
    )
    rows = met.annotate(is_read=Exists(looked))
    found = (
        rows.order_by()
        .values_list("rule_id")
        .annotate(read=Count(Case(When(is_read=True, then=1))), entries=Count("pk"))
    )
    return {rule: ReadRate(read, entries) for rule, read, entries in found}


class StockItem(NamedTuple):
    """Something that lacks an answer since before the rule; nobody is late with it."""

    subject_kind: str
    subject_id: int
    rules: tuple[str, ...]


class Stock(NamedTuple):
    """A day's stock-taking: what is left of it, how much is done, what is for other days."""

    items: tuple[StockItem, ...]
    done: int
    later: int


def stock_of_the_day(person: int) -> Stock:
    """What of a person's old gaps is for today: ten a day, the oldest first, less what is done.

    The ten are those of the day's beginning, so that whoever is done with them is done.
    """
    book, now = input_book(), clock.now()
    midnight = book.staff.midnight(book.staff.day(now))
    old = _stock(person, book, midnight)
    today = old[:A_DAYS_STOCK]
    left = {
        (item.subject_kind, item.subject_id): item
        for kind in ("deal", "activity")
        for item in _gaps(kind, [i.subject_id for i in today if i.subject_kind == kind], book, now)
    }
    still = [left[key] for item in today if (key := (item.subject_kind, item.subject_id)) in left]
    return Stock(tuple(still), done=len(today) - len(still), later=len(old) - len(today))


def _stock(person: int, book: InputBook, as_of: datetime) -> list[StockItem]:
    open_deals = Deal.objects.filter(owner=person, stage__kind="open").order_by("recorded_at", "pk")
    deals = list(open_deals.values_list("pk", flat=True)[:LOOKED_AT_ONCE])
    about = Activity.objects.filter(owner=person, deal__in=deals).order_by("at", "pk")
    activities = list(about.values_list("pk", flat=True)[:LOOKED_AT_ONCE])
    return _gaps("deal", deals, book, as_of) + _gaps("activity", activities, book, as_of)


def _gaps(kind: str, ids: list[int], book: InputBook, as_of: datetime) -> list[StockItem]:
    found = []
    for portion in bulk.chunked(ids, 500):
        for subject in SUBJECT_KINDS[kind].subjects(portion, book):
            if subject.entered[0].at > as_of:
                continue
            if rules := gaps_of(subject, book.rules, book.staff, as_of):
                found.append(StockItem(kind, subject.id, tuple(rules)))
    return found
