"""A meeting in a browser: closing is refused, one entry is made, one excepted, then it closes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.browser.conftest import DESK, PHONE, axe_findings, scrolls_sideways, sign_in
from tests.meetings.company import WEEKLY, activate

from teichaku.accounts.actors import actor_of
from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.deals.deal_writes import deal_create, deal_update
from teichaku.deals.models import Deal
from teichaku.inputs.models import Obligation
from teichaku.inputs.passes import obligations_pass
from teichaku.leads.references import companies_ensure
from teichaku.meetings.models import Decision, Meeting
from teichaku.meetings.series import meetings_plan
from teichaku.meetings.services import meeting_move

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize(("size", "dark"), [(DESK, False), (DESK, True), (PHONE, False)])


@pytest.fixture
def people(person):
    """The chair, a rep and a marketer."""
    return (
        person("山本 恵子", "yamamoto@example.co.jp", Role.SALES_MANAGER),
        person("鈴木 一郎", "suzuki@example.co.jp", Role.SALES_REP),
        person("佐藤 美咲", "sato@example.co.jp", Role.MARKETER),
    )


@pytest.fixture
def meeting(people):
    """A meeting that begins in a quarter of an hour; two deals lack their next action."""
    chair, rep, _ = people
    now = clock.now()
    activate(f"{now - timedelta(days=21):%Y-%m-%d %H:%M}", WEEKLY)
    with clock.moved_to(now - timedelta(days=15)):
        for name in ("青葉製作所", "ミナト工業"):
            companies, _ = companies_ensure(
                system="default", references={name}, actor=SYSTEM, recorded_at=clock.now()
            )
            values = {"name": f"{name} 勤怠刷新", "company": companies[name]}
            deal_create(values=values, actor=actor_of(rep))
    obligations_pass()
    meetings_plan()  # the chair holds the role since today
    found = Meeting.objects.filter(begins_at__gt=now).select_related("series").earliest("begins_at")
    soon = min(now + timedelta(minutes=15), _end_of_day(now))
    return meeting_move(meeting=found, begins_at=soon, reason="都合", actor=actor_of(chair))


def _end_of_day(now):
    # A meeting is of one local day: late in the evening it begins in the next minute.
    tomorrow = (now + timedelta(hours=9)).replace(hour=0, minute=0) + timedelta(days=1)
    return max(tomorrow - timedelta(hours=9, minutes=2), now + timedelta(seconds=30))


def choose(page, name: str) -> None:
    page.get_by_role("checkbox", name=re.compile(name)).check()


def test_it_closes_only_when_all_is_entered_or_excepted(open_page, people, meeting):
    chair, rep, marketer = people
    page = open_page(DESK)
    sign_in(page, chair.email)
    page.goto(f"/meetings/{meeting.uid}/")
    page.get_by_role("button", name="定例会を開始").click()
    page.get_by_role("button", name="会議を終了").wait_for()

    # the marketer joins on a phone
    phone = open_page(PHONE)
    sign_in(phone, marketer.email)
    phone.goto("/meetings/")
    phone.get_by_role("link", name="定例会に参加").click()
    phone.get_by_role("button", name="出席を記録").click()
    assert not scrolls_sideways(phone)
    assert phone.get_by_role("button", name="会議を終了").count() == 0

    # closing is refused with what is missing
    page.get_by_role("button", name="会議を終了").click()
    page.get_by_text("まだ終了していません。").wait_for()
    assert axe_findings(page) == []

    # one is excepted, with a reason
    choose(page, "ミナト工業")
    page.get_by_role("button", name="選んだものを例外にする").click()
    page.locator("#wrong").wait_for()
    page.locator("#reason").fill("休職中")
    page.get_by_role("button", name="選んだものを例外にする").click()
    page.get_by_text("例外：休職中").wait_for()

    # the other one is entered where it stands, and the way leads back
    page.get_by_role("link", name=re.compile("いま入力")).click()
    page.wait_for_url("**/enter/**next=**")
    _entered(rep)
    page.goto(f"/meetings/{meeting.uid}/mode/?item=unentered")

    # a decision and an outcome, and on by the arrow keys
    page.get_by_label("決定すること").fill("料金ページを見た人に3日以内に電話")
    page.get_by_label("担当").select_option(label="鈴木 一郎")
    page.get_by_label("期限", exact=False).first.fill(f"{clock.now() + timedelta(days=7):%Y-%m-%d}")
    page.get_by_role("button", name="決定を追加").click()
    page.get_by_text("決定を記録し").wait_for()
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**item=decisions**")
    page.locator("#now b", has_text="料金ページを見た人に3日以内に電話").wait_for()

    page.get_by_role("button", name="会議を終了").click()
    page.get_by_text("定例会を終了しました。").wait_for()
    assert "休職中" in page.locator("main").inner_text()
    assert Decision.objects.get().owner == rep
    assert Meeting.objects.get(pk=meeting.pk).state == Meeting.State.HELD
    assert axe_findings(page) == []


def _entered(rep) -> None:
    """Nothing; the rep has made the entry that is still missing, on a device of their own."""
    overdue = Obligation.objects.filter(state="open", due_at__lt=clock.now())
    waiting = overdue.values("subject_id")
    deal = Deal.objects.filter(pk__in=waiting).get()
    on = (clock.now() + timedelta(days=9)).date()
    values = {"next_action": "見積を送る", "next_action_on": on}
    deal_update(deal=deal, values=values, actor=actor_of(rep))


@SIZES
def test_the_pages_fit_and_are_accessible(open_page, people, meeting, size, dark):
    chair, _, _ = people
    page = open_page(size, dark=dark)
    sign_in(page, chair.email)
    places = ("", f"{meeting.uid}/", f"series/{meeting.series.uid}/")
    for address in (f"/meetings/{place}" for place in places):
        page.goto(address)
        assert not scrolls_sideways(page), address
        assert axe_findings(page) == [], address
    page.goto(f"/meetings/{meeting.uid}/")
    page.get_by_role("button", name="定例会を開始").click()
    for point in ("unentered", "decisions&big"):
        page.goto(f"/meetings/{meeting.uid}/mode/?item={point}")
        assert not scrolls_sideways(page), point
        assert axe_findings(page) == [], point
