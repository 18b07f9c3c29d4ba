"""The parts of the first page that cross rooms: accounts, handovers, meetings, tasks, the week."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.home_parts import HomePart, home_parts
from teichaku.handover.book import handover_book
from teichaku.handover.inbox import SHOWN, rows_of
from teichaku.handover.models import Handover
from teichaku.handover.moves import moves_of, since_last_morning
from teichaku.inputs.book import input_book
from teichaku.inputs.own_week import own_week
from teichaku.meetings.selectors import meetings_ahead
from teichaku.meetings.series import series_title
from teichaku.notify.kinds import task_kinds
from teichaku.notify.selectors import tasks_for_user
from teichaku.rulebook.selectors import zone_in_force

MOST_TASKS, MOST_HANDOVERS = 3, 3


def home_parts_register() -> None:
    """Nothing; the first page has these parts."""
    home_parts.register(
        "moves",
        HomePart(
            _("What moved at your accounts"),
            right="handover.decide",
            template="console/home_moves.html",
            position=20,
            read=moves_part,
        ),
    )
    home_parts.register(
        "handovers",
        HomePart(
            _("Waiting to be taken over"),
            right="handover.decide",
            template="console/home_handovers.html",
            position=5,
            read=handovers_part,
        ),
    )
    home_parts.register(
        "meetings",
        HomePart(
            _("Today's meetings"),
            right="meetings.view",
            template="console/home_meetings.html",
            position=15,
            read=meetings_part,
        ),
    )
    home_parts.register(
        "week",
        HomePart(
            _("Your input rate this week"),
            right="inputs.enter",
            template="console/home_week.html",
            position=40,
            read=week_part,
            roles=frozenset({"sales_rep", "inside_sales"}),
        ),
    )
    home_parts.register(
        "tasks",
        HomePart(
            _("Tasks"),
            right="notify.tasks",
            template="console/home_tasks.html",
            position=60,
            read=tasks_part,
        ),
    )


def moves_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object]:
    """What leads and customers of the person did since the last working morning."""
    book, person = handover_book(), cast(User, user)
    since = since_last_morning(book, person)
    return {"moves": moves_of(person, since), "since": since, "zone": book.zone}


def handovers_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object] | None:
    """The handovers that wait for the person, the nearest deadline first; nothing without any."""
    now = clock.now()
    waiting = Handover.objects.filter(owner=user.pk, state=Handover.State.WAITING)
    rows = waiting.exclude(later_until__gt=now).select_related(*SHOWN)
    found = list(rows.order_by(F("accept_due").asc(nulls_last=True), "pk")[: MOST_HANDOVERS + 1])
    if not found:
        return None
    shown = rows_of(found[:MOST_HANDOVERS], handover_book(), now)
    return {"rows": shown, "more": len(found) > MOST_HANDOVERS}


def meetings_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object] | None:
    """The meetings of today that are not over; nothing on other days."""
    zone = zone_in_force()
    day = clock.now().astimezone(zone).date()
    rows = [row for row in meetings_ahead() if row.begins_at.astimezone(zone).date() == day]
    lines = [(meeting, series_title(meeting.series)) for meeting in rows]
    return {"lines": lines, "zone": zone} if lines else None


def week_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object]:
    """The person's own week of entries."""
    return {"week": own_week(user.pk, input_book())}


def tasks_part(user: AbstractBaseUser, roles: AbstractSet[str]) -> Mapping[str, object] | None:
    """The person's next tasks; nothing when there is none."""
    rows = list(tasks_for_user(cast(User, user), roles)[: MOST_TASKS + 1])
    if not rows:
        return None
    shown = [(task, task_kinds.get(task.kind)) for task in rows[:MOST_TASKS]]
    return {
        "tasks": [(task, kind.title(task.params), kind.icon) for task, kind in shown],
        "more": len(rows) > MOST_TASKS,
        "now": clock.now(),
    }
