"""What a person has to enter now: how much, by when, and what the first tasks ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from teichaku.core import clock
from teichaku.engine.obligations import Asked, asked_of
from teichaku.engine.rulebook.vocabulary import ROLES
from teichaku.inputs.book import InputBook
from teichaku.inputs.models import OPEN, Obligation
from teichaku.inputs.selectors import MET, OwnTask
from teichaku.inputs.subject_kinds import SUBJECT_KINDS

RECORD = ("subject_kind", "subject_id", "owner_id")
LOOKED_AT = 300  # obligations, for the records that are shown


class OwnBoard(NamedTuple):
    """How many records lack an entry, the earliest deadline, and the first of the records.

    One answer settles every turn of a rhythm that is open, so each record stands there once.
    """

    total: int
    first_due: datetime | None
    tasks: Sequence[OwnTask]


class EntryTask(NamedTuple):
    """The obligations about one record, open ones first, and by field what they ask for."""

    obligations: Sequence[Obligation]
    asked: Mapping[str, Sequence[Asked]]

    @property
    def is_open(self) -> bool:
        """Whether anything is owed still."""
        return self.obligations[0].state == OPEN

    @property
    def due_at(self) -> datetime:
        """The first deadline."""
        return self.obligations[0].due_at

    @property
    def created_at(self) -> datetime:
        """When the time of the one with the first deadline began."""
        return self.obligations[0].created_at


def owed_by(person: int, book: InputBook) -> Q:
    """What is the person's, and what is up to anybody in a role that the person has."""
    day = book.staff.day(clock.now())
    roles = [role for role in ROLES if book.staff.holds(person, role, day)]
    return Q(owner=person) | Q(owner=None, role__in=roles)


def own_board(person: int, book: InputBook, *, most: int) -> OwnBoard:
    """What the person has to enter, ``most`` records of it in full; two queries at most."""
    rows = Obligation.objects.filter(owed_by(person, book), state=OPEN)
    first = list(rows.order_by("due_at", "pk")[:LOOKED_AT])
    tasks = _by_record(first)
    whole = len(first) < LOOKED_AT
    return OwnBoard(
        total=len(tasks) if whole else rows.order_by().values(*RECORD).distinct().count(),
        first_due=first[0].due_at if first else None,
        tasks=tasks[:most],
    )


def _by_record(rows: Sequence[Obligation]) -> list[OwnTask]:
    now, found = clock.now(), defaultdict[tuple[object, ...], list[Obligation]](list)
    for row in rows:
        found[tuple(getattr(row, name) for name in RECORD)].append(row)
    return [
        OwnTask(of[0].subject_kind, of[0].subject_id, of[0].due_at, of[0].due_at < now, tuple(of))
        for of in found.values()
    ]


def entry_task(obligation: Obligation, book: InputBook) -> EntryTask | None:
    """All that is owed about the record of the obligation, with what is asked; None where that was
    ended without an entry.
    """
    about = {"subject_kind": obligation.subject_kind, "subject_id": obligation.subject_id}
    rows = Obligation.objects.filter(**about, state=OPEN, owner=obligation.owner_id)
    found = list(rows.order_by("due_at", "pk"))
    if obligation.state in MET:
        found.append(obligation)
    kind = SUBJECT_KINDS[obligation.subject_kind]
    wanted = {(row.rule_id, row.occurrence) for row in found}
    asked: dict[str, list[Asked]] = {}
    for subject in kind.subjects([obligation.subject_id], book) if found else ():
        told = asked_of(subject, book.rules, book.staff, clock.now(), wanted)
        found = [row for row in found if (row.rule_id, row.occurrence) in told]
        for row in found:
            for one in told[row.rule_id, row.occurrence]:
                asked.setdefault(one.field.name, []).append(one)
    return EntryTask(found, asked) if found and asked else None
