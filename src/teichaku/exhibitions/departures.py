"""Calls that a person has not made yet go to somebody else when they leave or move."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.core.actors import Actor
from teichaku.core.handing_over import HeldRows, held_hand_over
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures
from teichaku.exhibitions.models import Call


def departures_register() -> None:
    """Nothing; whoever leaves is asked who takes these over."""
    departures.register(
        "exhibitions.calls",
        Holding(
            label=_("Calls to visitors"),
            help=_("Calls that are still to be made get another owner; made ones stay."),
            count=lambda user_id: _open().filter(owner_id=user_id).count(),
            hand_over=calls_hand_over,
        ),
    )


def calls_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many calls went to the successor."""
    return held_hand_over(
        held=HELD, rows=_open(), holder_id=holder_id, successor_id=successor_id, actor=actor
    )


def _open() -> QuerySet[Call]:
    return Call.objects.filter(settled_at=None)


def _told(ids: Sequence[int]) -> None:
    outbox_emit(topic="exhibitions.calls_changed", payload={"calls": list(ids)})


HELD = HeldRows("exhibitions.call", "owner", "exhibitions.calls_hand_over", _told)
