"""Which leads changed, told by lower rooms inside their own transactions."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F

from teichaku.core import bulk, clock
from teichaku.core.ids import uuid7
from teichaku.scoring.models import DirtyLead, Qualification

# One statement for any number of leads; SQLite needs the WHERE to tell the conflict clause apart.
_EACH = {
    "sqlite": "SELECT value, %s FROM json_each(%s) WHERE true",
    "postgresql": "SELECT value::bigint, %s FROM json_array_elements_text(%s::json)",
}
_IMPORTED = (
    "uid", "lead", "at", "source", "evidence", "recorded_at", "supersedes", "withdrawn",
)  # fmt: skip


def leads_mark(roots: Sequence[int]) -> None:
    """Nothing; the leads are due for scoring and out of date in the base.

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
