"""Which rows of a leads file are the same person, and which lead that person already is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from teichaku.intake.collapse import Unions, collapse, grouped, row_keys
from teichaku.intake.rows import Chunk
from teichaku.leads.names import email_is_personal, email_key
from teichaku.leads.references import Known, leads_by_reference, roots_with_email
from teichaku.leads.selectors import separated_leads


@dataclass(frozen=True, slots=True)
class LeadGroup:
    """Rows about one person: the lead it is (None: a new one), others that turn out to be it."""

    rows: list[int]
    target: int | None
    merged: tuple[int, ...]
    new_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    """Rows with one id in their system, or id-less ones with one address."""

    rows: list[int]
    external_id: str
    email: str
    known: Known | None


def leads_match(chunk: Chunk, system: str) -> list[LeadGroup]:
    """The people of the file: by id in their system, then by personal e-mail address.

    Ids decide first: rows with one id are one record whatever their addresses. Records that share
    an address, and the leads that have it, are one person. The order of rows decides nothing.
    """
    records = _records(chunk, system)
    separated = separated_leads()
    unions: Unions[tuple[str, object]] = Unions()
    addresses: dict[int, set[str]] = {}
    for name, record in records.items():
        node = ("record", name)
        if record.known:
            unions.join(("lead", record.known.root), node)
            addresses.setdefault(record.known.root, set()).add(record.email)
        if record.email and not (record.known and record.known.root in separated):
            unions.join(("email", record.email), node)
    held: dict[int, set[str]] = {}
    for email, root in roots_with_email({r.email for r in records.values() if r.email}):
        held.setdefault(root, set()).add(email)
    for root, email in sorted((root, email) for root, emails in held.items() for email in emails):
        # A lead that the file itself gives another address no longer answers to its old one.
        given = addresses.get(root, set()) - {""}
        if root not in separated and (given <= held[root] or email in given):
            unions.join(("lead", root), ("email", email))
            addresses.setdefault(root, set())
    roots: dict[tuple[str, object], list[int]] = {}
    for root in sorted(addresses):
        roots.setdefault(unions.find(("lead", root)), []).append(root)
    members: dict[tuple[str, object], list[_Record]] = {}
    for name in sorted(records):
        members.setdefault(unions.find(("record", name)), []).append(records[name])
    return [_group(found, roots.get(key, [])) for key, found in members.items()]


def _group(records: list[_Record], roots: list[int]) -> LeadGroup:
    return LeadGroup(
        rows=[row for record in records for row in record.rows],
        target=roots[0] if roots else None,
        merged=tuple(roots[1:]),
        new_ids=tuple(r.external_id for r in records if r.external_id and r.known is None),
    )


def _records(chunk: Chunk, system: str) -> dict[str, _Record]:
    ids, emails = list(chunk.text("external_id")), [email_key(e) for e in chunk.text("email")]
    emails = [email if email_is_personal(email) else "" for email in emails]
    nameless = [
        i for i, (name, email) in enumerate(zip(ids, emails, strict=True)) if not (name or email)
    ]
    for i, key in zip(nameless, row_keys(chunk, nameless), strict=True):
        ids[i] = key
    keys = [name or f"\x1f{email}" for name, email in zip(ids, emails, strict=True)]
    places = grouped(keys)
    known = leads_by_reference(system, {name for name in ids if name})
    chosen = collapse(emails, list(places.values()), chunk.instants("created_at"))
    return {
        key: _Record(rows, ids[rows[0]], cast(str, email), known.get(ids[rows[0]]))
        for (key, rows), email in zip(places.items(), chosen, strict=True)
    }
