"""A small sales team with a rulebook whose gates are on, written through the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.intake.importing import ACTOR

from teichaku.accounts.models import Role, User
from teichaku.accounts.services import role_grant, user_create
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.deals.agreed_stages import stages_adopt
from teichaku.deals.deal_writes import deal_create
from teichaku.deals.lead_choice import FirstContact, LinkChoice
from teichaku.deals.models import Deal
from teichaku.engine.rulebook.load import load
from teichaku.leads.models import Company, Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.leads.references import companies_ensure
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

TOKYO = ZoneInfo("Asia/Tokyo")
BOOK = """\
rulebook: 1
title: 営業の運用ルール
timezone: Asia/Tokyo
deal:
  created_when: 面談を終えたとき
  kinds: [新規, 既存]
  stages:
    - {id: hearing, label: ヒアリング, probability: 0.1}
    - {id: proposal, label: 提案, probability: 0.4}
    - {id: verbal, label: 内示, probability: 0.9}
  lost_reasons: [価格, 時期尚早]
inputs:
  - id: R-1
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
gates:
  - id: G-link
    label: 新規の商談にはMAリードが要る
    before: deal.create
    mode: MODE
    require: {linked_lead: true, lead_has_event_before: true}
    applies_to: {attribute: company.is_customer, is: false}
    waiver: {approver: sales_manager, deputy: marketing_manager, answer_within: 4bh,
             until_answered: UNTIL, max: 14d}
  - {id: G-prop, label: 提案に進める前の項目, before: deal.stage.proposal, mode: FIELDS,
     require: {fields: [amount, close_on, decision_maker]},
     waiver: {reasons: [急ぎ], approver: sales_manager, max: 5d}}
  - {id: G-close, before: deal.close, mode: CLOSING, require: {fields: [amount]}}
"""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@contextmanager
def on(text: str) -> Iterator[None]:
    with clock.moved_to(local(text)):
        yield


def activate(
    at: str,
    *,
    mode: str = "block",
    until: str = "allow",
    fields: str = "block",
    closing: str = "shadow",
    change: tuple[str, str] = ("", ""),
) -> None:
    """The gates of this team are in force from then on, and the pipeline has its stages."""
    text = BOOK.replace("MODE", mode).replace("UNTIL", until).replace("FIELDS", fields)
    text = text.replace("CLOSING", closing)
    document = text.replace(*change) if change[0] else text
    with on(at):
        revision = revision_save(rulebook=load(document), document=document, actor=ACTOR)
        revision_activate(revision=revision, actor=ACTOR)
        stages_adopt(actor=ACTOR)


def person(name: str, *roles: Role, on_day: str = "2026-01-01") -> Actor:
    """A person with these roles, as the doer of writes."""
    user = user_create(name=name, actor=ACTOR)
    for role in roles:
        role_grant(user=user, role=role, actor=ACTOR, starts_on=date.fromisoformat(on_day))
    return Actor(kind="human", name=name, user_id=user.pk)


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def company(name: str = "青葉製作所") -> Company:
    found, _ = companies_ensure(
        system="default", references={name}, actor=ACTOR, recorded_at=clock.now()
    )
    return Company.objects.get(pk=found[name])


def lead(name: str, *, seen: str = "", of: Company | None = None, kind: str = "page_view") -> Lead:
    """A lead that first did something at a wall clock reading, or nothing so far."""
    row = lead_create(lead=NewLead(name=name, company=of.pk if of else None), actor=ACTOR)
    if seen:
        event(row, seen, kind)
    return row


def event(row: Lead, at: str, kind: str = "page_view") -> None:
    told = EventRow(row.pk, Shape(kind), local(at), "tag", f"{row.pk}/{at}/{kind}", clock.now())
    events_write(rows=[told], actor=ACTOR)


def met(day: str, how: str = "exhibition") -> FirstContact:
    return FirstContact(how, date.fromisoformat(day))


def create(actor: Actor, at: str, name: str = "勤怠刷新", **options: Any) -> Deal:
    """A deal written at a wall clock reading; ``lead`` links one, ``company`` is one's id."""
    chosen = options.pop("lead", None)
    if chosen is not None:
        options["choice"] = LinkChoice(lead=chosen.pk)
    values = {"name": name, **options.pop("values", {})}
    with on(at):
        return deal_create(values=values, actor=actor, **options)
