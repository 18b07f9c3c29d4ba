"""Which value a merged lead has, field by field, and what it is without one of the merges.

A merge takes the kept one's value or the merged one's; a blank one never wins. What was put in is
remembered beside what was there, so that all values can be worked out anew without that merge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict, cast

from teichaku.core.canonical import Json
from teichaku.leads.lead_writes import ATTRIBUTE, LEAD_FIELDS
from teichaku.leads.models import Lead, MergeEntry
from teichaku.leads.names import email_key

LINKED = ("company", "owner")
Take = Literal["kept", "merged"]
Values = dict[str, Json]  # by field, as stored; fields without a value are left out


class Cell(TypedDict):
    """One field of one merge: whose value is taken, what both had, what the kept one got."""

    take: Take
    was: Json
    theirs: Json
    put: Json


Cells = dict[str, Cell]


def values_of(lead: Lead) -> Values:
    """The fields of the lead that have a value, as they are stored."""
    found: Values = {
        name: getattr(lead, f"{name}_id" if name in LINKED else name) for name in LEAD_FIELDS
    }
    found |= {f"{ATTRIBUTE}{name}": value for name, value in lead.attributes.items()}
    return {name: value for name, value in found.items() if not is_blank(value)}


def values_put(lead: Lead, values: Mapping[str, Json]) -> set[str]:
    """The columns of the lead that now hold these values; None empties a field."""
    columns: set[str] = set()
    for name, value in values.items():
        if name.startswith(ATTRIBUTE):
            bare = name.removeprefix(ATTRIBUTE)
            lead.attributes = {k: v for k, v in lead.attributes.items() if k != bare}
            if not is_blank(value):
                lead.attributes[bare] = value
            columns.add("attributes")
        elif name in LINKED:
            setattr(lead, f"{name}_id", value)
            columns.add(name)
        else:
            setattr(lead, name, value or "")
            columns.add(name)
    if "email" in columns:
        lead.email_key = email_key(lead.email)
        columns.add("email_key")
    return columns


def is_blank(value: Json) -> bool:
    """Whether a field of this value says nothing; no and 0 do say something."""
    return value is None or value == ""


def merged_value(take: Take, was: Json, theirs: Json) -> Json:
    """What the kept one has after a merge."""
    first, other = (theirs, was) if take == "merged" else (was, theirs)
    return other if is_blank(first) else first


def cells_of(was: Values, theirs: Values, taken: Collection[str]) -> Cells:
    """What one merge does to the kept one's fields; ``taken`` are the merged one's by choice."""
    cells: Cells = {}
    for name, value in theirs.items():
        take: Take = "merged" if name in taken else "kept"
        before = was.get(name)
        put = merged_value(take, before, value)
        cells[name] = Cell(take=take, was=before, theirs=value, put=put)
    return cells


def cells_in(entry: MergeEntry) -> Cells:
    """The fields of the merge."""
    return cast(Cells, entry.fields)


@dataclass(slots=True)
class Ledger:
    """Merges that stand, in order, with the present values of their leads, to be worked out anew.

    ``changed`` holds, lead by lead, the fields that got another value, with both; ``touched`` the
    merges that now tell another story.
    """

    entries: Sequence[MergeEntry]
    values: dict[int, Values]
    changed: dict[int, dict[str, tuple[Json, Json]]] = field(default_factory=dict)
    touched: list[MergeEntry] = field(default_factory=list)

    def forget(self, gone: MergeEntry) -> None:
        """Nothing; all is as if this merge, which is not among the entries, had not been.

        What somebody has written over since stays.
        """
        for name, cell in cells_in(gone).items():
            self._carry(gone.kept_id, name, cell["put"], cell["was"], gone.pk)

    def _carry(self, lead: int, name: str, old: Json, new: Json, after: int) -> None:
        """Nothing; after that merge the lead had ``new`` instead of ``old``, and what follows."""
        for entry in self.entries:
            cell = cells_in(entry).get(name)
            if entry.kept_id != lead or entry.pk <= after or cell is None:
                continue
            if cell["was"] != old:
                return  # somebody wrote over it in between
            cell["was"] = new
            old, new = cell["put"], merged_value(cell["take"], new, cell["theirs"])
            cell["put"] = new
            self._touch(entry)
        if old != new and self.values[lead].get(name) == old:
            self._settle(lead, name, old, new)

    def _settle(self, lead: int, name: str, old: Json, new: Json) -> None:
        """Nothing; the lead has the value now, and so has whoever got it from the lead."""
        first = self.changed.setdefault(lead, {}).get(name, (old, old))[0]
        self.changed[lead][name] = (first, new)
        self.values[lead][name] = new
        for entry in self.entries:
            cell = cells_in(entry).get(name)
            if entry.merged_id != lead or cell is None or cell["theirs"] != old:
                continue
            before, cell["theirs"] = cell["put"], new
            cell["put"] = merged_value(cell["take"], cell["was"], new)
            self._touch(entry)
            self._carry(entry.kept_id, name, before, cell["put"], entry.pk)

    def _touch(self, entry: MergeEntry) -> None:
        if entry not in self.touched:
            self.touched.append(entry)
