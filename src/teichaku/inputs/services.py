"""Writes of obligations: made, moved and settled as the records tell; excepted by people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.engine import obligations as engine
from teichaku.engine.input_facts import Subject
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import OPEN, VOID, WAIVED, Obligation
from teichaku.inputs.subject_kinds import SUBJECT_KINDS

AT_ONCE = 200
FOLLOWED = ("rule_hash", "owner_id", "role", "created_at", "due_at", "state", "settled_at")
COLUMNS = ("uid", "rule_id", "subject_kind", "subject_id", "occurrence", *FOLLOWED)
LOGGED = ("due_at", "owner_id")
OBJECT = "inputs.obligation"


@dataclass(slots=True)
class Refreshed:
    """How many obligations were made, changed and, with their subject, removed."""

    made: int = 0
    changed: int = 0
    removed: int = 0


def obligations_refresh(
    *,
    about: Mapping[str, Collection[int]],
    actor: Actor = SYSTEM,
    book: InputBook | None = None,
) -> Refreshed:
    """What was made, changed and removed so that the obligations about these rows, by their kind,
    are as the records tell. Doing it twice, or in any number of workers at once, changes nothing
    more.
    """
    book = book or input_book()
    done = Refreshed()
    for kind, ids in about.items():
        for portion in bulk.chunked(sorted(set(ids)), AT_ONCE):
            with transaction.atomic():
                _refresh(kind, portion, book, actor, done)
    return done


def _refresh(kind: str, ids: Sequence[int], book: InputBook, actor: Actor, done: Refreshed) -> None:
    # Whoever holds these rows decides about them alone, and reads what others have committed.
    subjects = SUBJECT_KINDS[kind]
    rows = subjects.model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update()
    there = list(rows.values_list("pk", flat=True))
    stored: dict[int, list[Obligation]] = defaultdict(list)
    for row in Obligation.objects.filter(subject_kind=kind, subject_id__in=ids).order_by("pk"):
        stored[row.subject_id].append(row)
    work = _Work(kind, book, clock.now())
    for subject in subjects.subjects(there, book):
        work.compare(subject, stored.get(subject.id, []))
    gone = stored.keys() - set(there)
    work.remove([row.pk for pk in gone for row in stored[pk]])
    work.write(actor, done)


class _Work:
    """What one portion has to write."""

    def __init__(self, kind: str, book: InputBook, as_of: datetime) -> None:
        self._kind, self._book, self._as_of = kind, book, as_of
        self._inserts: list[bulk.Row] = []
        self._updates: list[bulk.Row] = []
        self._history: list[FieldChange] = []
        self._removals: list[int] = []

    def compare(self, subject: Subject, stored: Sequence[Obligation]) -> None:
        """Nothing; what has to change about the subject's obligations is noted."""
        settled = {(r.rule_id, r.occurrence) for r in stored if r.state != OPEN}
        running = {(r.rule_id, r.occurrence): r for r in stored if r.state == OPEN}
        book = self._book
        for wanted in engine.obligations_of(subject, book.rules, book.staff, self._as_of, settled):
            row = running.pop((wanted.rule_id, wanted.occurrence), None)
            if row is None:
                start = (uuid7(), wanted.rule_id, self._kind, subject.id, wanted.occurrence)
                self._inserts.append((*start, *_followed(wanted)))
            else:
                self._change(row, _followed(wanted))
        for row in running.values():
            # What it waited for turned out not to have happened.
            values = {**_current(row), "state": VOID, "settled_at": self._as_of}
            self._change(row, tuple(values.values()))

    def remove(self, ids: Sequence[int]) -> None:
        """Nothing; these go, as what they were about was taken back."""
        self._removals += ids

    def write(self, actor: Actor, done: Refreshed) -> None:
        """Nothing; all of it is written and told."""
        if not (self._inserts or self._updates or self._removals):
            return
        new = bulk.insert_new(Obligation, COLUMNS, self._inserts)
        bulk.update(Obligation, FOLLOWED, self._updates)
        Obligation.objects.filter(pk__in=self._removals).delete()
        changes_record(self._history, actor=actor, at=self._as_of, source="inputs")
        touched = [row[0] for row in (*new, *self._updates)]
        audit_record(
            actor=actor,
            action="inputs.obligations_refresh",
            object_type=OBJECT,
            count=len(touched) + len(self._removals),
        )
        if touched:
            outbox_emit(topic="inputs.obligations_changed", payload={"obligations": touched})
        done.made += len(new)
        done.changed += len(self._updates)
        done.removed += len(self._removals)

    def _change(self, row: Obligation, values: bulk.Row) -> None:
        before = _current(row)
        after = dict(zip(FOLLOWED, values, strict=True))
        if before == after:
            return
        self._updates.append((row.pk, *values))
        self._history += [
            FieldChange(
                OBJECT, row.pk, name.removesuffix("_id"), _plain(before[name]), _plain(after[name])
            )
            for name in LOGGED
            if before[name] != after[name]
        ]


def _followed(wanted: engine.Obligation) -> bulk.Row:
    return (
        wanted.rule_hash,
        wanted.owner,
        wanted.role,
        wanted.created_at,
        wanted.due_at,
        wanted.state,
        wanted.settled_at,
    )


def _current(row: Obligation) -> dict[str, object]:
    return {name: getattr(row, name) for name in FOLLOWED}


def _plain(value: object) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else None


def obligation_waive(*, obligation: Obligation, reason: str, actor: Actor) -> Obligation:
    """The excepted obligation. Nobody excepts what they owe themselves; after the deadline it
    closes the row, but the entry stays counted as missed.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why this entry is excepted."), field="reason")
    with transaction.atomic():
        row = Obligation.objects.select_for_update().get(pk=obligation.pk)
        if row.state != OPEN:
            raise Conflict(_("This entry was made or closed already. Reload the page."))
        if actor.user_id is None or actor.user_id == row.owner_id:
            raise Conflict(_("Whoever owes an entry cannot except it. Someone else has to."))
        row.state, row.settled_at = WAIVED, clock.now()
        row.waived_by_id, row.waive_reason = actor.user_id, reason
        row.save(update_fields=["state", "settled_at", "waived_by", "waive_reason"])
        audit_record(
            actor=actor,
            action="inputs.obligation_waive",
            object_type=OBJECT,
            object_id=row.pk,
            values={"reason": reason},
        )
        outbox_emit(topic="inputs.obligations_changed", payload={"obligations": [row.pk]})
    return row
