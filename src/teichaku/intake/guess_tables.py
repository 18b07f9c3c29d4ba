"""Records with a table inside: their first row has a mark, the table's other rows follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from teichaku.intake.guess_columns import fit_to
from teichaku.intake.guess_deals import activities_draft
from teichaku.intake.guess_draft import Draft, draft_of
from teichaku.intake.guess_values import Column, Sample
from teichaku.intake.header_words import START_MARKS


@dataclass(frozen=True)
class Split:
    """The sample as records and as rows of the table inside them."""

    mark: Column
    record: Sample
    table: Sample


def table_split(sample: Sample) -> Split | None:
    """The two, None where no column marks the beginning of records or no row goes on."""
    mark = next((c for c in sample.columns if c.key in START_MARKS and c.filled), None)
    if mark is None:
        return None
    begins = [bool(cell) for cell in mark.cells]
    inside = [column for column in sample.columns if _goes_on(column, begins)]
    if not inside or all(begins):
        return None
    record = tuple(
        _kept(column, begins)
        for column in sample.columns
        if column not in inside and column is not mark
    )
    return Split(mark, replace(sample, columns=record), replace(sample, columns=tuple(inside)))


def table_drafts(split: Split, main: Draft) -> list[Draft]:
    """What was done about each record, or its stages, from the table inside it.

    The main draft is kept to the rows that begin a record.
    """
    mark = split.mark
    main.where[mark.name] = tuple(sorted(mark.distinct))
    link = {"deals": "deal", "leads": "lead", "companies": "company"}.get(main.entity)
    key = main.columns.get("external_id") or main.columns.get("name")
    if link is None or key is None:
        return []
    draft = activities_draft(fit_to("activities", split.table), split.table)
    if draft is None and link == "deal":
        draft = _stages(split)
    if draft is None:
        return []
    _link_put(draft, main, split, link)
    at = draft.columns["at"][0]
    draft.continued_by, draft.filled = mark.name, (at,)
    return [draft]


def _stages(split: Split) -> Draft | None:
    fit = fit_to("stages", split.table)
    if not {"stage", "at"} <= fit.matches.keys():
        return None
    return draft_of(fit, split.table)


def _link_put(draft: Draft, main: Draft, split: Split, link: str) -> None:
    key = main.columns.get("external_id") or main.columns["name"]
    columns = tuple(split.record.column(name) for name in key)
    draft.put(link, columns, _("the record that the row of the table belongs to"))
    carried = list(key)
    if draft.entity == "activities" and "owner" not in draft.columns and "owner" in main.columns:
        owner = main.columns["owner"]
        why = _("the owner of the record, for the table names nobody")
        draft.put("owner", tuple(split.record.column(name) for name in owner), why)
        carried += owner
    draft.carried = tuple(dict.fromkeys(carried))


def _goes_on(column: Column, begins: list[bool]) -> bool:
    return any(cell and not first for cell, first in zip(column.cells, begins, strict=True))


def _kept(column: Column, begins: list[bool]) -> Column:
    cells = tuple(cell for cell, first in zip(column.cells, begins, strict=True) if first)
    return Column(column.name, column.key, cells)
