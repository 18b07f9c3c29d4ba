"""Events that an import brought, taken back: no trace stays, so that they can come again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext_lazy as _

from teichaku.intake.undoables import Undoable, undoable_register
from teichaku.tracking.models import Event


def undo_register() -> None:
    """Nothing; imports can be taken back from the table of events."""
    undoable_register(Undoable(Event, _("Events"), leads=_roots))


def _roots(ids: Sequence[int]) -> Collection[int]:
    return set(Event.objects.filter(pk__in=ids).values_list("lead__root_id", flat=True))
