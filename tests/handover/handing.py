"""A sales team to which MQLs are handed over, written through the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.deals.pipeline import company, local, on, person, user_of
from tests.intake.importing import ACTOR

from teichaku.accounts.models import Role
from teichaku.accounts.person_writes import teams_set
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.ids import uuid7
from teichaku.core.jobs import run_one
from teichaku.core.registry import job_handlers
from teichaku.engine.rulebook.load import load
from teichaku.handover.models import Handover
from teichaku.leads.models import Company, Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.rulebook.models import Activation
from teichaku.rulebook.services import revision_activate, revision_save
from teichaku.scoring.services import scores_refresh
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

__all__ = ["ACTOR", "Role", "activate", "company", "local", "mql", "on", "person", "rep",
           "rescored", "seen", "user_of", "work"]  # fmt: skip

BOOK = """\
rulebook: 1
title: 引き渡しの運用ルール
timezone: Asia/Tokyo
calendar: {hours: ["09:00-12:00", "13:00-18:00"]}
scoring:
  behaviour:
    - group: web
      rules:
        - {id: S-1, when: {event: page_view}, points: 10}
        - {id: S-2, when: {event: form_submit, form: contact}, points: 40}
mql:
  id: M-1
  when:
    any:
      - {score: total, at_least: 30}
      - {count: {event: form_submit, form: contact}, at_least: 1}
  requalify_after: 30d
handover:
HANDOVER
"""
USUAL = """\
  to: [{team: field_sales, by: capacity}]
  capacity: {per_week: 2}
  deadlines: {accept: 8bh, first_touch: 1bd}
  hot:
    when: {count: {event: form_submit, form: contact}, at_least: 1, within: 1d}
    deadlines: {accept: 1bh, first_touch: 4bh}
  on_breach: [{after: 0bh, do: notify_owner}, {after: 4bh, do: ask_manager}]
  reply: {by: marketing_manager, within: 5bd}
"""


def activate(at: str, rules: str = USUAL) -> Activation:
    """These handover rules are in force from then on."""
    document = BOOK.replace("HANDOVER", rules)
    with on(at):
        revision = revision_save(rulebook=load(document), document=document, actor=ACTOR)
        return revision_activate(revision=revision, actor=ACTOR)


def rep(name: str, *, team: str = "field_sales", role: Role = Role.SALES_REP) -> Actor:
    """Somebody in sales, in this team since the beginning of the year."""
    actor = person(name, role)
    with on("2026-01-01 09:00"):
        teams_set(user=user_of(actor), teams=[team], actor=ACTOR)
    return actor


def seen(lead: Lead, at: str, *, views: int = 0, form: str = "") -> None:
    """The lead looked at pages, or sent a form, at a wall clock reading."""
    shapes = [Shape("page_view", path="/service/")] * views
    if form:
        shapes.append(Shape("form_submit", form=form))
    rows = [EventRow(lead.pk, s, local(at), "tag", str(uuid7()), clock.now()) for s in shapes]
    events_write(rows=rows, actor=ACTOR)


def mql(at: str, name: str = "髙橋 真理子", *, of: Company | None = None, **told: Any) -> Lead:
    """A lead that becomes an MQL at a wall clock reading and is handed over at once."""
    with on(at):
        lead = lead_create(lead=NewLead(name=name, company=of.pk if of else None), actor=ACTOR)
        seen(lead, at, **(told or {"views": 3}))
    rescored(at)
    work(at)
    return lead


def rescored(at: str) -> None:
    """What changed by then is scored."""
    with on(at):
        scores_refresh(actor=ACTOR, only_changed=True)


def work(at: str) -> None:
    """Every job about handovers that is due by then has run."""
    kinds = [kind for kind in job_handlers if kind.startswith("handover.")]
    with on(at):
        while run_one("worker", kinds=kinds):
            pass


def handed(lead: Lead) -> Handover:
    """The lead's only handover."""
    return Handover.objects.get(lead=lead)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")
