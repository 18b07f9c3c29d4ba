"""Names that files use for leads and companies, resolved; unknown ones become new rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from teichaku.core import bulk
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.leads.expressions import EmailDomain, NameStart
from teichaku.leads.models import Company, CompanyIdentity, Lead, LeadIdentity
from teichaku.leads.names import company_name_key, email_is_personal, email_key

LOOKUP_SIZE = 5_000
WRITE_SIZE = 1_000
_LEAD_AT = (
    "id",
    "uid",
    "name",
    "email_key",
    "company__root_id",
    "company__name",
    "created_at",
)
_COMPANY_AT = ("id", "root_id", "name_key", "corporate_number", "domain")


class Known(NamedTuple):
    """A row as recorded, and the root that a merge may have moved it under."""

    id: int
    root: int


class LeadAt(NamedTuple):
    """A root lead that was looked up by its address or its company."""

    id: int
    uid: UUID
    name: str
    email_key: str
    company: int | None  # the root
    company_name: str
    created_at: datetime | None


class CompanyAt(NamedTuple):
    """A company that was looked up, and the root that it stands for."""

    id: int
    root: int
    name_key: str
    corporate_number: str
    domain: str


def leads_by_reference(system: str, references: Collection[str]) -> dict[str, Known]:
    """The leads that the system calls so; unknown references are left out."""
    own = lead_ids_by_reference(system, references)
    roots: dict[int, int] = dict(bulk.lookup(Lead, "id", set(own.values()), ("id", "root")))
    return {reference: Known(lead, roots[lead]) for reference, lead in own.items()}


def lead_ids_by_reference(system: str, references: Collection[str]) -> dict[str, int]:
    """The ids, as recorded, of the leads that the system calls so, where roots do not matter."""
    return dict(
        bulk.lookup(LeadIdentity, "external_id", references, ("external_id", "lead"), system=system)
    )


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
    """Address keys with the roots that have them, or have somebody merged who has, a row each."""
    found: list[tuple[str, int]] = []
    for chunk in bulk.chunked(keys, LOOKUP_SIZE):
        rows = Lead.objects.filter(email_key__in=chunk).values_list("email_key", "root_id")
        found.extend(rows.distinct())
    return found


def leads_at_addresses(
    emails: Collection[str], domains: Collection[str], *, most: int
) -> list[LeadAt]:
    """The root leads with one of these addresses (keys), or with one at one of these domains.

    A domain that more than ``most`` leads share is a provider's, and finds none.
    """
    leads = _roots_known().annotate(host=EmailDomain("email_key"))
    found: dict[int, LeadAt] = {}
    wanted = [("email", email) for email in emails] + [("domain", name) for name in domains]
    for chunk in bulk.chunked(wanted, LOOKUP_SIZE):
        hosts = leads.filter(host__in=[text for kind, text in chunk if kind == "domain"])
        counted = hosts.order_by().values("host").annotate(leads=Count("pk"))
        rare = leads.filter(host__in=counted.filter(leads__lte=most).values("host"))
        named = leads.filter(email_key__in=[text for kind, text in chunk if kind == "email"])
        rows = named.values_list(*_LEAD_AT).union(rare.values_list(*_LEAD_AT))
        found.update((row[0], LeadAt._make(row)) for row in rows)
    return list(found.values())


def leads_at_companies(companies: Collection[int], *, most: int) -> list[LeadAt]:
    """The root leads at these companies (roots), with all that were merged into them.

    A company that more than ``most`` leads share is none ("private person"), and finds none.
    """
    found: list[LeadAt] = []
    # Ids in full: PostgreSQL takes "root = id" for rare and would go through all leads for a join.
    members = [
        pk
        for chunk in bulk.chunked(companies, LOOKUP_SIZE)
        for (pk,) in bulk.lookup(Company, "root", chunk, ("id",))
    ]
    for chunk in bulk.chunked(members, LOOKUP_SIZE):
        staff = _roots_known().filter(company__in=chunk)
        counted = staff.values("company").annotate(leads=Count("pk"))
        few = counted.filter(leads__lte=most).values("company")
        rows = _roots_known().filter(company__in=few).values_list(*_LEAD_AT)
        found.extend(map(LeadAt._make, rows))
    return found


def companies_at(
    *,
    ids: Collection[int] = (),
    corporate_numbers: Collection[str] = (),
    domains: Collection[str] = (),
    name_keys: Collection[str] = (),
) -> list[CompanyAt]:
    """These companies, and the roots with one of these numbers, domains or name keys."""
    wanted: list[tuple[str, object]] = [
        *(("pk", company) for company in ids),
        *(("corporate_number", number) for number in corporate_numbers),
        *(("domain", domain) for domain in domains),
        *(("name_key", key) for key in name_keys),
    ]
    found: dict[int, CompanyAt] = {}
    for chunk in bulk.chunked(wanted, LOOKUP_SIZE):
        at = Q()
        for column, pairs in groupby(chunk, key=itemgetter(0)):
            one = Q(**{f"{column}__in": [value for _, value in pairs]})
            if column == "corporate_number":
                # Said in full, for the index on numbers holds roots with a number only.
                one &= Q(root=F("id")) & ~Q(corporate_number="")
            at |= one
        rows = Company.objects.filter(at).values_list(*_COMPANY_AT)
        found.update((row[0], CompanyAt._make(row)) for row in rows)
    return list(found.values())


def companies_starting(starts: Collection[str], *, most: int) -> list[CompanyAt]:
    """The root companies whose name key starts so (see ``NameStart``).

    A start that more than ``most`` companies share says nothing, and finds none.
    """
    found: list[CompanyAt] = []
    roots = Company.objects.filter(root=F("id")).annotate(start=NameStart("name_key"))
    for chunk in bulk.chunked(starts, LOOKUP_SIZE):
        counted = roots.filter(start__in=chunk).values("start").annotate(companies=Count("pk"))
        rare = counted.filter(companies__lte=most).values("start")
        rows = roots.filter(start__in=rare).values_list(*_COMPANY_AT)
        found.extend(map(CompanyAt._make, rows))
    return found


def _roots_known() -> QuerySet[Lead]:
    return Lead.objects.filter(root=F("id"), kind=Lead.Kind.KNOWN)


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
    fields = ("external_id", "company")
    return dict(bulk.lookup(CompanyIdentity, "external_id", references, fields, system=system))


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
