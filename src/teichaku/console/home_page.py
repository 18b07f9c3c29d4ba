"""The first page of whoever enters: what is missing, the next task as a card, what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from teichaku.accounts.access import standing_of
from teichaku.accounts.actors import person_of
from teichaku.console.entry_card import (
    EntryCard,
    day_and_time,
    entry_card,
    first_name,
    rule_labels,
)
from teichaku.console.entry_fields import day_text
from teichaku.console.entry_records import Record, may_enter, records_for_user
from teichaku.core import clock
from teichaku.core.home_parts import home_parts
from teichaku.core.registry import Text
from teichaku.deals.models import Deal
from teichaku.engine.obligations import next_turn_due
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.own_board import entry_task, own_board
from teichaku.inputs.selectors import OwnTask

AT_HOME = frozenset({"sales_rep", "inside_sales"})
MOST = 10


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A task that waits for its turn."""

    uid: UUID
    subject: str
    what: str
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of the page that a room brought, ready to be put in its place."""

    title: Text
    content: SafeString


def home_page(request: HttpRequest) -> dict[str, object] | None:
    """The template's values; None for people who have nothing to enter."""
    user, book = person_of(request), input_book()
    board = own_board(user.pk, book, most=MOST)
    if not board.total and not standing_of(request).roles & AT_HOME:
        return None
    records = records_for_user(user, [(task.subject_kind, task.subject_id) for task in board.tasks])
    shown = [task for task in board.tasks if (task.subject_kind, task.subject_id) in records]
    chosen = _chosen(shown, request.GET.get("card", ""))
    card = _card(request, chosen, records, book) if chosen else None
    return {
        "today": clock.now().astimezone(book.zone),
        "name": first_name(user),
        "count": board.total,
        "first_due": _due_text(board.first_due, book),
        "overdue": bool(board.first_due and board.first_due < clock.now()),
        "card": card,
        "position": shown.index(chosen) + 1 if chosen else 0,
        "segments": range(min(board.total, MOST)),
        "queue": list(_queue([t for t in shown if t is not chosen], records, book)),
        "more": board.total - len(shown),
        "next": request.path,
        "next_due": "" if board.total else _next_due(user.pk, book),
    }


def home_aside(request: HttpRequest) -> list[ShownPart]:
    """What the rooms bring to the page for this person, in order."""
    roles, rights = standing_of(request)
    parts = sorted(home_parts.values(), key=lambda part: part.position)
    found = []
    for part in parts:
        if part.right in rights and roles & part.roles:
            told = part.read(person_of(request), roles)
            if told is not None:
                content = render_to_string(part.template, dict(told), request)
                found.append(ShownPart(part.title, content))
    return found


def _chosen(tasks: Sequence[OwnTask], wanted: str) -> OwnTask | None:
    """The task that the address names, else the one with the earliest deadline."""
    named = (task for task in tasks if wanted in {str(row.uid) for row in task.obligations})
    return next(named, None) or next(iter(tasks), None)


def _card(
    request: HttpRequest,
    chosen: OwnTask,
    records: dict[tuple[str, int], Record],
    book: InputBook,
) -> EntryCard | None:
    record = records[chosen.subject_kind, chosen.subject_id]
    obligation = chosen.obligations[0]
    task = entry_task(obligation, book)
    if task is None or not may_enter(request, obligation, record, owes=True):
        return None
    return entry_card(task, record, book)


def _queue(
    tasks: Sequence[OwnTask], records: dict[tuple[str, int], Record], book: InputBook
) -> Iterator[QueueLine]:
    for task in tasks:
        record = records[task.subject_kind, task.subject_id]
        labels = [label for label, _id in rule_labels(task.obligations, book)]
        yield QueueLine(
            uid=task.obligations[0].uid,
            subject=record.subject,
            what=" / ".join(labels),
            due=day_and_time(task.due_at.astimezone(book.zone)),
            overdue=task.overdue,
        )


def _due_text(due: datetime | None, book: InputBook) -> str:
    if due is None:
        return ""
    local = due.astimezone(book.zone)
    if local.date() == book.staff.day(clock.now()):
        return _("today %s") % f"{local:%H:%M}"
    return day_and_time(local)


def _next_due(person: int, book: InputBook) -> str:
    """When the next rhythm ends for somebody with open deals; "" where none is known."""
    if not Deal.objects.filter(owner=person, stage__kind="open").exists():
        return ""
    due = next_turn_due(book.rules, book.staff, clock.now(), person)
    return day_text(due.astimezone(book.zone)) if due else ""
