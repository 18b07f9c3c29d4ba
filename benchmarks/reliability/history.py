"""What one rep of the company has not entered, so that steps of the ladder come due in the run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.accounts.monitoring import PolicyText, monitoring_policy_record
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.jobs import job_enqueue
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.models import Deal
from teichaku.inputs.ladder import ladder_climb
from teichaku.inputs.passes import obligations_pass
from teichaku.notify.models import Via, Way
from teichaku.notify.preferences import preferences_write
from teichaku.notify.wishes import DIGEST_AT, Wish

# With the rule's one day: the message, its repetition or the manager, and the agenda are due.
STEP_DAYS = (1, 2, 6)
EVERY_S, FEWEST = 15.0, 6  # of each of these in the run
DONE_BY_OTHERS = 6  # so that the rule is not in doubt, but one person's entries are
LOOKED_BACK = timedelta(days=8)
PASSES = timedelta(hours=12)
CLIMB, CLIMB_EVERY = "inputs.climb", timedelta(seconds=5)
IN_MAILS = Wish(Way.AT_ONCE, Via.MAIL)


def policy_told() -> None:
    """Nothing; managers may be asked about single people."""
    told = PolicyText(frozenset({"checks"}), "入力の支援", "責任者", "本文", today(), today())
    monitoring_policy_record(policy=told, actor=SYSTEM)


def told_at_once(users: list[User]) -> None:
    """Nothing; these people get a mail for each thing about entries."""
    for user in users:
        preferences_write(
            user=user, wishes={"inputs": IN_MAILS}, digest_at=DIGEST_AT,
            digest_via=Via.MAIL, actor=SYSTEM,
        )  # fmt: skip


def history_make(reps: list[User], seconds: float) -> None:
    """Nothing; the past is as the people made it, and the ladder has followed up to now."""
    now = clock.now()
    for at, rep, done in sorted(_visits(reps, now, seconds), key=lambda visit: visit[0]):
        deal = Deal.objects.filter(owner=rep).order_by("pk").first()
        entry = Entry("visit", at=at, next_action="見積" if done else "")
        with clock.moved_to(at):
            activity_record(entry=entry, actor=actor_of(rep), deal=deal)
    passed = now - LOOKED_BACK
    while passed < now:
        with clock.moved_to(passed):
            obligations_pass()
            ladder_climb()
        passed += PASSES


class Impatience(threading.Thread):
    """Asks for the ladder far more often than its turn comes, so that many steps meet a kill."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()

    def run(self) -> None:
        """Nothing; the job was asked for until told to stop."""
        while not self._over.wait(CLIMB_EVERY.total_seconds()):
            job_enqueue(kind=CLIMB, key=CLIMB, run_at=clock.now())
        connection.close()

    def stop(self) -> None:
        """Nothing; it has asked for the last time."""
        self._over.set()
        self.join()


def _visits(
    reps: list[User], now: datetime, seconds: float
) -> Iterator[tuple[datetime, User, bool]]:
    of_each = max(FEWEST, round(seconds / EVERY_S))
    for days in STEP_DAYS:
        for n in range(of_each):
            due_in = timedelta(seconds=seconds * (n + 1) / of_each)
            yield now + due_in - timedelta(days=days), reps[0], False
    for rep in reps[1:]:
        for n in range(DONE_BY_OTHERS):
            yield now - timedelta(days=3, minutes=n), rep, True
