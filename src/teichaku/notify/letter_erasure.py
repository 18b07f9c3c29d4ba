"""Letters to somebody whose data are erased are not sent any more."""

from __future__ import annotations

from teichaku.core import clock
from teichaku.core.personal_data import Person
from teichaku.notify.models import Delivery, Letter

STOPPED = "erased"


def letters_stop(person: Person) -> None:
    """Nothing; letters to the person that had not left are given up."""
    waiting = Letter.objects.filter(lead_id__in=person.leads, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.SKIPPED, reason=STOPPED, settled_at=clock.now())
