"""What a file's row changes about a stored one: filled values that differ, never blanks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange
from teichaku.intake.collapse import difference

Values = dict[str, object]


def row_changes(
    object_type: str,
    object_id: int,
    values: Values,
    current: Values,
    *,
    derived: Mapping[str, str],
) -> tuple[list[FieldChange], Values]:
    """The changes that the filled values make, and the row as it is afterwards.

    ``derived`` columns follow the field they are made of and have no history of their own.
    """
    plain = {k: v for k, v in values.items() if k != "attributes" and k not in derived}
    changed = difference(current, plain)
    own = cast("dict[str, Json]", current["attributes"])
    new_own = cast("dict[str, Json]", values["attributes"])
    own_changed = difference({name: own.get(name) for name in new_own}, dict(new_own))
    changes = [
        FieldChange(object_type, object_id, name.removesuffix("_id"), as_json(old), as_json(new))
        for name, (old, new) in changed.items()
    ]
    changes += [
        FieldChange(object_type, object_id, f"attribute.{name}", as_json(old), as_json(new))
        for name, (old, new) in own_changed.items()
    ]
    after = {**current, **{name: new for name, (_, new) in changed.items()}}
    after |= {name: values[name] for name, source in derived.items() if source in changed}
    after["attributes"] = {**own, **new_own}
    return changes, after


def as_json(value: object) -> Json:
    """A stored value as the change history keeps it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
