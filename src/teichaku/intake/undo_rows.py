"""Rows that an import added, removed where nothing that came later needs them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models

from teichaku.core import bulk
from teichaku.core.actors import Actor
from teichaku.core.models import Change
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.intake.models import ImportRun
from teichaku.intake.undo_fields import SOURCE, Void
from teichaku.intake.undoables import Computed, Undoable, computed_rows, undoables

IN_USE, CHANGED = "in use", "changed"
Model = type[models.Model]


@dataclass(slots=True)
class Removed:
    """How many rows of each table are gone, and those that stay, each with what needs it.

    That is a table, or ``IN_USE`` or ``CHANGED``.
    """

    gone: Counter[str] = field(default_factory=Counter)
    kept: dict[int, str] = field(default_factory=dict)


class Added:
    """The rows that a run added, by table."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._ends: dict[str, list[tuple[int, int]]] = {}

    def holds(self, table: str, one: int) -> bool:
        """Whether the run added the row."""
        if table not in self._ends:
            rows = self._run.added.filter(table=table, kept=False)
            self._ends[table] = sorted(rows.values_list("first", "last"))
        ends = self._ends[table]
        place = bisect_right(ends, (one, float("inf"))) - 1
        return place >= 0 and ends[place][0] <= one <= ends[place][1]


class Remover:
    """Removes rows of one table that a run added."""

    def __init__(self, undoable: Undoable, run: ImportRun, actor: Actor) -> None:
        self._undoable, self._run, self._actor = undoable, run, actor
        self._added = Added(run)
        self._model = undoable.model

    def remove(self, ids: Sequence[int]) -> Removed:
        """What became of the rows. Part of the caller's transaction."""
        result = Removed()
        ids = self._on_their_own(ids)
        kept = dict.fromkeys(self._undoable.used(ids), IN_USE)
        kept |= dict.fromkeys(self._changed_since(set(ids) - kept.keys()), CHANGED)
        free = [one for one in ids if one not in kept]
        result.kept = kept | self._needed(free)
        gone = [one for one in free if one not in result.kept]
        if gone:
            self._delete(gone, result)
        return result

    @cached_property
    def _computed(self) -> dict[Model, Computed]:
        return {c.model: c for c in computed_rows.values() if c.about is self._model}

    @cached_property
    def _parts(self) -> dict[Model, Undoable]:
        return {one.model: one for one in undoables.values() if one.whole is self._model}

    def _on_their_own(self, ids: Sequence[int]) -> Sequence[int]:
        """Those that are not parts of a row that the run added as well: they go with it."""
        name, whole = self._undoable.part_of, self._undoable.whole
        if whole is None:
            return ids
        table = whole._meta.label_lower
        wholes: dict[int, int | None] = dict(bulk.lookup(self._model, "id", ids, ("id", name)))
        return [one for one in ids if not (at := wholes[one]) or not self._added.holds(table, at)]

    def _changed_since(self, ids: Collection[int]) -> set[int]:
        """Those whose fields somebody else has changed."""
        rows = Change.objects.filter(object_type=self._undoable.table, object_id__in=ids)
        changes = dict(rows.exclude(source=SOURCE).values_list("pk", "object_id"))
        if not changes:
            return set()
        void = Void(self._run, changes.keys())
        return {one for change, one in changes.items() if not void.holds(change)}

    def _needed(self, ids: Sequence[int]) -> dict[int, str]:
        """Those that rows of other tables refer to, or rows of the same table that stay."""
        found: dict[int, str] = {}
        for other, name in _referring(self._model):
            label = other._meta.label_lower
            if other in self._parts:
                rows = bulk.lookup(other, name, ids, ("id", name))
                found |= {at: label for row, at in rows if not self._added.holds(label, row)}
            elif other in self._computed:
                found |= _more_than_computed(self._computed[other], name, ids)
            elif other is not self._model:
                found |= {one: label for (one,) in bulk.lookup(other, name, ids, [name])}
        for other in (*self._computed, *self._parts):
            found |= _through(other, self._model, ids)
        return found | _own(self._model, ids, found)

    def _delete(self, ids: Sequence[int], result: Removed) -> None:
        leads = set(self._undoable.leads(ids))
        self._undoable.before(ids, self._actor)
        for model, part in self._parts.items():
            result.gone[part.table] += _delete(model, part.part_of, ids)
        for model in self._computed:
            for name in _links(model, self._model):
                _delete(model, name, ids)
        result.gone[self._undoable.table] += _delete(self._model, "id", ids)
        if self._undoable.topic:
            topic, name = self._undoable.topic
            outbox_emit(topic=topic, payload={name: sorted(ids)})
        if leads:
            leads_changed.notify(sorted(leads))


def _more_than_computed(computed: Computed, name: str, ids: Sequence[int]) -> dict[int, str]:
    if computed.unless is None:
        return {}
    rows = computed.model._default_manager.filter(computed.unless, **{f"{name}__in": ids})
    label = computed.model._meta.label_lower
    return dict.fromkeys(rows.values_list(f"{name}_id", flat=True), label)


def _through(other: Model, model: Model, ids: Sequence[int]) -> dict[int, str]:
    """Those whose computed rows or parts are needed themselves."""
    found: dict[int, str] = {}
    referring = [(third, name) for third, name in _referring(other) if third is not other]
    if not referring:
        return found
    for link in _links(other, model):
        owners: dict[int, int] = dict(bulk.lookup(other, link, ids, ("id", link)))
        for third, name in referring:
            label = third._meta.label_lower
            needed = bulk.lookup(third, name, owners, [name])
            found |= {owners[row]: label for (row,) in needed}
    return found


def _own(model: Model, ids: Sequence[int], kept: Mapping[int, str]) -> dict[int, str]:
    """Those that rows of their own table refer to which do not go with them."""
    found: dict[int, str] = {}
    label = model._meta.label_lower
    for name in _links(model, model):
        pairs = [(row, at) for row, at in bulk.lookup(model, name, ids, ("id", name)) if row != at]
        staying = set(kept) | ({row for row, _ in pairs} - set(ids))
        while more := {at for row, at in pairs if row in staying and at not in staying}:
            staying |= more
            found |= dict.fromkeys(more, label)
    return found


def _referring(model: Model) -> Iterator[tuple[Model, str]]:
    relations: list[Any] = list(model._meta.get_fields(include_hidden=True))
    for relation in relations:
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            yield relation.field.model, relation.field.name


def _links(model: Model, to: Model) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if f.is_relation and f.related_model is to]


def _delete(model: Model, name: str, ids: Sequence[int]) -> int:
    found = model._default_manager.filter(**{f"{name}__in": ids})
    return found._raw_delete(found.db)
