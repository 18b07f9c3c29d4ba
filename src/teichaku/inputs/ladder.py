"""Climbing the follow-up ladder: each step about an overdue input task is taken once, in its turn.

A portion is one transaction in which its tasks are held: their steps stand in the ledger together
with what was sent, or not at all. So any number of workers, killed at any time, do no step twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from teichaku.accounts.monitoring import monitoring_allows
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.engine.input_rates import Blame
from teichaku.engine.ladder import MESSAGES, RECOVERY_BD, Step
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.inquiries import WAITING, inquiries_open, inquiries_settle
from teichaku.inputs.ladder_turns import Turn, before_manager, obligations_climbing, turns_of
from teichaku.inputs.managing import Manager
from teichaku.inputs.models import OPEN, FollowUp, Inquiry, Obligation
from teichaku.inputs.nudges import nudges_send
from teichaku.inputs.rule_defects import rule_defect_raise
from teichaku.inputs.selectors import rules_blamed
from teichaku.inputs.services import obligations_refresh

AT_ONCE = 100
BLAME_SPAN = timedelta(weeks=4)
Outcome = FollowUp.Outcome


def climb_job(payload: Mapping[str, Json]) -> None:
    """Nothing; every step whose turn has come is taken, and questions that are over are closed."""
    inquiries_settle(actor=SYSTEM)
    ladder_climb()


def ladder_climb(*, actor: Actor = SYSTEM) -> int:
    """How many steps were taken."""
    reverse("inputs:follow_ups")  # loads the addresses once, before anybody waits for the database
    climb = _Climb(input_book(), actor)
    waiting = obligations_climbing(climb.now).order_by("owner_id", "role", "pk")
    return sum(climb.take(ids) for ids in _portions(waiting.values_list("owner_id", "pk")))


def manager_step_take(
    *, tasks: QuerySet[Obligation], manager: Manager, actor: Actor
) -> Sequence[Inquiry]:
    """The questions that the manager now answers about these overdue tasks, ahead of their turn.

    The ladder goes on behind the step. A rule that most people miss is asked about instead.
    """
    climb = _Climb(input_book(), actor, manager)
    if not climb.may_ask:
        raise Conflict(_("No recorded policy allows asking single people about their entries."))
    with transaction.atomic():
        held = tasks.filter(state=OPEN, due_at__lte=climb.now)
        rows = list(held.select_for_update(of=("self",)).order_by("pk"))
        fresh = set(before_manager(held).values_list("pk", flat=True))
        turns = [
            Turn(row, Step.MANAGER, False, climb.book.staff.calendar(row.owner_id))
            for row in rows
            if row.pk in fresh
        ]
        if turns:
            climb.record(turns)
        asked = FollowUp.objects.filter(obligation__in=rows, inquiry__isnull=False)
        waiting = Inquiry.objects.filter(WAITING, pk__in=asked.values("inquiry"))
        return list(waiting.order_by("pk"))


def _portions(rows: Iterable[tuple[int | None, int]]) -> Iterator[list[int]]:
    """The tasks in portions that keep together what one person owes, as far as it goes in one."""
    portion: list[int] = []
    together: dict[int | None, list[int]] = defaultdict(list)
    for owner, pk in rows:
        together[owner].append(pk)
    for mine in together.values():
        if portion and len(portion) + len(mine) > AT_ONCE:
            yield portion
            portion = []
        portion += mine
        while len(portion) > AT_ONCE:
            yield portion[:AT_ONCE]
            portion = portion[AT_ONCE:]
    if portion:
        yield portion


@dataclass
class _Climb:
    """One run: what holds for all of its portions."""

    book: InputBook
    actor: Actor
    manager: Manager | None = None  # who asks; without one whoever leads each person
    now: datetime = field(default_factory=clock.now)

    @cached_property
    def blamed(self) -> dict[str, Blame]:
        """The rules that most people miss."""
        return {blame.rule_id: blame for blame in rules_blamed(self.now - BLAME_SPAN, self.now)}

    @cached_property
    def may_ask(self) -> bool:
        """Whether a manager may be asked about a single person."""
        return monitoring_allows("checks")

    def take(self, ids: Sequence[int]) -> int:
        """How many steps were taken about these tasks."""
        turns = turns_of(list(Obligation.objects.filter(pk__in=ids)), self.book, self.now)
        if not turns:
            return 0
        # What was entered in the meantime is no longer missing, though no job has seen it yet.
        about: dict[str, set[int]] = defaultdict(set)
        for turn in turns:
            about[turn.obligation.subject_kind].add(turn.obligation.subject_id)
        obligations_refresh(about=about, actor=self.actor, book=self.book)
        with transaction.atomic():
            held = Obligation.objects.select_for_update().order_by("pk")
            rows = list(held.filter(pk__in={turn.obligation.pk for turn in turns}))
            turns = turns_of(rows, self.book, self.now)
            if turns:
                self.record(turns)
        return len(turns)

    def record(self, turns: Sequence[Turn]) -> None:
        """Nothing; the steps stand in the ledger with all that belongs to them."""
        messages = [turn for turn in turns if turn.step in MESSAGES and not turn.lapsed]
        told = nudges_send(messages, self.book, self.actor)
        asked = [turn for turn in turns if turn.step == Step.MANAGER and not turn.lapsed]
        inquiries = self._ask(asked)
        FollowUp.objects.bulk_create(
            FollowUp(
                obligation=turn.obligation,
                step=turn.step,
                at=self.now,
                recover_by=turn.calendar.add_bd(self.now, RECOVERY_BD),
                outcome=self._outcome(turn, told),
                inquiry_id=inquiries.get(turn.obligation.pk) if turn.step == Step.MANAGER else None,
            )
            for turn in turns
        )
        audit_record(
            actor=self.actor,
            action="inputs.follow_up",
            object_type="inputs.obligation",
            count=len(turns),
        )
        touched = sorted({turn.obligation.pk for turn in turns})
        outbox_emit(topic="inputs.followed_up", payload={"obligations": touched})

    def _ask(self, turns: Sequence[Turn]) -> dict[int, int]:
        """By task, the question that a manager has to answer; for a rule that most people miss the
        rule is asked about instead, and without a policy nobody is.
        """
        wanted = []
        for turn in turns:
            blame = self.blamed.get(turn.obligation.rule_id)
            if blame is not None:
                rule_defect_raise(
                    rule_id=blame.rule_id,
                    people=blame.missing,
                    of_people=blame.people,
                    actor=self.actor,
                )
            elif self.may_ask:
                wanted.append(turn)
        missing = [turn.obligation for turn in wanted]
        return inquiries_open(missing, self.book, actor=self.actor, manager=self.manager)

    def _outcome(self, turn: Turn, told: set[int]) -> Outcome:
        if turn.lapsed:
            return Outcome.LAPSED
        if turn.step in MESSAGES:
            return Outcome.DONE if turn.obligation.pk in told else Outcome.NOBODY
        if turn.step == Step.MANAGER:
            if turn.obligation.rule_id in self.blamed:
                return Outcome.RULE_IN_DOUBT
            return Outcome.DONE if self.may_ask else Outcome.NOT_ALLOWED
        return Outcome.DONE
