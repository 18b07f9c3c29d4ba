# ruff: noqa: E501 - rows of files are as long as they are
"""Headers as tools write them, with made-up people and companies: what is each column taken for?"""

from __future__ import annotations

from pathlib import Path

import pytest

from teichaku.intake.guess import Guess, guess_file
from teichaku.intake.header_keys import header_is_secret, header_key, header_scale
from teichaku.intake.mapping import mapping_parse, mapping_yaml


def guess_text(folder: Path, text: str, name: str = "export.csv") -> Guess:
    path = folder / name
    path.write_text(text.strip() + "\n", encoding="utf-8")
    return guess_file(path)


def columns_of(guess: Guess, entity: str) -> dict[str, object]:
    """By field the column, or the list of columns, of one kind of record."""
    file_map = next(m for m in guess.file_maps if m.entity == entity)
    return {n: c[0] if len(c) == 1 else list(c) for n, c in file_map.columns.items()}


@pytest.mark.parametrize(
    ("header", "key", "scale"),
    [
        ("金額（千円）", "金額", 1_000),
        ("受注予定額（単位：万円）", "受注予定額", 10_000),
        ("【必須】会社名", "会社名", 1),
        ("※Ｅ－ｍａｉｌ", "email", 1),
        ("姓（カタカナ）", "姓カタカナ", 1),
        ("property_hs_lead_status", "hsleadstatus", 1),
        ("STAGENAME", "stagename", 1),
        ("Stage_Name__c", "stagename", 1),
        ("会社・組織名", "会社組織名", 1),
        ("氏名［姓］", "氏名姓", 1),
    ],
)
def test_one_spelling_for_headers(header, key, scale):
    assert header_key(header) == key
    assert header_scale(header) == scale


@pytest.mark.parametrize("header", ["パスワード", "Password", "user_password", "初期パスワード"])
def test_passwords_are_known(header):
    assert header_is_secret(header)


LEADS = {
    "salesforce": (
        """
リード ID,姓,名,会社名,役職,メール,電話,リードソース,リード状況,リード 所有者,作成日
00Q000000000001,山田,花子,架空工業,課長,hanako@kakuu.example.jp,03-1234-5678,Web,新規,佐藤 健,2026/04/01
00Q000000000002,鈴木,一郎,見本商事,部長,ichiro@mihon.example.jp,06-1234-5678,展示会,対応中,田中 誠,2026/04/02
""",
        {"external_id": "リード ID", "name": ["姓", "名"], "company": "会社名", "title": "役職",
         "email": "メール", "phone": "電話", "source": "リードソース", "stage": "リード状況",
         "owner": "リード 所有者", "created_at": "作成日"},
    ),
    "hubspot": (
        """
Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Lifecycle Stage,Associated Company
101,Hana,Yamada,hana@kakuu.example.jp,03-1234-5678,Ken Sato,New,2024-03-12 09:14,lead,Kakuu Works
102,Ichiro,Suzuki,ichiro@mihon.example.jp,06-1234-5678,Makoto Tanaka,Open,2024-03-13 10:14,lead,Mihon Trading
""",
        {"external_id": "Record ID", "name": ["First Name", "Last Name"], "email": "Email",
         "phone": "Phone Number", "owner": "Contact owner", "stage": "Lead Status",
         "created_at": "Create Date", "company": "Associated Company"},
    ),
    "account_engagement": (
        """
プロスペクト ID,姓,名,会社名,メール,スコア,グレード,キャンペーン,割り当て先ユーザー,作成日時
9001,山田,花子,架空工業,hanako@kakuu.example.jp,85,B+,春の展示会,佐藤 健,2026/04/01 10:00
9002,鈴木,一郎,見本商事,ichiro@mihon.example.jp,20,C,資料請求,田中 誠,2026/04/02 11:00
""",
        {"external_id": "プロスペクト ID", "name": ["姓", "名"], "campaign": "キャンペーン",
         "owner": "割り当て先ユーザー", "attribute.tool_score": "スコア"},
    ),
    "marketo": (
        """
Id,First Name,Last Name,Email Address,Company Name,Person Source,Acquisition Program,Lead Score,Created At
1,Hana,Yamada,hana@kakuu.example.jp,Kakuu Works,Web,WBN spring,35,2024-03-12 09:14:00
2,Ichiro,Suzuki,ichiro@mihon.example.jp,Mihon Trading,Fair,Fair 2024,10,2024-03-13 09:14:00
""",
        {"external_id": "Id", "email": "Email Address", "company": "Company Name",
         "source": "Person Source", "campaign": "Acquisition Program", "created_at": "Created At",
         "attribute.tool_score": "Lead Score"},
    ),
    "mautic": (
        """
id,firstname,lastname,company,email,points,dateIdentified,lastActive,attribution
1,Hana,Yamada,Kakuu Works,hana@kakuu.example.jp,35,2024-03-12 09:14:00,2024-04-01 10:00:00,0
2,Ichiro,Suzuki,Mihon Trading,ichiro@mihon.example.jp,5,2024-03-13 09:14:00,2024-04-02 10:00:00,0
""",
        {"external_id": "id", "email": "email", "created_at": "dateIdentified",
         "attribute.tool_score": "points"},
    ),
    "satori": (
        """
カスタマーID,姓,名,会社名,部署名,メールアドレス,カスタマーステータス,タグ,登録日時
501,山田,花子,架空工業,製造部,hanako@kakuu.example.jp,見込み,"春,展示会",2026/04/01 10:00
502,鈴木,一郎,見本商事,購買部,ichiro@mihon.example.jp,見込み,春,2026/04/02 10:00
""",
        {"external_id": "カスタマーID", "name": ["姓", "名"], "department": "部署名",
         "email": "メールアドレス", "stage": "カスタマーステータス", "created_at": "登録日時",
         "attribute.タグ": "タグ"},
    ),
    "bownow": (
        """
リード名,会社・組織名,メールアドレス,電話番号,セッション数,総CV数,総PV数
山田 花子,架空工業,hanako@kakuu.example.jp,03-1234-5678,4,1,23
鈴木 一郎,見本商事,ichiro@mihon.example.jp,06-1234-5678,1,0,2
""",
        {"name": "リード名", "company": "会社・組織名", "email": "メールアドレス",
         "attribute.sessions": "セッション数", "attribute.conversions": "総CV数",
         "attribute.page_views": "総PV数"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("tool", LEADS)
def test_leads_of_each_tool(tmp_path, tool):
    text, wanted = LEADS[tool]
    guess = guess_text(tmp_path, text)
    assert (guess.entity, guess.tool) == ("leads", tool)
    assert guess.certain, guess
    found = columns_of(guess, "leads")
    assert {name: found.get(name) for name in wanted} == wanted
    assert guess.file_map.system == tool


DEALS = {
    "salesforce": (
        """
"ID","ISDELETED","ACCOUNTID","NAME","STAGENAME","AMOUNT","CLOSEDATE","TYPE","ISCLOSED","ISWON","OWNERID","CREATEDDATE","SYSTEMMODSTAMP"
"0060001","false","001A","Widgets","Signed","500000.0","2025-11-09","New","true","true","005A","2025-06-12T21:03:42.000Z","2025-06-15T01:02:50.000Z"
"0060002","false","001B","Gears","Given up","50000.0","2025-11-09","New","true","false","005B","2025-06-12T21:03:44.000Z","2025-06-15T01:02:50.000Z"
"0060003","true","001B","Belts","Proposal","70000.0","2026-11-09","New","false","false","005B","2025-06-12T21:03:44.000Z","2025-06-15T01:02:50.000Z"
""",
        {"external_id": "ID", "company": "ACCOUNTID", "name": "NAME", "stage": "STAGENAME",
         "amount": "AMOUNT", "close_on": "CLOSEDATE", "closed_on": "CLOSEDATE",
         "owner": "OWNERID", "created_on": "CREATEDDATE", "kind": "TYPE"},
        {"Signed": "won", "Given up": "lost"},
    ),
    "hubspot": (
        """
レコードID,取引名,取引ステージ,金額,取引担当者,クローズ日,作成日,Associated Contact IDs
1,架空工業 検査装置,成約,1200000,佐藤 健,2026/05/01 10:00,2026/03/01 09:00,101
2,見本商事 部品,提案中,300000,田中 誠,2026/12/01 10:00,2026/04/01 09:00,102
""",
        {"external_id": "レコードID", "name": "取引名", "stage": "取引ステージ", "amount": "金額",
         "owner": "取引担当者", "close_on": "クローズ日", "created_on": "作成日",
         "lead": "Associated Contact IDs"},
        {"成約": "won"},
    ),
    "mazrica": (
        """
案件ID,案件名,取引先名,案件タイプ,フェーズ,契約予定日,契約日,契約金額,確度,担当者,失注理由
1,検査装置,架空工業,新規,5.受注,2026/05/01,2026/05/02,120万円,A,佐藤 健,
2,部品,見本商事,既存,失注,2026/06/01,,30万円,C,田中 誠,価格
3,治具,見本商事,既存,提案,2026/12/01,,10万円,B,田中 誠,
""",
        {"external_id": "案件ID", "name": "案件名", "company": "取引先名", "kind": "案件タイプ",
         "stage": "フェーズ", "close_on": "契約予定日", "closed_on": "契約日", "amount": "契約金額",
         "owner": "担当者", "lost_reason": "失注理由"},
        {"5.受注": "won", "失注": "lost"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("tool", DEALS)
def test_deals_of_each_tool(tmp_path, tool):
    text, wanted, stages = DEALS[tool]
    guess = guess_text(tmp_path, text)
    assert (guess.entity, guess.tool) == ("deals", tool)
    assert guess.certain, guess
    found = columns_of(guess, "deals")
    assert {name: found.get(name) for name in wanted} == wanted
    assert guess.file_map.values["stage"] == stages


def test_rows_that_the_tool_deleted_stay_out(tmp_path):
    guess = guess_text(tmp_path, DEALS["salesforce"][0])
    assert guess.file_map.where == {"ISDELETED": ("false", "")}


def test_a_day_that_is_expected_is_the_end_only_of_deals_that_ended(tmp_path):
    guess = guess_text(tmp_path, DEALS["salesforce"][0])
    assert guess.file_map.only == {"closed_on": {"stage": ("won", "lost")}}


OTHERS = [
    ("users", """
社員番号,氏名,メールアドレス,部署,役割,上司
1,佐藤 健,ken@own.example.jp,営業部,営業,田中 誠
2,田中 誠,makoto@own.example.jp,営業部,営業マネージャー,
""", {"external_id": "社員番号", "role": "役割", "manager": "上司", "department": "部署"}),
    ("companies", """
取引先 ID,取引先名,法人番号,業種,従業員数（名）,Webサイト,都道府県
1,架空工業株式会社,1234567890123,製造,120,https://kakuu.example.jp,東京都
2,見本商事株式会社,2234567890123,卸売,45,https://mihon.example.jp,大阪府
""", {"external_id": "取引先 ID", "name": "取引先名", "corporate_number": "法人番号",
      "industry": "業種", "employees": "従業員数（名）", "domain": "Webサイト",
      "prefecture": "都道府県"}),
    ("stages", """
商談 ID,変更日,変更前,変更後,変更者
1,2026/04/01 10:00,提案,受注,佐藤 健
1,2026/03/01 10:00,初回訪問,提案,佐藤 健
2,2026/03/05 10:00,初回訪問,提案,田中 誠
""", {"deal": "商談 ID", "at": "変更日", "stage": "変更後", "actor": "変更者"}),
    ("activities", """
活動ID,活動日,商談ID,担当者,活動種別,活動内容,次回アクション,次回アクション日
1,2026/04/01,1,佐藤 健,訪問,見積を渡した,電話,2026/04/08
2,2026/04/02,2,田中 誠,電話,不在,再度電話,2026/04/03
""", {"external_id": "活動ID", "at": "活動日", "deal": "商談ID", "owner": "担当者",
      "kind": "活動種別", "outcome": "活動内容", "next_action": "次回アクション",
      "next_action_on": "次回アクション日"}),
    ("events", """
リードID,行動日時,行動種別,閲覧URL,フォーム名
1,2026/04/01 10:00,ページ閲覧,https://own.example.jp/price,
1,2026/04/01 10:05,フォーム送信,https://own.example.jp/contact,資料請求
2,2026/04/02 10:00,メール開封,,
""", {"lead": "リードID", "at": "行動日時", "type": "行動種別", "url": "閲覧URL",
      "form": "フォーム名"}),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "text", "wanted"), OTHERS)
def test_the_other_kinds(tmp_path, entity, text, wanted):
    guess = guess_text(tmp_path, text)
    assert guess.entity == entity
    assert guess.certain, guess
    found = columns_of(guess, entity)
    assert {name: found.get(name) for name in wanted} == wanted


def test_words_of_tools_become_ours(tmp_path):
    events = guess_text(tmp_path, OTHERS[4][1]).file_map
    assert events.values["type"] == {
        "ページ閲覧": "page_view", "フォーム送信": "form_submit", "メール開封": "email_open",
    }  # fmt: skip
    users = guess_text(tmp_path, OTHERS[0][1]).file_map
    assert users.values["role"] == {"営業": "sales_rep", "営業マネージャー": "sales_manager"}
    assert guess_text(tmp_path, OTHERS[3][1]).file_map.values["kind"] == {
        "訪問": "visit", "電話": "call",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "品番,品名,単価\n1,ボルト,10\n2,ナット,12",
        "Table,Field,Description\naccounts,account,Company name",
        "日付,天気\n2026/04/01,晴れ",
    ],
)
def test_files_of_something_else_are_none(tmp_path, text):
    guess = guess_text(tmp_path, text)
    assert guess.entity is None
    assert not guess.certain
    assert guess.notes


def test_values_refute_a_name(tmp_path):
    text = "氏名,メール,電話番号\n山田 花子,希望する,あり\n鈴木 一郎,希望しない,なし"
    guess = guess_text(tmp_path, text)
    found = columns_of(guess, "leads")
    assert "email" not in found
    assert found["attribute.メール"] == "メール"


def test_own_names_are_certain(tmp_path):
    text = "external_id,email,attribute.plan\n1,a@kakuu.example.jp,gold"
    guess = guess_text(tmp_path, text, "leads.csv")
    assert (guess.entity, guess.confidence) == ("leads", 1.0)
    assert guess.file_map.system == "default"


@pytest.mark.parametrize("text", [text for text, *_ in (*LEADS.values(), *DEALS.values())])
def test_every_map_can_be_written_and_read_back(tmp_path, text):
    maps = list(guess_text(tmp_path, text).file_maps)
    assert mapping_parse(mapping_yaml(maps)) == maps
