# ruff: noqa: E501 - rows of files are as long as they are
"""Special shapes, with made-up rows: several records in a row, several rows per record, surnames."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.intake.importing import ACTOR
from tests.intake.test_guess_headers import columns_of, guess_text

from teichaku.accounts.models import User
from teichaku.deals.models import Activity, Deal
from teichaku.intake.guess_folder import guess_folder
from teichaku.intake.guess_owners import full_names
from teichaku.intake.services import import_file
from teichaku.leads.models import Company, Lead
from teichaku.tracking.models import Event

CARDS = """
会社名,部署名,役職,氏名,e-mail,TEL会社,名刺交換日,Eightでつながっている人
架空工業,製造部,課長,山田 花子,hanako@kakuu.example.jp,03-1234-5678,2026/04/01,0
見本商事,購買部,,鈴木 一郎,,06-1234-5678,2026/04/02,0
"""
FAIR = """
展示会名,来場日,会社名,氏名,メールアドレス,名刺ランク,アンケート
架空ものづくり展,2026/06/10,架空工業,山田 花子,hanako@kakuu.example.jp,A,導入を検討中
架空ものづくり展,2026/06/11,見本商事,鈴木 一郎,ichiro@mihon.example.jp,C,情報収集
"""
ONE_ROW = """
レコード番号,案件名,顧客名,業種,先方担当者名,メールアドレス,電話番号,フェーズ,受注予定日,金額（千円）,担当者,作成日時
1,検査装置,架空工業,製造,山田 花子,hanako@kakuu.example.jp,03-1234-5678,受注,2026/05/01,1200,佐藤,2026/03/01 10:00
2,部品,見本商事,卸売,鈴木 一郎,ichiro@mihon.example.jp,06-1234-5678,提案,2026/12/01,300,田中,2026/04/01 10:00
3,治具,見本商事,卸売,,,,提案,2026/12/01,50,田中,2026/04/02 10:00
"""
TABLE = """
レコードの開始行,レコード番号,案件名,顧客名,フェーズ,受注予定日,金額,担当者,活動日,活動種別,活動内容
*,1,検査装置,架空工業,提案,2026/12/01,1200000,佐藤 健,2026/04/01,訪問,要望を聞いた
,,,,,,,,2026/04/08,電話,見積の説明
*,2,部品,見本商事,受注,2026/05/01,300000,田中 誠,2026/04/02,電話,不在
*,3,治具,見本商事,提案,2026/12/01,50000,田中 誠,,,
"""
USERS = """
社員番号,氏名,メールアドレス,部署,役割
1,佐藤 健,ken@own.example.jp,営業部,営業
2,田中 誠,makoto@own.example.jp,営業部,営業
3,田中 実,minoru@own.example.jp,営業部,営業
"""


def import_all(paths: list[Path]) -> None:
    for step in guess_folder(paths).steps:
        assert step.certain, step
        report = import_file(
            entity=step.file_map.entity, path=step.path, actor=ACTOR, file_map=step.file_map
        )
        assert report.rejected == 0, report.rejected_rows


def written(folder: Path, **files: str) -> list[Path]:
    paths = []
    for name, text in files.items():
        path = folder / f"{name}.csv"
        path.write_text(text.strip() + "\n", encoding="utf-8")
        paths.append(path)
    return paths


@pytest.mark.django_db
def test_cards_become_leads_and_exchanges(tmp_path):
    import_all(written(tmp_path, eight=CARDS))
    assert Lead.objects.count() == 2
    event = Event.objects.get()
    assert event.signature.type == "card_exchange"
    assert event.lead.email == "hanako@kakuu.example.jp"
    # A day alone is its end, in Tokyo.
    assert event.at == datetime(2026, 4, 1, 14, 59, 59, 999999, tzinfo=UTC)
    import_all(written(tmp_path, eight=CARDS))
    assert (Lead.objects.count(), Event.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_visitors_of_an_exhibition(tmp_path):
    import_all(written(tmp_path, 展示会リスト=FAIR))
    found = Event.objects.order_by("at").values_list(
        "lead__name", "signature__type", "signature__campaign", "signature__rank"
    )
    assert list(found) == [
        ("山田 花子", "exhibition", "架空ものづくり展", "A"),
        ("鈴木 一郎", "exhibition", "架空ものづくり展", "C"),
    ]


@pytest.mark.django_db
def test_lead_company_and_deal_in_one_row(tmp_path):
    import_all(written(tmp_path, 案件=ONE_ROW))
    deals = Deal.objects.order_by("external_id").values_list(
        "external_id", "lead__email", "company__name", "company__industry", "amount", "stage__kind",
        "close_on", "closed_on",
    )  # fmt: skip
    assert list(deals) == [
        ("1", "hanako@kakuu.example.jp", "架空工業", "製造", 1_200_000, "won",
         date(2026, 5, 1), date(2026, 5, 1)),
        ("2", "ichiro@mihon.example.jp", "見本商事", "卸売", 300_000, "open",
         date(2026, 12, 1), None),
        ("3", None, "見本商事", "卸売", 50_000, "open", date(2026, 12, 1), None),
    ]  # fmt: skip
    assert Lead.objects.count() == 2
    assert Company.objects.count() == 2


@pytest.mark.django_db
def test_a_table_inside_records_becomes_their_activities(tmp_path):
    import_all(written(tmp_path, 案件=TABLE))
    assert Deal.objects.count() == 3
    found = Activity.objects.order_by("at").values_list(
        "deal__external_id", "owner__name", "kind", "outcome"
    )
    assert list(found) == [
        ("1", "佐藤 健", "visit", "要望を聞いた"),
        ("2", "田中 誠", "call", "不在"),
        ("1", "佐藤 健", "call", "見積の説明"),
    ]


@pytest.mark.django_db
def test_counts_are_attributes_dated_by_the_files_name(tmp_path):
    text = (
        "リード名,会社・組織名,メールアドレス,セッション数,総CV数,総PV数\n"
        "山田 花子,架空工業,hanako@kakuu.example.jp,4,1,23\n"
    )
    import_all(written(tmp_path, bownow_20261101=text))
    assert Lead.objects.get().attributes == {
        "sessions": 4, "conversions": 1, "page_views": 23, "counted_on": "2026-11-01",
    }  # fmt: skip


@pytest.mark.django_db
def test_a_surname_is_its_only_bearer(tmp_path):
    paths = written(tmp_path, 案件=ONE_ROW, 社員=USERS)
    folder = guess_folder(paths)
    deals = next(step.file_map for step in folder.steps if step.file_map.entity == "deals")
    assert deals.values["owner"] == {"佐藤": "佐藤 健"}
    needs = [need for file in folder.files for need in file.guess.needs]
    assert [need.code for need in needs] == ["surnames"]
    assert "田中" in needs[0].text
    assert "佐藤" not in needs[0].text
    import_all(paths)
    assert Deal.objects.get(external_id="1").owner.email == "ken@own.example.jp"
    assert User.objects.filter(name="田中").exists()


def test_who_is_meant_by_a_surname():
    people = ["佐藤 健", "田中 誠", "田中 実", "Ken Sato"]
    texts = ["佐藤", "佐藤さん", "田中", "高橋", "佐藤健", "佐藤 健", "営業推進部", "Sato"]
    values, unclear = full_names(texts, people)
    assert values == {"佐藤": "佐藤 健", "佐藤さん": "佐藤 健"}
    assert unclear == ["田中", "高橋"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (["8/9/14 19:00", "8/25/14 07:30"], [date(2014, 8, 9), date(2014, 8, 25)]),
        (["08/09/2014", "25/09/2014"], [date(2014, 9, 8), date(2014, 9, 25)]),
    ],
)
def test_which_number_is_the_day_is_proved(tmp_path, dates, days):
    rows = "\n".join(f"D{i},提案,{text}" for i, text in enumerate(dates))
    import_all(written(tmp_path, deals=f"案件ID,フェーズ,作成日\n{rows}"))
    assert list(Deal.objects.order_by("external_id").values_list("created_on", flat=True)) == days


def test_an_unproved_order_of_day_and_month_stops(tmp_path):
    text = "lead_id,email,created_at\n1,a@kakuu.example.jp,8/9/14\n2,b@kakuu.example.jp,7/6/14"
    guess = guess_text(tmp_path, text)
    assert [need.code for need in guess.needs if need.stops] == ["ambiguous_dates"]
    assert not guess.certain


def test_every_row_won(tmp_path):
    text = "lead_id,担当者,受注日,受注金額\nL1,佐藤 健,2026/04/01,100\nL2,田中 誠,2026/04/02,200"
    guess = guess_text(tmp_path, text)
    assert guess.entity == "deals"
    assert guess.file_map.constants == {"stage": "won"}
    found = columns_of(guess, "deals")
    assert (found["lead"], found["external_id"]) == ("lead_id", "lead_id")
    assert (found["closed_on"], found["created_on"]) == ("受注日", "受注日")
    assert {need.code for need in guess.needs} == {"all_won", "no_deal_id"}


def test_one_blank_winning_day_and_nothing_is_taken_as_won(tmp_path):
    text = "案件ID,担当者,受注日,受注金額\nD1,佐藤 健,2026/04/01,100\nD2,田中 誠,,200"
    guess = guess_text(tmp_path, text)
    assert "stage" not in guess.file_map.constants
    assert [need.code for need in guess.needs if need.stops] == ["no_stage"]


def test_winning_and_losing_days_are_one_field(tmp_path):
    text = (
        "案件ID,案件名,フェーズ,受注日,失注日\n"
        "D1,装置,受注,2026/04/01,\nD2,部品,失注,,2026/04/02\nD3,治具,提案,,"
    )
    guess = guess_text(tmp_path, text)
    assert columns_of(guess, "deals")["closed_on"] == ["受注日", "失注日"]


def test_stages_that_may_be_an_end_are_asked(tmp_path):
    text = "案件ID,案件名,フェーズ\nD1,装置,受注\nD2,部品,完了\nD3,治具,提案"
    guess = guess_text(tmp_path, text)
    unclear = [need for need in guess.needs if need.code == "unclear_stages"]
    assert len(unclear) == 1
    assert "完了" in unclear[0].text
    assert "提案" not in unclear[0].text


def test_a_password_never_comes_in(tmp_path):
    text = "氏名,メールアドレス,パスワード\n山田 花子,hanako@kakuu.example.jp,07087338"
    guess = guess_text(tmp_path, text)
    named = {name for m in guess.file_maps for columns in m.columns.values() for name in columns}
    assert "パスワード" not in named
    assert guess.unmapped == ("パスワード",)
    assert any(reason.column == "パスワード" and not reason.field for reason in guess.reasons)


@pytest.mark.django_db
def test_files_of_two_tools_become_one_system_where_ids_are_shared(tmp_path):
    leads = (
        "Record ID,First Name,Last Name,Email,Lifecycle Stage\n"
        "101,Hana,Yamada,hana@kakuu.example.jp,lead\n102,Ichi,Suzuki,ichi@mihon.example.jp,lead"
    )
    deals = "案件ID,リードID,フェーズ,金額,作成日\nD1,101,受注,100,2026/04/01\nD2,102,提案,200,2026/04/02"
    apart = deals.replace(",101,", ",901,").replace(",102,", ",902,")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    systems = []
    for folder, text in ((tmp_path / "a", deals), (tmp_path / "b", apart)):
        steps = guess_folder(written(folder, contacts=leads, deals=text)).steps
        systems.append([(step.file_map.entity, step.file_map.system) for step in steps])
    assert systems[0] == [("leads", "hubspot"), ("deals", "hubspot")]
    assert systems[1] == [("leads", "hubspot"), ("deals", "default")]


@pytest.mark.django_db
def test_a_folder_names_what_it_cannot_use(tmp_path):
    paths = written(
        tmp_path,
        parts="品番,品名\n1,ボルト",
        leads="氏名,会社名,電話番号\n山田 花子,架空工業,03-1234-5678",
    )
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    folder = guess_folder([*paths, empty])
    assert [file.path.name for file in folder.files] == ["leads.csv"]
    assert [file.path.name for file in folder.others] == ["parts.csv"]
    assert [path.name for path, _ in folder.refused] == ["empty.csv"]
