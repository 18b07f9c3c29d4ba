"""Who works at the made-up company, and how its six sales reps keep their records."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import Role, User
from teichaku.accounts.monitoring import PolicyText, monitoring_policy_record
from teichaku.accounts.person_writes import (
    absence_add,
    department_set,
    deputy_set,
    person_update,
    teams_set,
)
from teichaku.accounts.selectors import today
from teichaku.accounts.services import role_grant, user_create
from teichaku.console import demo_words as words
from teichaku.core.actors import Actor
from teichaku.notify.kinds import GROUPS
from teichaku.notify.models import Via, Way
from teichaku.notify.preferences import preferences_write
from teichaku.notify.wishes import DIGEST_AT, Wish

COMPANY: Final = "架空精密工業株式会社"
DOMAIN: Final = "kaku-seimitsu.example"
NEWCOMER_DAYS, AWAY_SINCE_DAYS, AWAY_STILL_DAYS = 100, 30, 12


@dataclass(frozen=True, slots=True)
class Habit:
    """How a rep keeps records; shares between 0 and 1."""

    contacts: float  # how often a contact is entered at all
    lag_days: float  # how long entries take on average
    complete: float  # how often amount, closing date and the decision maker are there
    plans: float  # how often an entry names what comes next
    links: float  # how often the lead is named unasked
    tidy: float  # how often dates are moved on and dead deals closed
    skill: float = 0.0  # what the rep adds to the odds of winning, as a logit
    hollow: bool = False


HABITS: Final[Mapping[str, Habit]] = {
    "diligent": Habit(
        contacts=1.0, lag_days=0.1, complete=0.97, plans=0.95, links=0.9, tidy=0.95, skill=0.5
    ),
    "average": Habit(
        contacts=0.75, lag_days=0.8, complete=0.8, plans=0.7, links=0.55, tidy=0.7, skill=0.1
    ),
    "late": Habit(contacts=0.7, lag_days=5.0, complete=0.7, plans=0.5, links=0.45, tidy=0.35),
    "hollow": Habit(  # writes a lot and says little
        contacts=0.8, lag_days=1.5, complete=0.35, plans=0.9, links=0.25, tidy=0.2, skill=-0.6,
        hollow=True,
    ),
    "newcomer": Habit(
        contacts=0.9, lag_days=0.6, complete=0.6, plans=0.6, links=0.6, tidy=0.8, skill=-0.3
    ),
    "absent": Habit(contacts=0.6, lag_days=1.0, complete=0.75, plans=0.6, links=0.5, tidy=0.5),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff. ``signs_in``: the one whose log-in is printed for the first role."""

    key: str
    name: str
    kana: str
    roles: tuple[Role, ...]
    department: str
    team: str = ""
    manager: str = ""
    signs_in: bool = False
    habit: str = ""

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.key}@{DOMAIN}"


def _rep(key: str, name: str, kana: str, team: str, *, signs_in: bool = False) -> Member:
    roles = (Role.SALES_REP,)
    return Member(key, name, kana, roles, "営業部", team, "sales-manager", signs_in, habit=key)


MEMBERS: Final = (
    Member("admin", "仮森 二郎", "カリモリ ジロウ", (Role.ADMINISTRATOR,), "情報システム部",
           signs_in=True),
    Member("president", "例田 一子", "レイダ カズコ", (Role.EXECUTIVE,), "役員室", signs_in=True),
    Member("sales-manager", "見本川 二郎", "ミホンガワ ジロウ", (Role.SALES_MANAGER,), "営業部",
           manager="president", signs_in=True),
    Member("marketing-manager", "仮山 三奈", "カリヤマ ミナ", (Role.MARKETING_MANAGER,),
           "マーケティング部", manager="president", signs_in=True),
    Member("marketer", "試木 四季", "タメシギ シキ", (Role.MARKETER,), "マーケティング部",
           manager="marketing-manager", signs_in=True),
    Member("inside-sales", "架空野 五月", "カクウノ サツキ", (Role.INSIDE_SALES, Role.MARKETER),
           "マーケティング部", manager="marketing-manager", signs_in=True),
    _rep("average", "見本井 一子", "ミホンイ カズコ", "east_sales", signs_in=True),
    _rep("diligent", "例島 六花", "レイジマ リッカ", "chubu_sales"),
    _rep("late", "見本沢 七海", "ミホンザワ ナナミ", "east_sales"),
    _rep("hollow", "仮谷 八雲", "カリタニ ヤクモ", "east_sales"),
    _rep("absent", "例崎 十和", "レイザキ トワ", "chubu_sales"),
    _rep("newcomer", "試原 九一", "タメシハラ クイチ", "east_sales"),
    Member("coach", "試木 三奈", "タメシギ ミナ", (Role.COACH,), "社外", signs_in=True),
)  # fmt: skip
ROLES_SHOWN: Final = tuple(member for member in MEMBERS if member.signs_in)


def staff_create(*, actor: Actor, newcomers: bool = False) -> dict[str, User]:
    """The people who start today by key: all but the newcomer, or that one alone."""
    found = {}
    for member in MEMBERS:
        if (member.habit == "newcomer") is newcomers:
            found[member.key] = _member_create(member, actor)
    return found


def _member_create(member: Member, actor: Actor) -> User:
    """The person; where a log-in is printed its password is a random one until then."""
    password = password_fresh() if member.signs_in else None
    user = user_create(
        name=member.name, kana=member.kana, email=member.email, password=password, actor=actor
    )
    for role in member.roles:
        role_grant(user=user, role=role, actor=actor)
    department_set(user=user, department=member.department, starts_on=today(), actor=actor)
    _told_inside(user, actor)
    if member.team:
        teams_set(user=user, teams=[member.team], actor=actor)
    if member.manager:
        manager = User.objects.get(email=f"{member.manager}@{DOMAIN}")
        person_update(
            user=user, name=member.name, kana=member.kana, email=member.email, manager=manager,
            can_sign_in=True, actor=actor,
        )  # fmt: skip
    return user


def password_fresh() -> str:
    """A password nobody could guess."""
    return secrets.token_urlsafe(12)


def policy_record(*, staff: Mapping[str, User]) -> None:
    """Nothing; the company has told everybody what is measured, and for what."""
    policy = PolicyText(
        covers=frozenset({"rates", "checks", "reading"}),
        purpose=words.PURPOSE,
        responsible=f"情報システム部 {staff['admin'].name}",
        text=words.POLICY,
        noticed_on=today(),
        starts_on=today(),
    )
    monitoring_policy_record(policy=policy, actor=actor_of(staff["admin"]))


def _told_inside(user: User, actor: Actor) -> None:
    """Nothing; nobody mails people who do not exist."""
    wishes = {group: Wish(Way.APP, Via.MAIL) for group in GROUPS}
    preferences_write(
        user=user, wishes=wishes, digest_at=DIGEST_AT, digest_via=Via.MAIL, actor=actor
    )


def absences_enter(*, staff: Mapping[str, User], day: date) -> None:
    """Nothing; around the day one rep is away for weeks, and the sales manager has a deputy."""
    absent, manager = staff["absent"], staff["sales-manager"]
    absence_add(
        user=absent,
        starts_on=day - timedelta(days=AWAY_SINCE_DAYS),
        ends_on=day + timedelta(days=AWAY_STILL_DAYS),
        note="休職（サンプル）",
        actor=actor_of(manager),
    )
    deputy_set(
        user=manager,
        deputy=staff["president"],
        starts_on=day - timedelta(days=AWAY_SINCE_DAYS),
        ends_before=day + timedelta(days=AWAY_STILL_DAYS),
        actor=actor_of(manager),
    )
