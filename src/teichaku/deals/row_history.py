"""What the history of changes keeps of a write: one row per field, attribute and 不明."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from teichaku.core.changes import FieldChange
from teichaku.leads.row_changes import as_json

INNER = {"attributes": "attribute", "unknowns": "unknown"}
FOLLOWING = ("closed_at",)  # of closed_on


def field_changes(
    object_type: str, pk: int, before: Mapping[str, object], changed: Mapping[str, object]
) -> list[FieldChange]:
    """The changes from the columns before to those that changed, by the names people know."""
    found: list[FieldChange] = []
    for name, new in changed.items():
        old = before[name]
        if name in INNER:
            found += _inner_changes(object_type, pk, INNER[name], old, new)
        elif name not in FOLLOWING:
            plain = name.removesuffix("_id")
            found.append(FieldChange(object_type, pk, plain, as_json(old), as_json(new)))
    return found


def _inner_changes(
    object_type: str, pk: int, prefix: str, old: object, new: object
) -> Iterator[FieldChange]:
    was = old if isinstance(old, dict) else {}
    now = new if isinstance(new, dict) else {}
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            yield FieldChange(object_type, pk, f"{prefix}.{key}", was.get(key), now.get(key))
