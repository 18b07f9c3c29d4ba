"""People who stand in the data more than once, and what gives them away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, TypeAlias

from django.db.models import F
from rapidfuzz import fuzz

from teichaku.leads.alike import Duplicate, Groups, Pair, by_key, chained, name_pairs
from teichaku.leads.duplicates import company_names_one
from teichaku.leads.models import Lead
from teichaku.leads.names import (
    company_spelling_key,
    email_domain,
    email_is_free,
    email_is_personal,
    person_name_key,
)
from teichaku.leads.search_text import search_folded

COMPANY_ALIKE = 80.0  # of 100 letters of two company names, without legal form
NAME_ALIKE = 90.0  # of 100 letters of two people's names at one domain
NAME_NOT_OTHER = 50.0  # below it, two names are of two people
PHONE_SHORTEST = 9  # digits; shorter ones are extensions
MOST_SHARED = 5  # leads with one address or number; of more it is not one person's
MOST_COMPANIES = 5  # companies of people at one mail domain; of more it is a provider's
MOST_COMPARED = 400  # people compared two by two
MOST_NAMES = 100  # names of companies compared two by two
MAILBOX = 97.0
_MOBILE = ("070", "080", "090", "+8170", "+8180", "+8190")


class PersonRow(NamedTuple):
    """A person as they are compared."""

    lead: int
    email: str  # a personal one, else blank
    mailbox: str
    domain: str  # of a company, else blank
    name: str
    kana: str
    phone: str
    company: int  # the root, 0 for none
    company_name: str


def lead_duplicates() -> list[Duplicate]:
    """People with one personal address, or one number or name at companies that look like one.

    Addresses and numbers that several share, of a function or of a switchboard, say nothing. What
    two share is not told: a search keeps what it found, and no personal data with it.
    """
    rows = lead_rows()
    return lead_groups_of(pair for part in LEAD_PARTS for pair in part(rows))


def lead_rows() -> list[PersonRow]:
    """The known root leads as they are compared."""
    columns = (
        "pk", "email_key", "name", "kana", "phone", "company__root_id", "company__root__name_key",
    )  # fmt: skip
    roots = Lead.objects.filter(root=F("pk"), kind=Lead.Kind.KNOWN).order_by("pk")
    return [_row(*row) for row in roots.values_list(*columns).iterator(chunk_size=5_000)]


def lead_groups_of(pairs: Iterable[Pair]) -> list[Duplicate]:
    """The people who hang together by these pairs, the surest first."""
    groups = Groups()
    for pair in sorted(pairs, key=lambda pair: (-pair.similarity, pair)):
        groups.join(pair)
    found = [
        Duplicate(ids, why.reason, why.shared, why.similarity, len(ids))
        for ids, why in groups.found()
    ]
    return sorted(found, key=lambda group: (-group.similarity, group.ids))


def _row(
    lead: int, email: str, name: str, kana: str, phone: str, company: int | None, of: str | None
) -> PersonRow:
    personal = email if email_is_personal(email) else ""
    domain = email_domain(email)
    local, _at, host = personal.partition("@")
    return PersonRow(
        lead,
        personal,
        f"{local.partition('+')[0]}@{host}" if personal else "",
        "" if email_is_free(domain) else domain,
        search_folded(person_name_key(name)),
        search_folded(kana),
        phone,
        company or 0,
        company_spelling_key(of or ""),
    )


def _same_address(rows: Sequence[PersonRow]) -> Iterator[Pair]:
    """People with one personal address, or with one mailbox (taro+event@ is taro@)."""
    for reason, keyed, similarity in (
        ("email", ((row.lead, row.email) for row in rows), 100.0),
        ("mailbox", ((row.lead, row.mailbox) for row in rows), MAILBOX),
    ):
        for leads in by_key(keyed).values():
            if len(leads) <= MOST_SHARED:
                yield from chained(leads, reason, "", similarity)


def _same_phone(rows: Sequence[PersonRow]) -> Iterator[Pair]:
    """People with one number at companies that look like one, whose names do not differ.

    Colleagues share their switchboard; nobody shares a mobile telephone.
    """
    known = {row.lead: row for row in rows}
    keyed = ((row.lead, row.phone if len(row.phone) >= PHONE_SHORTEST else "") for row in rows)
    for phone, leads in by_key(keyed).items():
        if len(leads) > MOST_COMPARED:
            continue
        mobile = str(phone).startswith(_MOBILE)
        for one, other in _two_by_two([known[lead] for lead in leads]):
            if _company_alike(one, other) and (mobile or _may_be_one_name(one, other)):
                yield Pair(one.lead, other.lead, "phone", "", 95.0)


def _same_name(rows: Sequence[PersonRow]) -> Iterator[Pair]:
    """People of one name, or of one reading, at one company, however it is spelt."""
    known = {row.lead: row for row in rows}
    for reason, keyed, similarity in (
        ("person", ((row.lead, row.name) for row in rows), 96.0),
        ("reading", ((row.lead, row.kana) for row in rows), 92.0),
    ):
        for leads in by_key(keyed).values():
            for group in _of_one_company([known[lead] for lead in leads]):
                yield from chained(group, reason, "", similarity)


def _at_one_domain(rows: Sequence[PersonRow]) -> Iterator[Pair]:
    """People at one mail domain whose names, or readings, agree in nearly all letters."""
    known = {row.lead: row for row in rows}
    for domain, leads in by_key((row.lead, row.domain) for row in rows).items():
        if len({known[lead].company_name for lead in leads} - {""}) > MOST_COMPANIES:
            continue  # a provider that is not in our list
        for texts in ("name", "kana"):
            named = [known[lead] for lead in leads if getattr(known[lead], texts)]
            for part in _portions(named, texts):
                ids = [row.lead for row in part]
                for one, other, likeness in name_pairs(
                    ids, [getattr(row, texts) for row in part], NAME_ALIKE
                ):
                    yield Pair(one, other, "domain_name", str(domain), min(likeness, 94.0))


LeadPart: TypeAlias = Callable[[Sequence[PersonRow]], Iterator[Pair]]
LEAD_PARTS: Sequence[LeadPart] = (
    _same_address,
    _same_phone,
    _same_name,
    _at_one_domain,
)


def _two_by_two(rows: Sequence[PersonRow]) -> Iterator[tuple[PersonRow, PersonRow]]:
    yield from combinations(rows, 2)


def _company_alike(one: PersonRow, other: PersonRow) -> bool:
    if not (one.company and other.company):
        return False
    if one.company == other.company:
        return True
    return bool(fuzz.ratio(one.company_name, other.company_name) >= COMPANY_ALIKE)


def _may_be_one_name(one: PersonRow, other: PersonRow) -> bool:
    """Whether the names, or their readings, may be of one person; a blank one may be anybody's."""
    if not (one.name and other.name):
        return True
    if one.kana and one.kana == other.kana:
        return True
    return bool(fuzz.ratio(one.name, other.name) >= NAME_NOT_OTHER)


def _of_one_company(rows: Sequence[PersonRow]) -> Iterator[list[int]]:
    """The leads at each company, companies whose names mean one together."""
    at: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.company:
            at[row.company].append(row.lead)
    together = _companies_that_are_one({row.company: row.company_name for row in rows})
    alone = at.keys() - {company for ids in together for company in ids}
    for ids in (*together, *((company,) for company in sorted(alone))):
        leads = sorted(lead for company in ids for lead in at[company])
        if len(leads) > 1:
            yield leads


def _companies_that_are_one(names: Mapping[int, str]) -> list[tuple[int, ...]]:
    """The groups of these companies whose names mean one."""
    groups = Groups()
    first: dict[str, int] = {}
    for company, name in names.items():
        if company and name:
            groups.join(Pair(first.setdefault(name, company), company, "", "", 0.0))
    if len(first) <= MOST_NAMES:
        for one, other in combinations(first, 2):
            if company_names_one(one, other):
                groups.join(Pair(first[one], first[other], "", "", 0.0))
    return [ids for ids, _why in groups.found()]


def _portions(rows: Sequence[PersonRow], texts: str) -> Iterator[list[PersonRow]]:
    """The people in portions that can be compared; of many, those whose names begin alike."""
    if len(rows) <= MOST_COMPARED:
        yield list(rows)
        return
    by_start: dict[str, list[PersonRow]] = defaultdict(list)
    for row in rows:
        by_start[getattr(row, texts)[:2]].append(row)
    yield from (part for part in by_start.values() if len(part) <= MOST_COMPARED)
