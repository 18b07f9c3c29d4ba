"""The pages about exhibitions: one flow from a new fair to the calls, and who sees what."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.exhibitions.fair import (
    KIND,
    NAME,
    Role,
    csv_of,
    fair,
    guest,
    local,
    on,
    person,
    planned,
    rep,
    sender,
    sheet_of,
    user_of,
    work,
)
from tests.handover.test_pages import signed_in

from teichaku.exhibitions.follow_up import follow_ups_run
from teichaku.exhibitions.models import Call, Exhibition, Sheet, Visitor
from teichaku.intake.tables import table_open
from teichaku.leads.models import Campaign
from teichaku.notify.models import Letter

pytestmark = pytest.mark.django_db
AT = "2026-11-19 18:30"
ROWS = [
    guest("山田 太郎", company="青葉製作所", email="t@aoba.example", phone="03-1234-5678",
          rank="A", memo="試作を急ぐ"),
    guest("鈴木 花子", company="北の金属", email="h@kita.example", rank="C"),
]  # fmt: skip


@pytest.fixture
def marketer() -> Client:
    return signed_in(person("試木 四季", Role.MARKETER))


@pytest.fixture
def called() -> Exhibition:
    """An exhibition whose calls are given out."""
    exhibition = fair()
    sheet_of(exhibition, ROWS, AT)
    planned(exhibition)
    with on("2026-11-20 08:30"):
        follow_ups_run()
    return exhibition


def text(client: Client, page_name: str, *args: object, at: str = AT, **query: str) -> str:
    with on(at):
        page = client.get(reverse(f"exhibitions:{page_name}", args=args), query)
    assert page.status_code == 200, page.status_code
    return page.content.decode()


def post(client: Client, view: str, *args: object, at: str = AT, **told: object):
    with on(at):
        return client.post(reverse(f"exhibitions:{view}", args=args), told)


def test_from_a_new_exhibition_to_the_next_morning(marketer):
    assert "no exhibitions yet" in text(marketer, "list")
    new = {
        "name": NAME, "starts_on": "2026/11/17", "ends_on": "2026/11/19", "venue": "東京",
        "cost": "１，２００，０００円",
    }  # fmt: skip
    page = post(marketer, "new", **new)
    exhibition = Exhibition.objects.get()
    assert page.url == reverse("exhibitions:exhibition", args=[exhibition.uid])
    assert exhibition.campaign.cost == 1_200_000
    uid = exhibition.uid
    assert "No sheet has been handed in yet" in text(marketer, "exhibition", uid)
    page = post(marketer, "sheet_new", uid, exports=SimpleUploadedFile("来場者.csv", csv_of(ROWS)))
    sheet = Sheet.objects.get()
    assert page.url == reverse("exhibitions:sheet", args=[uid, sheet.uid])
    shown = text(marketer, "sheet", uid, sheet.uid)
    assert "来場者.csv" in shown
    assert "商談メモ" in shown
    told = {
        "rank": "ランク", "memo": "商談メモ", "day": "来場日時", "word-0": "A", "word-1": "C",
        "basis_kind": "business_card", "obtained_on": "2026-11-19", "evidence": "名刺",
    }  # fmt: skip
    counted = post(marketer, "sheet", uid, sheet.uid, **told, **{"try": "1"})
    assert "2 rows are 2 people" in counted.content.decode()
    assert not Visitor.objects.exists()
    post(marketer, "sheet", uid, sheet.uid, **told, start="1")
    assert "Waiting for a worker" in text(marketer, "progress", uid, sheet.uid)
    work(AT, KIND)
    assert "2 rows are 2 people" in text(marketer, "sheet", uid, sheet.uid)
    shown = text(marketer, "exhibition", uid)
    assert "No thank-you mail is planned" in shown
    assert "2026/11/20 08:30" in shown
    form = text(marketer, "follow_up", uid)
    assert "見本 花子 様" in form
    assert "name its sender" in form


def test_what_is_wrong_is_said_and_what_was_typed_stays(marketer):
    page = post(marketer, "new", starts_on="2026/11/17", venue="幕張")
    assert page.status_code == 400
    assert "Enter the name of the exhibition" in page.content.decode()
    assert 'value="幕張"' in page.content.decode()
    exhibition = fair()
    page = post(marketer, "sheet_new", exhibition.uid)
    assert (page.status_code, "No file was chosen" in page.content.decode()) == (400, True)
    post(marketer, "sheet_new", exhibition.uid, exports=SimpleUploadedFile("v.csv", csv_of(ROWS)))
    sheet = Sheet.objects.get()
    told = {"rank": "ランク", "basis_kind": "business_card", "obtained_on": "", "evidence": " "}
    page = post(marketer, "sheet", exhibition.uid, sheet.uid, **told, start="1")
    assert page.status_code == 400
    assert "Say how the addresses were received" in page.content.decode()
    page = post(marketer, "sheet", exhibition.uid, sheet.uid, drop="1")
    assert page.url == reverse("exhibitions:exhibition", args=[exhibition.uid])


def test_a_campaign_that_exists_becomes_an_exhibition(marketer):
    campaign = Campaign.objects.create(name="春の展示会", cost=500_000)
    post(marketer, "new", campaign=str(campaign.uid), starts_on="2026-11-17")
    exhibition = Exhibition.objects.get()
    campaign.refresh_from_db()
    assert exhibition.campaign == campaign
    assert (campaign.name, campaign.cost) == ("春の展示会", 500_000)


def follow_up_values(exhibition: Exhibition, **told: object) -> dict[str, object]:
    values: dict[str, object] = {
        "day": "2026-11-20", "time": "09:15", "mail_on": "on", "mail_groups": ["prospect"],
        "call_ranks": ["A", "B"],
    }  # fmt: skip
    for row in exhibition.mails.all():
        key = row.rank or "other"
        values |= {f"subject-{key}": row.subject, f"body-{key}": row.body}
    return values | told


def test_the_words_and_the_time_are_changed_until_then(marketer):
    exhibition = fair()
    sheet_of(exhibition, ROWS, AT)
    values = follow_up_values(exhibition, **{"subject-A": "{company}へのお礼"})
    page = post(marketer, "follow_up", exhibition.uid, **values)
    assert page.status_code == 302, page.content.decode()
    exhibition.refresh_from_db()
    assert exhibition.follow_up_at == local("2026-11-20 09:15")
    assert exhibition.call_ranks == ["A", "B"]
    wrong = follow_up_values(exhibition, **{"body-A": "{price}"})
    page = post(marketer, "follow_up", exhibition.uid, **wrong)
    assert page.status_code == 400
    assert "There is nothing called {price}" in page.content.decode()
    late = follow_up_values(exhibition, day="2026-11-18")
    assert post(marketer, "follow_up", exhibition.uid, **late).status_code == 400


def test_mails_that_have_not_left_are_stopped(marketer):
    sender()
    exhibition = fair()
    sheet_of(exhibition, ROWS, AT)
    planned(exhibition)
    with on("2026-11-20 08:30"):
        follow_ups_run()
    morning = "2026-11-20 08:31"
    assert "Stop mails that have not left" in text(
        marketer, "exhibition", exhibition.uid, at=morning
    )
    post(marketer, "mails_stop", exhibition.uid, at=morning)
    assert set(Letter.objects.values_list("state", "reason")) == {("skipped", "cancelled")}


def test_the_list_of_calls_is_ones_own_and_results_are_taken(called):
    suzuki = rep("鈴木 一郎")
    Call.objects.update(owner=suzuki.user_id)
    client, at = signed_in(suzuki), "2026-11-20 10:00"
    shown = text(client, "calls", called.uid, at=at)
    assert "tel:0312345678" in shown
    assert "試作を急ぐ" in shown
    other = signed_in(rep("佐藤 花子"))
    assert "tel:" not in text(other, "calls", called.uid, at=at)
    call = Call.objects.get()
    assert post(other, "call_result", call.uid, at=at, result="talked").status_code == 404
    assert post(client, "call_give", call.uid, at=at, owner="x").status_code == 404
    back = reverse("exhibitions:my_calls")
    page = post(client, "call_result", call.uid, at=at, result="talked", note="済", next=back)
    assert page.url == back
    assert "Talked" in text(client, "calls", called.uid, at=at, view="done")


def test_a_manager_gives_a_call_to_somebody_else(called):
    sato, boss = rep("佐藤 花子"), person("高橋 誠", Role.SALES_MANAGER)
    client, at = signed_in(boss), "2026-11-20 10:00"
    call = Call.objects.get()
    uid = str(user_of(sato).uid)
    post(client, "call_give", call.uid, at=at, owner=uid)
    call.refresh_from_db()
    assert call.owner_id == sato.user_id
    assert "佐藤 花子" in text(client, "calls", called.uid, at=at)


def test_the_list_is_taken_along_as_a_workbook(called, marketer, tmp_path):
    with on("2026-11-20 10:00"):
        content = marketer.get(reverse("exhibitions:calls_file", args=[called.uid])).content
    path = tmp_path / "calls.xlsx"
    path.write_bytes(content)
    table = table_open(path)
    [row] = table.sample
    assert (row[0], row[1], row[3], row[4]) == ("A", "青葉製作所", "山田 太郎", "0312345678")
    assert row[7] == "11/20 17:00"


def test_visitors_are_found_by_group_and_rank(called, marketer):
    everybody = text(marketer, "visitors", called.uid)
    assert "山田 太郎" in everybody
    assert "鈴木 花子" in everybody
    assert "鈴木 花子" not in text(marketer, "visitors", called.uid, rank="A")
    assert "No visitor is of this kind" in text(marketer, "visitors", called.uid, group="customer")


def test_others_see_figures_and_change_nothing(called):
    executive = signed_in(person("社長", Role.EXECUTIVE))
    assert NAME in text(executive, "list")
    assert "Hand in another sheet" not in text(executive, "exhibition", called.uid)
    assert post(executive, "new").status_code == 403
    with on(AT):
        assert executive.get(reverse("exhibitions:follow_up", args=[called.uid])).status_code == 403


def test_many_visitors_take_no_more_statements(marketer, django_assert_max_num_queries):
    exhibition = fair()
    many = [guest(f"来場 {n}", email=f"v{n}@v{n}.example", rank="A") for n in range(80)]
    sheet_of(exhibition, many, AT)
    with django_assert_max_num_queries(45):
        text(marketer, "exhibition", exhibition.uid)
    with django_assert_max_num_queries(25):
        assert "Further visitors" in text(marketer, "visitors", exhibition.uid)
