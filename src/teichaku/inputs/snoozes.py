"""Putting the next message about one's own task off to a day, with a reason."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.engine.ladder import LONGEST_SNOOZE_BD, Step
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import OPEN, Obligation, Snooze

LONGEST_REASON = 500


def obligation_snooze(*, obligation: Obligation, until: date, reason: str, actor: Actor) -> Snooze:
    """The postponement: once after each step, five working days at most. The deadline stays."""
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise InvalidInput(_("Say why it has to wait."), field="reason")
    last = snooze_last_day(obligation, input_book())
    with transaction.atomic():
        row = Obligation.objects.select_for_update().get(pk=obligation.pk)
        person, step = _allowed(row, actor)
        if not input_book().staff.day(clock.now()) < until <= last:
            raise InvalidInput(
                _("Choose a day from tomorrow to %(last)s.") % {"last": f"{last:%Y/%m/%d}"},
                field="until",
            )
        snooze = Snooze.objects.create(
            obligation=row, after_step=step, until=until, reason=reason, at=clock.now(),
            person_id=person,
        )  # fmt: skip
        audit_record(
            actor=actor,
            action="inputs.obligation_snooze",
            object_type="inputs.obligation",
            object_id=row.pk,
            values={"reason": reason},
        )
        outbox_emit(topic="inputs.followed_up", payload={"obligations": [row.pk]})
    return snooze


def snooze_last_day(obligation: Obligation, book: InputBook) -> date:
    """The last day to which a message about the task can be put off now."""
    calendar = book.staff.calendar(obligation.owner_id)
    return book.staff.day(calendar.add_bd(clock.now(), LONGEST_SNOOZE_BD))


def _allowed(row: Obligation, actor: Actor) -> tuple[int, int]:
    """Who puts it off and after which step; whoever may not reads why."""
    if row.state != OPEN:
        raise Conflict(_("This entry was made or closed already. Reload the page."))
    if actor.user_id is None or actor.user_id != row.owner_id:
        raise Conflict(_("Only the person who owes an entry can put the message off."))
    step: int = row.follow_ups.aggregate(last=Max("step"))["last"] or Step.BADGE
    if step >= Step.REMINDER:
        raise Conflict(_("Both messages were sent, so there is none left to put off."))
    if row.snoozes.filter(after_step=step).exists():
        raise Conflict(_("The next message was put off once already. It comes on that day."))
    return actor.user_id, step
