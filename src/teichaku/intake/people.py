"""Users files: handed to the accounts room, which lies below and cannot register itself."""

from __future__ import annotations

from teichaku.accounts.people import TEXTS, PersonRow
from teichaku.accounts.services import people_import
from teichaku.intake.reader import BadRecord
from teichaku.intake.writers import ImportTask


def users_write(task: ImportTask) -> None:
    """Nothing; the people of the file exist, with their roles, teams and managers."""
    rows: list[PersonRow] = []
    for chunk in task.rows.chunks():
        columns = [chunk.text(name) for name in TEXTS]
        for line, *texts in zip(chunk.lines, *columns, strict=True):
            rows.append(PersonRow(line, **dict(zip(TEXTS, texts, strict=True))))
    result = people_import(rows=rows, system=task.system, actor=task.actor)
    given = {row.line: row for row in rows}
    for bad in result.rejected:
        raw = {name: getattr(given[bad.line], name) for name in TEXTS}
        task.reject(BadRecord(bad.line, bad.code, bad.message, list(raw.values())), raw)
    task.tally.created += result.created
    task.tally.updated += result.updated
    task.tally.unchanged += result.unchanged
    people = result.created + result.updated + result.unchanged
    task.tally.duplicates += len(rows) - len(result.rejected) - people
    task.progress(len(rows))
