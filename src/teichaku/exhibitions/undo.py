"""What a sheet brought to the room, taken back: visits, mails that wait, calls not yet tried."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teichaku.core.actors import Actor
from teichaku.exhibitions.follow_up import letter_key
from teichaku.exhibitions.models import Call, Visitor
from teichaku.intake.undoables import Computed, Undoable, computed_register, undoable_register
from teichaku.notify.letters import letters_by_key, letters_cancel
from teichaku.notify.models import Delivery, Task
from teichaku.notify.services import task_dismiss

MADE = ~Q(attempts=0)


def undo_register() -> None:
    """Nothing; imports can be taken back from the table of visitors."""
    undoable_register(
        Undoable(Visitor, _("Visitors of exhibitions"), used=_followed, before=_called_off)
    )
    computed_register(Computed(Visitor, Call, unless=MADE))


def _followed(ids: Sequence[int]) -> Collection[int]:
    """Those who were thanked or called: what has happened stays."""
    made = Call.objects.filter(MADE, visitor__in=ids)
    found = set(made.values_list("visitor_id", flat=True))
    keys = {letter_key(visitor): visitor.pk for visitor in _visitors(ids)}
    left = (Delivery.State.SENT, Delivery.State.SENDING)
    found.update(keys[key] for key, row in letters_by_key(keys).items() if row.state in left)
    return found


def _called_off(ids: Sequence[int], actor: Actor) -> None:
    """Nothing; mails that wait are not sent, tasks to call are gone."""
    letters_cancel(keys=[letter_key(visitor) for visitor in _visitors(ids)], actor=actor)
    tasks = Call.objects.filter(visitor__in=ids, task__isnull=False).values("task")
    for task in Task.objects.filter(pk__in=tasks, done_at=None, dismissed_at=None):
        task_dismiss(task=task, actor=actor)


def _visitors(ids: Sequence[int]) -> Sequence[Visitor]:
    return list(Visitor.objects.filter(pk__in=ids).select_related("exhibition"))
