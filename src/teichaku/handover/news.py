"""What people are told of handovers: what came to them, what is late, what marketing answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Role, User
from teichaku.accounts.selectors import people_with_role
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.handover.book import handover_book
from teichaku.handover.models import Handover, Reply, Return
from teichaku.handover.names import lead_name
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds
from teichaku.notify.models import Task
from teichaku.notify.services import notifications_create, task_create, task_dismiss

State = Handover.State
GIVE, ASK, AGAIN = "handover.give", "handover.ask_manager", "handover.approach_again"


def news_register() -> None:
    """Nothing; the kinds of notifications and tasks are known."""
    for name, kind in (
        ("assigned", Kind(_("MQLs handed to you: %(count)s (%(lead)s)"), "inbox", "handover")),
        ("given", Kind(_("%(lead)s was given to you by %(by)s"), "inbox", "handover")),
        ("offered", Kind(_("%(by)s asks you to take over %(lead)s"), "users", "handover")),
        ("overdue", Kind(_("The deadline for %(lead)s has passed"), "clock", "handover")),
        ("returned", Kind(_("%(lead)s came back from sales; an answer is due"), "undo-2",
                          "handover", "digest")),
        ("replied", Kind(_("Marketing has answered about %(lead)s"), "message-square", "handover")),
    ):  # fmt: skip
        notification_kinds.register(f"handover.{name}", kind)
    task_kinds.register(AGAIN, Kind(_("Approach %(lead)s again"), "rotate-ccw"))
    task_kinds.register(GIVE, Kind(_("Give %(lead)s to somebody: no one was free"), "user-plus"))
    task_kinds.register(ASK, Kind(_("Look after %(lead)s: its deadline was missed"), "clock"))


def tell(row: Handover, user: User, kind: str, key: str, actor: Actor) -> None:
    """Nothing; the person is told once, with the way to the handover. Part of the transaction."""
    params = {"lead": lead_name(row.lead), "by": actor.name}
    notifications_create(
        users=[user], kind=kind, actor=actor, params=params, address=address_of(row),
        key=f"handover.{key}",
    )  # fmt: skip


def address_of(row: Handover) -> str:
    """The page of a handover."""
    return reverse("handover:card", args=[row.uid])


def ask_task(row: Handover, kind: str, key: str, manager: User | None) -> None:
    """Nothing; the manager, or whoever manages sales, has the task. Part of the transaction."""
    task_create(
        kind=kind, key=f"{kind}:{key}", actor=SYSTEM, owner=manager,
        role="" if manager else Role.SALES_MANAGER, params={"lead": lead_name(row.lead)},
        address=address_of(row), due_at=row.accept_due,
    )  # fmt: skip


def again_task(row: Handover, due_at: datetime, actor: Actor) -> None:
    """Nothing; on the day agreed marketing brings the lead up again. Part of the transaction."""
    task_create(
        kind=AGAIN, key=f"{AGAIN}:{row.uid}", actor=actor, role=Role.MARKETER,
        params={"lead": lead_name(row.lead)}, address=address_of(row), due_at=due_at,
    )  # fmt: skip


def released_job(payload: Mapping[str, Json]) -> None:
    """Nothing; owners are told of what came to them, managers of what nobody could take."""
    rows = Handover.objects.filter(
        pk__in=cast("list[int]", payload["handovers"]), state=State.WAITING
    ).select_related("lead__company", "owner")
    by_owner: dict[User, list[Handover]] = defaultdict(list)
    with transaction.atomic():
        for row in rows:
            if row.owner is None:
                ask_task(row, GIVE, str(row.uid), None)
            else:
                by_owner[row.owner].append(row)
        for owner, mine in by_owner.items():
            notifications_create(
                users=[owner], kind="handover.assigned", actor=SYSTEM,
                params={"count": len(mine), "lead": lead_name(mine[0].lead)},
                address=reverse("handover:inbox"),
                key=f"handover.released:{payload['message']}",
            )  # fmt: skip


def changed_job(payload: Mapping[str, Json]) -> None:
    """Nothing; tasks about handovers that need nobody's help any more are gone."""
    rows = Handover.objects.filter(pk__in=cast("list[int]", payload["handovers"]))
    settled = [row for row in rows if row.state != State.WAITING or row.owner_id is not None]
    for row in settled:
        with transaction.atomic():
            kinds = [GIVE] if row.state == State.WAITING else [GIVE, ASK]
            for kind in kinds:
                for task in Task.objects.filter(
                    key__startswith=f"{kind}:{row.uid}", done_at=None, dismissed_at=None
                ):
                    task_dismiss(task=task, actor=SYSTEM)


def returned_job(payload: Mapping[str, Json]) -> None:
    """Nothing; whoever answers for marketing knows of a return that was not taken back."""
    found = Return.objects.filter(pk=cast(int, payload["returned"]), undone_at=None)
    returned = found.select_related("handover__lead__company").first()
    if returned is None:
        return
    notifications_create(
        users=list(people_with_role(reply_role(), handover_book().today())),
        kind="handover.returned", actor=SYSTEM,
        params={"lead": lead_name(returned.handover.lead)}, address=reverse("handover:returns"),
        key=f"handover.returned:{returned.pk}",
    )  # fmt: skip


def replied_tell(reply: Reply, actor: Actor) -> None:
    """Nothing; whoever returned the lead knows of the answer. Part of the transaction."""
    returned = reply.returned
    user = User.objects.filter(pk=returned.actor_user_id or 0, is_active=True).first()
    if user is not None:
        tell(returned.handover, user, "handover.replied", f"replied:{returned.pk}", actor)


def reply_role() -> str:
    """The role that answers returns."""
    rules = handover_book().rules
    return rules.reply.by if rules and rules.reply else Role.MARKETING_MANAGER
