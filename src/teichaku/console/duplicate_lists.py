"""Leads and companies that look like one, without those that a person has told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from teichaku.console.group_merges import Record
from teichaku.core.registry import Text
from teichaku.leads.alike import Duplicate, Pair
from teichaku.leads.company_merges import pairs_apart
from teichaku.leads.duplicate_search import groups_found, search_finished, search_running
from teichaku.leads.duplicates import company_duplicates
from teichaku.leads.lead_duplicates import lead_duplicates, lead_groups_of
from teichaku.leads.models import Company, DistinctPair, DuplicateSearch, Lead
from teichaku.tracking.claims import same_device_pairs

PAGE = 25  # groups on one page
FEW = 5_000  # records that are compared while the page waits
EXACT = frozenset({"corporate_number", "name", "email"})  # which several may be merged by at once
REASONS: dict[str, Text] = {
    "corporate_number": _("Same corporate number"),
    "domain": _("Same website"),
    "name": _("Same name"),
    "spelling": _("Same name in another spelling"),
    "similar_name": _("Nearly the same name"),
    "branch": _("Same name with a branch"),
    "email": _("Same e-mail address"),
    "mailbox": _("Same mailbox"),
    "person": _("Same name at the same company"),
    "reading": _("Same reading of the name at the same company"),
    "phone": _("Same telephone number at the same company"),
    "domain_name": _("Nearly the same name at one mail domain"),
    "device": _("Came by the same browser"),
}
DEVICE = 70.0  # what one browser says: two people share a computer as often


@dataclass(frozen=True, slots=True)
class Group:
    """Records that may be one, what speaks for it, and whether there is no doubt."""

    reason: Text
    shared: str
    records: Sequence[Record]
    is_exact: bool

    @property
    def ids(self) -> str:
        """The uids, for a form."""
        return " ".join(str(record.uid) for record in self.records)


@dataclass(frozen=True, slots=True)
class FoundGroups:
    """Groups of one page, the surest first, how many pages, and the search that found them.

    Without ``search`` they are of this moment. ``running`` is a search under way.
    """

    groups: Sequence[Group]
    count: int
    page: int
    pages: int
    search: DuplicateSearch | None = None
    running: DuplicateSearch | None = None
    is_large: bool = False

    @property
    def any_exact(self) -> bool:
        """Whether several groups of the page may be merged at once."""
        return any(group.is_exact for group in self.groups)


def company_groups(page: int = 1) -> FoundGroups:
    """Companies that look like one now; where there are many, what the last search found."""
    kind = DistinctPair.Kind.COMPANY
    if Company.objects.filter(root=F("pk"))[: FEW + 1].count() <= FEW:
        return _page(kind, company_duplicates(with_branches=True), page)
    return _searched(kind, page)


def lead_groups(page: int = 1) -> FoundGroups:
    """Leads that look like one now; where there are many, what the last search found.

    Those who came by one browser are among them, whenever that was.
    """
    kind = DistinctPair.Kind.LEAD
    if Lead.objects.filter(root=F("pk"), kind=Lead.Kind.KNOWN)[: FEW + 1].count() <= FEW:
        return _page(kind, [*lead_duplicates(), *_by_device()], page)
    return _searched(kind, page)


def _by_device() -> list[Duplicate]:
    pairs = (Pair(one, other, "device", "", DEVICE) for one, other, _how in same_device_pairs())
    return lead_groups_of(pairs)


def _searched(kind: DistinctPair.Kind, page: int) -> FoundGroups:
    search = search_finished(kind)
    found = groups_found(search) if search else []
    if kind == DistinctPair.Kind.LEAD:
        found = [*found, *_by_device()]
    return _page(kind, found, page, search, search_running(kind), is_large=True)


def _page(
    kind: DistinctPair.Kind,
    found: Sequence[Duplicate],
    page: int,
    search: DuplicateSearch | None = None,
    running: DuplicateSearch | None = None,
    *,
    is_large: bool = False,
) -> FoundGroups:
    apart = pairs_apart(kind)
    wanted = {pk for group in found for pk in group.ids}
    # Some may have been merged since the search.
    roots = _roots(kind, wanted)
    standing = [
        (group, ids)
        for group in found
        if len(ids := [pk for pk in group.ids if pk in roots]) > 1 and not _told_apart(ids, apart)
    ]
    pages = max(-(-len(standing) // PAGE), 1)
    shown = standing[(page - 1) * PAGE : page * PAGE]
    rows = _records(kind, {pk for _group, ids in shown for pk in ids})
    groups = [
        Group(REASONS[group.reason], group.shared, [rows[pk] for pk in ids], group.reason in EXACT)
        for group, ids in shown
    ]
    return FoundGroups(groups, len(standing), page, pages, search, running, is_large)


def _roots(kind: DistinctPair.Kind, wanted: set[int]) -> set[int]:
    model = Lead if kind == DistinctPair.Kind.LEAD else Company
    roots = model._default_manager.filter(root=F("pk"), pk__in=wanted)
    return set(roots.values_list("pk", flat=True))


def _records(kind: DistinctPair.Kind, wanted: set[int]) -> Mapping[int, Record]:
    if kind == DistinctPair.Kind.LEAD:
        return Lead.objects.select_related("company__root").in_bulk(wanted)
    return Company.objects.in_bulk(wanted)


def _told_apart(ids: Sequence[int], apart: set[tuple[int, int]]) -> bool:
    """Whether every two of them are known to be two."""
    return all(pair in apart for pair in combinations(sorted(ids), 2))
