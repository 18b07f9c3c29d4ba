"""What was entered about a row, from what it holds now and every change before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple, cast

from teichaku.core.models import Change
from teichaku.deals.gate_facts import field_values
from teichaku.engine.input_facts import Entered

UNKNOWN = "unknown."
_Values = Mapping[str, object]


class _Changed(NamedTuple):
    at: datetime
    by: int | None
    pk: int
    field: str
    old: object


def values_entered(values: _Values, unknowns: Mapping[str, str]) -> dict[str, object]:
    """The values by the names that the history of changes uses."""
    return {**values, **{f"{UNKNOWN}{name}": day for name, day in unknowns.items()}}


def entries_of(
    object_type: str, now: Mapping[int, _Values], recorded: Mapping[int, datetime]
) -> dict[int, tuple[Entered, ...]]:
    """For each row the states it went through, from the instant each was entered."""
    changes = _changes(object_type, list(now))
    return {
        pk: _entries(dict(values), recorded[pk], changes.get(pk, [])) for pk, values in now.items()
    }


def _changes(object_type: str, ids: list[int]) -> dict[int, list[_Changed]]:
    columns = ("object_id", "recorded_at", "actor_user_id", "id", "field", "old")
    rows = Change.objects.filter(object_type=object_type, object_id__in=ids)
    found: dict[int, list[_Changed]] = defaultdict(list)
    for object_id, *told in rows.values_list(*columns) if ids else ():
        found[object_id].append(_Changed(*told))
    return found


def _entries(
    state: dict[str, object], recorded: datetime, changes: list[_Changed]
) -> tuple[Entered, ...]:
    """Backwards from what is there now: each change says what was there before it."""
    changes.sort(key=lambda change: (change.at, change.pk), reverse=True)
    entries = []
    for (at, by), group in groupby(changes, key=lambda change: (change.at, change.by)):
        entries.append(_entered(at, state, by))
        for change in group:
            state[change.field] = change.old
    first = min([recorded, *(entry.at for entry in entries)])
    entries.append(_entered(first, state, None))
    return tuple(reversed(entries))


def _entered(at: datetime, state: _Values, by: int | None) -> Entered:
    unknown = {
        name.removeprefix(UNKNOWN): date.fromisoformat(str(day))
        for name, day in state.items()
        if name.startswith(UNKNOWN) and day
    }
    values = {name: value for name, value in state.items() if not name.startswith(UNKNOWN)}
    owner = cast("int | None", values.get("owner"))
    return Entered(at, field_values(values), unknown, owner, owner if by is None else by)
