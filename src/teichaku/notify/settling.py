"""What becomes of deliveries and letters that were claimed: sent, tried again, or parked.

Both are claimed under a token before they leave, so a worker that dies in between leaves rows
behind of which nobody can say whether they arrived. These are never sent again by themselves: they
are parked, and an administrator decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from teichaku.accounts.models import Role
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.notify.models import Delivery, Letter, Outgoing
from teichaku.notify.senders.outcomes import NotSent, Unsure
from teichaku.notify.services import task_create

Table: TypeAlias = type[Delivery] | type[Letter]

PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120))  # then it is parked
INTERRUPTED_AFTER = timedelta(minutes=15)  # far longer than any sender waits
PARKED_TASKS: dict[Table, str] = {Delivery: "notify.parked", Letter: "notify.letters_parked"}
NAMES: dict[Table, str] = {Delivery: "message", Letter: "letter"}  # in the log
PAGES: dict[Table, str] = {Delivery: "notify:delivery_list", Letter: "notify:letter_list"}
State = Outgoing.State
logger = logging.getLogger(__name__)


def send_settled(table: Table, token: UUID, attempts: int, send: Callable[[], None]) -> bool:
    """Whether it was sent under the token; whatever became of it is settled."""
    try:
        send()
    except NotSent as failed:
        _settle_failure(table, token, failed.reason, attempts=attempts, again=failed.again)
    except Unsure as failed:
        park(table, Q(message=token, state=State.SENDING), failed.reason)
    except Exception as error:
        # One bad row must not stop the others; what it says may quote a person's data.
        logger.error("a %s could not be made (%s)", NAMES[table], type(error).__name__)
        _settle_failure(table, token, type(error).__name__[:40], attempts=attempts)
    else:
        _settle_success(table, token)
        return True
    return False


def _settle_success(table: Table, token: UUID) -> None:
    """Nothing; what was sent under the token is settled."""
    # Also what was parked meanwhile, because this worker stood still: now it is known after all.
    mine = table._default_manager.filter(message=token, state__in=[State.SENDING, State.PARKED])
    mine.update(state=State.SENT, reason="", settled_at=clock.now())


def _settle_failure(
    table: Table, token: UUID, reason: str, *, attempts: int, again: bool = False
) -> None:
    """Nothing; what failed under the token is due again after a pause, or parked."""
    mine = Q(message=token, state=State.SENDING)
    if not again or attempts > len(PAUSES):
        park(table, mine, reason)
        return
    table._default_manager.filter(mine).update(
        state=State.WAITING, reason=reason, due_at=clock.now() + PAUSES[attempts - 1]
    )


def park_interrupted(table: Table) -> None:
    """Nothing; what a worker was sending when it died now waits for a decision."""
    stuck = Q(state=State.SENDING, claimed_at__lt=clock.now() - INTERRUPTED_AFTER)
    park(table, stuck, "interrupted")


def park(table: Table, which: Q, reason: str) -> None:
    """Nothing; the rows are parked, and administrators have one task a day to look at them."""
    with transaction.atomic():
        parked = table._default_manager.filter(which).update(
            state=State.PARKED, reason=reason, settled_at=clock.now()
        )
        if parked:
            kind = PARKED_TASKS[table]
            task_create(
                kind=kind,
                key=f"{kind}:{today()}",
                role=Role.ADMINISTRATOR,
                address=f"{reverse(PAGES[table])}?state=parked",
                actor=SYSTEM,
            )
