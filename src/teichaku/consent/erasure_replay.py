"""Whom a restored copy of the database brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from teichaku.consent.addresses import address_digest
from teichaku.consent.erasure_journal import JournalEntry
from teichaku.leads.models import Lead

AT_ONCE = 5_000


def people_back(entries: Sequence[JournalEntry]) -> list[Lead]:
    """The people whom these erased and who are here again.

    Those with one of the addresses count too, unless they came after the erasure: whoever comes
    back by themselves stays.
    """
    if not entries:
        return []
    uids: set[UUID] = set()
    until: dict[str, datetime] = {}
    for entry in entries:
        uids.update(entry.leads)
        for digest in entry.digests:
            until[digest] = max(entry.at, until.get(digest, entry.at))
    known = Lead.objects.exclude(kind=Lead.Kind.ERASED)
    roots = set(known.filter(uid__in=uids).values_list("root_id", flat=True))
    older = known.filter(recorded_at__lte=max(entry.at for entry in entries))
    rows = older.exclude(email_key="").values_list("root_id", "email_key", "recorded_at")
    for root, key, recorded_at in rows.iterator(chunk_size=AT_ONCE):
        erased_at = until.get(address_digest(key))
        if erased_at is not None and recorded_at <= erased_at:
            roots.add(root)
    return list(Lead.objects.filter(pk__in=roots).order_by("pk"))
