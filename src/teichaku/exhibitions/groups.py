"""Whose business each visitor is: competitors, open deals, customers, refusals, prospects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from teichaku.consent.selectors import may_send
from teichaku.consent.words import Channel, Reason
from teichaku.core import bulk
from teichaku.deals.customers import customer_companies
from teichaku.deals.models import Deal, Stage
from teichaku.exhibitions.words import Group
from teichaku.handover.incoming import company_owners
from teichaku.leads.models import Company, Lead
from teichaku.leads.names import email_domain, email_is_free
from teichaku.leads.references import companies_at

ABOUT = "events"  # what advertising about exhibitions is, of which a person may want no more
LOOKUP_SIZE = 500


class Placed(NamedTuple):
    """Whose business a visitor is, and the person whose account or deal it is."""

    group: Group
    owner: int | None = None


class _Person(NamedTuple):
    """What is known of a root lead."""

    lead: int
    email: str
    phone: str
    company: int | None  # the root


@dataclass(frozen=True, slots=True)
class _Deals:
    """The owners of open deals, by root lead and by root company."""

    leads: Mapping[int, int | None]
    companies: Mapping[int, int | None]


def visitors_grouped(roots: Collection[int], as_of: datetime) -> dict[int, Placed]:
    """The group of each of these root leads, the same whatever their order."""
    people = _people(roots)
    companies = _companies(people)
    every = sorted({company for found in companies.values() for company in found})
    competitors = _competitors(every)
    customers = customer_companies(every, as_of)
    deals = _open_deals([person.lead for person in people], every)
    owners = company_owners(every)
    refused = refused_addresses({person.email for person in people if person.email})
    return {
        person.lead: _placed(
            person, companies[person.lead], competitors, deals, customers, owners, refused
        )
        for person in people
    }


def refused_addresses(addresses: Collection[str]) -> set[str]:
    """Those to which nothing may be sent because somebody said so."""
    if not addresses:
        return set()
    said = may_send(addresses=addresses, channel=Channel.EMAIL, purpose=ABOUT)
    return {address for address, told in said.items() if told.code in Reason.values}


def _placed(
    person: _Person,
    companies: Sequence[int],
    competitors: Collection[int],
    deals: _Deals,
    customers: Collection[int],
    owners: Mapping[int, int],
    refused: Collection[str],
) -> Placed:
    owner = next((owners[company] for company in companies if company in owners), None)
    if not set(companies).isdisjoint(competitors):
        return Placed(Group.COMPETITOR)
    if person.lead in deals.leads:
        return Placed(Group.IN_DEAL, deals.leads[person.lead] or owner)
    if of_deal := [deals.companies[company] for company in companies if company in deals.companies]:
        return Placed(Group.IN_DEAL, of_deal[0] or owner)
    if not set(companies).isdisjoint(customers):
        return Placed(Group.CUSTOMER, owner)
    if person.email in refused:
        return Placed(Group.REFUSED)
    if not (person.email or person.phone):
        return Placed(Group.UNCLEAR)
    return Placed(Group.PROSPECT, owner)


def _people(roots: Collection[int]) -> list[_Person]:
    found: list[_Person] = []
    for chunk in bulk.chunked(sorted(roots), LOOKUP_SIZE):
        rows = Lead.objects.filter(pk__in=chunk)
        found += map(_Person._make, rows.values_list("pk", "email_key", "phone", "company__root"))
    return found


def _companies(people: Sequence[_Person]) -> dict[int, list[int]]:
    """The root companies of each lead: its own, and those with the domain of its address.

    A sheet may spell a company as nobody else does; the address then still tells which it is.
    """
    hosts = {person.lead: email_domain(person.email) for person in people}
    wanted = {host for host in hosts.values() if host and not email_is_free(host)}
    by_host: dict[str, list[int]] = defaultdict(list)
    for company in companies_at(domains=wanted):
        if company.id == company.root:
            by_host[company.domain].append(company.root)
    found: dict[int, list[int]] = {}
    for person in people:
        own = [person.company] if person.company else []
        found[person.lead] = list(dict.fromkeys([*own, *sorted(by_host[hosts[person.lead]])]))
    return found


def _competitors(companies: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for chunk in bulk.chunked(companies, LOOKUP_SIZE):
        rows = Company.objects.filter(pk__in=chunk, is_competitor=True)
        found.update(rows.values_list("pk", flat=True))
    return found


def _open_deals(leads: Sequence[int], companies: Sequence[int]) -> _Deals:
    """The latest open deal decides, where there are several."""
    by_lead: dict[int, int | None] = {}
    by_company: dict[int, int | None] = {}
    running = Deal.objects.filter(stage__kind=Stage.Kind.OPEN, is_pending=False)
    ordered = running.order_by(F("created_on").asc(nulls_first=True), "pk")
    for chunk in bulk.chunked(leads, LOOKUP_SIZE):
        rows = ordered.filter(lead__root__in=chunk).values_list("lead__root", "owner")
        by_lead.update(rows)
    for chunk in bulk.chunked(companies, LOOKUP_SIZE):
        rows = ordered.filter(company__root__in=chunk).values_list("company__root", "owner")
        by_company.update(rows)
    return _Deals(by_lead, by_company)
