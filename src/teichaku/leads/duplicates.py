"""Companies that stand in the data more than once, and what gives them away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from django.db.models import Count, F
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from teichaku.leads.models import Company, CompanyIdentity
from teichaku.leads.names import email_is_free

Reason = Literal["several_ids", "corporate_number", "domain", "name", "similar_name"]

SIMILAR = 87.0  # of 100, letters that agree in order: one wrong letter in eight
SHORTEST = 4  # letters of a name without its legal form; shorter ones agree by chance
BLOCK_LARGEST = 400  # names compared pair by pair; a larger block is split by one more letter


class CompanyRow(NamedTuple):
    """A company as it is compared."""

    company: int
    name: str
    name_key: str
    number: str
    domain: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Companies that look like one, why, and how alike their names are at least (0…100).

    ``records`` is how many records of the source system stand behind them.
    """

    companies: tuple[int, ...]
    reason: Reason
    shared: str
    similarity: float
    records: int


def company_duplicates() -> list[Duplicate]:
    """Companies under several ids of one system, with one key, or with nearly the same name.

    Two different corporate numbers say that two companies are not one, whatever else is alike.
    """
    columns = ("pk", "name", "name_key", "corporate_number", "domain")
    roots = Company.objects.filter(root=F("pk")).order_by("pk").values_list(*columns)
    rows = {row[0]: CompanyRow(*row) for row in roots.iterator(chunk_size=5_000)}
    records = _records()
    found = [
        Duplicate((company,), "several_ids", "", 100.0, count)
        for company, count in records.items()
        if count > 1
    ]
    groups = _Groups(rows)
    for reason, keys in _exact_keys(rows.values()):
        for shared, companies in keys.items():
            groups.join(companies, reason, shared, 100.0)
    for one, other, similarity in _similar(rows):
        groups.join((one, other), "similar_name", "", similarity)
    found += [
        Duplicate(companies, reason, shared, similarity, sum(records.get(c, 1) for c in companies))
        for companies, reason, shared, similarity in groups.found()
    ]
    return sorted(found, key=lambda group: (-group.similarity, group.companies))


class _Groups:
    """Companies joined pair by pair, with the strongest reason of each group."""

    def __init__(self, rows: Mapping[int, CompanyRow]) -> None:
        self._rows = rows
        self._group: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._why: dict[int, tuple[Reason, str, float]] = {}

    def join(
        self, companies: Collection[int], reason: Reason, shared: str, similarity: float
    ) -> None:
        first, *others = sorted(companies)
        for other in others:
            a, b = self._head(first), self._head(other)
            if a == b or self._contradict(a, b):
                continue
            why = [self._why[head] for head in (a, b) if head in self._why]
            self._members[a] += self._members.pop(b)
            self._group.update(dict.fromkeys(self._members[a], a))
            self._why.pop(b, None)
            self._why[a] = min([*why, (reason, shared, similarity)], key=lambda told: told[2])

    def found(self) -> Iterator[tuple[tuple[int, ...], Reason, str, float]]:
        for head, why in self._why.items():
            yield (tuple(sorted(self._members[head])), *why)

    def _head(self, company: int) -> int:
        if company not in self._group:
            self._group[company] = company
            self._members[company] = [company]
        return self._group[company]

    def _contradict(self, a: int, b: int) -> bool:
        members = self._members[a] + self._members[b]
        return len({self._rows[company].number for company in members} - {""}) > 1


def _records() -> dict[int, int]:
    """How many ids of one system each root company has, of the system that has the most."""
    rows = CompanyIdentity.objects.values("company__root_id", "system").annotate(ids=Count("pk"))
    found: dict[int, int] = {}
    for company, ids in rows.values_list("company__root_id", "ids"):
        found[company] = max(ids, found.get(company, 0))
    return found


def _exact_keys(rows: Iterable[CompanyRow]) -> list[tuple[Reason, dict[str, list[int]]]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    domains: dict[str, list[int]] = defaultdict(list)
    names: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.number:
            numbers[row.number].append(row.company)
        if row.domain and not email_is_free(row.domain):
            domains[row.domain].append(row.company)
        if row.name_key:
            names[row.name_key].append(row.company)
    kept: list[tuple[Reason, dict[str, list[int]]]] = []
    keys: tuple[tuple[Reason, dict[str, list[int]]], ...] = (
        ("corporate_number", numbers),
        ("domain", domains),
        ("name", names),
    )
    for reason, by_key in keys:
        kept.append((reason, {key: found for key, found in by_key.items() if len(found) > 1}))
    return kept


def _similar(rows: Mapping[int, CompanyRow]) -> Iterator[tuple[int, int, float]]:
    """Pairs whose names agree almost, among those that begin or end with the same letters."""
    keys = [(row.company, row.name_key) for row in rows.values() if len(row.name_key) >= SHORTEST]
    seen: set[tuple[int, int]] = set()
    for backwards in (False, True):
        # Two branches or two plants often differ in nothing but their digits.
        by_digits: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for company, key in keys:
            by_digits[_digits(key)].append((company, key[::-1] if backwards else key))
        for same_digits in by_digits.values():
            for block in _blocks(same_digits, 3):
                pairs = [pair for pair in _pairs(block) if pair[:2] not in seen]
                seen.update((one, other) for one, other, _similarity in pairs)
                yield from pairs


def _pairs(block: list[tuple[int, str]]) -> Iterator[tuple[int, int, float]]:
    """The pairs of the block that differ in one letter, if that is little of the whole."""
    block = sorted(block)
    names = [name for _company, name in block]
    likeness = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=SIMILAR)
    for one, other in zip(*np.nonzero(np.triu(likeness, 1)), strict=True):
        if Levenshtein.distance(names[one], names[other], score_cutoff=1) == 1:
            yield block[one][0], block[other][0], float(likeness[one, other])


def _blocks(keys: list[tuple[int, str]], letters: int) -> Iterator[list[tuple[int, str]]]:
    """Companies whose keys begin with the same letters, in portions that can be compared."""
    blocks: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for company, key in keys:
        blocks[key[:letters]].append((company, key))
    for beginning, block in blocks.items():
        if len(block) > BLOCK_LARGEST and len(beginning) == letters:
            yield from _blocks(block, letters + 1)
        elif 1 < len(block) <= BLOCK_LARGEST:
            yield block


def _digits(text: str) -> str:
    """The digits of a name, in order."""
    return "".join(filter(str.isdigit, text))
