"""Records that look like one: pairs with their reason, groups of them, names that differ little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

Progress: TypeAlias = Callable[[int, int], None]
FAMILY = 3  # names that agree but for one letter; of more, the letter tells them apart


class Pair(NamedTuple):
    """Two records that look like one, why, what they share, how alike they are (0…100)."""

    one: int
    other: int
    reason: str
    shared: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Records that look like one, why, and how alike they are at least (0…100).

    ``records`` is how many records of the source system stand behind them.
    """

    ids: tuple[int, ...]
    reason: str
    shared: str
    similarity: float
    records: int


class Groups:
    """Records joined pair by pair, with the weakest reason that holds each group together."""

    def __init__(self, contradict: Callable[[Sequence[int]], bool] = lambda members: False) -> None:
        self._contradict = contradict
        self._group: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._why: dict[int, Pair] = {}

    def join(self, pair: Pair) -> None:
        """Nothing; the two are in one group, unless that would hold together what cannot be one."""
        a, b = self._head(pair.one), self._head(pair.other)
        if a == b or self._contradict(self._members[a] + self._members[b]):
            return
        why = [self._why[head] for head in (a, b) if head in self._why]
        self._members[a] += self._members.pop(b)
        self._group.update(dict.fromkeys(self._members[a], a))
        self._why.pop(b, None)
        self._why[a] = min([*why, pair], key=lambda told: told.similarity)

    def found(self) -> Iterator[tuple[tuple[int, ...], Pair]]:
        """Each group's records with its reason."""
        for head, why in self._why.items():
            yield tuple(sorted(self._members[head])), why

    def _head(self, record: int) -> int:
        if record not in self._group:
            self._group[record] = record
            self._members[record] = [record]
        return self._group[record]


def by_key(keyed: Iterable[tuple[int, Hashable]]) -> dict[Hashable, list[int]]:
    """The records under each key that says something, where several share it."""
    found: dict[Hashable, list[int]] = defaultdict(list)
    for record, key in keyed:
        if key:
            found[key].append(record)
    return {key: records for key, records in found.items() if len(records) > 1}


def chained(
    records: Sequence[int], reason: str, shared: str, similarity: float = 100.0
) -> Iterator[Pair]:
    """Pairs that join all of the records."""
    for other in records[1:]:
        yield Pair(records[0], other, reason, shared, similarity)


def name_pairs(
    records: Sequence[int], names: Sequence[str], least: float
) -> Iterator[tuple[int, int, float]]:
    """Every two of these records whose names agree in at least so many of 100 letters."""
    likeness = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=least)
    for one, other in zip(*np.nonzero(np.triu(likeness, 1)), strict=True):
        yield records[one], records[other], float(likeness[one, other])


def one_letter_apart(
    names: Sequence[str], progress: Progress, whole: int
) -> Iterator[tuple[str, str]]:
    """Every two of these names that differ in one letter, or in the order of two neighbours.

    Such names become equal when the right letter is left out of each. Only what is equal then is
    compared, however many names there are. More than ``FAMILY`` that are equal then are names of a
    kind, such as those of a bank's branches, and no slips of the pen.
    """
    hashes, owners = _without_a_letter(names)
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    ends = np.r_[starts[1:], len(hashes)]
    several = np.flatnonzero((ends - starts > 1) & (ends - starts <= FAMILY))
    seen: set[tuple[str, str]] = set()
    for done, block in enumerate(several.tolist(), start=1):
        if done % 1_000 == 0:
            progress(whole * done // len(several), whole)
        members = sorted({names[owner] for owner in owners[starts[block] : ends[block]].tolist()})
        for pair in combinations(members, 2):
            if pair not in seen and OSA.distance(*pair, score_cutoff=1) == 1:
                seen.add(pair)
                yield pair


def _without_a_letter(
    names: Sequence[str],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A number for each name, and for each name less one of its letters, with the name's place."""
    hashes: list[int] = []
    owners: list[int] = []
    for owner, name in enumerate(names):
        variants = {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}
        hashes.extend(map(hash, variants))
        owners.extend([owner] * len(variants))
    return np.array(hashes, np.int64), np.array(owners, np.int64)
