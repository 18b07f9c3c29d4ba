"""The pages about handovers: who sees what, what a tap does, what is said when it cannot."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.handover.handing import (
    ACTOR,
    Role,
    activate,
    company,
    handed,
    local,
    mql,
    on,
    person,
    rep,
    user_of,
    work,
)

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.deals.deal_writes import deal_create
from teichaku.deals.models import Activity
from teichaku.handover.models import Offer, Reply, Return, Verdict
from teichaku.handover.moves import moves_tell
from teichaku.handover.services import handover_accept, handover_return
from teichaku.leads.models import Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.notify.models import Notification
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape

pytestmark = pytest.mark.django_db


@pytest.fixture
def suzuki():
    return rep("鈴木 一郎")


@pytest.fixture
def row(suzuki):
    activate("2026-11-02 09:00")
    return handed(mql("2026-11-18 10:00", of=company()))


def signed_in(actor) -> Client:
    User.objects.filter(pk=actor.user_id).update(
        email=f"{actor.user_id}@example.co.jp", can_sign_in=True
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_of(actor))
    return client


def posted(client: Client, row, verb: str, **told: str):
    return client.post(f"/inbox/{row.uid}/{verb}/", told)


def test_the_inbox_says_which_lead_by_when_and_why(row, suzuki):
    with on("2026-11-18 11:00"):
        text = signed_in(suzuki).get("/inbox/").content.decode()
    assert "青葉製作所 髙橋 真理子" in text
    assert "7 hours left" in text
    assert "by 10:00 on the next business day" in text
    assert "the total score is at least 30 points" in text
    assert "(30 points)" in text
    assert "Had the most room this week (1 of 2)" in text
    assert "/service/" in text


@pytest.mark.parametrize(("view", "found"), [
    ("waiting", True), ("overdue", False), ("later", False), ("done", False),
])  # fmt: skip
def test_each_tab_shows_its_own(row, suzuki, view, found):
    with on("2026-11-18 11:00"):
        page = signed_in(suzuki).get(f"/inbox/?view={view}")
    assert (len(page.context["box"].rows) == 1) is found


def test_an_unknown_tab_is_no_page(row, suzuki):
    assert signed_in(suzuki).get("/inbox/?view=all").status_code == 404


def test_accepting_answers_with_the_contact_and_the_way_back(row, suzuki):
    client = signed_in(suzuki)
    with on("2026-11-18 11:00"):
        assert posted(client, row, "accept").url == f"/inbox/{row.uid}/"
        text = client.get(f"/inbox/{row.uid}/").content.decode()
        assert "Accepted after 1 hour (in time)" in text
        assert "Record the first contact" in text
        assert f"/inbox/{row.uid}/undo/" in text
        posted(client, row, "contact", how="called", note="不在")
        posted(client, row, "verdict", reason="interest")
        assert "Not good: Little interest" in client.get(f"/inbox/{row.uid}/").content.decode()
        posted(client, row, "verdict", good="1")
    row.refresh_from_db()
    assert (row.state, row.touched_at) == ("accepted", local("2026-11-18 11:00"))
    assert Activity.objects.get().note == "不在"
    assert Verdict.objects.get().good
    with on("2026-11-18 11:01"):
        assert f"/inbox/{row.uid}/undo/" not in client.get(f"/inbox/{row.uid}/").content.decode()


def test_a_return_without_a_reason_keeps_what_was_typed(row, suzuki):
    page = posted(signed_in(suzuki), row, "return", note="個人のお客様")
    assert page.status_code == 422
    assert "Choose why the lead goes back" in page.content.decode()
    assert 'value="個人のお客様"' in page.content.decode()


def test_a_decision_that_came_too_late_says_so(row, suzuki):
    with on("2026-11-18 11:00"):
        handover_accept(handover=row, actor=suzuki)
    page = posted(signed_in(suzuki), row, "return", reason="not_target")
    assert page.status_code == 422
    assert "decided or taken back meanwhile" in page.content.decode()
    assert not Return.objects.exists()


def test_others_handovers_are_missing_and_so_are_their_buttons(row):
    other = rep("佐藤 花子")
    client = signed_in(other)
    assert client.get(f"/inbox/{row.uid}/").status_code == 404
    assert posted(client, row, "accept").status_code == 404
    marketer = person("試木 四季", Role.MARKETER)
    client = signed_in(marketer)
    assert client.get(f"/inbox/{row.uid}/").status_code == 200
    assert posted(client, row, "accept").status_code == 403
    assert client.get("/inbox/").status_code == 403


def test_a_colleague_is_asked_and_says_yes(row, suzuki):
    sato = rep("佐藤 花子")
    with on("2026-11-18 11:00"):
        posted(signed_in(suzuki), row, "give", colleague=str(user_of(sato).uid))
        assert Offer.objects.get().closed_at is None
        asked = signed_in(sato)
        assert "asks you to take over" in asked.get("/inbox/").content.decode()
        assert posted(asked, row, "answer", agree="1").url == f"/inbox/{row.uid}/"
    row.refresh_from_db()
    assert row.owner_id == sato.user_id


def test_a_manager_gives_it_at_once(row):
    sato, boss = rep("佐藤 花子"), person("高橋 誠", Role.SALES_MANAGER)
    with on("2026-11-18 11:00"):
        posted(signed_in(boss), row, "give", colleague=str(user_of(sato).uid))
    row.refresh_from_db()
    assert row.owner_id == sato.user_id


def test_marketing_answers_a_return_on_its_page(row, suzuki):
    with on("2026-11-18 11:00"):
        returned = handover_return(handover=row, reason="no_behaviour", actor=suzuki)
    client = signed_in(person("仮山 三奈", Role.MARKETING_MANAGER))
    with on("2026-11-19 11:00"):
        assert "1 return waits for an answer" in client.get("/returns/").content.decode()
        page = client.post(f"/returns/{returned.uid}/", {"adopted": "yes", "text": " "})
        assert page.status_code == 422
        client.post(f"/returns/{returned.uid}/", {"adopted": "yes", "text": "配点を見直す"})
        assert Reply.objects.get().adopted
        assert "配点を見直す" in client.get("/returns/?view=months").content.decode()
        assert "配点を見直す" in client.get("/returns/?view=answered").content.decode()
        own = signed_in(suzuki).get(f"/inbox/{row.uid}/").content.decode()
        assert "Taken up" in own


def test_the_managers_page_shows_what_is_late_and_sets_the_week(row, suzuki):
    client = signed_in(person("高橋 誠", Role.SALES_MANAGER))
    with on("2026-11-19 11:00"):
        text = client.get("/handovers/").content.decode()
        assert "Overdue by 1 hour" in text
        assert "This week 1 of 2" in text
        uid = user_of(suzuki).uid
        client.post("/handovers/capacity/", {"user": uid, "per_week": "5", "weight": "100"})
        assert "This week 1 of 5" in client.get("/handovers/").content.decode()
    assert signed_in(suzuki).get("/handovers/").status_code == 403


def test_the_lead_page_tells_of_the_handover_and_takes_the_verdict(row, suzuki):
    client = signed_in(suzuki)
    with on("2026-11-18 11:00"):
        handover_accept(handover=row, actor=suzuki)
        page = f"/leads/{row.lead.uid}/"
        assert "Was it a good MQL?" in client.get(page).content.decode()
        assert posted(client, row, "verdict", reason="interest", next=page).url == page
        assert "Not good: Little interest" in client.get(page).content.decode()


def test_many_handovers_take_no_more_statements(suzuki, django_assert_max_num_queries):
    activate("2026-11-02 09:00")
    for number in range(6):
        mql("2026-11-18 10:00", f"リード{number}")
    client = signed_in(suzuki)
    with on("2026-11-18 11:00"), django_assert_max_num_queries(45):
        client.get("/inbox/")


def moved(lead: Lead, at: str, path: str = "/pricing/") -> None:
    name = f"{lead.pk}/{at}/{path}"
    row = EventRow(lead.pk, Shape("page_view", path=path), local(at), "tag", name, clock.now())
    events_write(rows=[row], actor=ACTOR)


def test_every_working_morning_brings_what_moved_once(suzuki):
    activate("2026-11-02 09:00")
    with on("2026-11-10 09:00"):
        own = lead_create(lead=NewLead(name="中村 涼", phone="0312345678"), actor=ACTOR)
        Lead.objects.filter(pk=own.pk).update(owner=suzuki.user_id)
        known = lead_create(lead=NewLead(name="原田 望", company=company().pk), actor=ACTOR)
        other = lead_create(lead=NewLead(name="森 彩"), actor=ACTOR)
        deal_create(values={"name": "刷新", "company": company().pk}, actor=suzuki)
    with on("2026-11-18 12:00"):
        for lead in (own, known, other):
            moved(lead, "2026-11-17 15:00")
        moved(own, "2026-11-17 08:29", "/old/")
    told = []
    for at in ("2026-11-18 08:29", "2026-11-18 08:30", "2026-11-18 09:00", "2026-11-21 08:30"):
        with on(at):
            told.append(moves_tell())
    assert told == [0, 1, 0, 0]  # before, at and after half past eight; a Saturday
    [one] = Notification.objects.filter(kind="handover.moved")
    assert (one.user_id, one.params["count"], one.address) == (suzuki.user_id, 2, "/moves/")
    assert "tel:0312345678" in one.body
    assert "/old/" not in one.body
    with on("2026-11-18 09:00"):
        client = signed_in(suzuki)
        text = client.get("/moves/").content.decode()
        assert "tel:0312345678" in text
        assert "森 彩" not in text
        client.post(f"/moves/{own.uid}/", {"how": "called"})
        assert client.post(f"/moves/{other.uid}/", {"how": "called"}).status_code == 404
    work("2026-11-18 09:00")
    assert Activity.objects.filter(lead=own, kind="call").count() == 1
