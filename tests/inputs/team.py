"""A small sales team with input rules, written through the services."""

from __future__ import annotations

from typing import Any

from tests.deals.pipeline import activate as _activate
from tests.deals.pipeline import company, create, local, on, person, user_of
from tests.intake.importing import ACTOR

from teichaku.accounts.models import Role
from teichaku.core.actors import Actor
from teichaku.core.jobs import run_one
from teichaku.core.registry import topics
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.models import Activity
from teichaku.engine.rulebook.load import load
from teichaku.inputs.models import Obligation
from teichaku.rulebook.services import revision_activate, revision_save

__all__ = ["ACTOR", "Role", "activate", "create", "local", "meet", "on", "owed", "person",
           "pipeline", "user_of", "work"]  # fmt: skip

MEETINGS = """
  - id: R-9
    label: 面談の記録
    who: {role: sales_rep}
    when: {after: activity.meeting.end, due: 1bd}
    what: {object: activity, fields: [{name: outcome, choices: [前進, 変化なし]}, next_action]}
"""
WEEKLY = """
  - id: R-1
    label: 次回アクション
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
"""


def activate(at: str, inputs: str = MEETINGS) -> None:
    """These input rules are in force from then on."""
    document = f"rulebook: 1\ntitle: 入力の運用ルール\ntimezone: Asia/Tokyo\ninputs:{inputs}"
    with on(at):
        revision = revision_save(rulebook=load(document), document=document, actor=ACTOR)
        revision_activate(revision=revision, actor=ACTOR)


pipeline = _activate


def meet(actor: Actor, at: str, ended: str = "", **entry: Any) -> Activity:
    """A meeting written down at a wall clock reading; it ended then or as said."""
    deal = entry.pop("deal", None)
    told = Entry(kind="meeting", at=local(ended or at), **entry)
    with on(at):
        return activity_record(entry=told, actor=actor, deal=deal, company=company())


def work(at: str) -> None:
    """Every job about inputs that is due by then has run."""
    with on(at):
        kinds = {k for topic in topics.values() for k in topic.handlers if k.startswith("inputs")}
        while run_one("test", kinds=kinds):
            pass


def owed(**which: Any) -> list[tuple[str, str, str, str | None]]:
    """Rule, deadline, state and when it was settled, in Tokyo, oldest deadline first."""
    rows = Obligation.objects.filter(**which).order_by("due_at", "rule_id", "subject_id")
    return [
        (r.rule_id, _wall(r.due_at), r.state, r.settled_at and _wall(r.settled_at)) for r in rows
    ]


def _wall(at) -> str:
    return f"{at.astimezone(local('2026-01-01').tzinfo):%m-%dT%H:%M}"
