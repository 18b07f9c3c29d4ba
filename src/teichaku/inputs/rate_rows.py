"""The tasks behind one field of the table of input rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.accounts.monitoring import monitoring_allows
from teichaku.core.registry import Text
from teichaku.deals.activities import KINDS
from teichaku.deals.models import Activity
from teichaku.deals.visible_deals import deals_for_user
from teichaku.engine.input_rates import InputRate
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.ladder_turns import before_manager
from teichaku.inputs.models import LATE, ON_TIME, OPEN, VOID, WAIVED, Obligation
from teichaku.inputs.rate_access import Sight, tasks_seen
from teichaku.inputs.rate_table import NOTHING, ROLLING, first_week
from teichaku.inputs.selectors import counted, due_between
from teichaku.leads.models import Lead

MOST = 200
ONE_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a task is about; without an address for somebody who may not open it."""

    label: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as others may read it: days, never a time of day."""

    rule: str
    subject: Subject
    due_on: date
    state: Text
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    """The tasks and how they add up: due = in time + late + missing."""

    counts: InputRate
    lines: Sequence[TaskLine]
    more: int


STATES: dict[str, tuple[Text, str, str]] = {
    ON_TIME: (_("Entered in time"), "ok", "circle-check"),
    LATE: (_("Entered late"), "soon", "clock-alert"),
    OPEN: (_("Not entered"), "over", "circle-x"),
}
EXCEPTED = (_("Exception, not counted"), "info", "shield-question-mark")
EXCEPTED_LATE = (_("Exception after the deadline, counts as missed"), "near", "circle-x")
VOID_LATE = (_("Closed without entry, counts as missed"), "near", "circle-x")


def task_page(
    sight: Sight, person: int, reader: User, *, week: date | None = None, rule: str = ""
) -> TaskPage:
    """The person's tasks of that week, or of the last four weeks; of one rule or of all."""
    book = input_book()
    start = week or first_week(book, ROLLING)
    end = book.staff.midnight(start + ONE_WEEK) if week else None
    rows = due_between(book.staff.midnight(start), end)
    if rule:
        rows = rows.filter(rule_id=rule)
    rows = tasks_seen(rows, [person], sight.own, book.staff)
    sums = [counts for _owner, counts in counted(rows, "owner_id")]
    told = [row for row in rows.order_by("-due_at", "-pk")[:MOST] if _is_told(row)]
    counts = sums[0] if sums else NOTHING
    return TaskPage(
        counts=counts,
        lines=_lines(told, book, reader),
        more=counts.due + counts.waived - len(told),
    )


def overdue_seen(sight: Sight, person: int) -> QuerySet[Obligation]:
    """What the person has not entered, as far as the one who looks may see it already."""
    rows = Obligation.objects.filter(state=OPEN)
    return tasks_seen(rows, [person], sight.own, input_book().staff)


def unasked(sight: Sight, person: int) -> int:
    """About how many of one's person's missing entries one may still ask by hand."""
    if person not in sight.led or not monitoring_allows("checks"):
        return 0
    return before_manager(overdue_seen(sight, person)).count()


def _is_told(row: Obligation) -> bool:
    """Whether the task counts anywhere: what became void in time does not."""
    return row.state != VOID or (row.settled_at is not None and row.settled_at > row.due_at)


def _lines(rows: Sequence[Obligation], book: InputBook, reader: User) -> list[TaskLine]:
    subjects = subjects_of({(row.subject_kind, row.subject_id) for row in rows}, reader)
    return [
        TaskLine(
            book.labels.get(row.rule_id, row.rule_id),
            subjects.get((row.subject_kind, row.subject_id), Subject("–")),
            book.staff.day(row.due_at),
            *_state(row),
        )
        for row in rows
    ]


def _state(row: Obligation) -> tuple[Text, str, str]:
    late = row.settled_at is not None and row.settled_at > row.due_at
    if row.state == WAIVED:
        return EXCEPTED_LATE if late else EXCEPTED
    return VOID_LATE if row.state == VOID else STATES[row.state]


def subjects_of(
    wanted: Collection[tuple[str, int]], reader: User
) -> dict[tuple[str, int], Subject]:
    """What these (kind, id) are, in words that the reader may see."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, pk in wanted:
        ids[kind].add(pk)
    rows = Activity.objects.filter(pk__in=ids["activity"])
    activities = list(rows.values_list("pk", "kind", "at", "deal_id"))
    about = ids["deal"] | {deal for *_told, deal in activities if deal is not None}
    deals = {
        deal.pk: Subject(str(deal), reverse("deals:detail", args=[deal.uid]))
        for deal in deals_for_user(reader).filter(pk__in=about)
    }
    found = {("deal", pk): subject for pk, subject in deals.items()}
    zone = input_book().zone
    for pk, kind, at, deal_id in activities:
        deal = deals.get(deal_id or 0, Subject(""))
        day = at.astimezone(zone).date()
        label = f"{KINDS.get(kind, kind)} {day:%Y/%m/%d} {deal.label}"
        found["activity", pk] = Subject(label.strip(), deal.address)
    for lead in Lead.objects.filter(pk__in=ids["lead"]).select_related("root"):
        address = reverse("console:lead", args=[lead.root.uid])
        found["lead", lead.pk] = Subject(str(lead.root), address)
    return found
