"""Names that files use for leads and companies, resolved; unknown ones become new rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from teichaku.core import bulk
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.leads.models import Company, CompanyIdentity, Lead, LeadIdentity
from teichaku.leads.names import company_name_key, email_is_personal, email_key

LOOKUP_SIZE = 5_000
WRITE_SIZE = 1_000


class Known(NamedTuple):
    """A row as recorded, and the root that a merge may have moved it under."""

    id: int
    root: int


def leads_by_reference(system: str, references: Collection[str]) -> dict[str, Known]:
    """The leads that the system calls so; unknown references are left out."""
    own: dict[str, int] = dict(
        bulk.lookup(LeadIdentity, "external_id", references, ("external_id", "lead"), system=system)
    )
    roots: dict[int, int] = dict(bulk.lookup(Lead, "id", set(own.values()), ("id", "root")))
    return {reference: Known(lead, roots[lead]) for reference, lead in own.items()}


def leads_by_email(addresses: Collection[str]) -> dict[str, Known]:
    """The leads with these addresses, where they are personal and only one root has them."""
    keys = {address: email_key(address) for address in addresses}
    wanted = {key for key in keys.values() if email_is_personal(key)}
    roots: dict[str, list[int]] = {}
    for key, root in roots_with_email(wanted):
        roots.setdefault(key, []).append(root)
    return {
        address: Known(roots[key][0], roots[key][0])
        for address, key in keys.items()
        if len(roots.get(key, ())) == 1
    }


def roots_with_email(keys: Iterable[str]) -> list[tuple[str, int]]:
    """Address keys with the roots that have them, a row each."""
    found: list[tuple[str, int]] = []
    for chunk in bulk.chunked(keys, LOOKUP_SIZE):
        found.extend(
            Lead.objects.filter(email_key__in=chunk, root=F("id")).values_list("email_key", "id")
        )
    return found


def leads_ensure(
    *, system: str, references: Collection[str], actor: Actor, recorded_at: datetime
) -> dict[str, Known]:
    """The new leads by reference; none of the references may be known yet.

    Part of the caller's transaction, so that the fact that named the lead comes with it.
    """
    ids = bulk.reserve_ids(Lead, len(references))
    pairs = list(zip(sorted(references), ids, strict=True))
    blank = dict.fromkeys(BLANK_LEAD_TEXTS, "")
    bulk.insert(
        Lead,
        ("id", "root", "uid", "kind", "recorded_at", "attributes", *blank),
        [
            (i, i, uuid7(), Lead.Kind.KNOWN.value, recorded_at, {}, *blank.values())
            for _, i in pairs
        ],
    )
    bulk.insert(
        LeadIdentity,
        ("lead", "system", "external_id"),
        [(i, system, reference) for reference, i in pairs],
    )
    audit_record(
        actor=actor, action="leads.leads_ensure", object_type="leads.lead", count=len(pairs)
    )
    outbox_emit(topic="leads.written", payload={"leads": ids})
    return {reference: Known(i, i) for reference, i in pairs}


def companies_ensure(
    *, system: str, references: Collection[str], actor: Actor, recorded_at: datetime
) -> tuple[dict[str, int], int]:
    """The company of each reference (an id in the system or a name), and how many are new.

    A new one answers to the reference as an id too, so that a companies file that comes later
    finds it, whichever of the two the reference was.
    """
    found = _companies_by_identity(system, references)
    rest = sorted(set(references) - found.keys())
    by_name = _companies_by_name(company_name_key(reference) for reference in rest)
    new: dict[str, list[str]] = {}
    for reference in rest:
        key = company_name_key(reference)
        if key in by_name:
            found[reference] = by_name[key]
        else:
            new.setdefault(key, []).append(reference)
    for chunk in bulk.chunked(new.items(), WRITE_SIZE):
        found.update(_companies_create(system, dict(chunk), actor, recorded_at))
    return found, len(new)


def _companies_by_identity(system: str, references: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in bulk.chunked(references, LOOKUP_SIZE):
        rows = CompanyIdentity.objects.filter(system=system, external_id__in=chunk)
        found.update(rows.values_list("external_id", "company_id"))
    return found


def _companies_by_name(keys: Iterable[str]) -> dict[str, int]:
    """The one root of a name; among namesakes the one nobody has given a corporate number."""
    roots: dict[str, list[tuple[bool, int]]] = {}
    for chunk in bulk.chunked(set(keys), LOOKUP_SIZE):
        rows = Company.objects.filter(name_key__in=chunk, root=F("id")).values_list(
            "name_key", "id", "corporate_number"
        )
        for key, company, number in rows:
            roots.setdefault(key, []).append((bool(number), company))
    single: dict[str, int] = {}
    for key, companies in roots.items():
        unnumbered = [company for numbered, company in companies if not numbered]
        candidates = unnumbered if len(companies) > 1 else [company for _, company in companies]
        if len(candidates) == 1:
            single[key] = candidates[0]
    return single


def _companies_create(
    system: str, names: Mapping[str, list[str]], actor: Actor, recorded_at: datetime
) -> dict[str, int]:
    with transaction.atomic():
        ids = bulk.reserve_ids(Company, len(names))
        rows = list(zip(ids, names.items(), strict=True))
        blank = dict.fromkeys(("corporate_number", "domain", "industry", "prefecture"), "")
        bulk.insert(
            Company,
            ("id", "root", "uid", "name", "name_key", "recorded_at", "attributes", *blank),
            [
                (i, i, uuid7(), max(spellings), key, recorded_at, {}, *blank.values())
                for i, (key, spellings) in rows
            ],
        )
        identities = [(i, spelling) for i, (_, spellings) in rows for spelling in spellings]
        bulk.insert(
            CompanyIdentity,
            ("company", "system", "external_id"),
            [(i, system, spelling) for i, spelling in identities],
        )
        audit_record(
            actor=actor,
            action="leads.companies_ensure",
            object_type="leads.company",
            count=len(rows),
        )
        outbox_emit(topic="leads.companies_written", payload={"companies": ids})
    return {spelling: i for i, spelling in identities}


BLANK_LEAD_TEXTS = (
    "email",
    "email_key",
    "name",
    "kana",
    "phone",
    "title",
    "department",
    "source",
    "campaign",
    "stage",
)
