"""What goes to others when somebody leaves or moves: open deals, and exceptions to answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.core.actors import Actor
from teichaku.core.handing_over import HeldRows, held_hand_over
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import Holding, departures
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.home import pipeline_is_here
from teichaku.deals.models import Deal, Stage, Waiver
from teichaku.deals.waiver_answerers import waiver_answerers
from teichaku.deals.waiver_rows import waivers_change, waivers_told


def owned_count(user_id: int) -> int:
    """How many open deals of the person are kept here; an outside tool hands over its own."""
    return _open_deals().filter(owner_id=user_id).count() if pipeline_is_here() else 0


def owned_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many open deals went to the successor."""
    return held_hand_over(
        held=OWNED, rows=_open_deals(), holder_id=holder_id, successor_id=successor_id, actor=actor
    )


def _open_deals() -> QuerySet[Deal]:
    return Deal.objects.filter(stage__kind=Stage.Kind.OPEN)


def waivers_count(user_id: int) -> int:
    """How many open exceptions nobody but the person could answer."""
    return len(_answered_by(user_id))


def waivers_hand_over(*, holder_id: int, successor_id: int, actor: Actor) -> int:
    """How many open exceptions the successor answers now; whoever asked for one cannot take it."""
    with transaction.atomic():
        waivers = [w for w in _answered_by(holder_id) if w.actor_user_id != successor_id]
        if waivers:
            waivers_change(waivers, {"handed_to_id": successor_id}, actor)
            waivers_told(waivers, "deals.waivers_hand_over", "deals.waiver_passed_on", actor)
    return len(waivers)


def _answered_by(user_id: int) -> list[Waiver]:
    book = gate_book()
    open_ones = Waiver.objects.filter(state=Waiver.State.OPEN).order_by("pk")
    known: dict[tuple[object, ...], bool] = {}
    found = []
    for waiver in open_ones:
        # Who may answer depends on these alone, so it is asked once for all that share them.
        key = (
            waiver.approver_role, waiver.deputy_role, waiver.passed_on_at is None,
            waiver.actor_user_id, waiver.handed_to_id,
        )  # fmt: skip
        if key not in known:
            known[key] = [one.user for one in waiver_answerers(waiver, book)] == [user_id]
        if known[key]:
            found.append(waiver)
    return found


def _told(ids: Sequence[int]) -> None:
    outbox_emit(topic="deals.written", payload={"deals": list(ids)})


OWNED = HeldRows(
    "deals.deal", "owner", "deals.owned_hand_over", _told, also={"version": F("version") + 1}
)


def departures_register() -> None:
    """Nothing; whoever leaves is asked who takes deals and exceptions over."""
    departures.register(
        "deals.owned",
        Holding(
            label=_("Open deals"),
            help=_("They get another owner; won and lost ones stay with who closed them."),
            count=owned_count,
            hand_over=owned_hand_over,
        ),
    )
    departures.register(
        "deals.waivers",
        Holding(
            label=_("Exceptions to answer"),
            help=_("Those that nobody else could answer go to a person who can."),
            count=waivers_count,
            hand_over=waivers_hand_over,
        ),
    )
