"""Leads and companies that look like one, without those that a person has told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, F
from django.utils.translation import gettext_lazy as _

from teichaku.core.registry import Text
from teichaku.leads.company_merges import pairs_apart
from teichaku.leads.duplicates import company_duplicates
from teichaku.leads.models import Company, DistinctPair, Lead

MOST = 50
REASONS: dict[str, Text] = {
    "corporate_number": _("Same corporate number"),
    "domain": _("Same website"),
    "name": _("Same name"),
    "similar_name": _("Nearly the same name"),
    "email": _("Same e-mail address"),
    "person": _("Same name at the same company"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Records that may be one, and what speaks for it."""

    reason: Text
    shared: str
    records: Sequence[Lead] | Sequence[Company]

    @property
    def ids(self) -> str:
        """The uids, for a form."""
        return " ".join(str(record.uid) for record in self.records)


def company_groups() -> list[Group]:
    """Groups of companies, the surest first, ``MOST`` at most."""
    apart = pairs_apart(DistinctPair.Kind.COMPANY)
    wanted = []
    for group in company_duplicates():
        if len(group.companies) > 1 and not _told_apart(group.companies, apart):
            wanted.append(group)
        if len(wanted) == MOST:
            break
    rows = Company.objects.in_bulk({pk for group in wanted for pk in group.companies})
    return [
        Group(REASONS[group.reason], group.shared, [rows[pk] for pk in group.companies])
        for group in wanted
    ]


def lead_groups() -> list[Group]:
    """Groups of leads: one personal address, or one name at one company; ``MOST`` at most."""
    apart = pairs_apart(DistinctPair.Kind.LEAD)
    roots = Lead.objects.filter(root=F("pk"), kind=Lead.Kind.KNOWN)
    # Twice as many as are shown, for some may have been told apart.
    by_mail = roots.exclude(email_key="").values("email_key").annotate(n=Count("pk"))
    shared_mail = by_mail.filter(n__gt=1).order_by("email_key")
    keys = list(shared_mail.values_list("email_key", flat=True)[: 2 * MOST])
    by_name = (
        roots.exclude(name="")
        .filter(company__isnull=False)
        .values("company__root", "name")
        .annotate(n=Count("pk"))
    )
    names = list(
        by_name.filter(n__gt=1)
        .order_by("company__root", "name")
        .values_list("company__root", "name")[: 2 * MOST]
    )
    members = _members(keys, names)
    groups = [
        (reason, shared, members[reason, key])
        for reason, shared, key in [
            *(("email", key, key) for key in keys),
            *(("person", name, (company, name)) for company, name in names),
        ]
        if (reason, key) in members
    ]
    return [
        Group(REASONS[reason], shared, leads)
        for reason, shared, leads in groups
        if len(leads) > 1 and not _told_apart([lead.pk for lead in leads], apart)
    ][:MOST]


def _members(
    keys: Sequence[str], names: Sequence[tuple[int, str]]
) -> dict[tuple[str, object], list[Lead]]:
    found: dict[tuple[str, object], list[Lead]] = {}
    roots = Lead.objects.filter(root=F("pk")).select_related("company__root").order_by("pk")
    for lead in roots.filter(email_key__in=keys):
        found.setdefault(("email", lead.email_key), []).append(lead)
    wanted = set(names)
    rows = roots.filter(company__root__in=[c for c, _n in names], name__in=[n for _c, n in names])
    for lead in rows:
        key = (lead.company.root_id if lead.company else 0, lead.name)
        if key in wanted:
            found.setdefault(("person", key), []).append(lead)
    return found


def _told_apart(ids: Sequence[int], apart: set[tuple[int, int]]) -> bool:
    """Whether every two of them are known to be two."""
    return all(pair in apart for pair in combinations(sorted(ids), 2))
