"""A week of a small company, played in browsers while the clock moves and a worker comes by.

Monday 2026-11-23 is a holiday, so the meeting of that week is on Tuesday. Two visits are logged and
two entries forgotten:

| Rule | About | Due | Entered |
|---|---|---|---|
| R-009 | the visit at 青葉製作所 | Thu 19 14:00 | Wed 18, with the visit |
| R-009 | the visit at ミナト工業 | Fri 20 15:00 | never; excepted in the meeting |
| R-001 | the deal with 青葉製作所 | Fri 20 17:00 | Wed 18, with the visit |
| R-001 | the deal with ミナト工業 | Fri 20 17:00 | Tue 24, in the meeting |

So of four tasks two were in time (2/4), one was late, and one stays missed, as its exception came
after the deadline; of each rule it is 1/2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, time, timedelta
from types import SimpleNamespace

import pytest
from tests.accounts.smtp import Received
from tests.browser.conftest import DESK, PHONE, scrolls_sideways, sign_in
from tests.cli.conftest import Cli, cli
from tests.deals.pipeline import local
from tests.inputs.ladders import led_by
from tests.notify.conftest import post_office

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import Role
from teichaku.accounts.monitoring import PolicyText, monitoring_policy_record
from teichaku.accounts.selectors import today
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.models import Job
from teichaku.core.worker import Worker
from teichaku.deals.agreed_stages import stages_adopt
from teichaku.deals.deal_writes import deal_create
from teichaku.deals.stages import RESERVED, stages_ensure
from teichaku.engine.rulebook.load import load
from teichaku.leads.references import companies_ensure
from teichaku.meetings.models import Meeting
from teichaku.rulebook.services import revision_activate, revision_save

__all__ = ["cli", "post_office"]
pytestmark = pytest.mark.django_db(transaction=True)

BOOK = """\
rulebook: 1
title: 営業の運用ルール
timezone: Asia/Tokyo
calendar: {holidays: JP, hours: ["09:00-18:00"]}
kpis:
  mql_count: {target: 40, per: month, owner: marketing_manager, by: 2027-03-31}
deal:
  created_when: 面談を終えたとき
  stages:
    - {id: hearing, label: ヒアリング, probability: 0.1}
inputs:
  - id: R-001
    label: 次回アクションの予定
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
  - id: R-009
    label: 訪問の記録
    who: {role: sales_rep}
    when: {after: activity.visit.end, due: 1bd}
    what: {object: activity, fields: [{name: outcome, choices: [前進, 変化なし]}, next_action]}
meetings:
  - {id: weekly, label: 営業週次会議, every: week, day: mon, time: "10:00", minutes: 15,
     chair: sales_manager, deputy: executive, departments: [sales, marketing], agenda: weekly}
"""
VISITED, FORGOTTEN = "青葉製作所", "ミナト工業"


class Week:
    """The clock of the server and of everything else, and what mail came when."""

    def __init__(self, turn: Callable[[datetime], None], post_office: Received) -> None:
        self._turn, self._post_office = turn, post_office
        self.arrived: list[tuple[datetime, str, str]] = []

    def at(self, text: str) -> None:
        """Nothing; from now on it is that time of November in Tokyo."""
        self._turn(local(f"2026-11-{text}"))

    def work(self, text: str) -> list[list[str]]:
        """Whom the worker sent which mail when it came by then and, as it does, once more."""
        before = len(self.arrived)
        first = local(f"2026-11-{text}")
        for instant in (first, first + timedelta(minutes=2)):
            self._turn(instant)
            Worker().run(once=True)
            for mail in self._post_office.mails[len(self.arrived) :]:
                subject = str(mail.message["Subject"]).strip()
                self.arrived.append((instant, mail.to[0].partition("@")[0], subject))
        assert not Job.objects.exclude(error="").exists()
        return sorted(mail for _at, *mail in self.arrived[before:])


@pytest.fixture
def week(monkeypatch: pytest.MonkeyPatch, post_office: Received) -> Week:
    """It is the first Monday of November, in every thread."""

    def turn(instant: datetime) -> None:
        monkeypatch.setattr(clock, "_moved", ContextVar("moved", default=instant))

    turned = Week(turn, post_office)
    turned.at("02T09:00")
    return turned


@pytest.fixture
def people(person, week: Week) -> SimpleNamespace:
    """A rep, the sales manager who leads them, and a marketer."""
    rep = person("鈴木 一郎", "suzuki@example.co.jp", Role.SALES_REP)
    manager = person("山本 恵子", "yamamoto@example.co.jp", Role.SALES_MANAGER)
    marketer = person("佐藤 美咲", "sato@example.co.jp", Role.MARKETER)
    led_by(actor_of(rep), actor_of(manager))
    return SimpleNamespace(rep=rep, manager=manager, marketer=marketer)


@pytest.fixture
def company(week: Week, people: SimpleNamespace) -> None:
    """The rules are agreed on and everybody knows what is measured; two deals begin on the 16th."""
    stages_ensure(list(RESERVED), actor=SYSTEM)
    revision = revision_save(rulebook=load(BOOK), document=BOOK, actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM)
    stages_adopt(actor=SYSTEM)
    told = PolicyText(
        frozenset({"rates", "checks"}), "入力の支援", "総務部 森", "本文", today(), today()
    )
    monitoring_policy_record(policy=told, actor=SYSTEM)
    week.work("02T09:30")
    week.at("16T09:30")
    for name in (VISITED, FORGOTTEN):
        companies, _ = companies_ensure(
            system="default", references={name}, actor=SYSTEM, recorded_at=clock.now()
        )
        values = {"name": f"{name} 勤怠刷新", "company": companies[name]}
        deal_create(values=values, actor=actor_of(people.rep))
    week.work("16T09:35")


def test_a_week(open_page, week: Week, people: SimpleNamespace, company: None, cli: Cli) -> None:
    rep, manager, marketer = _signed_in(open_page, people)
    _two_visits(rep, week)
    _nudges(week)
    _oneself_before_the_manager(rep, manager, week)
    _meeting(rep, manager, marketer, week)
    _rates(rep, manager, week, cli)
    assert [at for at, *_mail in week.arrived if not _is_working_time(at)] == []


def _signed_in(open_page, people):
    pages = open_page(PHONE), open_page(DESK), open_page(PHONE)
    for page, user in zip(pages, (people.rep, people.manager, people.marketer), strict=True):
        sign_in(page, user.email)
    return pages


def _is_working_time(at: datetime) -> bool:
    wall = at.astimezone(local("2026-11-01").tzinfo)
    return wall.weekday() < 5 and wall.day != 23 and time(9) <= wall.time() < time(18)


def _visit(page, name: str, outcome: str, next_action: str = "") -> None:
    page.goto("/deals/")
    page.get_by_role("link", name=f"{name} 勤怠刷新").click()
    page.locator(".choice", has_text="訪問").click()
    page.locator(".choice", has_text=outcome).click()
    if next_action:
        page.get_by_label("次回アクション", exact=True).fill(next_action)
        page.locator(".choice", has_text="11/23").click()  # after the deadline of the week
    page.locator("#activity").get_by_role("button", name="記録").click()
    page.get_by_text("活動を記録しました。").wait_for()


def _two_visits(rep, week: Week) -> None:
    week.at("18T14:00")
    _visit(rep, VISITED, "前進", "見積を送る")
    week.work("18T14:05")
    week.at("19T15:00")
    _visit(rep, FORGOTTEN, "変化なし")
    assert week.work("19T15:05") == []


def _nudges(week: Week) -> None:
    """The first at its deadline; what fell due at 17:00 while no worker came by waits over the
    evening, the weekend and the holiday, and so do invitations.
    """
    assert week.work("20T14:55") == []
    [(to, subject)] = week.work("20T15:05")
    assert to == "suzuki"
    assert subject.startswith("未入力1件")
    assert "訪問の記録" in subject
    assert [week.work(at) for at in ("20T16:55", "20T18:30", "21T11:00", "23T11:00")] == [[]] * 4
    [(to, subject)] = [mail for mail in week.work("24T09:00") if "定例会" not in mail[1]]
    assert to == "suzuki"
    assert "次回アクションの予定" in subject


def _oneself_before_the_manager(rep, manager, week: Week) -> None:
    """The manager reads of the 19th, and of nothing that was due less than a business day ago."""
    week.at("24T09:20")
    assert _fraction(rep) == "2/4"
    assert _fraction(manager) == "1/1"
    manager.get_by_role("link", name="鈴木 一郎").click()
    manager.get_by_role("table", name="入力タスク").wait_for()
    assert FORGOTTEN not in manager.locator("main").inner_text()


def _fraction(page) -> str:
    """The rep's field of the week in which everything was due."""
    page.goto("/inputs/rates/")
    heads = page.locator("table.rates thead tr > *").all_inner_texts()
    [column] = [n for n, head in enumerate(heads) if "11/16" in head]
    row = page.locator("table.rates tbody tr", has_text="鈴木 一郎")
    return row.locator("> *").nth(column).inner_text().strip()


def _meeting(rep, manager, marketer, week: Week) -> None:
    found = Meeting.objects.get(begins_at=local("2026-11-24T10:00"))  # the Monday is a holiday
    week.at("24T10:00")
    manager.goto(f"/meetings/{found.uid}/")
    manager.get_by_role("button", name="定例会を開始").click()
    for phone in (rep, marketer):
        phone.goto("/meetings/")
        phone.get_by_role("link", name="定例会に参加").click()
        phone.get_by_role("button", name="出席を記録").click()
        assert not scrolls_sideways(phone)

    # closing is refused while two entries are missing
    _close(manager)
    manager.get_by_text("まだ終了していません。").wait_for()
    blanks = manager.locator(".blanks tbody tr", has_text="いま入力")
    assert blanks.count() == 2

    # the next action of the deal is entered on its card, and the way leads back
    blanks.filter(has_text=re.compile("次回アクション(日|の日付)")).get_by_role(
        "link", name="いま入力"
    ).click()
    manager.locator("#entry-next_action").fill("電話")
    manager.locator("#entry-next_action_on").fill("2026-12-02")
    manager.locator("#field-next_action_on .saved").wait_for()
    manager.get_by_role("button", name="次へ", exact=True).click()
    manager.wait_for_url("**/mode/**")
    assert blanks.count() == 1

    # one is still missing, and is excepted with a reason
    _close(manager)
    manager.get_by_text("まだ終了していません。").wait_for()
    manager.locator(".blanks").get_by_role("checkbox").check()
    manager.locator("#reason").fill("先方の担当者が交代")
    manager.get_by_role("button", name="選んだものを例外にする").click()
    manager.get_by_text("例外：先方の担当者が交代").wait_for()

    # something has to be recorded, then it closes
    manager.get_by_label("決定すること").fill("後任の方に連絡する")
    manager.get_by_label("担当").select_option(label="鈴木 一郎")
    manager.get_by_label("期限", exact=False).first.fill("2026-12-01")
    manager.get_by_role("button", name="決定を追加").click()
    manager.get_by_text("決定を記録し").wait_for()
    _close(manager)
    manager.get_by_text("定例会を終了しました。").wait_for()
    found.refresh_from_db()
    assert (found.state, found.check_ins.count()) == (Meeting.State.HELD, 3)

    minutes = [to for to, subject in week.work("24T10:20") if subject.startswith("議事録")]
    assert minutes == ["sato", "suzuki", "yamamoto"]


def _close(page) -> None:
    page.get_by_role("button", name="会議を終了").click()


def _rates(rep, manager, week: Week, cli: Cli) -> None:
    """One business day after 15:00 of the 20th comes the visit, after 17:00 both deals."""
    seen = []
    for at in ("24T14:59", "24T15:01", "24T16:59", "24T17:01"):
        week.at(at)
        seen.append(_fraction(manager))
    assert seen == ["1/1", "1/2", "1/2", "2/4"]
    assert _fraction(rep) == "2/4"
    [found] = cli("inputs", "--by", "person", "--json").json()["groups"]
    counts = [found[name] for name in ("key", "due", "on_time", "late", "overdue", "waived")]
    assert counts == ["鈴木 一郎", 4, 2, 1, 1, 0]
    by_rule = cli("inputs", "--by", "rule", "--json").json()["groups"]
    assert sorted((g["key"], g["on_time"], g["late"], g["overdue"], g["due"]) for g in by_rule) == [
        ("R-001", 1, 1, 0, 2),
        ("R-009", 1, 0, 1, 2),
    ]
