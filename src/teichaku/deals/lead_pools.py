"""The leads that deals could mean: gathered by e-mail, corporate number, domain and company."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz, process

from teichaku.leads.expressions import START
from teichaku.leads.names import (
    email_domain,
    email_is_free,
    email_is_personal,
    person_name_key,
)
from teichaku.leads.references import (
    CompanyAt,
    LeadAt,
    companies_at,
    companies_starting,
    leads_at_addresses,
    leads_at_companies,
)

K = TypeVar("K")
T = TypeVar("T")
LEAST_SIMILAR = 80.0  # of 100, between two names of companies
MOST_SIMILAR = 3  # companies
MOST_SHARING = 1_000  # leads of one company or domain; what more share identifies nobody
MOST_TOGETHER = 50  # leads that nothing but a company or domain speaks for
MOST_STARTING = 5_000  # names that are compared with one


class DealKeys(NamedTuple):
    """What a deal tells of the lead it came from; '' and None where it tells nothing."""

    system: str = ""
    lead: str = ""  # the id or address that the file gave for the lead
    email: str = ""
    corporate_number: str = ""
    domain: str = ""
    person: str = ""
    company: int | None = None
    company_key: str = ""  # of a company that is known by name only
    created: datetime | None = None


@dataclass(slots=True)
class LeadPool:
    """The leads that one deal could mean, by the key that finds them."""

    leads: dict[str, list[LeadAt]] = field(default_factory=dict)
    similarity: dict[int, float] = field(default_factory=dict)  # of similar companies, to 1


class LeadPools:
    """Gathers for many deals at once, in a handful of look-ups; one per import or request."""

    def __init__(self) -> None:
        self._starting: dict[str, list[CompanyAt]] = {}

    def of(self, deals: Sequence[DealKeys]) -> list[LeadPool]:
        """The pool of each deal. Similar companies are looked for where no key finds a lead."""
        domains = [_domains(deal) for deal in deals]
        companies = _Companies(deals, domains)
        addresses = {deal.email for deal in deals if email_is_personal(deal.email)}
        found = leads_at_addresses(addresses, set().union(*domains), most=MOST_SHARING)
        by_email = _grouped(found, lambda lead: lead.email_key)
        by_domain = _grouped(found, lambda lead: email_domain(lead.email_key))
        at = _grouped(
            leads_at_companies(companies.roots(), most=MOST_SHARING), lambda lead: lead.company
        )
        pools: list[LeadPool] = []
        for deal, hosts in zip(deals, domains, strict=True):
            leads = {"email": by_email.get(deal.email, []) if deal.email in addresses else []}
            for key, roots in companies.of(deal, hosts).items():
                leads[key] = [lead for root in roots for lead in at.get(root, ())]
            leads["domain"] += [lead for host in hosts for lead in by_domain.get(host, ())]
            told = {key: _told_apart(deal, _once(some)) for key, some in leads.items()}
            pools.append(LeadPool(told))
        self._add_similar(
            [
                (deal, pool, companies.name_key(deal))
                for deal, pool in zip(deals, pools, strict=True)
                if not any(pool.leads.values())
            ]
        )
        return pools

    def _add_similar(self, wanted: Sequence[tuple[DealKeys, LeadPool, str]]) -> None:
        similar = self._similar({name for _, _, name in wanted if len(name) > START})
        roots = {root for found in similar.values() for root in found}
        at = _grouped(leads_at_companies(roots, most=MOST_SHARING), lambda lead: lead.company)
        for deal, pool, name in wanted:
            pool.similarity = similar.get(name, {})
            leads = [lead for root in pool.similarity for lead in at.get(root, ())]
            pool.leads["similar_company"] = _told_apart(deal, leads)

    def _similar(self, names: set[str]) -> dict[str, dict[int, float]]:
        """For each name the roots whose names are similar (with the same first characters)."""
        starts = {name[:START] for name in names} - self._starting.keys()
        found = _grouped(
            companies_starting(starts, most=MOST_STARTING), lambda c: c.name_key[:START]
        )
        self._starting.update({start: found.get(start, []) for start in starts})
        similar: dict[str, dict[int, float]] = {}
        for name in names:
            block = {c.root: c.name_key for c in self._starting[name[:START]] if c.name_key != name}
            nearest = process.extract(
                name, block, scorer=fuzz.ratio, score_cutoff=LEAST_SIMILAR, limit=MOST_SIMILAR
            )
            similar[name] = {root: ratio / 100 for _, ratio, root in nearest}
        return similar


class _Companies:
    """The companies that deals name, by what they name them with."""

    def __init__(self, deals: Sequence[DealKeys], domains: Sequence[Sequence[str]]) -> None:
        ids = {deal.company for deal in deals if deal.company is not None}
        found = companies_at(
            ids=ids,
            corporate_numbers={deal.corporate_number for deal in deals} - {""},
            domains=set().union(*domains),
            name_keys={deal.company_key for deal in deals if deal.company is None} - {""},
        )
        self._own = {company.id: company for company in found if company.id in ids}
        roots = [company for company in found if company.id == company.root]
        self._numbers = _grouped(roots, lambda company: company.corporate_number)
        self._hosts = _grouped(roots, lambda company: company.domain)
        self._names = _grouped(roots, lambda company: company.name_key)

    def of(self, deal: DealKeys, domains: Sequence[str]) -> Mapping[str, list[int]]:
        """The roots by the key that names them."""
        numbered = self._numbers.get(deal.corporate_number, []) if deal.corporate_number else []
        named = self._names.get(deal.company_key, []) if deal.company_key else []
        own = [self._own[deal.company]] if deal.company is not None else named
        return {
            "corporate_number": [company.root for company in numbered],
            "domain": [c.root for domain in domains for c in self._hosts.get(domain, ())],
            "company": [company.root for company in own],
        }

    def name_key(self, deal: DealKeys) -> str:
        """The name key of the deal's company, '' without one."""
        return deal.company_key if deal.company is None else self._own[deal.company].name_key

    def roots(self) -> set[int]:
        """All of them."""
        return {
            company.root
            for groups in (self._numbers, self._hosts, self._names)
            for some in groups.values()
            for company in some
        } | {company.root for company in self._own.values()}


def _domains(deal: DealKeys) -> list[str]:
    """The company's domains that the deal tells; a provider's says nothing about a company."""
    told = dict.fromkeys((deal.domain, email_domain(deal.email)))
    return [domain for domain in told if domain and not email_is_free(domain)]


def _grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _told_apart(deal: DealKeys, leads: list[LeadAt]) -> list[LeadAt]:
    """The leads, or where they are too many to choose from those with the deal's person's name."""
    if len(leads) <= MOST_TOGETHER:
        return leads
    return [lead for lead in leads if deal.person and person_name_key(lead.name) == deal.person]


def _once(leads: Iterable[LeadAt]) -> list[LeadAt]:
    return list({lead.id: lead for lead in leads}.values())
