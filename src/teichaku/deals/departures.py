"""Open deals go to another owner when theirs leaves or moves; closed ones stay with who closed."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures
from teichaku.deals.home import pipeline_is_here
from teichaku.deals.models import Deal, Stage

PORTION = 2_000


def owned_count(user_id: int) -> int:
    """How many open deals of the person are kept here; an outside tool hands over its own."""
    return _open_deals(user_id).count() if pipeline_is_here() else 0


def owned_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many open deals went to the successor, portion by portion."""
    moved = 0
    while portion := _portion(holder_id, successor_id, actor):
        moved += portion
    return moved


def _portion(holder_id: int, successor_id: int, actor: Actor) -> int:
    with transaction.atomic():
        owned = _open_deals(holder_id).order_by("pk")
        ids = list(owned.values_list("pk", flat=True)[: bulk.batch(PORTION)])
        if not ids:
            return 0
        Deal.objects.filter(pk__in=ids).update(owner_id=successor_id, version=F("version") + 1)
        changes_record(
            [FieldChange("deals.deal", pk, "owner", holder_id, successor_id) for pk in ids],
            actor=actor,
            at=clock.now(),
            source="",
        )
        audit_record(
            actor=actor,
            action="deals.owned_hand_over",
            object_type="deals.deal",
            count=len(ids),
            values={"from": holder_id, "to": successor_id},
        )
        outbox_emit(topic="deals.written", payload={"deals": ids})
    return len(ids)


def _open_deals(user_id: int) -> QuerySet[Deal]:
    return Deal.objects.filter(owner_id=user_id, stage__kind=Stage.Kind.OPEN)


def departures_register() -> None:
    """Nothing; whoever leaves is asked who takes the deals over."""
    departures.register(
        "deals.owned",
        Holding(
            label=_("Open deals"),
            help=_("They get another owner; won and lost ones stay with who closed them."),
            count=owned_count,
            hand_over=owned_hand_over,
        ),
    )
