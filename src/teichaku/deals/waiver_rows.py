"""The rows of exceptions: changing them, and telling history, ledger, audit and outbox of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import F

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit_each
from teichaku.deals.gate_checks import gates_judge
from teichaku.deals.gate_facts import subject_of
from teichaku.deals.gate_ledger import Decided, decisions_record
from teichaku.deals.gate_rules import GateBook
from teichaku.deals.models import Deal, Waiver


def waiver_note(
    waiver: Waiver,
    book: GateBook,
    actor: Actor,
    *,
    result: str,
    taken: str = "answered",
    reason: str = "",
) -> None:
    """Nothing; the ledger tells what became of the exception."""
    gate = book.gate(waiver.gate_id)
    if gate is None:
        return
    subject = subject_of(waiver.deal, book)
    [[verdict]] = gates_judge([subject], [gate], book)
    one = Decided(subject, waiver.action, verdict, taken, reason, waiver, result=result)
    decisions_record([one], book=book, actor=actor, source="waiver")


def waivers_change(waivers: Sequence[Waiver], values: Mapping[str, object], actor: Actor) -> None:
    """Nothing; the rows have the values, and the history tells what their state was."""
    now = clock.now()
    history = [
        FieldChange("deals.waiver", waiver.pk, "state", waiver.state, str(values["state"]))
        for waiver in waivers
        if "state" in values
    ]
    Waiver.objects.filter(pk__in=[waiver.pk for waiver in waivers]).update(**values)
    for waiver in waivers:
        for name, value in values.items():
            setattr(waiver, name, value)
    changes_record(history, actor=actor, at=now, source="waiver")


def pending_set(deals: Sequence[int], *, value: bool) -> None:
    """Nothing; the deals wait from now on, or count."""
    changed = Deal.objects.filter(pk__in=deals).exclude(is_pending=value)
    changed.update(is_pending=value, version=F("version") + 1)


def waiver_audited(waiver: Waiver, action: str, actor: Actor) -> None:
    audit_record(
        actor=actor, action=action, object_type="deals.waiver", object_id=waiver.pk,
        values={"gate": waiver.gate_id, "state": str(waiver.state)},
    )  # fmt: skip


def waivers_told(waivers: Sequence[Waiver], action: str, topic: str, actor: Actor) -> None:
    audit_record(actor=actor, action=action, object_type="deals.waiver", count=len(waivers))
    outbox_emit_each(topic=topic, payloads=[{"waiver": waiver.pk} for waiver in waivers])
