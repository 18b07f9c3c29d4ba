"""Sales at the made-up company: what the reps make of the leads of each week."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.console import demo_words as words
from teichaku.console.demo_agenda import Agenda
from teichaku.console.demo_deals import story_begin
from teichaku.console.demo_market import Market
from teichaku.console.demo_staff import AWAY_SINCE_DAYS, HABITS, MEMBERS, NEWCOMER_DAYS
from teichaku.console.demo_story import Rep, Story
from teichaku.console.simulation_words import TEAM_OF_PREFECTURE
from teichaku.core import clock
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.models import Deal, Stage
from teichaku.leads.models import Company, Lead, LeadIdentity
from teichaku.scoring.models import Qualification

SIZE_UNKNOWN: Final = 60
_CHUBU = "chubu_sales"


class Sales:
    """The reps with their agenda; each week they look at what came in."""

    def __init__(self, market: Market, agenda: Agenda, staff: Mapping[str, User]) -> None:
        self.agenda, self._market = agenda, market
        self._reps = {m.habit: m.team for m in MEMBERS if m.habit}
        self.people: dict[str, Rep] = {}
        self._seen = 0
        self.staff_know(staff)

    def staff_know(self, staff: Mapping[str, User]) -> None:
        """Nothing; those of the people who sell take part from now on."""
        until = self.agenda.until
        for key, user in staff.items():
            if key in self._reps:
                self.people[key] = Rep(
                    user=user,
                    habit=HABITS[key],
                    starts_at=until - timedelta(days=NEWCOMER_DAYS)
                    if key == "newcomer"
                    else clock.now(),
                    away_from=until - timedelta(days=AWAY_SINCE_DAYS) if key == "absent" else None,
                )

    def week(self, *, scale: float) -> None:
        """Nothing; new MQLs, calls out of the blue and orders of customers are on the agenda."""
        self._follow_qualified()
        chance = self.agenda.chance
        for _ in range(chance.some(1.1 * scale)):
            self._out_of_the_blue()
        for _ in range(chance.some(0.4 * scale)):
            self._again()

    def _follow_qualified(self) -> None:
        new = Qualification.objects.filter(pk__gt=self._seen, supersedes=None).order_by("pk")
        rows = list(new.values_list("pk", "lead_id"))
        self._seen = rows[-1][0] if rows else self._seen
        leads = Lead.objects.select_related("company").in_bulk([lead for _, lead in rows])
        truth = self._truth(list(leads))
        for _, pk in rows:
            lead = leads[pk]
            rep = self._rep_for(lead.company)
            if rep is None or lead.company is None:
                continue
            intent, fit, strong = truth.get(pk, (0.0, 0.4, 0.0))
            at = clock.now() + self.agenda.chance.days(9)
            if self.agenda.chance.hits(_sigmoid(-0.8 + 0.5 * intent + 1.2 * (fit - 0.4))):
                odds = -1.4 + 0.55 * intent + 1.6 * (fit - 0.4) + 0.3 * math.log1p(strong)
                story_begin(_story(rep, lead.company, pk, odds), at, self.agenda)
            elif self.agenda.chance.hits(0.55):
                self._touch(rep, lead, at)
            # Else nobody ever calls.

    def _truth(self, leads: Sequence[int]) -> dict[int, tuple[float, float, float]]:
        """What nobody at the company knows of the leads: what they have in mind, how they fit."""
        people, histories = self._market.simulated.people, self._market.simulated.histories
        rows = LeadIdentity.objects.filter(lead__in=leads, external_id__startswith="L")
        found = {}
        for lead, name in rows.values_list("lead_id", "external_id"):
            row = int(name[1:]) - 1
            values = (people.intent[row], people.fit[row], histories.strong[row])
            found[lead] = (float(values[0]), float(values[1]), float(values[2]))
        return found

    def _out_of_the_blue(self) -> None:
        """A deal that did not come from an MQL; of most the person is known all the same."""
        chance = self.agenda.chance
        known = Lead.objects.select_related("company").filter(company__isnull=False)
        lead = known.order_by("pk")[chance.whole(0, known.count() - 1)]
        rep = self._rep_for(lead.company)
        if rep is not None and lead.company is not None:
            source = lead.pk if chance.hits(0.45) else None
            at = clock.now() + timedelta(days=7 * chance.share())
            story_begin(_story(rep, lead.company, source, -1.1), at, self.agenda)

    def _again(self) -> None:
        """A customer orders more; few say which lead it was."""
        chance = self.agenda.chance
        won = Deal.objects.filter(stage__kind=Stage.Kind.WON, company__isnull=False)
        won = won.select_related("company").order_by("pk")
        count = won.count()
        if not count:
            return
        deal = won[chance.whole(0, count - 1)]
        rep = self._rep_for(deal.company)
        if rep is not None and deal.company is not None:
            story = _story(rep, deal.company, deal.lead_id, 0.4)
            story.kind = "追加"
            at = clock.now() + timedelta(days=7 * chance.share())
            story_begin(story, at, self.agenda)

    def _touch(self, rep: Rep, lead: Lead, at: datetime) -> None:
        def called() -> None:
            if rep.works(clock.now()):
                note = self.agenda.chance.one(words.CALL_NOTES)
                entry = Entry(kind="call", outcome="変化なし", note=note)
                activity_record(entry=entry, actor=actor_of(rep.user), lead=lead)

        self.agenda.add(at, called)

    def _rep_for(self, company: Company | None) -> Rep | None:
        """The rep who looks after the company: always the same one while they are there."""
        if company is None:
            return None
        team = TEAM_OF_PREFECTURE.get(company.prefecture, "")
        mine = [
            rep
            for key, rep in self.people.items()
            if (self._reps[key] == _CHUBU) == (team == _CHUBU) and rep.works(clock.now())
        ]
        # By the name, as ids differ from one database to the next.
        return mine[crc32(company.name.encode()) % len(mine)] if mine else None


def _story(rep: Rep, company: Company, lead: int | None, odds: float) -> Story:
    return Story(
        rep=rep, company=company.pk, employees=company.employees or SIZE_UNKNOWN, lead=lead,
        odds=odds,
    )  # fmt: skip


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))
