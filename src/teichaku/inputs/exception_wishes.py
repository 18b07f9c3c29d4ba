"""Asking for an exception from an input task: a manager answers, never whoever owes the entry."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Role, User
from teichaku.accounts.selectors import today, user_roles
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.registry import JobHandler, Right, job_handlers, rights, subscribe
from teichaku.inputs.managing import managing_role
from teichaku.inputs.models import OPEN, Obligation
from teichaku.inputs.services import obligation_waive
from teichaku.notify.kinds import Kind, notification_kinds, task_kinds
from teichaku.notify.models import Task
from teichaku.notify.services import notifications_create, task_create, task_dismiss, task_done

WISH, GRANTED, DECLINED = (f"inputs.exception_{word}" for word in ("wish", "granted", "declined"))
FOLLOW = "inputs.exceptions_follow"
LONGEST_REASON = 500
APPROVERS = frozenset({Role.SALES_MANAGER, Role.MARKETING_MANAGER, Role.EXECUTIVE})


def wishes_register() -> None:
    """Nothing; wishes become tasks, answers are told, and what was entered ends a wish."""
    rights.register(
        "inputs.except",
        Right(
            gettext_lazy("Answer exceptions from input tasks"),
            gettext_lazy("Granting or declining what others ask for, never one's own."),
            roles=APPROVERS,
        ),
    )
    task_kinds.register(
        WISH,
        Kind(
            gettext_lazy("%(person)s asks for an exception: %(subject)s (%(reason)s)"),
            icon="shield-question-mark",
            group="inputs",
        ),
    )
    notification_kinds.register(
        GRANTED,
        Kind(
            gettext_lazy("The exception is granted: %(subject)s"),
            icon="circle-check",
            group="inputs",
        ),
    )
    notification_kinds.register(
        DECLINED,
        Kind(
            gettext_lazy("The exception is not granted: %(subject)s (%(reason)s)"),
            icon="circle-x",
            group="inputs",
        ),
    )
    job_handlers.register(
        FOLLOW, JobHandler(follow_job, text=_("Close wishes for exceptions that are settled"))
    )
    subscribe("inputs.obligations_changed", FOLLOW)


def exception_wish(
    *, obligation: Obligation, reason: str, subject: str, address: str, actor: Actor
) -> Task:
    """The task of the manager who answers; the obligation stays open until then."""
    reason = _reason(reason)
    with transaction.atomic():
        row = Obligation.objects.select_for_update().get(pk=obligation.pk)
        if row.state != OPEN:
            raise Conflict(_("This entry was made or closed already. Reload the page."))
        if wish_of(row) is not None:
            raise Conflict(_("An exception was asked for already; the answer is awaited."))
        earlier = Task.objects.filter(key__startswith=_stem(row)).count()
        return task_create(
            kind=WISH,
            key=f"{_stem(row)}{earlier + 1}",
            actor=actor,
            role=_approver(row, actor),
            params={
                "person": actor.name,
                "by": actor.user_id,
                "subject": subject,
                "reason": reason,
            },
            address=address,
            due_at=row.due_at,
        )


def exception_grant(*, obligation: Obligation, reason: str, actor: Actor) -> Obligation:
    """The excepted obligation; whoever asked is told, and nobody grants their own wish."""
    with transaction.atomic():
        wish = wish_of(obligation)
        if wish is not None and wish.params.get("by") == actor.user_id:
            raise Conflict(_("Whoever asks for an exception cannot grant it. Someone else must."))
        row = obligation_waive(obligation=obligation, reason=_reason(reason), actor=actor)
        if wish is not None:
            _answer(wish, GRANTED, "", actor)
    return row


def exception_decline(*, obligation: Obligation, reason: str, actor: Actor) -> None:
    """Nothing; the wish is answered with a no and why, and the entry is owed as before."""
    reason = _reason(reason)
    with transaction.atomic():
        wish = wish_of(obligation)
        if wish is None:
            raise Conflict(_("Nobody asks for an exception here any more. Reload the page."))
        if wish.params.get("by") == actor.user_id:
            raise Conflict(_("Whoever asks for an exception cannot answer it. Someone else must."))
        _answer(wish, DECLINED, reason, actor)


def wish_of(obligation: Obligation) -> Task | None:
    """The wish that waits for its answer."""
    rows = Task.objects.filter(key__startswith=_stem(obligation), done_at=None, dismissed_at=None)
    return rows.first()


def follow_job(payload: Mapping[str, Json]) -> None:
    """Nothing; wishes about what is settled are closed."""
    waiting = Task.objects.filter(kind=WISH, done_at=None, dismissed_at=None)
    wishes = {task.key.split(":")[1]: task for task in waiting}
    settled = Obligation.objects.filter(uid__in=wishes).exclude(state=OPEN)
    for uid in settled.order_by("pk").values_list("uid", flat=True):
        task_dismiss(task=wishes[str(uid)], actor=SYSTEM)


def _stem(obligation: Obligation) -> str:
    return f"{WISH}:{obligation.uid}:"


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput(_("Say why this entry should be excepted."), field="reason")
    if len(text) > LONGEST_REASON:
        raise InvalidInput(
            _("The text is longer than %d characters. Shorten it.") % LONGEST_REASON, field="reason"
        )
    return text


def _approver(obligation: Obligation, actor: Actor) -> str:
    """The manager of the role that owes the entry; above whoever manages, the executive."""
    role = managing_role(obligation.role)
    asking = User.objects.filter(pk=actor.user_id or 0).first()
    held = user_roles(asking, today()) if asking else frozenset()
    return Role.EXECUTIVE if role in held else role


def _answer(wish: Task, kind: str, reason: str, actor: Actor) -> None:
    task_done(task=wish, actor=actor)
    asking = User.objects.filter(pk=wish.params.get("by"))
    notifications_create(
        users=list(asking),
        kind=kind,
        actor=actor,
        params={"subject": wish.params.get("subject", ""), "reason": reason},
        address=wish.address,
        key=f"{kind}:{wish.uid}",
    )
