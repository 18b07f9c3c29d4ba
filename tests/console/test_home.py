"""The first page and the entry card: what they ask for, what they save and settle, and for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.deals.pipeline import company, event, lead
from tests.inputs.team import (
    Role,
    activate,
    local,
    meet,
    on,
    person,
    pipeline,
    user_of,
    work,
)

from teichaku.accounts.models import User
from teichaku.console.time_left import time_left
from teichaku.core import clock
from teichaku.core.models import Change
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.deal_writes import deal_create
from teichaku.deals.home_parts import own_forecast
from teichaku.deals.lead_choice import LinkChoice
from teichaku.deals.models import Activity, Deal, SalesTarget
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.rulebook.model import Calendar
from teichaku.inputs.book import input_book
from teichaku.inputs.models import InputTiming, Obligation
from teichaku.inputs.own_week import own_week
from teichaku.notify.models import Notification, Task

pytestmark = pytest.mark.django_db
UNKNOWN = """
  - id: R-9
    label: 面談の記録
    who: {role: sales_rep}
    when: {after: activity.meeting.end, due: 1bd}
    what:
      object: activity
      fields:
        - {name: outcome, choices: [前進, 変化なし], means: 次の段階に近づいたか, example: 前進}
        - next_action
        - {name: next_action_on, is: future}
    unknown_allowed: true
"""
WEEKLY = """
  - id: R-1
    label: 次回アクション
    who: {role: sales_rep}
    when: {every: week, while: deal.open, due: "fri 17:00"}
    what: {object: deal, fields: [next_action, {name: next_action_on, is: future}]}
"""
NOW = "2026-11-24T14:40"  # a Tuesday after a holiday
FULL = {
    "seen.outcome": "", "f.outcome": "前進", "seen.next_action": "", "f.next_action": "見積の提出",
    "seen.next_action_on": "", "f.next_action_on": "2026-12-01",
}  # fmt: skip


@pytest.fixture
def rep():
    return person("鈴木 一郎", Role.SALES_REP)


@pytest.fixture
def boss():
    return person("高橋 誠", Role.SALES_MANAGER)


@pytest.fixture
def browse():
    def made(actor, language="ja"):
        rows = User.objects.filter(pk=actor.user_id)
        rows.update(email=f"{actor.user_id}@example.co.jp", can_sign_in=True)
        found = Client(headers={"accept-language": language})
        found.force_login(user_of(actor))
        return found

    return made


@pytest.fixture
def owing(rep):
    """A rep who has not said yet what came of a meeting on the Friday before the holiday."""
    activate("2026-11-01T09:00", UNKNOWN)
    meet(rep, "2026-11-20T15:00", note="工場を見学")
    work("2026-11-20T16:00")
    with clock.moved_to(local(NOW)):
        yield Obligation.objects.get()


def open_deal(actor, **values) -> Deal:
    told = {"name": "勤怠刷新", "company": company().pk, **values}
    return deal_create(values=told, actor=actor)


def text(answer) -> str:
    return answer.content.decode()


def url(obligation, tail="") -> str:
    return f"/enter/{obligation.uid}/{tail}"


# The first page


def test_it_says_how_much_by_when_and_shows_the_first_task(rep, owing, browse):
    page = text(browse(rep).get("/"))
    assert "鈴木さんの未入力は1件です" in page
    assert "いちばん早い期限は本日15:00です。" in page
    assert "11/20（金） 会議" in page or "11/20（金） 面談" in page
    assert "青葉製作所" in page
    assert "残り20分" in page
    assert "次の段階に近づいたか" in page
    assert "（例：前進）" in page


def test_only_what_is_missing_is_asked_for(rep, browse):
    activate("2026-11-01T09:00", UNKNOWN)
    meet(rep, "2026-11-20T15:00", outcome="前進")
    work("2026-11-20T16:00")
    with on(NOW):
        card = browse(rep).get("/").context["card"]
        shown = [field.name for field in card.fields if field.is_shown]
    assert shown == ["next_action", "next_action_on"]


def test_suggestions_come_from_the_deal_and_are_not_saved(rep, browse):
    activate("2026-11-01T09:00", UNKNOWN)
    with on("2026-11-10T10:00"):
        deal = open_deal(rep)
        entry = Entry("call", next_action="見積の提出", next_action_on=date(2026, 11, 18))
        activity_record(entry=entry, deal=deal, actor=rep)
    meet(rep, "2026-11-20T15:00", deal=deal)
    work("2026-11-20T16:00")
    with on(NOW):
        card = browse(rep).get("/").context["card"]
        chips = {f.name: [s.value for s in f.suggestions] for f in card.fields}
    assert chips["next_action"][0] == "見積の提出"
    # Tomorrow, in three business days, next week, in a week: the 27th is the third one.
    assert chips["next_action_on"] == ["2026-11-25", "2026-11-27", "2026-11-30", "2026-12-01"]
    latest = Activity.objects.order_by("-pk")[0]
    assert (latest.next_action, latest.next_action_on) == ("", None)


def test_without_anything_missing_it_names_the_next_deadline(rep, browse):
    activate("2026-11-01T09:00", WEEKLY)
    with on("2026-11-23T09:00"):
        open_deal(rep, next_action="見積の提出", next_action_on=date(2026, 12, 25))
    work("2026-11-24T09:00")
    with on(NOW):
        page = text(browse(rep).get("/"))
    assert "未入力はありません" in page
    assert "次の期限は12/4（金）です。" in page


def test_whoever_has_nothing_to_enter_goes_where_the_navigation_begins(boss, browse, rep, owing):
    answer = browse(boss).get("/")
    assert (answer.status_code, answer.url) == (302, browse(boss).get("/").url)
    assert browse(rep).get("/").status_code == 200


def test_another_task_can_be_taken_first(rep, browse):
    activate("2026-11-01T09:00", UNKNOWN)
    meet(rep, "2026-11-19T15:00", "2026-11-19T14:00")
    meet(rep, "2026-11-20T15:00", "2026-11-20T14:00")
    work("2026-11-20T16:00")
    later = Obligation.objects.order_by("-due_at")[0]
    with on(NOW):
        page = browse(rep).get(f"/?card={later.uid}")
    assert page.context["card"].uid == later.uid
    assert "次の1件（2/2）" in text(page)


def test_the_first_page_asks_the_database_a_bounded_number_of_times(
    rep, browse, django_assert_max_num_queries
):
    activate("2026-11-01T09:00", UNKNOWN + WEEKLY)
    with on("2026-11-09T10:00"):
        for number in range(12):
            open_deal(rep, name=f"商談{number}")
    for hour in range(9, 12):
        meet(rep, f"2026-11-20T{hour:02}:30")
    work("2026-11-24T12:00")
    with on(NOW):
        browser = browse(rep)
        browser.get("/")
        with django_assert_max_num_queries(27):
            assert browser.get("/").status_code == 200
        with django_assert_max_num_queries(32):
            part = browser.get("/today/", headers={"HX-Request": "true"})
            assert part.status_code == 200


def test_the_part_beside_gives_back_what_was_entered(rep, owing, browse):
    page = browse(rep).get("/today/")
    assert "今月の見込み" in text(page)
    assert "日報 2026-11-24 鈴木 一郎" in text(page)
    part = browse(rep).get("/today/", headers={"HX-Request": "true"})
    assert "<html" not in text(part)


def test_a_persons_month_adds_up(rep, browse):
    pipeline("2026-11-01 09:00", mode="shadow", change=("probability: 0.1", "probability: 0.4"))
    with on(NOW):
        open_deal(rep, amount=1_000_000, close_on=date(2026, 11, 30))
        open_deal(rep, close_on=date(2026, 11, 27))
        open_deal(rep, amount=9_000_000, close_on=date(2026, 12, 1))
        SalesTarget.objects.create(owner=user_of(rep), month=date(2026, 11, 1), amount=2_000_000)
        found = own_forecast(rep.user_id, date(2026, 11, 24))
    assert (found.won, found.expected, found.target, found.gap) == (
        0,
        400_000,
        2_000_000,
        1_600_000,
    )
    assert found.without_amount == 1


def test_what_moved_at_ones_accounts_stands_beside(rep, owing, browse):
    mine = lead("伊藤 健", of=company())
    mine.owner_id = rep.user_id
    mine.save(update_fields=["owner"])
    event(mine, "2026-11-24 13:18")
    assert "伊藤 健" in text(browse(rep).get("/today/"))


# The card


def test_a_filled_card_settles_the_task_and_leads_back(rep, owing, browse):
    answer = browse(rep).post(url(owing), {**FULL, "next": "/", "elapsed_ms": "12000"})
    assert (answer.status_code, answer.url) == (302, "/")
    owing.refresh_from_db()
    assert owing.state == "met_on_time"
    row = Activity.objects.get()
    assert (row.outcome, row.next_action, row.next_action_on) == (
        "前進", "見積の提出", date(2026, 12, 1),
    )  # fmt: skip
    assert InputTiming.objects.get().elapsed_ms == 12_000
    week = own_week(rep.user_id, input_book())
    assert (week.seconds, week.now.on_time) == (12, 0)  # its deadline is not past yet


def test_what_is_missing_or_says_nothing_is_said_and_what_was_typed_stays(rep, owing, browse):
    told = {**FULL, "f.outcome": "", "f.next_action": "未定", "f.next_action_on": "2026-11-20"}
    answer = browse(rep).post(url(owing), told)
    assert answer.status_code == 422
    errors = {f.name: f.error for f in answer.context["card"].fields}
    assert all(errors.values())
    assert "11/24（火）以降" in errors["next_action_on"]
    assert 'value="未定"' in text(answer)
    assert not Change.objects.filter(object_type="deals.activity").exists()


def test_unknown_with_a_day_is_an_answer(rep, owing, browse):
    told = {**FULL, "f.outcome": "", "again.outcome": "2026-11-27"}
    browse(rep).post(url(owing), told)
    owing.refresh_from_db()
    assert owing.state == "met_on_time"
    assert Activity.objects.get().unknowns == {"outcome": "2026-11-27"}


def test_each_field_saves_itself_and_can_be_taken_back(rep, owing, browse):
    browser = browse(rep)
    part = {"HX-Request": "true"}
    saved = browser.post(url(owing), {**FULL, "field": "outcome"}, headers=part)
    assert "保存しました" in text(saved)
    assert "<html" not in text(saved)
    assert Activity.objects.get().outcome == "前進"
    assert Activity.objects.get().next_action == "", "only the field that changed"
    back = browser.post(
        url(owing), {"undo": "outcome", "was.outcome": "", "seen.outcome": "前進"}, headers=part
    )
    assert back.status_code == 200
    assert Activity.objects.get().outcome == ""
    sources = Change.objects.filter(object_type="deals.activity").order_by("pk")
    assert list(sources.values_list("source", flat=True)) == ["web", "undo"]


def test_a_suggestion_is_saved_when_it_is_taken(rep, owing, browse):
    told = {**FULL, "f.next_action": "", "take": "f.next_action:電話"}
    answer = browse(rep).post(url(owing), told)
    assert answer.status_code == 200
    assert Activity.objects.get().next_action == "電話"
    assert Change.objects.get(field="next_action", object_type="deals.activity").source == (
        "suggestion"
    )
    assert 'value="2026-12-01"' in text(answer), "the rest stays as it was typed"


def test_somebody_elses_answer_is_not_overwritten(rep, owing, browse):
    browser = browse(rep)
    Activity.objects.update(outcome="変化なし")
    answer = browser.post(url(owing), FULL)
    assert answer.status_code == 422
    assert Activity.objects.get().outcome == "変化なし"
    assert "変化なし" in {f.name: f.error for f in answer.context["card"].fields}["outcome"]


def test_only_pages_of_ours_are_returned_to(rep, owing, browse):
    answer = browse(rep).post(url(owing), {**FULL, "next": "https://example.com/"})
    assert answer.url == url(owing)


def test_a_card_that_is_done_says_so(rep, owing, browse):
    browser = browse(rep)
    browser.post(url(owing), FULL)
    page = text(browser.get(url(owing)))
    assert "入力済み" in page
    assert "11/24（火） 14:40" in page


def test_a_colleague_is_told_whose_it_is_and_a_stranger_nothing(rep, owing, browse):
    colleague = person("渡邉 健太", Role.SALES_REP)
    page = text(browse(colleague).get(url(owing)))
    assert "担当は鈴木 一郎" in page
    assert browse(colleague).post(url(owing), FULL).status_code == 404
    assert browse(rep).get(url(owing).replace(str(owing.uid)[:8], "00000000")).status_code == 404
    nobody = person("だれか")
    assert browse(nobody).get(url(owing)).status_code == 403


def test_whoever_may_edit_every_deal_enters_for_the_owner(rep, boss, owing, browse):
    answer = browse(boss).post(url(owing), FULL)
    assert answer.status_code == 302
    owing.refresh_from_db()
    assert (owing.state, owing.owner_id) == ("met_on_time", rep.user_id)


def test_what_nobody_owns_is_entered_by_whoever_holds_the_role(rep, boss, browse):
    activate("2026-11-01T09:00", UNKNOWN)
    meet(boss, "2026-11-20T15:00")
    work("2026-11-20T16:00")
    row = Obligation.objects.get()
    assert row.owner_id is None
    with on(NOW):
        assert browse(rep).get("/").context["card"].uid == row.uid
        browse(rep).post(url(row), FULL)
    row.refresh_from_db()
    assert (row.state, row.owner_id) == ("met_on_time", rep.user_id)


def test_a_weekly_answer_has_to_lie_after_its_own_deadline(rep, browse):
    activate("2026-11-01T09:00", WEEKLY)
    with on("2026-11-23T09:00"):
        deal = open_deal(rep)
    work("2026-11-24T09:00")
    row = Obligation.objects.get()
    told = {"seen.next_action": "", "f.next_action": "電話", "seen.next_action_on": ""}
    with on(NOW):
        early = browse(rep).post(url(row), {**told, "f.next_action_on": "2026-11-26"})
        assert early.status_code == 422
        browse(rep).post(url(row), {**told, "f.next_action_on": "2026-11-27"})
    deal.refresh_from_db()
    row.refresh_from_db()
    assert (deal.next_action_on, row.state) == (date(2026, 11, 27), "met_on_time")


def test_the_worked_example_of_ones_own_week(rep):
    # docs/algorithms/own-week.md
    rows = [
        ("2026-11-16T17:00", "met_on_time", [12_000]),
        ("2026-11-20T17:00", "met_late", [20_000, 10_000]),
        ("2026-11-24T10:00", "met_on_time", [22_000]),
        ("2026-11-24T15:00", "open", []),
    ]
    activate("2026-11-01T09:00", UNKNOWN)
    for number, (due, state, measured) in enumerate(rows, start=1):
        at = local(due)
        settled = None if state == "open" else at - timedelta(hours=1)
        Obligation.objects.create(
            rule_id="R-9", rule_hash="x", subject_kind="deal", subject_id=number,
            occurrence=str(number), owner_id=rep.user_id, role="sales_rep",
            created_at=at - timedelta(days=1), due_at=at, state=state, settled_at=settled,
        )  # fmt: skip
        for ms in measured:
            told = at - timedelta(hours=1)
            InputTiming.objects.create(
                subject_kind="deal", subject_id=number, at=told, elapsed_ms=ms
            )
    with on(NOW):
        week = own_week(rep.user_id, input_book())
    assert (week.now.on_time, week.now.due) == (1, 1)
    assert (week.before.on_time, week.before.due) == (1, 2)
    assert (week.seconds, week.filled) == (22, 0)


def test_what_a_deal_takes_over_from_an_activity_counts_as_filled_in(rep, browse):
    activate("2026-11-01T09:00", UNKNOWN)
    with on(NOW):
        deal = open_deal(rep)
        entry = Entry("call", next_action="電話", next_action_on=date(2026, 12, 1))
        activity_record(entry=entry, deal=deal, actor=rep)
        assert own_week(rep.user_id, input_book()).filled == 2


@pytest.mark.parametrize(
    ("path", "posted", "kind"),
    [
        ("field/amount/", {"value": "100", "seen": ""}, "deal"),
        ("activity/", {"kind": "call", "outcome": "前進"}, "activity"),
        ("close/lost/", {"lost_reason": "価格", "closed_on": "2026-11-24"}, "deal"),
    ],
)
def test_every_form_about_deals_tells_how_long_it_took(rep, browse, path, posted, kind):
    activate("2026-11-01T09:00", UNKNOWN)
    with on(NOW):
        deal = open_deal(rep)
        browse(rep).post(f"/deals/{deal.uid}/{path}", {**posted, "elapsed_ms": "4000"})
    timing = InputTiming.objects.get()
    assert (timing.subject_kind, timing.elapsed_ms) == (kind, 4_000)


def test_a_warning_while_editing_in_place_is_passed_with_a_reason(rep, browse):
    pipeline("2026-11-01 09:00", mode="shadow", fields="warn")
    browser = browse(rep)
    with on(NOW):
        known = lead("伊藤 健", seen="2026-11-02 10:00", of=company())
        deal = deal_create(
            values={"name": "勤怠刷新", "company": company().pk, "amount": 100,
                    "close_on": date(2026, 12, 25), "attribute.decision_maker": "部長"},
            choice=LinkChoice(lead=known.pk), stage="proposal", actor=rep,
        )  # fmt: skip
        path = f"/deals/{deal.uid}/field/amount/"
        part = {"HX-Request": "true"}
        asked = browser.post(path, {"value": "", "seen": "100"}, headers=part)
        assert "proceed_reason" in text(asked)
        told = {"value": "", "seen": "100", "proceed_reason": "見積の作り直し"}
        browser.post(path, told, headers=part)
    deal.refresh_from_db()
    assert deal.amount is None


# Exceptions


def test_a_manager_grants_the_exception_that_the_owner_asks_for(rep, boss, owing, browse):
    browse(rep).post(url(owing, "exception/"), {"reason": "先方の都合で中止"})
    task = Task.objects.get()
    assert (task.role, task.address) == ("sales_manager", url(owing))
    assert "先方の都合で中止" in text(browse(boss).get(url(owing)))
    assert browse(rep).post(url(owing, "exception/answer/"), {"grant": "1"}).status_code == 403
    browse(boss).post(url(owing, "exception/answer/"), {"grant": "1", "reason": "中止を確認"})
    owing.refresh_from_db()
    task.refresh_from_db()
    assert (owing.state, owing.waived_by_id) == ("waived", boss.user_id)
    assert task.done_at is not None
    assert Notification.objects.get(user=rep.user_id).kind == "inputs.exception_granted"


def test_a_declined_exception_leaves_the_task_as_it_was(rep, boss, owing, browse):
    browse(rep).post(url(owing, "exception/"), {"reason": "忙しい"})
    browse(boss).post(url(owing, "exception/answer/"), {"decline": "1", "reason": "今日中に"})
    owing.refresh_from_db()
    assert owing.state == "open"
    assert Task.objects.get().done_at is not None
    assert browse(rep).post(url(owing, "exception/"), {"reason": "やはり"}).status_code == 302
    assert Task.objects.filter(done_at=None).count() == 1, "it can be asked for again"


def test_nobody_answers_their_own_wish(boss, browse):
    activate("2026-11-01T09:00", UNKNOWN.replace("sales_rep", "sales_manager"))
    meet(boss, "2026-11-20T15:00")
    work("2026-11-20T16:00")
    row = Obligation.objects.get()
    with on(NOW):
        browse(boss).post(url(row, "exception/"), {"reason": "中止"})
        assert Task.objects.get().role == "executive"
        browse(boss).post(url(row, "exception/answer/"), {"grant": "1", "reason": "中止"})
    row.refresh_from_db()
    assert row.state == "open"


def test_an_entry_ends_the_wish(rep, owing, browse):
    browse(rep).post(url(owing, "exception/"), {"reason": "忙しい"})
    browse(rep).post(url(owing), FULL)
    work(NOW)
    assert Task.objects.get().dismissed_at is not None


# What the card says and what the engine says


ANSWERS = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["", "前進", "変化なし", "よかった"]),
        "next_action": st.sampled_from(["", " ", "なし", "ああああ", "-", "見積の提出", "電話"]),
        "next_action_on": st.sampled_from(["", "2026-11-23", "2026-11-24", "2026-12-01", "いつか"]),
    }
)
AGAIN = st.fixed_dictionaries(
    {name: st.sampled_from(["", "2026-11-20", "2026-11-24", "2026-12-09"]) for name in (
        "outcome", "next_action", "next_action_on",
    )}
)  # fmt: skip


def is_answer(name: str, typed: str, again: str) -> bool:
    """By hand: what counts as an answer to each of the three fields on 24 November."""
    if not typed.strip():
        return again in ("2026-11-24", "2026-12-09")
    right = {
        "outcome": {"前進", "変化なし"},
        "next_action": {"見積の提出", "電話"},
        "next_action_on": {"2026-11-24", "2026-12-01"},
    }
    return typed in right[name]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=ANSWERS, again=AGAIN)
def test_a_saved_card_settles_exactly_what_the_rules_say(rep, owing, browse, typed, again):
    Obligation.objects.filter(pk=owing.pk).update(state="open", settled_at=None)
    Activity.objects.update(outcome="", next_action="", next_action_on=None, unknowns=None)
    Change.objects.all().delete()
    told = {f"seen.{name}": "" for name in typed}
    told |= {f"f.{name}": value for name, value in typed.items()}
    told |= {f"again.{name}": value for name, value in again.items()}
    answer = browse(rep).post(url(owing), told)
    owing.refresh_from_db()
    right = {name: is_answer(name, typed[name], again[name]) for name in typed}
    assert (owing.state == "met_on_time") == all(right.values())
    assert (answer.status_code == 302) == all(right.values())
    if not all(right.values()):
        errors = {f.name: not f.error for f in answer.context["card"].fields}
        assert errors == right


@pytest.mark.parametrize(
    ("now", "tone", "icon"),
    [
        ("2026-11-24T09:00", "calm", "clock-quarter"),
        ("2026-11-24T11:59", "calm", "clock-quarter"),
        ("2026-11-24T13:30", "soon", "clock-half"),
        ("2026-11-24T16:30", "near", "triangle-alert"),
        ("2026-11-24T17:01", "over", "circle-x"),
    ],
)
def test_time_left_counts_business_time(now, tone, icon):
    # From 9:00 to 17:00 there are seven hours of business: three before noon, four after.
    calendar = BusinessCalendar(Calendar(hours=("09:00-12:00", "13:00-18:00")))
    begun, due = local("2026-11-24T09:00"), local("2026-11-24T17:00")
    left = time_left(begun, due, local(now), calendar)
    assert (left.tone, left.icon) == (tone, icon)


def test_time_left_is_in_words():
    calendar = BusinessCalendar(Calendar())
    due = local("2026-11-24T17:00")
    spans = {
        timedelta(minutes=20): "20 min left",
        timedelta(hours=2, minutes=20): "2 h 20 min left",
        timedelta(days=3, hours=5): "3 days left",
        timedelta(hours=-1, minutes=-5): "Overdue by 1 h 5 min",
    }
    for span, words in spans.items():
        assert time_left(due - timedelta(days=7), due, due - span, calendar).text == words
