"""The list of companies: found by any spelling, ordered by name without the legal form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from teichaku.core.menus import Hit
from teichaku.core.paging import Place, first_of, parts_after
from teichaku.leads.models import Company, Lead
from teichaku.leads.names import company_name_key, domain_key

PAGE_SIZE = 50
COUNTED = 1_000
# Headcounts as Japanese statistics group them: up to the first, up to the second, and so on.
SIZES: dict[str, tuple[int, int | None]] = {
    "1-49": (1, 49),
    "50-299": (50, 299),
    "300-999": (300, 999),
    "1000-": (1_000, None),
}
CompanySorting = Literal["name", "employees"]


@dataclass(frozen=True, slots=True)
class CompanyFilter:
    """Which companies are wanted, and their order."""

    text: str = ""
    size: str = ""
    industry: str = ""
    sort: CompanySorting = "name"


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A line of the list."""

    company: Company
    people: int


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """Some lines of the list; ``count`` is of all pages and stops just above ``COUNTED``."""

    rows: Sequence[CompanyRow]
    has_more: bool
    count: int


def companies_listed(wanted: CompanyFilter, *, after: UUID | None = None) -> CompanyPage:
    """The root companies that match; an unknown ``after`` starts from the top."""
    matching = _matching(wanted)
    last = Company.objects.filter(uid=after).first() if after else None
    found = first_of(_parts(matching, wanted.sort, last), PAGE_SIZE + 1)
    people = people_at([company.pk for company in found[:PAGE_SIZE]])
    more = len(found) > PAGE_SIZE
    count = matching[: COUNTED + 1].count() if more or after else len(found)
    rows = [CompanyRow(company, people.get(company.pk, 0)) for company in found[:PAGE_SIZE]]
    return CompanyPage(rows, more, count)


def people_at(companies: Sequence[int]) -> dict[int, int]:
    """How many root leads each of these root companies has, merged companies included."""
    rows = (
        Lead.objects.filter(company__root__in=companies, root=F("pk"))
        .values("company__root")
        .annotate(people=Count("pk"))
    )
    return dict(rows.values_list("company__root", "people")) if companies else {}


def companies_find(user: AbstractBaseUser, text: str, limit: int) -> list[Hit]:
    """At most ``limit`` companies that match, by name."""
    found = _matching(CompanyFilter(text=text)).order_by("name_key", "pk")[:limit]
    return [
        Hit(company.name, company.industry, reverse("console:company", args=[company.uid]))
        for company in found
    ]


def _matching(wanted: CompanyFilter) -> QuerySet[Company]:
    rows = Company.objects.filter(root=F("pk"))
    for word in wanted.text.split():
        key = company_name_key(word)
        condition = Q(domain__startswith=domain_key(word)) if word.isascii() else Q(pk__in=[])
        if key:
            condition |= Q(name_key__contains=key)
        rows = rows.filter(condition)
    if wanted.size in SIZES:
        least, most = SIZES[wanted.size]
        rows = rows.filter(employees__gte=least)
        rows = rows.filter(employees__lte=most) if most else rows
    if wanted.industry:
        rows = rows.filter(industry=wanted.industry)
    return rows


def _parts(
    rows: QuerySet[Company], sort: CompanySorting, last: Company | None
) -> Iterator[QuerySet[Company]]:
    if sort == "employees":
        place = Place(last.employees, last.pk) if last else None
        known, unknown = rows.filter(employees__isnull=False), rows.filter(employees=None)
        return parts_after(place, known, "employees", down=True, lacking=unknown)
    return parts_after(Place(last.name_key, last.pk) if last else None, rows, "name_key")
