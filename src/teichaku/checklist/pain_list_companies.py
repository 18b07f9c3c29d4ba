"""Companies that stand in the data twice: no KPI and no handover can be right while they do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from teichaku.checklist.pain_lists import Asked, Column, PainList, Row, by_worth
from teichaku.deals.stalled import deals_open
from teichaku.leads.alike import Duplicate
from teichaku.leads.duplicates import company_duplicates
from teichaku.leads.models import Company


@dataclass(slots=True)
class _AtCompany:
    """The open deals at a company."""

    deals: int = 0
    amounts: list[int] = field(default_factory=list)
    owners: Counter[int] = field(default_factory=Counter)


def duplicate_companies(asked: Asked) -> PainList:
    """Companies that are probably one, with the open deals that hang on them."""
    title = _("Companies entered twice")
    whole = Company.objects.count()
    if not whole:
        needs = _("No file names companies. Add the list of companies from your SFA or CRM.")
        return PainList("duplicate_companies", title, "", "", needs=needs)
    found = company_duplicates()
    rows = by_worth(_rows(found, asked))
    if rows:
        finding = _("%(count)s companies seem to stand in the data more than once.")
    else:
        finding = _("No company seems to stand in the data more than once.")
    return PainList(
        key="duplicate_companies",
        title=title,
        finding=finding % {"count": f"{len(rows):,}"},
        basis=_("Same corporate number, domain or name, several ids, or nearly the same name"),
        columns=(
            Column("companies", _("Companies")),
            Column("reason", _("Why")),
            Column("records", _("Records"), "number"),
            Column("owner", _("In charge")),
            Column("deals", _("Open deals"), "number"),
            Column("amount", _("Amount"), "yen"),
        ),
        rows=rows,
        whole=whole,
    )


def _rows(found: Sequence[Duplicate], asked: Asked) -> list[Row]:
    at = _open_deals(asked)
    ids = {company for group in found for company in group.ids}
    companies = asked.names.companies(ids)
    people = asked.names.people({who for c in ids for who in at[c].owners})
    rows = []
    for group in found:
        owners: Counter[int] = Counter()
        for company in group.ids:
            owners.update(at[company].owners)
        owner = people[min(owners, key=lambda who: (-owners[who], who))] if owners else ""
        amounts = [amount for company in group.ids for amount in at[company].amounts]
        amount = sum(amounts) if amounts else None
        cells = (
            _(", ").join(companies[company] for company in group.ids),
            _why(group, hidden=asked.names.hidden),
            group.records,
            owner,
            sum(at[company].deals for company in group.ids),
            amount,
        )
        rows.append(Row(cells, owner, amount))
    return rows


def _open_deals(asked: Asked) -> dict[int, _AtCompany]:
    found: dict[int, _AtCompany] = defaultdict(_AtCompany)
    for deal in deals_open(asked.as_of, asked.zone):
        if deal.company is None:
            continue
        place = found[deal.company]
        place.deals += 1
        if deal.amount is not None:
            place.amounts.append(deal.amount)
        if deal.owner is not None:
            place.owners[deal.owner] += 1
    return found


def _why(group: Duplicate, *, hidden: bool) -> str:
    said = {
        "several_ids": _("several ids in one system"),
        "corporate_number": _("same corporate number"),
        "domain": _("same domain"),
        "name": _("same name"),
        "spelling": _("same name in another spelling"),
        "similar_name": _("nearly the same name (%(similarity)s %%)")
        % {"similarity": f"{group.similarity:.0f}"},
    }[group.reason]
    return f"{said}: {group.shared}" if group.reason == "domain" and not hidden else said
