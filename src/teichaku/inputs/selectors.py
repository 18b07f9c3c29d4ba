"""Reads about what people owe: rates, streaks, stock-taking, and what entries cost and give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any, Literal, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, TruncWeek

from teichaku.accounts.models import User
from teichaku.core import bulk, clock
from teichaku.core.models import View
from teichaku.core.reading import reading_followed
from teichaku.core.settings import setting_read
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
from teichaku.inputs.activity_subjects import activity_subjects
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.deal_subjects import deal_subjects
from teichaku.inputs.models import LATE, ON_TIME, OPEN, VOID, WAIVED, InputTiming, Obligation

By = Literal["person", "rule", "week"]
LOOKED_AT_ONCE = 2_000
A_DAYS_STOCK = 10
MET = (ON_TIME, LATE)


@dataclass(frozen=True, slots=True)
class Group:
    """The rate of one person (None: whoever holds the role), rule, or week (its Monday)."""

    key: int | str | date | None
    label: str
    counts: InputRate


def rates(start: datetime | None, end: datetime | None, by: By) -> list[Group]:
    """The rates of what was due from ``start`` on and before ``end``; one query, or two."""
    book = input_book()
    rows = _due(start, end)
    if by == "person":
        found = _counted(rows, "owner_id")
        names = _names({key for key, _ in found if isinstance(key, int)})
        groups = [Group(key, names.get(key, ""), counts) for key, counts in found]
    elif by == "rule":
        found = _counted(rows, "rule_id")
        groups = [Group(key, book.labels.get(str(key), str(key)), c) for key, c in found]
    else:
        zoned = rows.annotate(week=TruncWeek("due_at", tzinfo=book.zone))
        weeks = [(key.date(), counts) for key, counts in _counted(zoned, "week")]
        groups = [Group(day, day.isoformat(), counts) for day, counts in weeks]
    return sorted((g for g in groups if g.counts.due or g.counts.waived), key=_order)


def _order(group: Group) -> tuple[bool, str, str]:
    return group.key is None, group.label, str(group.key)


def _due(start: datetime | None, end: datetime | None) -> QuerySet[Obligation]:
    rows = Obligation.objects.all()
    if start is not None:
        rows = rows.filter(due_at__gte=start)
    return rows if end is None else rows.filter(due_at__lt=end)


def _counted(rows: QuerySet[Any, Any], *keys: str) -> list[tuple[Any, InputRate]]:
    """The counts by the values of the columns; ``Any``: whatever these hold."""
    missed = Q(state=OPEN, due_at__lt=clock.now()) | Q(
        state__in=[WAIVED, VOID], settled_at__gt=F("due_at")
    )
    counted = (
        rows.order_by()
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
    owned = _due(start, end).filter(owner__isnull=False)
    return spread(counts for _, counts in _counted(owned, "owner_id"))


def rules_blamed(start: datetime, end: datetime) -> list[Blame]:
    """The rules that most people miss: to be looked at before anybody is."""
    owned = _due(start, end).filter(owner__isnull=False)
    return blamed_rules(dict(_counted(owned, "rule_id", "owner_id")))


def streak_of(person: int, *, last: int = 200) -> Streak:
    """The person's present runs among the ``last`` obligations whose deadline is over."""
    rows = Obligation.objects.filter(owner=person, due_at__lt=clock.now())
    rows = rows.filter(Q(state__in=[OPEN, *MET]) | Q(settled_at__gt=F("due_at")))
    states = list(rows.order_by("-due_at", "-pk").values_list("state", flat=True)[:last])
    answers = {ON_TIME: True, LATE: False}
    return streak([answers.get(state) for state in reversed(states)])


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
    met = _due(start, end).filter(state__in=MET)
    took: dict[str, list[int]] = defaultdict(list)
    columns = ("subject_kind", "subject_id", "rule_id", "created_at", "settled_at")
    for portion in bulk.chunked(met.order_by("pk").values_list(*columns).iterator(), 500):
        timings = _timings(portion)
        for kind, subject, rule, created_at, settled_at in portion:
            mine = timings.get((kind, subject), ())
            if total := sum(ms for at, ms in mine if created_at <= at <= settled_at):
                took[rule].append(total)
    return {rule: Burden(median(ms) / 1_000, len(ms)) for rule, ms in sorted(took.items())}


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
    """By rule, how much of what was entered is read; None while reading is not followed."""
    if not setting_read(reading_followed):
        return None
    looked = View.objects.filter(
        object_type=Concat(Value("deals."), OuterRef("subject_kind")),
        object_id=OuterRef("subject_id"),
        at__gt=OuterRef("settled_at"),
    ).exclude(user_id=OuterRef("owner_id"))
    rows = _due(start, end).filter(state__in=MET).annotate(is_read=Exists(looked))
    counted = (
        rows.order_by()
        .values_list("rule_id")
        .annotate(read=Count(Case(When(is_read=True, then=1))), entries=Count("pk"))
    )
    return {rule: ReadRate(read, entries) for rule, read, entries in counted}


class StockItem(NamedTuple):
    """Something that lacks an answer since before the rule; nobody is late with it."""

    subject_kind: str
    subject_id: int
    rules: tuple[str, ...]


def stock_of_the_day(person: int) -> list[StockItem]:
    """What of a person's old gaps is for today: ten a day, the oldest first, less what is done.

    The ten are those of the day's beginning, so that whoever is done with them is done.
    """
    book, now = input_book(), clock.now()
    midnight = book.staff.midnight(book.staff.day(now))
    items = []
    for item in _stock(person, book, midnight)[:A_DAYS_STOCK]:
        left = _gaps(item.subject_kind, [item.subject_id], book, now)
        items += [one for one in left if one.rules]
    return items


def _stock(person: int, book: InputBook, as_of: datetime) -> list[StockItem]:
    open_deals = Deal.objects.filter(owner=person, stage__kind="open").order_by("recorded_at", "pk")
    deals = list(open_deals.values_list("pk", flat=True)[:LOOKED_AT_ONCE])
    about = Activity.objects.filter(owner=person, deal__in=deals).order_by("at", "pk")
    activities = list(about.values_list("pk", flat=True)[:LOOKED_AT_ONCE])
    return _gaps("deal", deals, book, as_of) + _gaps("activity", activities, book, as_of)


def _gaps(kind: str, ids: list[int], book: InputBook, as_of: datetime) -> list[StockItem]:
    found = []
    for portion in bulk.chunked(ids, 500):
        subjects = deal_subjects(portion, book) if kind == "deal" else activity_subjects(portion)
        for subject in subjects:
            if subject.entered[0].at > as_of:
                continue
            if rules := gaps_of(subject, book.rules, book.staff, as_of):
                found.append(StockItem(kind, subject.id, tuple(rules)))
    return found
