"""The steps that pages take with a deal: what the gate's card says goes in first, then the step."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.http import QueryDict

from teichaku.core.actors import Actor
from teichaku.deals.deal_input import gate_answer, gate_values, lead_choice
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move, deal_update
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.lead_choice import LinkChoice, lead_chosen
from teichaku.deals.lead_decisions import deal_link
from teichaku.deals.models import Deal
from teichaku.leads.models import Lead


def deal_moved(deal: Deal, stage: str, posted: QueryDict, actor: Actor) -> Deal:
    """The deal in that stage, with what was entered on the card."""
    deal = _with_answers(deal, posted, actor)
    return deal_stage_move(deal=deal, stage=stage, actor=actor, answer=gate_answer(posted))


def deal_closed_by_card(deal: Deal, closing: Closing, posted: QueryDict, actor: Actor) -> Deal:
    """The closed deal, with what was entered on the card."""
    deal = _with_answers(deal, posted, actor)
    return deal_close(deal=deal, closing=closing, actor=actor, answer=gate_answer(posted))


def deal_linked(deal: Deal, choice: LinkChoice, actor: Actor) -> None:
    """Nothing; the deal came from that lead, a new one is written first."""
    deal_link(deal=deal, lead=_lead(choice, actor), actor=actor)


def _with_answers(deal: Deal, posted: QueryDict, actor: Actor) -> Deal:
    choice = lead_choice(posted)
    if choice is not None:
        deal_linked(deal, choice, actor)
    values: dict[str, object]
    unknowns: dict[str, date]
    values, unknowns = gate_values(posted, actor)
    if values or unknowns:
        return deal_update(deal=deal, values=values, unknowns=unknowns, actor=actor)
    return deal


def _lead(choice: LinkChoice, actor: Actor) -> Lead:
    with transaction.atomic():
        return lead_chosen(choice=choice, book=gate_book(), actor=actor)
