"""Handovers that still run go to another owner when theirs leaves or moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.handing_over import HeldRows, held_hand_over
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures
from teichaku.handover.models import Assignment, Handover

WHY = {"code": "departure"}


def running_count(user_id: int) -> int:
    """How many handovers wait for the person's decision or first contact."""
    return _running().filter(owner_id=user_id).count()


def running_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many of them went to the successor, with the deadlines that they had."""
    return held_hand_over(
        held=RUNNING, rows=_running(), holder_id=holder_id, successor_id=successor_id, actor=actor
    )


def _running() -> QuerySet[Handover]:
    untouched = Q(state=Handover.State.ACCEPTED, touched_at=None)
    return Handover.objects.filter(Q(state=Handover.State.WAITING) | untouched)


def _told(ids: Sequence[int]) -> None:
    now = clock.now()
    Assignment.objects.bulk_create(
        Assignment(
            handover=row, owner_id=cast(int, row.owner_id), at=now, accept_due=row.accept_due,
            touch_due=row.touch_due, why=WHY, **actor_columns(SYSTEM),
        )
        for row in Handover.objects.filter(pk__in=ids, owner__isnull=False)
    )  # fmt: skip
    outbox_emit(topic="handover.changed", payload={"handovers": list(ids)})


RUNNING = HeldRows(
    "handover.handover", "owner", "handover.running_hand_over", _told, also={"why": WHY}
)


def departures_register() -> None:
    """Nothing; whoever leaves is asked who takes the handovers over."""
    departures.register(
        "handover.running",
        Holding(
            label=_("Handovers"),
            help=_("Those to decide on or to contact first get another owner."),
            count=running_count,
            hand_over=running_hand_over,
        ),
    )
