"""What becomes of a call: its result in one tap, another owner, contact recorded elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from teichaku.accounts.models import User
from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.deals.contacts import CALLED, NO_ANSWER
from teichaku.deals.models import Activity
from teichaku.exhibitions.follow_up import LANGUAGE, task_for
from teichaku.exhibitions.models import Call
from teichaku.exhibitions.words import Result
from teichaku.handover.contact import lead_contact_record
from teichaku.notify.services import task_dismiss, task_done

LONGEST_NOTE = 2_000
AT_ONCE = 500
HOW = {Result.TALKED: CALLED, Result.DOCUMENT: CALLED, Result.NO_ANSWER: NO_ANSWER}
ENDS = (Result.TALKED, Result.DOCUMENT)
_CONTACTS = ("call", "visit", "meeting", "online", "mail")


def call_result_record(*, call: Call, result: str, actor: Actor, note: str = "") -> Call:
    """The call with what came of it; what was spoken is an activity of the lead."""
    if result not in (*HOW, Result.WRONG):
        raise InvalidInput(_("Choose what came of the call."), field="result")
    with transaction.atomic():
        row = _locked(call)
        if result == Result.WRONG:
            _give_up(row, actor)
        else:
            _tried(row, Result(result), note.strip()[:LONGEST_NOTE], actor)
    return row


def call_give(*, call: Call, owner: User, actor: Actor) -> Call:
    """The call, now this person's to make by the same deadline."""
    if not owner.is_active:
        raise InvalidInput(_("This person no longer works here. Choose another one."))
    with transaction.atomic():
        row = _locked(call)
        if row.owner_id == owner.pk:
            raise Conflict(_("The call is %s's already.") % owner.name)
        _hand(row, owner, "given", actor)
    return row


def call_reopen(*, call: Call, actor: Actor) -> Call:
    """The call, to be made after all; what was recorded of contacts stays."""
    with transaction.atomic():
        row = Call.objects.select_for_update().get(pk=call.pk)
        if row.settled_at is None:
            raise Conflict(_("This call is open already."))
        owner = row.owner
        _write(row, {"settled_at": None, "result": ""}, "call_reopen", actor)
        if owner is not None and row.why != "handover":
            _hand(row, owner, row.why, actor)
    return row


def calls_recognise(*, activities: Sequence[int], actor: Actor = SYSTEM) -> int:
    """How many open calls these activities were, which people recorded on other pages."""
    settled = 0
    for chunk in bulk.chunked(activities, AT_ONCE):
        rows = Activity.objects.filter(pk__in=chunk, owner__isnull=False, kind__in=_CONTACTS)
        for lead, at in rows.values_list("lead__root_id", "at"):
            found = Call.objects.filter(visitor__lead__root=lead, settled_at=None, tried_at=None)
            for call in found.filter(at__lte=at):
                with transaction.atomic():
                    row = Call.objects.select_for_update().get(pk=call.pk)
                    if row.tried_at is not None or row.settled_at is not None:
                        continue
                    _settle(row, Result.ELSEWHERE, at, actor)
                    settled += 1
    return settled


def activities_job(payload: Mapping[str, Json]) -> None:
    """Nothing; calls that were made elsewhere are known to be made."""
    calls_recognise(activities=cast("list[int]", payload["activities"]))


def task_job(payload: Mapping[str, Json]) -> None:
    """Nothing; a call whose task somebody ticked off in the list of tasks is settled."""
    for call in Call.objects.filter(
        task=cast(int, payload["task"]), task__done_at__isnull=False, settled_at=None
    ):
        with transaction.atomic():
            _settle(_locked(call), Result.ELSEWHERE, clock.now(), SYSTEM)


def _tried(row: Call, result: Result, note: str, actor: Actor) -> None:
    now = clock.now()
    values: dict[str, Any] = {
        "attempts": row.attempts + 1, "tried_at": row.tried_at or now, "result": str(result),
    }  # fmt: skip
    if result in ENDS:
        values["settled_at"] = now
    _write(row, values, "call_result", actor)
    with translation.override(LANGUAGE):
        said = " ".join(filter(None, [_wish(result), note]))
    lead_contact_record(lead=row.visitor.lead.root, how=HOW[result], actor=actor, note=said)
    if result in ENDS:
        _task_end(row, actor)


def _wish(result: Result) -> str:
    return str(Result.DOCUMENT.label) if result == Result.DOCUMENT else ""


def _give_up(row: Call, actor: Actor) -> None:
    """Nothing; whoever manages sales gives the call to somebody else."""
    _task_drop(row, actor)
    _write(row, {"owner_id": None, "why": "nobody", "task_id": None}, "call_result", actor)
    row.task_id = task_for(row, row.visitor, None, actor)
    row.save(update_fields=["task"])


def _hand(row: Call, owner: User, why: str, actor: Actor) -> None:
    _task_drop(row, actor)
    task = task_for(row, row.visitor, owner, actor)
    values = {"owner_id": owner.pk, "why": why, "task_id": task}
    _write(row, values, "call_give", actor)


def _settle(row: Call, result: Result, at: Any, actor: Actor) -> None:
    values = {
        "attempts": row.attempts + 1, "tried_at": row.tried_at or at, "settled_at": clock.now(),
        "result": str(result),
    }  # fmt: skip
    _write(row, values, "call_result", actor)
    _task_end(row, actor)


def _locked(call: Call) -> Call:
    row = Call.objects.select_for_update().get(pk=call.pk)
    if row.settled_at is not None:
        raise Conflict(_("This call was settled meanwhile. Look at it again; nothing was changed."))
    return row


def _write(row: Call, values: dict[str, Any], action: str, actor: Actor) -> None:
    changes = [
        FieldChange("exhibitions.call", row.pk, name, old, values[name])
        for name in ("owner_id", "result")
        if name in values and (old := getattr(row, name)) != values[name]
    ]
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    changes_record(changes, actor=actor, at=clock.now(), source="exhibitions")
    audit_record(
        actor=actor, action=f"exhibitions.{action}", object_type="exhibitions.call",
        object_id=row.pk,
    )  # fmt: skip
    outbox_emit(topic="exhibitions.calls_changed", payload={"calls": [row.pk]})


def _task_end(row: Call, actor: Actor) -> None:
    if row.task is not None:
        task_done(task=row.task, actor=actor)


def _task_drop(row: Call, actor: Actor) -> None:
    if row.task is not None:
        task_dismiss(task=row.task, actor=actor)
