"""How reps of the made-up company answer when a check stops a deal, and who grants exceptions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import User
from teichaku.accounts.selectors import today
from teichaku.console import demo_words as words
from teichaku.console.demo_agenda import Agenda
from teichaku.console.demo_story import Story
from teichaku.console.simulation_words import FAMILIES
from teichaku.core import clock
from teichaku.core.errors import Conflict
from teichaku.deals.deal_writes import NO_ANSWER, deal_create
from teichaku.deals.gate_checks import Answer, ExceptionWish, GateRefused
from teichaku.deals.lead_choice import FirstContact, LinkChoice
from teichaku.deals.lead_decisions import deal_link
from teichaku.deals.models import Deal, Waiver
from teichaku.deals.waiver_answerers import waiver_answerers
from teichaku.deals.waiver_expiry import waivers_expire
from teichaku.deals.waivers import waiver_answer
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead
from teichaku.tracking.models import Event

# Days after a request on which it is looked whether its time has come.
_LOOKS: Final = (1, 2, 3, 6, 9, 15, 16, 18, 21, 30)
_UNANSWERED: Final = 0.2


def deal_open(story: Story, values: dict[str, object], agenda: Agenda) -> Deal | None:
    """The deal, however its rep got it past the checks; None when they gave up."""
    choice: LinkChoice | None = None
    if story.lead is not None and agenda.chance.hits(story.rep.habit.links):
        choice = LinkChoice(lead=story.lead)
    answer = NO_ANSWER
    for _attempt in range(3):
        try:
            deal = deal_create(values=values, actor=story.actor, choice=choice, answer=answer)
        except GateRefused as refusal:
            found = _way_out(story, refusal, agenda, tried=choice)
            if found is None:
                return None
            choice, answer = found
        else:
            if answer.exception is not None:
                _exception_follow(story, deal, agenda)
            return deal
    return None


def _way_out(
    story: Story, refusal: GateRefused, agenda: Agenda, *, tried: LinkChoice | None
) -> tuple[LinkChoice | None, Answer] | None:
    chance, habit = agenda.chance, story.rep.habit
    seconds = chance.whole(15, 200)
    lead = story.lead
    if lead is None and refusal.candidates and chance.hits(0.6):
        lead = refusal.candidates[0].lead_id
    if lead is not None and tried is None and chance.hits(0.35 + 0.6 * habit.links):
        return LinkChoice(lead=lead), Answer(seconds=seconds)
    if not any(verdict.result == "block" for verdict in refusal.verdicts):
        return tried, Answer(proceed_reason=chance.one(words.PROCEED), seconds=seconds)
    if tried is None and not habit.hollow and chance.hits(0.45):
        return _new_lead(story, agenda), Answer(seconds=seconds)
    if chance.hits(0.75):
        reason = "other" if habit.hollow else chance.one(list(words.REASONS))
        wish = ExceptionWish(reason, words.REASONS[reason])
        return tried, Answer(exception=wish, seconds=seconds)
    return None


def _new_lead(story: Story, agenda: Agenda) -> LinkChoice:
    number = Lead.objects.count() + 1
    family, kana, spelt = agenda.chance.one(FAMILIES)
    lead = NewLead(
        name=f"{family} 一葉",
        kana=f"{kana} カズハ",
        email=f"{spelt}.{number}@along.example",
        company=story.company,
        title="課長",
        source="referral",
        owner=story.actor.user_id,
    )
    on = today() - agenda.chance.days(6)
    how = agenda.chance.one(["card_exchange", "exhibition", "call", "meeting"])
    return LinkChoice(new_lead=lead, first_contact=FirstContact(how, on))


def _exception_follow(story: Story, deal: Deal, agenda: Agenda) -> None:
    """Nothing; the exception is answered or not, the lead linked or not, and time does the rest."""
    chance, now = agenda.chance, clock.now()
    if not chance.hits(_UNANSWERED):
        agenda.add(now + chance.days(0.6), lambda: _exception_answer(story, deal, agenda))
    elif chance.hits(0.6):  # left lying, until it is with the deputy as well
        agenda.add(now + timedelta(days=2), lambda: _exception_answer(story, deal, agenda))
    if chance.hits(0.7):  # sooner or later somebody insists
        agenda.add(now + timedelta(days=14) + chance.days(9), lambda: _link(story, deal))
    for days in _LOOKS:
        agenda.add(now + timedelta(days=days), _time_passes, office=False)


def _time_passes() -> None:
    waivers_expire()


def _exception_answer(story: Story, deal: Deal, agenda: Agenda) -> None:
    chance, now = agenda.chance, clock.now()
    waiver = Waiver.objects.filter(deal=deal, state=Waiver.State.OPEN).first()
    answerers = waiver_answerers(waiver) if waiver else []
    if waiver is None or not answerers:
        return
    granted = chance.hits(0.35 if story.rep.habit.hollow else 0.75)
    waiver_answer(
        waiver=waiver,
        granted=granted,
        actor=actor_of(User.objects.get(pk=answerers[-1].user)),  # the deputy, once asked
        days=chance.whole(5, 14) if granted else None,
        note=words.GRANTED if granted else words.REFUSED,
    )
    if chance.hits(0.55 + 0.4 * story.rep.habit.tidy):
        wait = chance.days(3.0 if granted else 0.3)
        agenda.add(now + wait, lambda: _link(story, deal))


def _link(story: Story, deal: Deal) -> None:
    """Nothing; the deal has its lead, one of the company where the rep did not know any."""
    lead = story.lead or _known_before(story.company, deal)
    if lead is not None:
        try:
            deal_link(deal=deal, lead=Lead.objects.get(pk=lead), actor=story.actor)
        except Conflict:
            return  # it was linked meanwhile


def _known_before(company: int, deal: Deal) -> int | None:
    """The lead of the company that was heard of first, before the deal."""
    heard = Event.objects.filter(lead__company=company, at__lt=deal.created_at)
    return heard.order_by("at", "pk").values_list("lead_id", flat=True).first()
