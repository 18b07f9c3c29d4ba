"""Which leads changed, told by lower rooms inside their own transactions."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F

from teichaku.core import bulk, clock
from teichaku.core.ids import uuid7
from teichaku.core.jobs import job_enqueue
from teichaku.scoring.models import DirtyLead, Qualification, Score

# One statement for any number of leads; SQLite needs the WHERE to tell the conflict clause apart.
_EACH = {
    "sqlite": "SELECT value, %s FROM json_each(%s) WHERE true",
    "postgresql": "SELECT value::bigint, %s FROM json_array_elements_text(%s::json)",
}
_IMPORTED = (
    "uid", "lead", "at", "source", "evidence", "recorded_at", "supersedes", "withdrawn",
)  # fmt: skip


def leads_mark(roots: Sequence[int]) -> None:
    """Nothing; the leads are due for scoring, soon, and out of date in the base.

    Marks are random, so that a row taken away and written again never looks like the old one.
    """
    table = connection.ops.quote_name(DirtyLead._meta.db_table)
    ids = json.dumps(sorted(set(roots)))
    each = _EACH[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (lead_id, mark) {each}"
            " ON CONFLICT (lead_id) DO UPDATE SET mark = excluded.mark",
            [secrets.randbits(62), ids],
        )
    # A row of its own: one that all writers share would make them wait for each other.
    job_enqueue(kind="scoring.changed")


def evaluations_void(roots: Sequence[int]) -> None:
    """Nothing; what was evaluated of these leads was of other people, so it is looked at anew.

    Their events alone do not tell: whoever joined may have brought no event but a job title.
    """
    Score.objects.filter(lead__in=roots).update(history=F("history") + 1)


def marks_note(reader: str, marks: Sequence[tuple[int, int]]) -> list[int]:
    """The leads, of (lead, mark) as read, that have not changed since; ``reader`` (scored_mark or
    base_mark) is now up to date with them, and rows that both are up to date with are gone.
    """
    ids = [lead for lead, _mark in marks]
    current = dict(DirtyLead.objects.filter(pk__in=ids).values_list("lead_id", "mark"))
    same = [(lead, mark, mark) for lead, mark in marks if current.get(lead) == mark]
    bulk.upsert(DirtyLead, "lead_id", ("mark", reader), same)
    DirtyLead.objects.filter(pk__in=ids, scored_mark=F("mark"), base_mark=F("mark")).delete()
    return [lead for lead, _mark, _same in same]


def marks_read() -> dict[int, int]:
    """The mark of every lead that has one."""
    return dict(DirtyLead.objects.values_list("lead_id", "mark"))


def marks_again(since: Mapping[int, int]) -> None:
    """Nothing; leads that changed since these marks were read, and that another run has scored, are
    due once more: whoever read the marks may have overwritten what that run found.
    """
    scored = DirtyLead.objects.filter(scored_mark=F("mark")).values_list("lead_id", "mark")
    leads = [lead for lead, mark in scored if since.get(lead) != mark]
    for chunk in bulk.chunked(leads, 5_000):
        DirtyLead.objects.filter(pk__in=chunk).update(scored_mark=None)
    if leads:
        job_enqueue(kind="scoring.changed")


def qualifications_import(pairs: Sequence[tuple[int, datetime]]) -> None:
    """Nothing; what a file says was qualified elsewhere stands as qualified, without a revision.

    The same instant again changes nothing; another one supersedes what the file said before.
    """
    at = clock.now()
    said = dict(pairs)
    known: dict[int, tuple[int, datetime]] = {}
    for chunk in bulk.chunked(said, 5_000):
        rows = Qualification.objects.filter(
            lead__in=chunk, source=Qualification.Source.IMPORT, superseded_by=None
        )
        known.update((row[0], (row[1], row[2])) for row in rows.values_list("lead_id", "id", "at"))
    new: list[bulk.Row] = [
        (uuid7(), lead, instant, "import", {}, at, known[lead][0] if lead in known else None, False)
        for lead, instant in said.items()
        if lead not in known or known[lead][1] != instant
    ]
    bulk.insert(Qualification, _IMPORTED, new)
    leads_mark([row[1] for row in new])
