"""What merging a whole group would do, before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import Count

from teichaku.console.group_merges import Record
from teichaku.console.lead_fields import field_label
from teichaku.console.lead_merge_page import Words
from teichaku.core.registry import Text
from teichaku.deals.models import Deal
from teichaku.leads.company_merges import company_fills
from teichaku.leads.lead_merges import merge_plan
from teichaku.leads.merge_fields import values_of
from teichaku.leads.models import Company, Lead


@dataclass(frozen=True, slots=True)
class Joining:
    """A record that becomes part of another one, and what it brings."""

    record: Record
    people: int
    deals: int
    fills: Sequence[tuple[Text, object]]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """The record that stays, and those that become part of it, in this order."""

    keep: Record
    joining: Sequence[Joining]

    @property
    def uids(self) -> str:
        """All uids, for the form."""
        return " ".join(str(row.uid) for row in (self.keep, *(one.record for one in self.joining)))


def merge_preview(keep: Record, others: Sequence[Record]) -> MergePreview:
    """What each of the others would bring, if they are merged one after another."""
    ids = [other.pk for other in others]
    if isinstance(keep, Lead):
        return _leads(keep, cast("Sequence[Lead]", others), _counted(Deal, "lead__root", ids))
    people = _counted(Lead, "company__root", ids)
    deals = _counted(Deal, "company__root", ids)
    grown = Company.objects.get(pk=keep.pk)  # in memory, with what each one fills
    joining = []
    for other in others:
        assert isinstance(other, Company)
        fills = company_fills(grown, other)
        for name, value in fills:
            setattr(grown, name, value)
        told = [(field_label("company", name), value) for name, value in fills]
        joining.append(Joining(other, people.get(other.pk, 0), deals.get(other.pk, 0), told))
    return MergePreview(keep, joining)


def _leads(keep: Lead, others: Sequence[Lead], deals: Mapping[int, int]) -> MergePreview:
    plan = merge_plan(keep, others, {})
    words = Words(pair for row in plan.merged for pair in values_of(row).items())
    joining = [
        Joining(
            row,
            0,
            deals.get(row.pk, 0),
            [
                (field_label("lead", name), words.text(name, cell["put"]))
                for name, cell in plan.cells[row.pk].items()
                if cell["put"] != cell["was"]
            ],
        )
        for row in plan.merged
    ]
    return MergePreview(plan.kept, joining)


def _counted(model: type[Lead] | type[Deal], column: str, roots: Sequence[int]) -> dict[int, int]:
    rows = model._default_manager.filter(**{f"{column}__in": roots}).order_by()
    return dict(rows.values(column).annotate(n=Count("pk")).values_list(column, "n"))
