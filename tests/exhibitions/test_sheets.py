"""A sheet of visitors: who its rows are, how they rank, whose business they are."""

from __future__ import annotations

import pytest
from tests.exhibitions.fair import (
    ACTOR,
    activate,
    company,
    fair,
    guest,
    handed_in,
    local,
    on,
    reading_of,
    rep,
    sheet_of,
    taken_back,
    won,
)
from tests.intake.states import differences, state

from teichaku.accounts.models import User
from teichaku.consent.models import Basis
from teichaku.consent.refusals import refusal_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.exhibitions import guests
from teichaku.exhibitions.models import Visitor
from teichaku.exhibitions.sheet_import import sheet_job, sheet_trial
from teichaku.exhibitions.sheets import sheet_confirm
from teichaku.intake.models import ImportRun
from teichaku.leads.models import Company, Lead
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db
AT = "2026-11-20 10:00"


def groups() -> dict[str, str]:
    """The group of each visitor, by name."""
    return dict(Visitor.objects.values_list("lead__name", "group"))


def test_a_sheet_is_recognised_and_its_people_are_leads_with_a_visit():
    exhibition = fair()
    sheet = sheet_of(exhibition, [
        guest("山田 太郎 様", company="青葉製作所㈱ 御中", email="Taro@Aoba.example", rank="Ａ",
              memo="試作を急ぐ", day="2026/11/18 14:30"),
        guest("鈴木 一郎", company="北の金属", phone="03-1234-5678", rank="低"),
    ], AT)  # fmt: skip
    assert sheet.columns == {"rank": "ランク", "memo": "商談メモ", "day": "来場日時"}
    assert sheet.ranks == {"Ａ": "A", "低": "C"}
    taro = Lead.objects.get(email_key="taro@aoba.example")
    assert (taro.name, taro.campaign) == ("山田 太郎", "架空ものづくり展")
    assert (taro.source, taro.created_at) == ("exhibition", local("2026-11-18 14:30"))
    assert taro.company.name == "青葉製作所㈱"
    assert "ランク" not in taro.attributes
    visit = Visitor.objects.get(lead=taro)
    assert (visit.rank, visit.rank_by, visit.note) == ("A", "sheet", "試作を急ぐ")
    assert visit.is_new
    assert visit.visited_at == local("2026-11-18 14:30")
    event = Event.objects.get(lead=taro, signature__type="exhibition")
    assert (event.signature.rank, event.signature.campaign) == ("A", "架空ものづくり展")
    other = Visitor.objects.exclude(lead=taro).get()
    assert (other.rank, other.lead.phone) == ("C", "0312345678")
    # Without a time of the visit, it is the end of the last day.
    assert other.visited_at.astimezone(local(AT).tzinfo).date().isoformat() == "2026-11-19"
    assert sheet.counts["people"] == sheet.counts["new"] == 2
    exhibition.refresh_from_db()
    assert exhibition.follow_up_at == local("2026-11-24 08:30")  # Friday; Monday is a holiday


def test_known_people_keep_where_they_came_from_and_who_has_them():
    with on("2026-05-01 10:00"):
        suzuki = rep("鈴木 一郎")
        lead = NewLead(
            "髙橋", "t@aoba.example", source="web", campaign="春の資料", owner=suzuki.user_id
        )
        known = lead_create(lead=lead, actor=ACTOR)
    sheet = sheet_of(fair(), [guest("髙橋 真理子", email="T@AOBA.example", rank="B")], AT)
    known.refresh_from_db()
    assert (known.name, known.source, known.campaign) == ("髙橋 真理子", "web", "春の資料")
    assert known.owner_id == suzuki.user_id
    assert (sheet.counts["new"], sheet.counts["known"]) == (0, 1)
    assert not Visitor.objects.get().is_new


def test_rows_about_one_person_are_one_visit_with_the_best_rank():
    rows = [
        guest("山田", email="a@aoba.example", rank="C", memo="通りがかり", day="2026/11/18"),
        guest("山田 太郎", email="A@aoba.example", rank="A", memo="見積を希望", day="2026/11/17"),
        guest("山田 太郎", email="a@aoba.example", memo="見積を希望"),
    ]
    sheet = sheet_of(fair(), rows, AT)
    visit = Visitor.objects.get()
    assert (visit.rank, visit.note) == ("A", "通りがかり\n見積を希望")
    assert (sheet.counts["rows"], sheet.counts["people"], sheet.counts["twice"]) == (3, 1, 2)


def test_whose_business_each_visitor_is():
    rep("鈴木 一郎")
    suzuki = User.objects.get(name="鈴木 一郎")
    won("既存商会株式会社", "鈴木 一郎")
    won("古い客株式会社", "鈴木 一郎", on_day="2024-11-01")
    won("商談中工業", "鈴木 一郎", stage="proposal")
    won("", "鈴木 一郎", stage="proposal", lead="deal@person.example")
    Company.objects.filter(pk=company("競合精機").pk).update(
        is_competitor=True, domain="kyogo.example"
    )
    refusal_record(
        address="no@more.example", channel="email", reason="refused", source="manual", actor=ACTOR
    )
    rows = [
        guest("客", company="（株）既存商会", email="k@kizon.example"),
        guest("昔の客", company="古い客（株）", email="f@furui.example"),
        guest("商談の会社", company="㈱商談中工業", email="s@s.example"),
        guest("競合の名前", company="競合精機株式会社", email="c@x.example"),
        guest("競合のドメイン", company="別の名前", email="d@kyogo.example"),
        guest("断った人", email="No@more.example"),
        guest("連絡先なし", company="どこか"),
        guest("電話だけ", phone="03-1111-2222"),
    ]
    with on("2026-11-10 10:00"):
        person = lead_create(lead=NewLead("商談の人", "deal@person.example"), actor=ACTOR)
    won("", "鈴木 一郎", stage="proposal", lead="deal@person.example", on_day="2026-10-01")
    sheet_of(fair(), [*rows, guest("商談の人", email="deal@person.example")], AT)
    assert groups() == {
        "客": "customer", "昔の客": "prospect", "商談の会社": "in_deal", "競合の名前": "competitor",
        "競合のドメイン": "competitor", "断った人": "refused", "連絡先なし": "unclear",
        "電話だけ": "prospect", "商談の人": "in_deal",
    }  # fmt: skip
    owners = dict(Visitor.objects.values_list("lead__name", "owner"))
    assert owners["客"] == owners["商談の会社"] == owners["商談の人"] == suzuki.pk
    assert person.name == "商談の人"


def test_colleagues_are_left_out():
    User.objects.filter(pk=rep("同僚").user_id).update(email="d@ours.example")
    rows = [guest("同僚", email="other@ours.example"), guest("客", email="a@theirs.example")]
    sheet = sheet_of(fair(), rows, AT)
    assert [visit.lead.name for visit in Visitor.objects.all()] == ["客"]
    assert not Lead.objects.filter(email_key="other@ours.example").exists()
    assert (sheet.counts["rows"], sheet.counts["colleagues"]) == (2, 1)


def test_who_has_no_rank_is_ranked_by_fit():
    activate("2026-11-02 09:00")
    rows = [
        guest("部長", title="営業部長", email="a@a.example"),
        guest("課長", title="課長", email="b@b.example"),
        guest("担当", title="担当", email="c@c.example", rank="◎"),
        guest("新人", email="d@d.example"),
    ]
    sheet = sheet_of(fair(), rows, AT)
    found = Visitor.objects.values_list("lead__name", "rank", "rank_by")
    assert set(found) == {
        ("部長", "A", "fit"), ("課長", "B", "fit"), ("担当", "A", "sheet"), ("新人", "C", "fit"),
    }  # fmt: skip
    assert sheet.counts["by_fit"] == 3
    assert Event.objects.get(lead__name="課長").signature.rank == "B"


def test_the_ground_is_recorded_once_for_all_who_have_an_address():
    exhibition = fair()
    rows = [guest("山田", email="a@a.example"), guest("鈴木", phone="03-1111-2222")]
    sheet_of(exhibition, rows, AT)
    basis = Basis.objects.get()
    assert (basis.kind, basis.address, basis.evidence) == (
        "business_card", "a@a.example", "会場で受け取った名刺",
    )  # fmt: skip
    assert basis.obtained_at.astimezone(local(AT).tzinfo).date().isoformat() == "2026-11-19"
    assert basis.source_detail == str(exhibition.uid)


def test_without_a_ground_none_is_recorded():
    sheet_of(fair(), [guest("山田", email="a@a.example")], AT, basis_kind="")
    assert not Basis.objects.exists()


def test_counting_first_says_the_same_and_leaves_nothing_behind():
    before = state()
    sheet = handed_in(fair(), [guest("山田", email="a@a.example", rank="A")], AT)
    with on(AT):
        assert sheet_confirm(sheet=sheet, reading=reading_of(sheet), answers={}, actor=ACTOR) == []
        counts = sheet_trial(sheet, actor=ACTOR)
    assert differences(before, state()) == {}
    assert not Visitor.objects.exists()
    assert not ImportRun.objects.exists()
    assert counts is not None
    assert (counts.people, counts.new, counts.groups, counts.ranks) == (
        1, 1, {"prospect": 1}, {"A": 1},
    )  # fmt: skip


def test_running_numbers_are_no_names_of_people():
    rows = [{**guest("山田", email="a@a.example"), "部署": "1"}]
    sheet = handed_in(fair(), rows, AT)
    [file] = sheet.upload.files.all()
    assert all("external_id" not in m["columns"] for m in file.maps)
    assert all(m["system"].startswith("exhibition:") for m in file.maps)


def test_the_same_sheet_twice_is_refused_until_it_was_taken_back():
    exhibition = fair()
    rows = [guest("山田", email="a@a.example")]
    sheet = sheet_of(exhibition, rows, AT)
    with pytest.raises(Conflict, match="brought in already"):
        handed_in(exhibition, rows, AT)
    taken_back(sheet, AT)
    sheet_of(exhibition, rows, AT)
    assert Visitor.objects.count() == 1


def test_a_second_sheet_adds_only_who_is_new():
    exhibition = fair()
    sheet_of(exhibition, [guest("山田", email="a@a.example", rank="B")], AT)
    more = [guest("山田", email="a@a.example", rank="A"), guest("鈴木", email="b@b.example")]
    sheet = sheet_of(exhibition, more, "2026-11-20 11:00")
    assert sorted(Visitor.objects.values_list("lead__name", "rank")) == [
        ("山田", "B"),
        ("鈴木", ""),
    ]
    assert (sheet.counts["people"], sheet.counts["again"]) == (2, 1)
    assert Event.objects.filter(signature__type="exhibition").count() == 2


def test_a_sheet_without_people_says_so():
    sheet = handed_in(fair(), [{"会社名": "青葉", "来場日時": "2026/11/18"}], AT)
    with on(AT):
        nobody = {"氏名": "", "メールアドレス": "", "電話番号": ""}
        header = ("会社名", "部署", "役職", *nobody)
        answers = {f"0-leads-{place}": "" for place in range(len(header) + 3)}
        problems = sheet_confirm(
            sheet=sheet, reading=reading_of(sheet), answers=answers, actor=ACTOR
        )
        assert problems
        sheet.upload.files.update(maps=[])
        with pytest.raises(InvalidInput, match="names nobody"):
            sheet_trial(sheet, actor=ACTOR)


def test_a_job_that_broke_off_goes_on_and_nobody_comes_twice(monkeypatch):
    monkeypatch.setattr(guests, "AT_ONCE", 3)
    rows = [guest(f"来場者{n}", email=f"v{n}@v{n}.example", rank="A") for n in range(10)]
    sheet = handed_in(fair(), rows, AT)
    write, calls = guests._Writer.write, []

    def broken(self, part):
        calls.append(part)
        if len(calls) == 3:
            raise SystemExit("the power went")
        write(self, part)

    with on(AT):
        sheet_confirm(sheet=sheet, reading=reading_of(sheet), answers={}, actor=ACTOR)
        monkeypatch.setattr(guests._Writer, "write", broken)
        with pytest.raises(SystemExit):
            sheet_job({"upload": sheet.upload_id})
        assert Visitor.objects.count() == 6
        monkeypatch.setattr(guests._Writer, "write", write)
        sheet_job({"upload": sheet.upload_id})
    sheet.refresh_from_db()
    assert Visitor.objects.count() == sheet.counts["people"] == sheet.counts["new"] == 10
    assert Event.objects.filter(signature__type="exhibition").count() == 10
    assert Basis.objects.count() == 10
    assert ImportRun.objects.filter(entity="leads").count() == 1
