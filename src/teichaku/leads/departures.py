"""Leads go to another owner when theirs leaves or moves."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures, leads_changed
from teichaku.leads.models import Lead

PORTION = 2_000


def owned_count(user_id: int) -> int:
    """How many leads the person owns."""
    return Lead.objects.filter(owner_id=user_id).count()


def owned_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many leads went to the successor, portion by portion."""
    moved = 0
    while portion := _portion(holder_id, successor_id, actor):
        moved += portion
    return moved


def _portion(holder_id: int, successor_id: int, actor: Actor) -> int:
    with transaction.atomic():
        owned = Lead.objects.filter(owner_id=holder_id).order_by("pk")
        rows = list(owned.values_list("pk", "root_id")[: bulk.batch(PORTION)])
        if not rows:
            return 0
        ids = [pk for pk, _root in rows]
        Lead.objects.filter(pk__in=ids).update(owner_id=successor_id)
        changes_record(
            [FieldChange("leads.lead", pk, "owner", holder_id, successor_id) for pk in ids],
            actor=actor,
            at=clock.now(),
            source="",
        )
        audit_record(
            actor=actor,
            action="leads.owned_hand_over",
            object_type="leads.lead",
            count=len(ids),
            values={"from": holder_id, "to": successor_id},
        )
        outbox_emit(topic="leads.written", payload={"leads": ids})
        leads_changed.notify(sorted({root for _pk, root in rows}))
    return len(ids)


def departures_register() -> None:
    """Nothing; whoever leaves is asked who takes the leads over."""
    departures.register(
        "leads.owned",
        Holding(
            label=_("Leads"),
            help=_("They get another owner; their scores and history stay."),
            count=owned_count,
            hand_over=owned_hand_over,
        ),
    )
