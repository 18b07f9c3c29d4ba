"""The seam of taking an import back: each room tells how rows of its tables go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import models

from teichaku.core.actors import Actor
from teichaku.core.registry import Listeners, Registry, Text

Ids = Sequence[int]
Values = dict[str, object]


def _nobody(ids: Ids) -> Collection[int]:
    return ()


def _nothing(ids: Ids, actor: Actor) -> None:
    return None


def _as_they_are(values: Mapping[str, object]) -> Values:
    return {}


@dataclass(frozen=True, slots=True)
class Undoable:
    """How rows of a table are taken back.

    ``leads``: the root leads whose past such rows are part of. ``used``: rows that stay because
    people work with them.
    ``derive``: columns that follow from others, after fields went back; ``restored`` is told then.
    ``part_of``: the field that names the row which they belong to; parts stay or go with it.
    ``before`` is told of rows that are about to go; ``early`` ones go before fields are put back.
    ``topic``: the outbox topic, and the name of the ids in it.
    """

    model: type[models.Model]
    label: Text
    topic: tuple[str, str] | None = None
    leads: Callable[[Ids], Collection[int]] = _nobody
    used: Callable[[Ids], Collection[int]] = _nobody
    derive: Callable[[Mapping[str, object]], Values] = _as_they_are
    restored: Callable[[Ids, Actor], None] = _nothing
    before: Callable[[Ids, Actor], None] = _nothing
    early: bool = False
    part_of: str = ""

    @property
    def table(self) -> str:
        """The name under which rows and changes of it are known."""
        return self.model._meta.label_lower

    @property
    def whole(self) -> type[models.Model] | None:
        """The table that rows are parts of, if they are."""
        if not self.part_of:
            return None
        related = self.model._meta.get_field(self.part_of).related_model
        assert isinstance(related, type)
        return related


@dataclass(frozen=True, slots=True)
class Computed:
    """Rows that are computed about rows of a table, and go with them.

    ``unless``: those that are more than that, and keep the row that they are about.
    """

    about: type[models.Model]
    model: type[models.Model]
    unless: models.Q | None = None


undoables: Registry[Undoable] = Registry("table that imports can be taken back from")
computed_rows: Registry[Computed] = Registry("table of computed rows")
# Told once an import is taken back as far as it can be.
undo_followers: Listeners[Actor] = Listeners("follower of imports taken back")


def undoable_register(undoable: Undoable) -> None:
    """Nothing; imports can be taken back from the table."""
    undoables.register(undoable.table, undoable)


def computed_register(computed: Computed) -> None:
    """Nothing; such rows do not keep what they are about."""
    about = computed.about._meta.label_lower
    computed_rows.register(f"{about}: {computed.model._meta.label_lower}", computed)


def removal_order() -> list[Undoable]:
    """The tables, those that refer to others before them."""
    waiting = dict(undoables.items())
    order: list[Undoable] = []
    while waiting:
        referred = {table for one in waiting.values() for table in _refers_to(one.model)}
        free = [table for table in waiting if table not in referred]
        assert free, f"these tables refer to each other: {', '.join(waiting)}"
        order.extend(waiting.pop(table) for table in free)
    return order


def _refers_to(model: type[models.Model]) -> set[str]:
    related = (f.related_model for f in model._meta.concrete_fields if f.is_relation)
    found = {r._meta.label_lower for r in related if isinstance(r, type)}
    return found - {model._meta.label_lower}
