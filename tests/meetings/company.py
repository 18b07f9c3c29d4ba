"""A small company with a weekly and a monthly meeting, written through the services."""

from __future__ import annotations

from datetime import date

from tests.deals.pipeline import local, on, user_of
from tests.intake.importing import ACTOR

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.core.actors import Actor
from teichaku.core.jobs import run_one
from teichaku.core.registry import topics
from teichaku.deals.agreed_stages import stages_adopt
from teichaku.deals.stages import RESERVED, stages_ensure
from teichaku.engine.rulebook.load import load
from teichaku.inputs.passes import obligations_pass
from teichaku.meetings.freeze import meetings_freeze
from teichaku.meetings.invitations import invitations_send
from teichaku.meetings.models import Meeting, Series
from teichaku.meetings.series import meetings_plan
from teichaku.rulebook.services import revision_activate, revision_save

__all__ = ["ACTOR", "Actor", "Role", "Staff", "activate", "ahead", "jobs", "local", "meeting",
           "on", "person", "user_of"]  # fmt: skip

WEEKLY = """
  - {id: weekly, label: 営業週次会議, every: week, day: mon, time: "10:00", minutes: 15,
     chair: sales_manager, deputy: executive, departments: [sales, marketing], agenda: weekly}
"""
MONTHLY = """
  - {id: monthly, label: 月次定例会, every: month, day: bd3, time: "16:00", minutes: 45,
     chair: sales_manager, deputy: marketing_manager, departments: [sales, marketing],
     agenda: monthly}
"""
BOOK = """\
rulebook: 1
title: 営業の運用ルール
timezone: Asia/Tokyo
calendar: {holidays: JP, hours: ["09:00-18:00"], closed: ["12-29..01-03"]}
kpis:
  mql_count: {target: 40, per: month, owner: marketing_manager, by: 2027-03-31}
deal:
  created_when: 面談を終えたとき
  stages:
    - {id: hearing, label: ヒアリング, probability: 0.1}
inputs:
  - id: R-1
    label: 次回アクション
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
meetings:"""


def activate(at: str, meetings: str = WEEKLY) -> None:
    """The rulebook with these meetings is in force from then on, and they are planned."""
    document = BOOK + meetings if meetings else BOOK.removesuffix("meetings:")
    with on(at):
        stages_ensure(list(RESERVED), actor=ACTOR)
        revision = revision_save(rulebook=load(document), document=document, actor=ACTOR)
        revision_activate(revision=revision, actor=ACTOR)
        stages_adopt(actor=ACTOR)
        meetings_plan()


def person(name: str, email: str, *roles: Role) -> Actor:
    """Somebody who can sign in, as the doer of writes."""
    user = user_create(name=name, email=f"{email}@example.co.jp", actor=ACTOR)
    for role in roles:
        role_grant(user=user, role=role, actor=ACTOR, starts_on=date(2026, 1, 1))
    return Actor(kind="human", name=name, user_id=user.pk)


class Staff:
    """A sales manager who chairs, a rep, a marketer, and the executive who stands in."""

    def __init__(self) -> None:
        self.chair = person("山本 恵子", "yamamoto", Role.SALES_MANAGER)
        self.rep = person("鈴木 一郎", "suzuki", Role.SALES_REP)
        self.marketer = person("佐藤 美咲", "sato", Role.MARKETER)
        self.executive = person("社長 太郎", "shacho", Role.EXECUTIVE)


def ahead(series: str = "weekly") -> list[str]:
    """When the meetings to come are, in Tokyo."""
    rows = Meeting.objects.filter(series__key=series, state="planned").order_by("begins_at")
    zone = local("2026-01-01").tzinfo
    return [f"{row.begins_at.astimezone(zone):%Y-%m-%d %H:%M}" for row in rows]


def meeting(day: str, series: str = "weekly") -> Meeting:
    """The meeting of a series on a local day."""
    first, last = local(f"{day}T00:00"), local(f"{day}T23:59")
    return Meeting.objects.select_related("series", "chair").get(
        series=Series.objects.get(key=series), begins_at__range=(first, last)
    )


def jobs(at: str) -> None:
    """What the worker has done by then: entries followed, figures fixed, people invited."""
    with on(at):
        kinds = {kind for topic in topics.values() for kind in topic.handlers}
        while run_one("test", kinds={k for k in kinds if k.startswith(("inputs", "meetings"))}):
            pass
        obligations_pass()
        meetings_freeze()
        invitations_send()
