"""The journal of erasures: a file beside the database that no restored copy takes back.

A line holds ids and keyed digests, never values. Whoever restores a copy of the database keeps the
state folder, or brings the file along.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from teichaku.consent.models import ErasureRecord

NAME = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An erasure: the leads that stood for the person, and digests of its addresses."""

    uid: UUID
    leads: list[UUID]
    digests: list[str]
    at: datetime


def journal_path() -> Path:
    """Where the journal is."""
    return Path(settings.STATE_DIR) / NAME


def journal_append(record: ErasureRecord) -> None:
    """Nothing; the line is on the disk."""
    line = {
        "uid": str(record.erasure_uid), "leads": record.leads, "digests": record.digests,
        "at": record.at.isoformat(),
    }  # fmt: skip
    path = journal_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)


def journal_entries() -> Iterator[JournalEntry]:
    """All erasures that either journal knows of, the oldest first; each once.

    A line that a crash cut off was never followed by an erasure, so it is passed over.
    """
    found: dict[UUID, JournalEntry] = {}
    if journal_path().exists():
        for line in journal_path().read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue
            entry = JournalEntry(
                UUID(said["uid"]), [UUID(uid) for uid in said["leads"]], said["digests"],
                datetime.fromisoformat(said["at"]),
            )  # fmt: skip
            found[entry.uid] = entry
    for row in ErasureRecord.objects.order_by("pk"):
        uids = [UUID(uid) for uid in row.leads]
        found.setdefault(row.erasure_uid, JournalEntry(row.erasure_uid, uids, row.digests, row.at))
    yield from sorted(found.values(), key=lambda entry: entry.at)
