"""Erasing a person: asked for with a reason, decided by somebody else, done by a job.

First whatever names the person is cleaned, while it is still known what the person is called; then
the rows about the person are emptied. A job that broke off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.consent.erasure_journal import journal_append, journal_entries
from teichaku.consent.erasure_news import asked_tell, decided_tell
from teichaku.consent.erasure_replay import people_back
from teichaku.consent.models import Erasure, ErasureRecord, MailStatus, Refusal
from teichaku.consent.people import digests_of, person_of
from teichaku.consent.words import Channel, Reason
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.ids import uuid7
from teichaku.core.jobs import job_enqueue
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.personal_data import Person, mentions_erase, rows_erase
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Lead

JOB: Final = "consent.erase"
RESTORED: Final = "restored copy"
State = Erasure.State
SMALL: Final = 256 * 1024 * 1024


def erasure_ask(*, lead: Lead, reason: str, actor: Actor) -> Erasure:
    """The request; nothing is erased until somebody else approves it."""
    if not reason.strip():
        raise InvalidInput(_("Say why the data are to be erased."), field="reason")
    if lead.kind == Lead.Kind.ERASED:
        raise Conflict(_("This person's data are erased already."))
    try:
        with transaction.atomic():
            row = Erasure.objects.create(
                lead_id=lead.root_id, at=clock.now(), reason=reason.strip(), **actor_columns(actor)
            )
            _record(row, "consent.erasure_ask", actor)
            asked_tell(row, actor)
    except IntegrityError as error:
        raise Conflict(_("The erasure of this person was asked for already.")) from error
    return row


def erasure_decide(*, erasure: Erasure, approve: bool, note: str, user: User, actor: Actor) -> None:
    """Nothing; the job that erases is due, or the request is over. Never by who asked."""
    if erasure.actor_user_id == user.pk:
        raise Conflict(_("Somebody else has to decide on a request of one's own."))
    state = State.APPROVED if approve else State.REJECTED
    with transaction.atomic():
        waiting = Erasure.objects.filter(pk=erasure.pk, state=State.ASKED)
        if not waiting.update(
            state=state, decided_by=user, decided_at=clock.now(), note=note.strip()
        ):
            raise Conflict(_("This request was decided already."))
        _record(erasure, f"consent.erasure_{'approve' if approve else 'reject'}", actor)
        decided_tell(erasure, approve=approve, actor=actor)
        if approve:
            job_enqueue(kind=JOB, key=f"erasure {erasure.pk}", payload={"erasure": erasure.pk})


def erase_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the person is erased. One that broke off goes on."""
    row = Erasure.objects.get(pk=cast(int, payload["erasure"]))
    if row.state == State.APPROVED:
        erasure_run(row)


def erasure_run(row: Erasure) -> None:
    """Nothing; nothing that is kept tells who the person was."""
    with _nothing_left_behind():
        person = person_of(row.lead)
        record = _record_of(row, person)
        if row.named_at is None:
            row.rows += mentions_erase(person)
            row.named_at = clock.now()
            row.save(update_fields=["rows", "named_at"])
        row.rows += rows_erase(person)
        _settle(person, record.digests)
    row.state, row.finished_at = State.DONE, clock.now()
    with transaction.atomic():
        row.save(update_fields=["state", "finished_at", "rows"])
        _record(row, "consent.erasure_done", SYSTEM)
    database_compact()


def erasures_replay() -> int:
    """How many people were erased once more, because a restored copy had them back.

    The journal's file is outside of the database, so it knows of erasures that the copy does not.
    """
    entries = list(journal_entries())
    people = people_back(entries)
    for lead in people:
        row, _new = Erasure.objects.update_or_create(
            lead=lead,
            state__in=[State.ASKED, State.APPROVED],
            defaults={"state": State.APPROVED},
            create_defaults={
                "state": State.APPROVED, "at": clock.now(), "reason": RESTORED,
                **actor_columns(SYSTEM),
            },
        )  # fmt: skip
        erasure_run(row)
    for entry in entries:
        with transaction.atomic():
            _refuse(entry.digests)
    return len(people)


def database_compact(*, whole: bool = False) -> bool:
    """Whether the file was written anew, so that no page of it keeps what was there before.

    Only a small one at once (on SQLite), for nobody else can write meanwhile.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        small = cursor.fetchone()[0] <= SMALL
        if small or whole:
            cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return bool(small or whole)


class _nothing_left_behind:  # noqa: N801 - reads as what it does
    """Within the block SQLite overwrites what it deletes; without, it only forgets where it was."""

    def __enter__(self) -> None:
        self._set("ON")

    def __exit__(self, *error: object) -> None:
        self._set("OFF")

    def _set(self, value: str) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA secure_delete={value}")


def _record_of(row: Erasure, person: Person) -> ErasureRecord:
    """The entry in both journals, made before anything goes, so that no crash can lose it."""
    known = ErasureRecord.objects.filter(erasure_uid=row.uid).first()
    if known is not None:
        return known
    uids = [
        str(uid) for uid in Lead.objects.filter(pk__in=person.leads).values_list("uid", flat=True)
    ]
    with transaction.atomic():
        record = ErasureRecord.objects.create(
            erasure_uid=row.uid, leads=uids, digests=digests_of(person), at=clock.now()
        )
        journal_append(record)
    return record


def _settle(person: Person, digests: list[str]) -> None:
    """Nothing; no later file can bring mails to the addresses; other rooms know of the leads."""
    with transaction.atomic():
        Refusal.objects.filter(digest__in=digests).update(address="")
        _refuse(digests)
        MailStatus.objects.filter(lead__in=person.leads).delete()
        outbox_emit(topic="leads.written", payload={"leads": list(person.leads)})
        leads_changed.notify(list(person.leads))


def _refuse(digests: list[str]) -> None:
    """Nothing; each address is refused on every channel. Part of the caller's transaction."""
    now = clock.now()
    Refusal.objects.bulk_create(
        (
            Refusal(
                uid=uuid7(), channel=channel, digest=digest, reason=Reason.ERASED, source="erasure",
                at=now, recorded_at=now, **actor_columns(SYSTEM),
            )
            for digest in digests
            for channel in Channel.values
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _record(row: Erasure, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor, action=action, object_type="consent.erasure", object_id=row.pk,
        values={"lead": row.lead_id},
    )  # fmt: skip
    outbox_emit(topic="consent.erasure_changed", payload={"erasure": row.pk})
