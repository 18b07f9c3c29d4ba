"""A lost deal whose customer is to be approached again becomes a task of its owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Role
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.core.registry import JobHandler, job_handlers, subscribe
from teichaku.deals.models import Deal, Stage
from teichaku.intake.instants import day_end
from teichaku.notify.kinds import Kind, task_kinds
from teichaku.notify.models import Task
from teichaku.notify.services import task_create, task_dismiss
from teichaku.rulebook.selectors import zone_in_force

AGAIN = "deals.approach_again"


def approach_register() -> None:
    """Nothing; lost deals become tasks, and deals opened again lose theirs."""
    task_kinds.register(AGAIN, Kind(_("Approach %(company)s again: %(deal)s"), "rotate-ccw"))
    job_handlers.register(
        AGAIN, JobHandler(approach_job, text=_("Make tasks to approach lost deals again"))
    )
    subscribe("deals.deal_lost", AGAIN)
    subscribe("deals.stage_moved", AGAIN)


def approach_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the deal has the one task that its day asks for, or none."""
    deal = Deal.objects.select_related("stage", "owner", "company__root").get(
        pk=cast(int, payload["deal"])
    )
    wanted = _key(deal)
    with transaction.atomic():
        others = Task.objects.filter(
            key__startswith=f"{AGAIN}:{deal.pk}:", done_at=None, dismissed_at=None
        )
        for task in others.exclude(key=wanted):
            task_dismiss(task=task, actor=SYSTEM)
        if wanted and deal.approach_again_on is not None:
            task_create(
                kind=AGAIN,
                key=wanted,
                actor=SYSTEM,
                owner=deal.owner,
                role="" if deal.owner else Role.SALES_MANAGER,
                params={
                    "deal": deal.name or deal.external_id,
                    "company": deal.company.root.name if deal.company else "",
                },
                address=reverse("deals:detail", args=[deal.uid]),
                due_at=day_end(deal.approach_again_on, zone_in_force()),
            )


def _key(deal: Deal) -> str:
    """The task that the deal asks for; '' for none."""
    lost = deal.stage.kind == Stage.Kind.LOST and deal.approach_again_on is not None
    return f"{AGAIN}:{deal.pk}:{deal.approach_again_on}" if lost else ""
