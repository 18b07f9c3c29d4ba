"""What both sides say of MQLs: the owner's verdict, and marketing's answer to a return."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.handover.models import Handover, Reply, Return, Verdict
from teichaku.handover.news import replied_tell
from teichaku.handover.reasons import VERDICT_REASONS
from teichaku.handover.rows import State

LONGEST = 2_000


def verdict_set(*, handover: Handover, good: bool, actor: Actor, reason: str = "") -> Verdict:
    """The verdict, in place of an earlier one; an MQL that was no good needs a reason."""
    if good:
        reason = ""
    elif reason not in VERDICT_REASONS:
        raise InvalidInput(_("Choose what the lead lacked."), field="reason")
    if handover.state not in (State.ACCEPTED, State.RECYCLED):
        raise Conflict(_("A lead is judged once it is accepted. Returning one says enough."))
    at = clock.now()
    with transaction.atomic():
        before = Verdict.objects.filter(handover=handover).first()
        found, _new = Verdict.objects.update_or_create(
            handover=handover,
            defaults={"good": good, "reason": reason, "at": at, **actor_columns(actor)},
        )
        old = before.good if before else None
        _record(handover, [("verdict", old, good), ("verdict_reason",
                before.reason if before else None, reason)], "verdict_set", actor)  # fmt: skip
    return found


def reply_add(*, returned: Return, adopted: bool, text: str, actor: Actor) -> Reply:
    """Marketing's answer; whoever returned the lead is told of it."""
    text = text.strip()[:LONGEST]
    if not text:
        raise InvalidInput(
            _("Say what follows from the feedback, or why nothing does: sales reads this answer."),
            field="text",
        )
    with transaction.atomic():
        row = Return.objects.select_for_update().get(pk=returned.pk)
        if row.undone_at is not None or Reply.objects.filter(returned=row).exists():
            raise Conflict(_("This return was answered or taken back meanwhile."))
        reply = Reply.objects.create(
            returned=row, adopted=adopted, text=text, at=clock.now(), **actor_columns(actor)
        )
        _record(
            row.handover, [("reply", None, text), ("adopted", None, adopted)], "reply_add", actor
        )
        replied_tell(reply, actor)
    return reply


def _record(
    handover: Handover,
    changes: list[tuple[str, bool | str | None, bool | str]],
    action: str,
    actor: Actor,
) -> None:
    changes_record(
        [FieldChange("handover.handover", handover.pk, *c) for c in changes if c[1] != c[2]],
        actor=actor, at=clock.now(), source="handover",
    )  # fmt: skip
    audit_record(
        actor=actor, action=f"handover.{action}", object_type="handover.handover",
        object_id=handover.pk,
    )  # fmt: skip
    outbox_emit(topic="handover.changed", payload={"handovers": [handover.pk]})
