"""How a deal of the made-up company goes: opened, talked about, moved on, closed or forgotten."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from teichaku.accounts.selectors import today
from teichaku.console import demo_words as words
from teichaku.console.demo_agenda import Agenda
from teichaku.console.demo_gates import deal_open
from teichaku.console.demo_story import Story
from teichaku.console.simulation_words import STAGES
from teichaku.core import clock
from teichaku.core.errors import Conflict
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move, deal_update
from teichaku.deals.gate_checks import Answer, GateRefused
from teichaku.deals.models import Deal
from teichaku.rulebook.selectors import rulebook_in_force

STEP_DAYS, END_DAYS, CONTACT_DAYS = 19.0, 14.0, 13.0
_Do: TypeAlias = Callable[[], None]
KINDS: Final = {"call": 0.34, "mail": 0.2, "online": 0.2, "visit": 0.26}


def story_begin(story: Story, at: datetime, agenda: Agenda) -> None:
    """Nothing; the deal is opened at the instant, and what follows from it will follow."""
    agenda.add(at, lambda: _open(story, agenda))


def _open(story: Story, agenda: Agenda) -> None:
    now = clock.now()
    if not story.rep.works(now):
        return
    story.amount = agenda.chance.amount(story.employees)
    story.deal = deal_open(story, _values(story, agenda), agenda)
    if story.deal is not None:
        story.stage = STAGES[0]
        _plan(story, now, agenda)


def _values(story: Story, agenda: Agenda) -> dict[str, object]:
    chance, habit = agenda.chance, story.rep.habit
    occasions = words.OCCASIONS if story.kind == "新規" else words.MORE
    values: dict[str, object] = {
        "name": chance.one(words.GOODS) + chance.one(occasions),
        "company": story.company,
        "kind": story.kind,
    }
    if chance.hits(0.5 + 0.5 * habit.complete):
        story.close_on = today() + timedelta(days=chance.whole(30, 150))
        values["close_on"] = story.close_on
    if chance.hits(habit.complete):
        values["amount"] = story.amount
    if chance.hits(habit.plans):
        values |= _next(story, agenda)
    return values


def _plan(story: Story, begun: datetime, agenda: Agenda) -> None:
    """Nothing; stages, contacts and the end are on the agenda, as far as the rep enters them."""
    chance, habit = agenda.chance, story.rep.habit
    win = chance.hits(1 / (1 + math.exp(-story.odds - habit.skill)))
    reached = len(STAGES) if win else chance.whole(1, len(STAGES))
    at = begun
    for stage in STAGES[1:reached]:
        at += chance.days(STEP_DAYS) + timedelta(hours=3)
        _contact_plan(story, at, agenda)
        _later(story, at + timedelta(minutes=40), agenda, _mover(story, stage, agenda))
    end = at + chance.days(END_DAYS) + timedelta(days=1)
    for _ in range(chance.some((end - begun).days / CONTACT_DAYS)):
        _contact_plan(story, begun + (end - begun) * chance.share(), agenda)
    if win or chance.hits(habit.tidy):
        _later(story, end, agenda, lambda: _close(story, win, agenda))
    elif chance.hits(0.6):  # at a stocktaking, long after
        late = end + timedelta(days=45) + chance.days(30)
        _later(story, late, agenda, lambda: _close(story, win, agenda))
    # Else nobody ever says that it is over: it stays open, past its date.


def _later(story: Story, at: datetime, agenda: Agenda, do: _Do) -> None:
    """Nothing; it is entered when the rep gets round to it."""

    def entered() -> None:
        if story.rep.works(clock.now()):
            do()

    agenda.add(at + agenda.chance.days(story.rep.habit.lag_days), entered)


def _contact_plan(story: Story, at: datetime, agenda: Agenda) -> None:
    at = agenda.office_time(at)
    if agenda.chance.hits(story.rep.habit.contacts) and story.rep.works(at):
        _later(story, at, agenda, lambda: _contact(story, at, agenda))


def _contact(story: Story, happened: datetime, agenda: Agenda) -> None:
    chance, habit = agenda.chance, story.rep.habit
    planned = _next(story, agenda) if chance.hits(habit.plans) else {}
    hollow = habit.hollow and chance.hits(0.7)
    entry = Entry(
        kind=chance.weighted(KINDS),
        at=happened,
        outcome="対応済み" if hollow else chance.one(words.OUTCOMES),
        note=chance.one(words.HOLLOW_NOTES if hollow else words.NOTES),
        next_action=str(planned.get("next_action", "")),
        next_action_on=today() + timedelta(days=chance.whole(3, 16)) if planned else None,
    )
    activity_record(entry=entry, actor=story.actor, deal=story.deal)
    if not planned and chance.hits(0.6):  # what was next is done, and nothing follows
        nothing: dict[str, object] = {"next_action": "", "next_action_on": None}
        deal_update(deal=_deal(story), values=nothing, actor=story.actor)
    _date_keep(story, agenda)


def _next(story: Story, agenda: Agenda) -> dict[str, object]:
    chance = agenda.chance
    texts = words.HOLLOW_NEXT if story.rep.habit.hollow else words.NEXT_ACTIONS
    day = today() + timedelta(days=chance.whole(3, 20))
    return {"next_action": chance.one(texts), "next_action_on": day}


def _date_keep(story: Story, agenda: Agenda) -> None:
    """Nothing; a closing date that has passed is moved on, by those who do so."""
    passed = story.close_on is not None and story.close_on < today()
    if passed and agenda.chance.hits(story.rep.habit.tidy):
        story.close_on = today() + timedelta(days=agenda.chance.whole(14, 60))
        deal_update(deal=_deal(story), values={"close_on": story.close_on}, actor=story.actor)


def _mover(story: Story, stage: str, agenda: Agenda) -> _Do:
    return lambda: _move(story, stage, agenda)


def _move(story: Story, stage: str, agenda: Agenda) -> None:
    if STAGES.index(stage) <= STAGES.index(story.stage):
        return  # entered late, when a later one was entered already
    if rulebook_in_force() is None:  # nobody has agreed on any stages yet
        agenda.add(clock.now() + timedelta(days=7), _mover(story, stage, agenda))
        return
    try:
        if not story.is_complete and agenda.chance.hits(story.rep.habit.complete):
            _complete(story, agenda)
        deal_stage_move(deal=_deal(story), stage=stage, actor=story.actor)
    except GateRefused:
        if agenda.chance.hits(0.5):
            _complete(story, agenda)
        answer = Answer(
            proceed_reason="見積の提出後に確認します", seconds=agenda.chance.whole(5, 90)
        )
        deal_stage_move(deal=_deal(story), stage=stage, actor=story.actor, answer=answer)
    except Conflict:  # an exception is not answered yet
        agenda.add(clock.now() + timedelta(days=2), _mover(story, stage, agenda))
        return
    story.stage = stage


def _complete(story: Story, agenda: Agenda) -> None:
    """Nothing; amount, closing date and who decides are entered."""
    if story.close_on is None:
        story.close_on = today() + timedelta(days=agenda.chance.whole(20, 90))
    values: dict[str, object] = {
        "amount": story.amount,
        "close_on": story.close_on,
        "attribute.decision_maker": "未定" if story.rep.habit.hollow else "購買部長",
    }
    # What is no real answer is warned of; those who enter such a thing go on nevertheless.
    deal_update(deal=_deal(story), values=values, actor=story.actor, answer=_later_reason(agenda))
    story.is_complete = True


def _later_reason(agenda: Agenda) -> Answer:
    return Answer(proceed_reason="見積の提出後に確認します", seconds=agenda.chance.whole(5, 90))


def _close(story: Story, win: bool, agenda: Agenda) -> None:
    try:
        deal_close(deal=_deal(story), closing=_closing(story, win, agenda), actor=story.actor)
    except Conflict:
        agenda.add(clock.now() + timedelta(days=2), lambda: _close(story, win, agenda))


def _closing(story: Story, win: bool, agenda: Agenda) -> Closing:
    chance = agenda.chance
    if win:
        factor = chance.one(words.FACTORS)
        return Closing("won", amount=story.amount, deciding_factor=factor)
    reason = chance.weighted(words.LOST)
    again = today() + timedelta(days=chance.whole(60, 200))
    return Closing(
        "lost",
        lost_reason=reason,
        competitor=chance.one(words.COMPETITORS) if reason == "競合" else "",
        approach_again_on=again if reason in {"時期尚早", "予算なし"} else None,
    )


def _deal(story: Story) -> Deal:
    assert story.deal is not None
    return story.deal
