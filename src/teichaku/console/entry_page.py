"""One input task as its page finds it: for whom, about what, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from teichaku.accounts.access import standing_of
from teichaku.accounts.actors import person_of
from teichaku.console.entry_card import EntryCard, day_and_time, entry_card, rule_labels
from teichaku.console.entry_records import Record, may_enter, record_for_user
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.exception_wishes import wish_of
from teichaku.inputs.models import LATE, ON_TIME, VOID, WAIVED, Obligation
from teichaku.inputs.own_board import entry_task
from teichaku.notify.models import Task


@dataclass(frozen=True, slots=True)
class Entry:
    """An input task for the person who asks; without ``card`` it was ended without an entry."""

    obligation: Obligation
    record: Record
    rules: Sequence[tuple[str, str]]
    card: EntryCard | None
    may_enter: bool
    book: InputBook
    is_own: bool
    wish: Task | None


@dataclass(frozen=True, slots=True)
class State:
    """What the page says of a task that has no card here."""

    tone: str
    icon: str
    title: str
    text: str


def entry_for(request: HttpRequest, uid: UUID) -> Entry | None:
    """The task with its card; None for no such task and for one about what is out of sight."""
    rows = Obligation.objects.select_related("owner", "waived_by")
    obligation = rows.filter(uid=uid).first()
    user = person_of(request)
    record = record_for_user(user, obligation) if obligation else None
    if obligation is None or record is None:
        return None
    book = input_book()
    task = entry_task(obligation, book)
    card = entry_card(task, record, book) if task else None
    owes = obligation.owner_id == user.pk or (
        obligation.owner_id is None and obligation.role in standing_of(request).roles
    )
    return Entry(
        obligation=obligation,
        record=record,
        rules=rule_labels([obligation], book),
        card=card,
        may_enter=may_enter(request, obligation, record, owes=owes),
        book=book,
        is_own=owes,
        wish=card.wish if card else wish_of(obligation),
    )


def entry_state(entry: Entry) -> State:
    """How the task stands, in words."""
    row, at = entry.obligation, ""
    if row.settled_at is not None:
        at = day_and_time(row.settled_at.astimezone(entry.book.zone))
    match row.state:
        case s if s in (ON_TIME, LATE):
            return State("ok", "circle-check", _("Entered already"), _("Entered on %s.") % at)
        case s if s == WAIVED:
            return State("info", "shield-check", _("Excepted"), _("Excepted on %s.") % at)
        case s if s == VOID:
            return State(
                "calm",
                "archive",
                _("No longer needed"),
                _("The deal was closed or the rule was changed on %s.") % at,
            )
    owner = row.owner.name if row.owner else _("whoever holds the role")
    return State(
        "info",
        "user-round",
        _("Somebody else enters this"),
        _("It is up to %(owner)s, by %(due)s.")
        % {"owner": owner, "due": day_and_time(row.due_at.astimezone(entry.book.zone))},
    )
