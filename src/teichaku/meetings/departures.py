"""Meetings to come and open decisions go to somebody else when a person leaves or moves."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.core.actors import Actor
from teichaku.core.handing_over import HeldRows, held_hand_over
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures
from teichaku.meetings.models import Decision, Meeting


def departures_register() -> None:
    """Nothing; whoever leaves is asked who takes these over."""
    departures.register(
        "meetings.chaired",
        Holding(
            label=_("Meetings chaired"),
            help=_("Meetings to come get another chair; past ones stay as they were."),
            count=lambda user_id: _chaired().filter(chair_id=user_id).count(),
            hand_over=chaired_hand_over,
        ),
    )
    departures.register(
        "meetings.decisions",
        Holding(
            label=_("Open decisions"),
            help=_("Somebody else does what a meeting decided; what is done stays."),
            count=lambda user_id: _open_decisions().filter(owner_id=user_id).count(),
            hand_over=decisions_hand_over,
        ),
    )


def chaired_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many meetings got the successor as their chair."""
    return held_hand_over(
        held=CHAIRED,
        rows=_chaired(),
        holder_id=holder_id,
        successor_id=successor_id,
        actor=actor,
    )


def decisions_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many open decisions went to the successor."""
    return held_hand_over(
        held=DECIDED,
        rows=_open_decisions(),
        holder_id=holder_id,
        successor_id=successor_id,
        actor=actor,
    )


def _chaired() -> QuerySet[Meeting]:
    return Meeting.objects.filter(settled_at=None)


def _open_decisions() -> QuerySet[Decision]:
    return Decision.objects.filter(state=Decision.State.OPEN)


def _told_chaired(ids: Sequence[int]) -> None:
    outbox_emit(topic="meetings.planned", payload={"meetings": list(ids)})


def _told_decided(ids: Sequence[int]) -> None:
    outbox_emit(topic="meetings.decisions_changed", payload={"decisions": list(ids)})


CHAIRED = HeldRows("meetings.meeting", "chair", "meetings.chaired_hand_over", _told_chaired)
DECIDED = HeldRows("meetings.decision", "owner", "meetings.decisions_hand_over", _told_decided)
