"""A deal that stayed unlinked after its exception: its owner is asked once more, by a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.core.registry import JobHandler, job_handlers, subscribe
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.models import Waiver
from teichaku.notify.kinds import Kind, task_kinds
from teichaku.notify.models import Task
from teichaku.notify.services import task_create, task_dismiss

ONCE_MORE = "deals.ask_once_more"


def asking_register() -> None:
    """Nothing; a violated exception becomes a task of the deal's owner."""
    task_kinds.register(
        ONCE_MORE, Kind(_("Link “%(deal)s” to its lead, or ask for an exception"), "link")
    )
    job_handlers.register(
        ONCE_MORE, JobHandler(asking_job, text=_("Ask owners of unlinked deals once more"))
    )
    subscribe("deals.waiver_violated", ONCE_MORE)


def asking_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the deal's owner has the task, unless the deal is in order by now."""
    waiver = Waiver.objects.select_related("deal__owner").get(pk=cast(int, payload["waiver"]))
    deal = waiver.deal
    if not deal.is_pending:
        return
    task_create(
        kind=ONCE_MORE,
        key=_key(waiver.pk),
        actor=SYSTEM,
        owner=deal.owner,
        role="" if deal.owner else Role.SALES_MANAGER,
        params={"deal": deal.name or deal.external_id},
        address=reverse("deals:detail", args=[deal.uid]),
        due_at=gate_book().calendar.add_bd(clock.now(), 1),
    )


def asking_end(deals: Sequence[int], actor: Actor) -> None:
    """Nothing; the deals are in order, so nobody is asked any more. Part of the transaction."""
    violated = Waiver.objects.filter(deal__in=deals, state=Waiver.State.VIOLATED)
    keys = [_key(pk) for pk in violated.values_list("pk", flat=True)]
    for task in Task.objects.filter(key__in=keys, done_at=None, dismissed_at=None):
        task_dismiss(task=task, actor=actor)


def _key(waiver: int) -> str:
    return f"{ONCE_MORE}:{waiver}"
