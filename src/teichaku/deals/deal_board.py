"""The board: the open deals by stage, the most urgent of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.deals.deal_list import NOBODY, DealRow, deal_rows
from teichaku.deals.deal_state import NEXT_FIRST
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Deal, Stage
from teichaku.deals.visible_deals import deals_for_user

MOST_CARDS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its first cards; count and sum are of all its deals."""

    stage: Stage
    rows: Sequence[DealRow]
    count: int
    amount: int

    @property
    def hidden(self) -> int:
        """How many deals the column does not show."""
        return self.count - len(self.rows)


def board(user: User, *, owner: str = "") -> list[Column]:
    """The open stages in order; those without a next action and the most overdue come first."""
    now = clock.now()
    today = now.astimezone(gate_book().zone).date()
    rows = deals_for_user(user)
    if owner:
        rows = rows.filter(owner=None) if owner == NOBODY else rows.filter(owner__uid=owner)
    sums = {
        stage: (count, int(total or 0))
        for stage, count, total in rows.filter(stage__kind=Stage.Kind.OPEN)
        .values("stage")
        .annotate(n=Count("pk"), total=Sum("amount"))
        .values_list("stage", "n", "total")
    }
    stages = stages_shown(tuple(sums))
    cards: dict[int, list[Deal]] = {
        stage.pk: list(
            rows.filter(stage=stage)
            .select_related("owner", "company__root", "stage")
            .order_by(*NEXT_FIRST)[:MOST_CARDS]
        )
        for stage in stages
        if stage.pk in sums
    }
    lines = deal_rows([deal for found in cards.values() for deal in found], now, today)
    by_stage: dict[int, list[DealRow]] = {stage.pk: [] for stage in stages}
    for line in lines:
        by_stage[line.deal.stage_id].append(line)
    return [Column(stage, by_stage[stage.pk], *sums.get(stage.pk, (0, 0))) for stage in stages]


def stages_shown(used: Sequence[int] = ()) -> list[Stage]:
    """The open stages that the company has agreed on, and those in which deals still are."""
    agreed = [stage.id for stage in gate_book().stages]
    rows = Stage.objects.filter(kind=Stage.Kind.OPEN).order_by("position", "pk")
    return list(rows.filter(Q(key__in=agreed) | Q(pk__in=used)) if agreed else rows)
