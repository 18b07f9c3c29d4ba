"""Several rows about one thing become one, whatever order they stand in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar

from teichaku.intake.rows import Chunk, FileRows

K = TypeVar("K")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
ROW_PREFIX = "row:"


def is_blank(value: object) -> bool:
    """Whether the file says nothing there."""
    return value is None or value == ""


def gather(rows: FileRows) -> Chunk:
    """The usable rows of the whole file as one chunk."""
    lines: list[int] = []
    columns: dict[str, list[object]] = {name: [] for name in rows.fields}
    for chunk in rows.chunks():
        lines.extend(chunk.lines)
        for name, values in chunk.columns.items():
            columns[name].extend(values)
    return Chunk(lines, columns)


def row_keys(chunk: Chunk, wanted: Sequence[int]) -> list[str]:
    """For rows without an id: one made of all they say, so that only exact repeats share it."""
    names = sorted(chunk.columns)
    columns = [chunk.columns[name] for name in names]
    return [
        ROW_PREFIX
        + hash_texts(
            f"{name}={_text(column[i])}" for name, column in zip(names, columns, strict=True)
        )
        for i in wanted
    ]


def hash_texts(texts: Iterable[str]) -> str:
    """The SHA-256 of texts, told apart by a character that no cell holds."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()


def collapse(
    values: Sequence[object],
    groups: Sequence[Sequence[int]],
    order: Sequence[datetime | None],
    *,
    earliest: bool = False,
) -> list[object]:
    """One value per group of rows: of the filled ones that of the latest row, else the greatest.

    ``earliest`` takes the least value instead, which suits the instant at which something began.
    """
    if all(len(group) == 1 for group in groups):  # nothing comes twice, as in most files
        return [values[place] for (place,) in groups]
    collapsed: list[object] = []
    for group in groups:
        if len(group) == 1:
            collapsed.append(values[group[0]])
            continue
        filled = [i for i in group if not is_blank(values[i])]
        if not filled:
            collapsed.append(values[group[0]])
        elif earliest:
            collapsed.append(min((values[i] for i in filled), key=_text))
        else:
            best = max(filled, key=lambda i: (order[i] or _LONG_AGO, _text(values[i])))
            collapsed.append(values[best])
    return collapsed


def grouped(keys: Iterable[K]) -> dict[K, list[int]]:
    """The places of each key."""
    places: dict[K, list[int]] = {}
    for i, key in enumerate(keys):
        places.setdefault(key, []).append(i)
    return places


class Unions(Generic[K]):
    """Sets that grow together (union–find)."""

    def __init__(self) -> None:
        self._parent: dict[K, K] = {}

    def find(self, item: K) -> K:
        """The item that stands for the set of this one."""
        parent = self._parent
        above = parent.setdefault(item, item)
        while above != item:
            parent[item] = parent[above]
            item, above = parent[item], parent[parent[item]]
        return item

    def join(self, one: K, other: K) -> None:
        """Nothing; both are in one set now."""
        a, b = self.find(one), self.find(other)
        if a != b:
            self._parent[b] = a


def difference(
    current: Mapping[str, object], wanted: Mapping[str, object]
) -> dict[str, tuple[object, object]]:
    """Fields that are filled in ``wanted`` and differ: old and new. Blank never overwrites."""
    return {
        name: (current[name], value)
        for name, value in wanted.items()
        if not is_blank(value) and value != current[name]
    }


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
