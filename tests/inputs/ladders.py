"""A team whose missing entries are followed up, written through the services."""

from __future__ import annotations

from datetime import date

from tests.inputs.team import ACTOR, local, on

from teichaku.accounts.models import User
from teichaku.accounts.monitoring import PolicyText, monitoring_policy_record
from teichaku.core.actors import Actor
from teichaku.inputs.ladder import climb_job
from teichaku.inputs.models import FollowUp
from teichaku.notify.models import Notification, Task

STEPS = {1: "nudge", 2: "reminder", 3: "manager", 4: "agenda"}


def policy(at: str = "2026-11-02T09:00") -> None:
    """From that day on a manager may be asked about single people."""
    day = date.fromisoformat(at[:10])
    told = PolicyText(frozenset({"checks"}), "入力の支援", "森", "本文", day, day)
    with on(at):
        monitoring_policy_record(policy=told, actor=ACTOR)


def led_by(person: Actor, manager: Actor) -> None:
    User.objects.filter(pk=person.user_id).update(manager=manager.user_id)


def climb(at: str) -> None:
    """The job has run at that wall clock reading."""
    with on(at):
        climb_job({})


def taken(**which: object) -> list[tuple[str, str, str]]:
    """The steps taken: which, when in Tokyo, and with what outcome."""
    zone = local("2026-01-01").tzinfo
    rows = FollowUp.objects.filter(**which).order_by("at", "step", "pk")
    return [(STEPS[r.step], f"{r.at.astimezone(zone):%m-%dT%H:%M}", r.outcome) for r in rows]


def told(person: Actor) -> list[str]:
    """The kinds of what the person was told about missing entries, the first first."""
    rows = Notification.objects.filter(user=person.user_id, kind__startswith="inputs.")
    return list(rows.order_by("pk").values_list("kind", flat=True))


def to_do(**which: object) -> list[str]:
    """The kinds of the open tasks."""
    rows = Task.objects.filter(done_at=None, dismissed_at=None, **which)
    return list(rows.order_by("pk").values_list("kind", flat=True))
