"""The pages of deals: what they show and write, who may, and how often they ask the database."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.deals.pipeline import activate, company, create, lead, local, on, person, user_of

from teichaku.accounts.models import Role, User
from teichaku.core import clock
from teichaku.deals import deal_list
from teichaku.deals.activities import Entry, activity_record
from teichaku.deals.deal_list import DealFilter, deals_listed
from teichaku.deals.deal_writes import Closing, deal_close, deal_stage_move
from teichaku.deals.forecast_table import forecast_table
from teichaku.deals.models import Activity, Deal, GateDecision, SalesTarget, Stage, Waiver
from teichaku.leads.models import Lead
from teichaku.notify.models import Task

pytestmark = pytest.mark.django_db
NOW = "2026-11-24 10:00"
ASKED = {"company": "青葉製作所", "amount": "120万円", "close_on": "2027/02/26"}


@pytest.fixture(autouse=True)
def present():
    with clock.moved_to(local(NOW)):
        yield


@pytest.fixture
def rep():
    return person("鈴木", Role.SALES_REP)


@pytest.fixture
def boss():
    return person("部長", Role.SALES_MANAGER)


@pytest.fixture
def gates():
    activate("2026-11-01 09:00")


@pytest.fixture
def browse(client):
    def made(actor, language="ja"):
        rows = User.objects.filter(pk=actor.user_id)
        rows.update(email=f"{actor.user_id}@example.co.jp", can_sign_in=True)
        found = Client(headers={"accept-language": language})
        found.force_login(user_of(actor))
        return found

    return made


def text(answer):
    return answer.content.decode()


# Creating


def test_a_new_deal_without_a_lead_is_stopped_with_candidates(rep, gates, browse):
    known = lead("髙橋 真理子", seen="2026-11-10 10:00", of=company())
    answer = browse(rep).post("/deals/new/", ASKED)
    assert answer.status_code == 422
    assert not Deal.objects.exists()
    assert [row.lead.lead_id for row in answer.context["card"].candidates] == [known.pk]
    assert str(known.uid) in text(answer)
    assert "1,200,000" in text(answer) or "120万円" in text(answer)


def test_linked_it_is_created_and_says_what_came_by_itself(rep, gates, browse):
    known = lead("髙橋 真理子", seen="2026-11-10 10:00", of=company())
    answer = browse(rep).post("/deals/new/", {**ASKED, "lead": str(known.uid)}, follow=True)
    deal = Deal.objects.get()
    assert answer.redirect_chain == [(f"/deals/{deal.uid}/", 302)]
    assert (deal.amount, deal.close_on) == (1_200_000, date(2027, 2, 26))
    assert (deal.lead_id, deal.contact, deal.company.name) == (
        known.pk, "髙橋 真理子", "青葉製作所",
    )  # fmt: skip
    # by itself: the name of the deal, the company and the contact; typed: company, amount, date
    [message] = [str(m) for m in answer.context["messages"]]
    assert [int(n) for n in __import__("re").findall(r"\d+", message)] == [3, 3]


def test_pressed_again_without_a_way_out_it_says_which_there_are(rep, gates, browse):
    lead("髙橋 真理子", seen="2026-11-10 10:00", of=company())
    first = browse(rep).post("/deals/new/", ASKED)
    asked_at = first.context["asked_at"]
    again = browse(rep).post("/deals/new/", {**ASKED, "asked_at": asked_at})
    assert again.context["unchosen"]
    assert "autofocus" in text(again)
    assert 'type="submit" disabled' not in text(again)


def test_a_lead_added_along_is_linked(rep, gates, browse):
    new = {"lead": "new", "new_name": "新井 花", "first_how": "exhibition"}
    wrong = browse(rep).post("/deals/new/", {**ASKED, **new, "asked_at": "0"})
    assert wrong.status_code == 422
    assert wrong.context["error"]
    assert 'value="新井 花"' in text(wrong)
    assert not Lead.objects.exists()
    browse(rep).post("/deals/new/", {**ASKED, **new, "first_on": "2026/11/05"})
    deal = Deal.objects.get()
    assert (deal.lead.name, deal.lead.company_id) == ("新井 花", deal.company_id)


def test_an_exception_is_asked_for_and_the_deputy_answers_it(rep, boss, gates, browse):
    deputy = person("マーケ長", Role.MARKETING_MANAGER)
    wish = {"ask_exception": "1", "wish_reason": "referral", "asked_at": "0", "lead": "new"}
    browse(rep).post("/deals/new/", {**ASKED, **wish})
    waiver = Waiver.objects.get()
    assert waiver.deal.is_pending
    assert browse(deputy).get("/deals/exceptions/").context["waiting"] == []
    assert len(browse(boss).get("/deals/exceptions/").context["waiting"]) == 1
    Waiver.objects.update(passed_on_at=clock.now())
    path = f"/deals/exceptions/{waiver.uid}/"
    refused = browse(deputy).post(path, {"refuse": "1"})
    assert refused.status_code == 422
    assert Waiver.objects.get().state == "open"
    browse(deputy).post(path, {"grant": "1"})
    waiver = Waiver.objects.get()
    assert (waiver.state, waiver.answered_as_deputy) == ("granted", True)
    assert not Deal.objects.get().is_pending


def test_nobody_else_sees_a_pending_deal(rep, boss, gates, browse):
    other = person("田中", Role.SALES_REP)
    browse(rep).post("/deals/new/", {**ASKED, "ask_exception": "1", "wish_reason": "referral"})
    path = f"/deals/{Deal.objects.get().uid}/"
    assert [browse(who).get(path).status_code for who in (rep, boss, other)] == [200, 200, 404]
    assert deals_listed(user_of(other), DealFilter()).count == 0
    assert deals_listed(user_of(rep), DealFilter()).count == 1


def test_a_warning_asks_for_a_reason(rep, browse):
    activate("2026-11-01 09:00", mode="warn")
    assert browse(rep).post("/deals/new/", ASKED).status_code == 422
    assert browse(rep).post("/deals/new/", {**ASKED, "proceed": "1"}).status_code == 422
    browse(rep).post("/deals/new/", {**ASKED, "proceed": "1", "proceed_reason": "紹介"})
    assert GateDecision.objects.latest("pk").reason == "紹介"
    assert Deal.objects.count() == 1


def test_the_form_shows_the_gate_before_anything_is_recorded(rep, gates, browse):
    firm = company()
    known = lead("髙橋 真理子", seen="2026-11-10 10:00", of=firm)
    answer = browse(rep).get(f"/deals/new/?company={firm.uid}")
    assert [row.lead.lead_id for row in answer.context["card"].candidates] == [known.pk]
    assert not GateDecision.objects.exists()
    linked = browse(rep).get(f"/deals/new/?lead={known.uid}")
    assert linked.context["card"] is None


# One deal


@pytest.fixture
def deal(rep, gates):
    known = lead("髙橋 真理子", seen="2026-11-10 10:00", of=company())
    return create(rep, "2026-11-20 10:00", lead=known, values={"company": company().pk})


def test_one_card_records_what_happened_and_what_is_next(rep, deal, browse):
    card = {"kind": "visit", "outcome": "前進", "next_action": "見積", "next_on": "2026-11-30"}
    browse(rep).post(f"/deals/{deal.uid}/activity/", card)
    done = Activity.objects.get()
    assert (done.kind, done.outcome, done.owner_id) == ("visit", "前進", rep.user_id)
    deal.refresh_from_db()
    assert (deal.next_action, deal.next_action_on) == ("見積", date(2026, 11, 30))


@pytest.mark.parametrize(
    "card",
    [
        {"outcome": "前進"},
        {"kind": "visit"},
        {"kind": "visit", "outcome": "不明"},
        {"kind": "visit", "outcome": "前進", "next_action": "見積"},
    ],
)
def test_the_card_says_what_is_missing(rep, deal, browse, card):
    answer = browse(rep).post(f"/deals/{deal.uid}/activity/", card)
    assert answer.status_code == 422
    assert "field__error" in text(answer)
    assert not Activity.objects.exists()


def test_unknown_with_a_day_to_check_is_an_answer(rep, deal, browse):
    card = {"kind": "call", "outcome": "不明", "next_on": "other", "next_day": "2026年12月1日"}
    browse(rep).post(f"/deals/{deal.uid}/activity/", card)
    deal.refresh_from_db()
    assert deal.next_action_on == date(2026, 12, 1)


def test_a_stage_asks_for_its_fields_on_the_way(rep, deal, browse):
    path = f"/deals/{deal.uid}/stage/"
    answer = browse(rep).post(path, {"stage": "proposal", "next": "board"})
    assert answer.status_code == 422
    keys = [field.key for field in answer.context["card"].fields]
    assert keys == ["amount", "close_on", "attribute.decision_maker"]
    filled = {
        "stage": "proposal", "next": "board", "asked_at": answer.context["asked_at"],
        "asked.amount": "1,000,000", "asked.close_on": "2027-01-31",
        "asked.attribute.decision_maker": "", "unknown.attribute.decision_maker": "2026-12-01",
    }  # fmt: skip
    done = browse(rep).post(path, filled)
    assert (done.status_code, done.url) == (302, "/deals/board/")
    deal.refresh_from_db()
    assert (deal.stage.key, deal.amount) == ("proposal", 1_000_000)
    assert deal.unknowns == {"decision_maker": "2026-12-01"}


def test_won_or_lost_leads_to_the_closing_card(rep, deal, browse):
    answer = browse(rep).post(f"/deals/{deal.uid}/stage/", {"stage": "won"})
    assert answer.url == f"/deals/{deal.uid}/close/won/"
    card = {"amount": "980,000", "closed_on": "2026-11-24", "deciding_factor": "納期"}
    browse(rep).post(answer.url, card)
    deal.refresh_from_db()
    assert (deal.stage.key, deal.amount, deal.deciding_factor) == ("won", 980_000, "納期")


def test_lost_with_a_day_to_approach_again_becomes_a_task(rep, deal, browse):
    card = {
        "lost_reason": "時期尚早", "closed_on": "2026/11/24", "competitor": "他社",
        "approach_again_on": "2027/05/10",
    }  # fmt: skip
    browse(rep).post(f"/deals/{deal.uid}/close/lost/", card)
    deal.refresh_from_db()
    assert (deal.stage.key, deal.lost_reason) == ("lost", "時期尚早")
    run_jobs()
    task = Task.objects.get(kind="deals.approach_again")
    assert (task.owner_id, task.address) == (rep.user_id, f"/deals/{deal.uid}/")
    assert clock.now().tzinfo is not None
    assert task.due_at.astimezone(local(NOW).tzinfo).date() == date(2027, 5, 10)
    deal_stage_move(deal=deal, stage="hearing", actor=rep)
    run_jobs()
    task.refresh_from_db()
    assert task.dismissed_at is not None


def run_jobs():
    from teichaku.core.models import Job
    from teichaku.core.registry import job_handlers

    for job in Job.objects.filter(kind="deals.approach_again"):
        job_handlers.get(job.kind).run(job.payload)


def test_a_field_is_changed_where_it_stands_and_taken_back(rep, deal, browse):
    path = f"/deals/{deal.uid}/field/amount/"
    browser = browse(rep)
    htmx = {"HTTP_HX_REQUEST": "true"}
    saved = browser.post(path, {"value": "２００万", "seen": ""}, **htmx)
    assert "saved-mark" in text(saved)
    deal.refresh_from_db()
    assert deal.amount == 2_000_000
    stale = browser.post(path, {"value": "1", "seen": ""}, **htmx)
    assert 'aria-invalid="true"' in text(stale)
    browser.post(path, {"value": "", "seen": "2000000", "undo": "1"}, **htmx)
    deal.refresh_from_db()
    assert deal.amount is None


def test_somebody_elses_deal_cannot_be_changed(deal, boss, browse):
    other = person("田中", Role.SALES_REP)
    assert browse(other).get(f"/deals/{deal.uid}/").status_code == 200
    for way in ("activity/", "stage/", "link/", "close/lost/", "field/amount/"):
        assert browse(other).post(f"/deals/{deal.uid}/{way}", {}).status_code == 404
    assert browse(boss).get(f"/deals/{deal.uid}/field/amount/").status_code == 200


def test_the_link_is_taken_away_and_chosen_again(rep, deal, browse):
    known = deal.lead
    browse(rep).post(f"/deals/{deal.uid}/link/", {"unlink": "1"})
    deal.refresh_from_db()
    assert deal.lead_id is None
    page = browse(rep).get(f"/deals/{deal.uid}/")
    assert [row.lead.lead_id for row in page.context["candidates"]] == [known.pk]
    browse(rep).post(f"/deals/{deal.uid}/link/", {"lead": str(known.uid)})
    deal.refresh_from_db()
    assert deal.lead_id == known.pk


# Lists


@pytest.fixture
def many(rep):
    activate("2026-11-01 09:00", mode="shadow", fields="shadow")
    with on("2026-11-20 10:00"):
        create(rep, "2026-11-20 10:00")
    base = Deal.objects.get()
    stages = list(Stage.objects.filter(kind="open").order_by("position"))
    today = date(2026, 11, 24)
    Deal.objects.bulk_create(
        Deal(
            system="default",
            external_id=f"D{i}",
            name=f"案件{i}",
            stage=stages[i % len(stages)],
            owner_id=rep.user_id,
            amount=None if i % 7 == 0 else i * 1_000,
            close_on=None if i % 5 == 0 else today + timedelta(days=i % 90 - 30),
            next_action_on=None if i % 3 == 0 else today + timedelta(days=i % 9 - 4),
            created_on=base.created_on,
            recorded_at=base.recorded_at - timedelta(days=i % 60),
        )
        for i in range(1, 180)
    )
    return list(Deal.objects.all())


@pytest.mark.parametrize("sort", ["close", "next", "amount", "new"])
def test_pages_follow_each_other_without_gaps(rep, many, sort):
    user = user_of(rep)
    seen, after = [], None
    while True:
        page = deals_listed(user, DealFilter(sort=sort), after=after)
        seen += [row.deal.pk for row in page.rows]
        if not page.has_more:
            break
        after = page.rows[-1].deal.uid
    assert len(seen) == len(set(seen)) == len(many) == page.count
    values = [
        (getattr(d, {"close": "close_on", "next": "next_action_on", "amount": "amount",
                     "new": "created_on"}[sort])) for d in
        (next(m for m in many if m.pk == pk) for pk in seen)
    ]  # fmt: skip
    told = [v for v in values if v is not None]
    assert values[len(told) :] == [None] * (len(values) - len(told))
    assert told == sorted(told, reverse=sort in ("amount", "new"))


def test_conditions_and_sums_agree_with_a_count_by_hand(rep, many):
    user, today = user_of(rep), date(2026, 11, 24)
    conditions = {
        "overdue": lambda d: d.next_action_on and d.next_action_on < today,
        "today": lambda d: d.next_action_on == today,
        "nothing": lambda d: d.next_action_on is None,
        "past_close": lambda d: d.close_on and d.close_on < today,
        "unlinked": lambda d: d.lead_id is None,
        # D… have no entry in the ledgers; the first deal moved four days ago
        "stale": lambda d: (
            d.external_id.startswith("D") and d.recorded_at <= clock.now() - timedelta(days=30)
        ),
    }
    for state, holds in conditions.items():
        page = deals_listed(user, DealFilter(state=state))
        chosen = [d for d in many if holds(d)]
        assert page.count == len(chosen) > 0, state
        assert page.amount == sum(d.amount or 0 for d in chosen), state
        assert page.without_amount == sum(d.amount is None for d in chosen), state
    month = deals_listed(user, DealFilter(month=date(2026, 12, 1)))
    assert month.count == sum(bool(d.close_on) and d.close_on.month == 12 for d in many)
    least = deals_listed(user, DealFilter(least=50_000, most=60_000))
    assert least.count == sum(50_000 <= (d.amount or 0) <= 60_000 for d in many)
    assert deals_listed(user, DealFilter(text="案件17")).count == 11


def test_pages_ask_the_database_equally_often_however_many_deals(
    rep, many, browse, django_assert_max_num_queries
):
    browser = browse(rep)
    for path, most in (
        ("/deals/", 26), ("/deals/board/", 28), ("/deals/forecast/", 24), ("/deals/daily/", 22),
        (f"/deals/{many[0].uid}/", 40), ("/deals/exceptions/", 18), ("/deals/gates/", 70),
        ("/deals/new/", 16),
    ):  # fmt: skip
        browser.get(path)
        with django_assert_max_num_queries(most):
            assert browser.get(path).status_code == 200


def test_a_damaged_address_says_so(rep, gates, browse):
    for query in ("after=x", "state=x", "month=x", "least=x", "stage=nowhere"):
        answer = browse(rep).get(f"/deals/?{query}")
        assert answer.status_code == 400, query
        assert "notice" in text(answer)


def test_the_board_counts_all_and_shows_the_urgent(rep, many, browse):
    columns = browse(rep).get("/deals/board/").context["columns"]
    for column in columns:
        inside = [d for d in many if d.stage_id == column.stage.pk]
        assert column.count == len(inside)
        assert column.amount == sum(d.amount or 0 for d in inside)
        assert len(column.rows) == min(20, len(inside))
        assert column.hidden == len(inside) - len(column.rows)
        urgent = sorted(
            inside, key=lambda d: (d.next_action_on is not None, d.next_action_on, d.pk)
        )
        assert [row.deal.pk for row in column.rows] == [d.pk for d in urgent[:20]]


# Forecast, targets, daily report, gates


def test_the_forecast_table_by_hand(rep, browse):
    activate("2026-11-01 09:00", mode="shadow", fields="shadow")
    for amount, on_day, stage in (
        (1_000_000, date(2026, 12, 10), "hearing"),
        (500_000, date(2026, 12, 1), "verbal"),
        (300_000, date(2027, 6, 1), "proposal"),
        (200_000, None, "proposal"),
        (100_000, date(2026, 10, 1), "proposal"),
    ):
        create(rep, "2026-11-20 10:00", stage=stage, values={"amount": amount, "close_on": on_day})
    won = create(rep, "2026-11-20 10:00")
    with on("2026-11-22 10:00"):
        deal_close(deal=won, closing=Closing("won", amount=50_000, deciding_factor="価"), actor=rep)
    SalesTarget.objects.create(owner=user_of(rep), month=date(2026, 12, 1), amount=700_000)
    table = forecast_table()
    assert table.columns == ["past", "2026-11", "2026-12", "2027-01", "later", "undated", "total"]
    [part] = table.parts
    lines = {line.label: list(line.amounts) for line in part.lines}
    assert lines["内示"] == [None, None, 500_000, None, None, None, 500_000]
    assert lines["提案"] == [100_000, None, None, None, 300_000, 200_000, 600_000]
    by_kind = {line.kind: list(line.amounts) for line in part.lines}
    assert by_kind["won"] == [None, 50_000, None, None, None, None, 50_000]
    # 0.4 of a proposal, 0.1 of a hearing, 0.9 of a verbal yes
    assert by_kind["expected"] == [40_000, 50_000, 550_000, 0, 120_000, 80_000, 840_000]
    assert by_kind["target"] == [None, None, 700_000, None, None, None, 700_000]
    assert by_kind["gap"] == [None, None, -150_000, None, None, None, -150_000]
    file = browse(rep).get("/deals/forecast/file/").content
    rows = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    expected = [row for row in rows if row[3:] == by_kind["expected"]]
    assert len(expected) == 1
    assert len(rows) == 1 + len(part.lines)


def test_only_managers_set_targets(rep, boss, gates, browse):
    owner = user_of(rep)
    posted = {"owner": str(owner.uid), "target.2026-12": "100万", "target.2027-01": ""}
    assert browse(rep).post("/deals/forecast/targets/", posted).status_code == 403
    browse(boss).post("/deals/forecast/targets/", posted)
    assert list(SalesTarget.objects.values_list("owner", "month", "amount")) == [
        (owner.pk, date(2026, 12, 1), 1_000_000)
    ]
    browse(boss).post("/deals/forecast/targets/", {**posted, "target.2026-12": ""})
    assert not SalesTarget.objects.exists()


def test_the_daily_report_is_what_was_entered(rep, deal, browse):
    entry = Entry("visit", outcome="前進", note="見積を依頼された")
    activity_record(entry=entry, deal=deal, actor=rep)
    page = text(browse(rep).get("/deals/daily/"))
    assert "見積を依頼された" in page
    assert "見積を依頼された" not in text(browse(rep).get("/deals/daily/?day=2026/11/23"))
    assert browse(rep).get("/deals/daily/?day=x").status_code == 400


def test_a_recording_gate_says_what_it_would_have_stopped(rep, boss, browse):
    activate("2026-11-01 09:00", mode="shadow")
    for day in ("2026-11-19", "2026-11-20", "2026-11-10"):
        create(rep, f"{day} 10:00")
    page = browse(boss).get("/deals/gates/")
    part = next(p for p in page.context["page"].parts if p.gate.rule.id == "G-link")
    # 18 to 24 November are the last seven days
    assert (part.week_count, len(part.week)) == (2, 2)
    assert (part.recommendation.to, part.changes) == ("warn", True)
    [first, *_rest] = part.decisions
    browse(boss).post(f"/deals/gates/decisions/{first.decision.uid}/", {"wrong": "1"})
    again = browse(boss).get("/deals/gates/")
    part = next(p for p in again.context["page"].parts if p.gate.rule.id == "G-link")
    assert part.decisions[0].wrong is True
    assert part.evidence.wrong == 1
    assert browse(rep).post(f"/deals/gates/decisions/{first.decision.uid}/").status_code == 403


def test_a_recorded_deal_hears_what_was_missing(rep, browse):
    activate("2026-11-01 09:00", mode="shadow")
    answer = browse(rep).post("/deals/new/", ASKED, follow=True)
    assert len([str(m) for m in answer.context["messages"]]) == 2


# Who may


@pytest.mark.parametrize("path", ["/deals/", "/deals/board/", "/deals/new/", "/deals/gates/"])
def test_strangers_are_asked_to_sign_in(client, path):
    assert client.get(path).status_code == 302


def test_marketers_look_but_do_not_enter(gates, browse):
    marketer = person("佐藤", Role.MARKETER)
    assert browse(marketer).get("/deals/").status_code == 200
    assert browse(marketer).get("/deals/new/").status_code == 403


def test_every_page_reads_in_english_too(rep, many, browse):
    browser = browse(rep, "en")
    for path in ("", "board/", "new/", "exceptions/", "gates/", "forecast/", "daily/"):
        page = text(browser.get(f"/deals/{path}"))
        assert "<c-" not in page
        assert 'lang="en"' in page


def test_deals_are_found_by_name_and_company(rep, deal):
    from teichaku.deals.deal_list import deals_find

    user = User.objects.get(pk=rep.user_id)
    assert [hit.title for hit in deals_find(user, "勤怠", 5)] == ["勤怠刷新"]
    assert len(deals_find(user, "青葉", 5)) == 1
    assert deals_find(user, "zzz", 5) == []


def test_the_marks_of_the_example(rep, gates):
    from teichaku.deals.deal_list import deal_rows

    def marks(deal):
        [row] = deal_rows([deal], clock.now(), date(2026, 11, 24))
        return row.planned.key, row.quiet

    deal = Deal.objects.create(
        system="default",
        external_id="E",
        stage=Stage.objects.get(key="hearing"),
        created_at=local("2026-10-01 10:00"),
        recorded_at=local("2026-10-01 10:00"),
        next_action_on=date(2026, 11, 19),
    )
    told = {"system": "default", "deal": deal, "kind": "call", "recorded_at": clock.now()}
    Activity.objects.create(external_id="1", at=local("2026-10-20 10:00"), **told)
    assert marks(deal) == ("overdue", 35)
    Activity.objects.create(external_id="2", at=local("2026-11-01 10:00"), **told)
    assert marks(deal) == ("overdue", None)


@pytest.mark.parametrize("few", [0, 100])
def test_words_are_looked_for_in_deals_companies_and_ids(rep, monkeypatch, few):
    monkeypatch.setattr(deal_list, "FEW", few)
    activate("2026-11-01 09:00", mode="shadow")
    for name, firm in (
        ("溶接 更新", "青葉製作所"),
        ("検査機", "青葉製作所"),
        ("溶接 新設", "港鋼業"),
    ):
        create(rep, NOW, name, values={"company": company(firm).pk})
    Deal.objects.filter(name="検査機").update(external_id="D-7")

    def named(words):
        page = deals_listed(user_of(rep), DealFilter(text=words))
        assert page.count == len(page.rows)
        return {row.deal.name for row in page.rows}

    assert named("溶接") == {"溶接 更新", "溶接 新設"}
    assert named("青葉 溶接") == {"溶接 更新"}
    assert named("株式会社青葉製作所") == {"溶接 更新", "検査機"}
    assert named("D-7") == {"検査機"}
    assert named("無い") == set()
    assert len(named("  ")) == 3
