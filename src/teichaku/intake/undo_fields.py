"""Fields that an import changed, put back where nobody has changed them since."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Q

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.models import Change
from teichaku.intake.added_rows import CHANGES
from teichaku.intake.fields import ATTRIBUTE
from teichaku.intake.models import ImportedRows, ImportRun
from teichaku.intake.undoables import Undoable, Values, undoables

SOURCE = "import_undo"
_TOLD = ("pk", "object_type", "object_id", "field", "old", "new", "source")


class _Told(NamedTuple):
    pk: int
    table: str
    id: int
    field: str
    old: Json
    new: Json
    source: str


@dataclass(slots=True)
class Reverted:
    """How many fields went back, and how many stayed as somebody made them since."""

    fields: int = 0
    kept: int = 0
    kept_fields: list[tuple[str, int, str]] = field(default_factory=list)


class Void:
    """Which changes do not count any more: those of imports that were taken back."""

    def __init__(self, run: ImportRun, ids: Collection[int]) -> None:
        undone = Q(done_from__isnull=False, last__gte=F("done_from")) | Q(run=run)
        rows = ImportedRows.objects.filter(
            undone, table=CHANGES, first__lte=max(ids), last__gte=min(ids)
        ).order_by("first")
        # Of the run at hand all changes are on their way out.
        self._ends = [
            (first if start is None or owner == run.pk else max(first, start), last)
            for owner, first, last, start in rows.values_list("run", "first", "last", "done_from")
        ]
        self._ends.sort()

    def holds(self, change: int) -> bool:
        """Whether the change was taken back."""
        place = bisect_right(self._ends, (change, float("inf"))) - 1
        return place >= 0 and self._ends[place][0] <= change <= self._ends[place][1]


def fields_revert(*, run: ImportRun, changes: Sequence[int], actor: Actor) -> Reverted:
    """What became of these changes, which are given latest first. Part of the transaction."""
    result = Reverted()
    rows = Change.objects.filter(pk__in=changes).values_list(*_TOLD)
    by_table: dict[str, list[_Told]] = defaultdict(list)
    for told in map(_Told._make, rows):
        if told.table in undoables:
            by_table[told.table].append(told)
    for table, some in by_table.items():
        _revert(undoables.get(table), run, some, actor, result)
    return result


def _revert(
    undoable: Undoable, run: ImportRun, changes: list[_Told], actor: Actor, result: Reverted
) -> None:
    ids = {told.id for told in changes}
    objects = _locked(undoable.model, ids)
    history = _history(undoable.table, ids)
    void = Void(run, [told.pk for some in history.values() for told in some])
    done: dict[int, dict[str, FieldChange]] = defaultdict(dict)
    for told in sorted(changes, reverse=True):
        if told.id not in objects:
            continue
        past = history[told.id, told.field]
        wanted = _before(told, past, void)
        current = _current(objects[told.id], told.field)
        since = any(
            other.pk > told.pk and not void.holds(other.pk) and other.source != SOURCE
            for other in past
        )
        if current == wanted:
            continue
        if since or current != past[-1].new:
            result.kept += 1
            result.kept_fields.append((undoable.table, told.id, told.field))
            continue
        _put(undoable.model, objects[told.id], told.field, wanted)
        done[told.id][told.field] = FieldChange(
            undoable.table, told.id, told.field, current, wanted
        )
        result.fields += 1
    _store(undoable, objects, done, actor)


def _plain(value: Json) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _history(table: str, ids: Collection[int]) -> dict[tuple[int, str], list[_Told]]:
    rows = Change.objects.filter(object_type=table, object_id__in=ids).order_by("pk")
    found: dict[tuple[int, str], list[_Told]] = defaultdict(list)
    for told in map(_Told._make, rows.values_list(*_TOLD)):
        found[told.id, told.field].append(told)
    return found


def _before(told: _Told, past: Sequence[_Told], void: Void) -> Json:
    """What the field was before the change and before all those ahead of it that do not count."""
    value = told.old
    for other in reversed([one for one in past if one.pk < told.pk]):
        if other.source == SOURCE:
            continue
        if not void.holds(other.pk):
            break
        value = other.old
    return value


def _locked(model: type[models.Model], ids: Collection[int]) -> dict[int, Values]:
    names = [f.attname for f in model._meta.concrete_fields]
    rows = model._default_manager.select_for_update().filter(pk__in=ids).order_by("pk")
    return {row["id"]: row for row in rows.values(*names)}


def _current(values: Values, name: str) -> Json:
    if name.startswith(ATTRIBUTE):
        own = values["attributes"]
        assert isinstance(own, Mapping)
        return _json(own.get(name.removeprefix(ATTRIBUTE)))
    return _json(values.get(name, values.get(f"{name}_id")))


def _json(value: Any) -> Json:
    """As the history keeps it."""
    if _plain(value):
        plain: Json = value
        return plain
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _put(model: type[models.Model], values: Values, name: str, wanted: Json) -> None:
    if name.startswith(ATTRIBUTE):
        own = values["attributes"]
        assert isinstance(own, Mapping)
        bare = name.removeprefix(ATTRIBUTE)
        kept = {key: value for key, value in own.items() if key != bare}
        values["attributes"] = kept if wanted is None else {**kept, bare: wanted}
        return
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    values[column.attname] = None if wanted is None else column.to_python(wanted)


def _store(
    undoable: Undoable,
    objects: Mapping[int, Values],
    done: Mapping[int, Mapping[str, FieldChange]],
    actor: Actor,
) -> None:
    if not done:
        return
    names = {name for some in done.values() for name in some}
    touched = {"attributes" if name.startswith(ATTRIBUTE) else name for name in names}
    for one in done:
        derived = undoable.derive(objects[one])
        objects[one].update(derived)
        touched |= {name.removesuffix("_id") for name in derived}
    fields = sorted(touched)
    columns = [_attname(undoable.model, name) for name in fields]
    # A merged row stands for itself again only after the other one gave back what is unique.
    for apart in (False, True):
        rows = [one for one, some in done.items() if ("root" in some) is apart]
        bulk.update(
            undoable.model, fields, [(one, *(objects[one][c] for c in columns)) for one in rows]
        )
    changes = [change for some in done.values() for change in some.values()]
    changes_record(changes, actor=actor, at=clock.now(), source=SOURCE)
    undoable.restored(sorted(done), actor)


def _attname(model: type[models.Model], name: str) -> str:
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)
    return column.attname
