"""An input task as a card: whom it is about, how long is left, and only what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.console.entry_fields import EntryField, Suggestions, day_text, entry_field
from teichaku.console.entry_records import Record
from teichaku.console.time_left import TimeLeft, time_left
from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.engine.obligations import Asked
from teichaku.inputs.book import InputBook
from teichaku.inputs.exception_wishes import wish_of
from teichaku.inputs.models import Obligation
from teichaku.inputs.own_board import EntryTask
from teichaku.notify.models import Task


@dataclass(frozen=True, slots=True)
class EntryCard:
    """One task as it is shown. ``asked`` is what its answers have to be, by field."""

    uid: UUID
    record: Record
    happened: str
    rules: Sequence[tuple[str, str]]  # label and id
    due_at: datetime
    left: TimeLeft
    fields: Sequence[EntryField]
    asked: Mapping[str, Sequence[Asked]]
    obligations: Sequence[Obligation]
    is_open: bool
    wish: Task | None

    def field(self, name: str) -> EntryField | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)

    def showing(self, fields: Mapping[str, EntryField]) -> EntryCard:
        """The card with these fields in place of its own."""
        return replace(self, fields=[fields.get(each.name, each) for each in self.fields])


def entry_card(task: EntryTask, record: Record, book: InputBook) -> EntryCard:
    """The card of a task."""
    now, first = clock.now(), task.obligations[0]
    calendar = book.staff.calendar(first.owner_id)
    suggestions = Suggestions(record, calendar, book.staff.day(now))
    return EntryCard(
        uid=first.uid,
        record=record,
        happened=_happened(record, book),
        rules=rule_labels(task.obligations, book),
        due_at=task.due_at,
        left=time_left(task.created_at, task.due_at, now, calendar),
        fields=[
            entry_field(name, asked, record, suggestions) for name, asked in task.asked.items()
        ],
        asked=task.asked,
        obligations=task.obligations,
        is_open=task.is_open,
        wish=wish_of(first),
    )


def rule_labels(obligations: Sequence[Obligation], book: InputBook) -> list[tuple[str, str]]:
    """Label and id of each rule that asks."""
    names = dict.fromkeys(row.rule_id for row in obligations)
    return [(book.labels.get(name, name), name) for name in names]


def _happened(record: Record, book: InputBook) -> str:
    if record.happened is None:
        return ""
    what, at = record.happened
    return _("%(day)s %(what)s") % {"day": day_text(at.astimezone(book.zone)), "what": what}


def day_and_time(at: datetime) -> str:
    """The local instant as people write it in a line."""
    return f"{day_text(at)} {at:%H:%M}"


def first_name(user: User) -> Text:
    """What colleagues call the person: the family name where one stands first."""
    return user.name.replace("\u3000", " ").split(" ")[0]
