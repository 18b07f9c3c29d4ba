"""Leads go to another owner when theirs leaves or moves."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from teichaku.core.actors import Actor
from teichaku.core.handing_over import HeldRows, held_hand_over
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures, leads_changed
from teichaku.leads.models import Lead


def owned_count(user_id: int) -> int:
    """How many leads the person owns."""
    return Lead.objects.filter(owner_id=user_id).count()


def owned_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many leads went to the successor."""
    return held_hand_over(
        held=OWNED,
        rows=Lead.objects.all(),
        holder_id=holder_id,
        successor_id=successor_id,
        actor=actor,
    )


def _told(ids: Sequence[int]) -> None:
    outbox_emit(topic="leads.written", payload={"leads": list(ids)})
    roots = Lead.objects.filter(pk__in=ids).values_list("root_id", flat=True)
    leads_changed.notify(sorted(set(roots)))


OWNED = HeldRows("leads.lead", "owner", "leads.owned_hand_over", _told)


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
