"""A small company on an empty database: reps with log-ins, a rulebook, deals to work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.management import call_command

if TYPE_CHECKING:
    from teichaku.accounts.models import User

PASSWORD = "reliability without a second step"
REPS = 3
DEALS_EACH = 20
RULEBOOK = """\
rulebook: 1
title: 信頼性の確認
timezone: Asia/Tokyo
calendar: {workdays: [mon, tue, wed, thu, fri, sat, sun], hours: ["00:00-23:59"], holidays: none}
deal:
  created_when: 面談を終えたとき
  stages: [{id: hearing, label: ヒアリング}]
inputs:
  - id: R-1
    label: 次回アクション
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
  - id: R-9
    label: 訪問の記録
    who: {role: sales_rep}
    when: {after: activity.visit.end, due: 1bd}
    what: {object: activity, fields: [next_action]}
gates:
  - id: D-1
    label: 商談にはリードが要る
    before: deal.create
    mode: block
    require: {linked_lead: true}
    waiver: {approver: sales_manager, until_answered: allow, max: 14d}
"""


@dataclass(frozen=True)
class Company:
    """Who signs in, and what they work on."""

    emails: tuple[str, ...]
    deals: dict[str, list[UUID]]
    lead: UUID


def company_make(seconds: float) -> Company:
    """The company, on a database that was migrated and emptied, for a run of so many seconds."""
    call_command("migrate", verbosity=0)
    from benchmarks.reliability.history import LOOKED_BACK, history_make
    from teichaku.core import clock

    with clock.moved_to(clock.now() - LOOKED_BACK):
        company, reps = _company()
    history_make(reps, seconds)
    return company


def _company() -> tuple[Company, list[User]]:
    from benchmarks.reliability.history import policy_told, told_at_once
    from teichaku.accounts.models import Role
    from teichaku.accounts.person_writes import person_update
    from teichaku.accounts.services import role_grant, user_create
    from teichaku.core.actors import SYSTEM
    from teichaku.deals.deal_writes import deal_create
    from teichaku.engine.rulebook.load import load
    from teichaku.leads.new_leads import NewLead, lead_create
    from teichaku.rulebook.services import revision_activate, revision_save

    manager = user_create(name="責任者", email="manager@example.jp", actor=SYSTEM)
    role_grant(user=manager, role=Role.SALES_MANAGER, actor=SYSTEM)
    deals: dict[str, list[UUID]] = {}
    reps = []
    for n in range(REPS):
        email = f"rep{n}@example.jp"
        rep = user_create(name=f"営業 {n}", email=email, password=PASSWORD, actor=SYSTEM)
        role_grant(user=rep, role=Role.SALES_REP, actor=SYSTEM)
        person_update(
            user=rep, name=rep.name, kana="", email=email, manager=manager, can_sign_in=True,
            actor=SYSTEM,
        )  # fmt: skip
        reps.append(rep)
        values = {"owner": rep.pk}
        deals[email] = [
            deal_create(values={**values, "name": f"商談 {n}-{k}"}, actor=SYSTEM).uid
            for k in range(DEALS_EACH)
        ]
    lead = lead_create(lead=NewLead(name="山田", email="yamada@example.jp"), actor=SYSTEM)
    revision = revision_save(rulebook=load(RULEBOOK), document=RULEBOOK, actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM)
    policy_told()
    told_at_once([manager, *reps])
    return Company(tuple(deals), deals, lead.uid), reps
