"""What the reps of the made-up company make of the MQLs that are handed over to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from django.utils import translation

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.console.demo_agenda import Agenda, Chance
from teichaku.console.demo_story import Rep
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.engine.calendar import BusinessCalendar
from teichaku.handover.contact import contact_record
from teichaku.handover.models import Handover, Return
from teichaku.handover.replies import reply_add, verdict_set
from teichaku.handover.services import handover_accept, handover_return

PURPOSE_HANDOVERS: Final = 21
SLOWEST_BH, REPLY_BH = 14, 40
_RETURNS: Final = {
    "not_target": 0.45, "no_behaviour": 0.2, "contact_wrong": 0.2, "wrong_owner": 0.15,
}  # fmt: skip
_CONTACTS: Final = {"called": 0.45, "mailed": 0.25, "no_answer": 0.2, "scheduled": 0.1}
_LACKS: Final = {"interest": 0.5, "target": 0.25, "position": 0.25}
_ANSWERS: Final = {
    "not_target": (True, "対象外の業種を引き渡しから外すよう、次の改訂で提案します"),
    "no_behaviour": (False, "閲覧の回数は基準を満たしていました。配点の見直しで改めて検討します"),
    "contact_wrong": (True, "フォームの連絡先の確認を厳しくしました"),
    "wrong_owner": (True, "既存のお客様は担当者に渡すよう、割り当てを見直しました"),
}


class Inboxes:
    """The reps' inboxes, looked into week by week; draws of its own leave the rest as it is."""

    def __init__(self, agenda: Agenda, calendar: BusinessCalendar, chance: Chance) -> None:
        self._agenda, self._calendar, self._chance = agenda, calendar, chance
        self._seen = 0

    def week(self, people: Mapping[str, Rep], answers: User) -> None:
        """Nothing; what came in this week is on the agenda of whoever got it."""
        reps = {rep.user.pk: rep for rep in people.values()}
        rows = Handover.objects.filter(pk__gt=self._seen, state=Handover.State.WAITING)
        for row in rows.order_by("pk"):
            self._seen = row.pk
            rep = reps.get(row.owner_id or 0)
            if rep is not None:
                haste = 1 / (1 + rep.habit.lag_days)
                hours = self._chance.share() * SLOWEST_BH * (1.1 - haste) + 0.3
                self._later(hours, partial(self._decide, row, rep, answers))

    def _decide(self, row: Handover, rep: Rep, answers: User) -> None:
        row.refresh_from_db()
        if row.state != Handover.State.WAITING or not rep.works(clock.now()):
            return
        actor = actor_of(rep.user)
        if self._chance.hits(0.12):
            reason = self._chance.weighted(_RETURNS)
            returned = handover_return(handover=row, reason=reason, actor=actor)
            if self._chance.hits(0.85):
                hours = self._chance.share() * REPLY_BH + 2
                self._later(hours, partial(_reply, returned, actor_of(answers)))
            return
        handover_accept(handover=row, actor=actor)
        if self._chance.hits(0.5 + rep.habit.contacts / 2):
            hours = self._chance.share() * 6 * (1 + rep.habit.lag_days / 2)
            self._later(hours, partial(self._contact, row, actor))

    def _contact(self, row: Handover, actor: Actor) -> None:
        row.refresh_from_db()
        with translation.override("ja"):  # the company keeps its records in Japanese
            contact_record(handover=row, how=self._chance.weighted(_CONTACTS), actor=actor)
        if self._chance.hits(0.8):
            good = self._chance.hits(0.7)
            lacks = "" if good else self._chance.weighted(_LACKS)
            verdict_set(handover=row, good=good, reason=lacks, actor=actor)

    def _later(self, hours: float, do: partial[None]) -> None:
        self._agenda.add(self._calendar.add_bh(clock.now(), hours), do, office=False)


def _reply(returned: Return, actor: Actor) -> None:
    adopted, text = _ANSWERS[returned.reason]
    reply_add(returned=returned, adopted=adopted, text=text, actor=actor)
