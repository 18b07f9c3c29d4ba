"""Which rows of a companies file are the same company, and which company that already is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import F

from teichaku.core import bulk
from teichaku.intake.collapse import Unions, collapse, grouped, row_keys
from teichaku.intake.rows import Chunk
from teichaku.leads.models import Company, CompanyIdentity
from teichaku.leads.names import company_name_key, corporate_number_key, domain_key, email_is_free
from teichaku.leads.references import LOOKUP_SIZE

Node = tuple[str, object]


@dataclass(frozen=True, slots=True)
class CompanyGroup:
    """Rows about one company: which it is (None: a new one), others that turn out to be it."""

    rows: list[int]
    target: int | None
    merged: tuple[int, ...]
    new_ids: tuple[str, ...]


@dataclass(slots=True)
class _Records:
    """Rows by the id in their system, with what each record can be matched by."""

    rows: dict[str, list[int]]
    keys: dict[str, dict[str, str]]
    known: dict[str, int]


@dataclass(slots=True)
class _Sets:
    """Joined records and companies; two companies that already exist join by number only."""

    unions: Unions[Node] = field(default_factory=Unions)
    numbers: dict[Node, set[str]] = field(default_factory=dict)
    roots: dict[Node, set[int]] = field(default_factory=dict)

    def join(self, nodes: Iterable[Node]) -> None:
        first, *others = nodes
        for other in others:
            a, b = self.unions.find(first), self.unions.find(other)
            if a == b:
                continue
            self.unions.join(a, b)
            kept, gone = (a, b) if self.unions.find(a) == a else (b, a)
            self.numbers.setdefault(kept, set()).update(self.numbers.pop(gone, ()))
            self.roots.setdefault(kept, set()).update(self.roots.pop(gone, ()))

    def join_unless_contradicting(self, nodes: Iterable[Node]) -> None:
        heads = {self.unions.find(node) for node in nodes}
        numbers = set().union(*(self.numbers.get(head, ()) for head in heads))
        roots = set().union(*(self.roots.get(head, ()) for head in heads))
        if len(numbers) <= 1 and len(roots) <= 1:
            self.join(sorted(heads, key=str))


def companies_match(chunk: Chunk, system: str) -> list[CompanyGroup]:
    """The companies of the file: by id in their system, corporate number, domain, then name.

    A domain or a name that belongs to several corporate numbers, or to several companies, tells
    nothing. The order of rows decides nothing.
    """
    records = _records(chunk, system)
    companies = _companies(records)
    sets = _Sets()
    holders: dict[str, dict[str, set[Node]]] = {"number": {}, "domain": {}, "name": {}}
    for company, keys in companies.items():
        sets.roots[("company", company)] = {company}
        _hold(sets, holders, ("company", company), keys)
    for name, keys in records.keys.items():
        _hold(sets, holders, ("record", name), keys)
    for name, company in records.known.items():
        sets.join([("company", company), ("record", name)])
    for nodes in holders["number"].values():
        sets.join(sorted(nodes, key=str))
    for kind in ("domain", "name"):
        for _, nodes in sorted(holders[kind].items()):
            sets.join_unless_contradicting(nodes)
    members: dict[Node, list[str]] = {}
    for name in sorted(records.rows):
        members.setdefault(sets.unions.find(("record", name)), []).append(name)
    return [
        _group(records, names, sorted(sets.roots.get(head, ()))) for head, names in members.items()
    ]


def _group(records: _Records, names: list[str], roots: list[int]) -> CompanyGroup:
    return CompanyGroup(
        rows=[row for name in names for row in records.rows[name]],
        target=roots[0] if roots else None,
        merged=tuple(roots[1:]),
        new_ids=tuple(name for name in names if name not in records.known),
    )


def _hold(
    sets: _Sets, holders: dict[str, dict[str, set[Node]]], node: Node, keys: Mapping[str, str]
) -> None:
    for kind, key in keys.items():
        if key:
            holders[kind].setdefault(key, set()).add(node)
    if keys["number"]:
        sets.numbers[node] = {keys["number"]}


def _records(chunk: Chunk, system: str) -> _Records:
    ids = list(chunk.text("external_id"))
    nameless = [i for i, name in enumerate(ids) if not name]
    for i, key in zip(nameless, row_keys(chunk, nameless), strict=True):
        ids[i] = key
    rows = grouped(ids)
    groups, order = list(rows.values()), [None] * len(ids)
    columns = {
        "number": collapse(chunk.text("corporate_number"), groups, order),
        "domain": collapse(chunk.text("domain"), groups, order),
        "name": collapse(chunk.text("name"), groups, order),
    }
    keys = {
        name: _keys(str(columns["number"][i]), str(columns["domain"][i]), str(columns["name"][i]))
        for i, name in enumerate(rows)
    }
    known: dict[str, int] = {}
    for part in bulk.chunked(rows, LOOKUP_SIZE):
        found = CompanyIdentity.objects.filter(system=system, external_id__in=part)
        known.update(found.values_list("external_id", "company__root_id"))
    return _Records(rows, keys, known)


def _keys(number: str, domain: str, name: str) -> dict[str, str]:
    host = domain_key(domain)
    return {
        "number": corporate_number_key(number),
        "domain": "" if email_is_free(host) else host,
        "name": company_name_key(name) if name else "",
    }


def _companies(records: _Records) -> dict[int, dict[str, str]]:
    """The roots that records could be, with what they can be matched by."""
    found: dict[int, dict[str, str]] = {}
    wanted: dict[str, Collection[object]] = {
        "pk": set(records.known.values()),
        "corporate_number": {keys["number"] for keys in records.keys.values()},
        "domain": {keys["domain"] for keys in records.keys.values()},
        "name_key": {keys["name"] for keys in records.keys.values()},
    }
    for column, values in wanted.items():
        for part in bulk.chunked((value for value in values if value), LOOKUP_SIZE):
            rows = Company.objects.filter(**{f"{column}__in": part}, root=F("id"))
            for company, number, domain, name in rows.values_list(
                "pk", "corporate_number", "domain", "name_key"
            ):
                host = "" if email_is_free(domain) else domain
                found[company] = {"number": number, "domain": host, "name": name}
    return found
