"""A sheet as exhibitions read it: without colleagues, and without 様 behind names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields

from teichaku.accounts.models import User
from teichaku.intake.mapping import FileMap
from teichaku.intake.reader import Records
from teichaku.intake.tables import Table
from teichaku.leads.names import email_domain, email_is_free, email_key

_HONORIFIC = re.compile(r"[\s\u3000]*(?:様|さま|さん|殿|先生|御中)[\s\u3000]*$")


@dataclass(frozen=True)
class Colleagues:
    """The addresses of people who work here, and the domains that are the company's own."""

    addresses: frozenset[str]
    domains: frozenset[str]

    def has(self, address: str) -> bool:
        """Whether the address is a colleague's."""
        key = email_key(address)
        return bool(key) and (key in self.addresses or email_domain(key) in self.domains)


def colleagues() -> Colleagues:
    """Everybody who works here."""
    known = User.objects.filter(is_active=True).exclude(email=None).exclude(email="")
    found = (email_key(address or "") for address in known.values_list("email", flat=True))
    keys = frozenset(filter(None, found))
    hosts = {email_domain(key) for key in keys}
    return Colleagues(keys, frozenset(host for host in hosts if not email_is_free(host)))


@dataclass(frozen=True)
class GuestTable(Table):
    """The table without the rows of colleagues, names and companies without honorifics."""

    origin: Table  # which owns the rows of a workbook for as long as it lives
    own: Colleagues
    addresses: Sequence[int]
    named: Collection[int]

    def records(self, size: int) -> Iterator[Records]:
        """All records but those of colleagues, ``size`` at a time."""
        for run in self.origin.records(size):
            kept = [
                (line, self._plain(cells))
                for line, cells in zip(run.lines, run.cells, strict=True)
                if not self._is_colleague(cells)
            ]
            yield Records([line for line, _ in kept], [cells for _, cells in kept], run.bad)

    def colleagues_count(self) -> int:
        """How many rows are colleagues'."""
        return sum(
            self._is_colleague(cells) for run in self.origin.records(1_000) for cells in run.cells
        )

    def _is_colleague(self, cells: Sequence[str]) -> bool:
        return any(self.own.has(cells[place]) for place in self.addresses)

    def _plain(self, cells: list[str]) -> list[str]:
        changed = list(cells)
        for place in self.named:
            changed[place] = _HONORIFIC.sub("", cells[place])
        return changed


def guest_table(table: Table, file_map: FileMap) -> GuestTable:
    """The table as the map of leads reads it."""
    names = {name: place for place, name in enumerate(table.header)}

    def places(*wanted: str) -> list[int]:
        columns = [column for name in wanted for column in file_map.columns.get(name, ())]
        return [names[column] for column in columns if column in names]

    told = {field.name: getattr(table, field.name) for field in fields(table)}
    return GuestTable(
        **told, origin=table, own=colleagues(),
        addresses=places("email"), named=places("name", "kana", "company"),
    )  # fmt: skip
