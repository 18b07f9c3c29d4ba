"""Groups of records that people mark in the list of duplicates, and merging them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest

from teichaku.core.actors import Actor
from teichaku.core.errors import TeichakuError
from teichaku.leads.company_merges import company_merge
from teichaku.leads.models import Company, CompanyMergeEntry, Lead, MergeEntry
from teichaku.leads.services import leads_merge

Record: TypeAlias = Lead | Company
Merge: TypeAlias = MergeEntry | CompanyMergeEntry
MOST = 100  # records in one group
LAST_PAGE = 1_000


def page_of(request: HttpRequest) -> int:
    """The page that the address asks for, the first one without; no other text is a page."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= LAST_PAGE):
        raise Http404
    return int(text)


def records_chosen(uids: str, model: type[Lead] | type[Company]) -> list[Record]:
    """The records of these uids, in their order; a damaged form finds nothing."""
    wanted = uids.split()[:MOST]
    try:
        rows = {str(row.uid): row for row in model._default_manager.filter(uid__in=wanted)}
    except ValidationError as error:
        raise Http404 from error
    return [rows[uid] for uid in dict.fromkeys(wanted) if uid in rows]


def groups_merge(groups: Sequence[Sequence[Record]], actor: Actor) -> tuple[list[Merge], list[str]]:
    """The merges that were made, each group into its first record, and why others were not.

    A group is one transaction: it is merged whole or not at all.
    """
    made: list[Merge] = []
    errors: list[str] = []
    for first, *others in groups:
        try:
            made += _merge(first, others, actor)
        except TeichakuError as error:
            errors.append(str(error))
    return made, errors


def _merge(first: Record, others: Sequence[Record], actor: Actor) -> Sequence[Merge]:
    if isinstance(first, Lead):
        return leads_merge(kept=first, merged=cast("Sequence[Lead]", others), actor=actor)
    with transaction.atomic():
        companies = cast("Sequence[Company]", others)
        return [company_merge(kept=first, merged=other, actor=actor) for other in companies]
