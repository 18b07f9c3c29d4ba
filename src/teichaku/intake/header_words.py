"""What tools call our fields, in the spelling of ``header_key``, Japanese and English.

Before the bar stand words that tell the kind of file, after it words that many kinds share. The
first word that a file has wins. Seen in sample files: HubSpot, Salesforce, Marketo and Mautic names
of their programming interfaces, Salesforce Data Loader, Eight. From vendors' manuals: the labels of
Salesforce, HubSpot, Sansan. The rest are the usual words, to be confirmed by a company's own files.
"""

from __future__ import annotations

from collections.abc import Mapping

_IDS = "id recordid レコードid レコード番号 hsobjectid externalid 外部id 管理番号 no 番号"
_COMPANY = (
    "companyname accountname 会社名 企業名 法人名 社名 取引先名 顧客企業名 会社組織名 勤務先名"
    " 顧客名 貴社名"
    " 御社名 団体名 所属企業 企業 会社 取引先 顧客 勤務先 company account organization"
    " organisation"
    " associatedcompany 訪問先 primarycompany associatedcompanyids accountid companyid 取引先id"
    " 企業id"
    " 会社id"
)
_OWNER = (
    "ownername owner 所有者名 所有者 担当者 担当 担当者名 自社担当者 自社担当 営業担当者"
    " 営業担当者名"
    " 営業担当 担当営業 営業担当名 主担当 主担当者 営業 salesagent salesrep assignedto"
    " 割り当て先 割当先"
    " owneralias 所有者別名 assigneduser 割り当て先ユーザー ownerid hubspotownerid srid"
)
_EMAIL = (
    "email emailaddress メールアドレス eメール メール eメールアドレス 電子メール"
    " 電子メールアドレス mail"
    " mailaddress workemail businessemail 会社メールアドレス 勤務先メールアドレス"
    " pcメールアドレス"
    " contactemail personemail ご連絡先メールアドレス"
)
_LEAD_IDS = (
    "leadid contactid prospectid mqlid visitorid personid リードid コンタクトid プロスペクトid"
    " 見込み客id"
    " 見込客id カスタマーid 訪問者id 取引先責任者id 名刺id maリード番号 maリードid リード番号"
    " リードno"
    " hashcode"
)
_CREATED = (
    "createddate createdat createdate createdon 作成日 作成日時 登録日 登録日時 新規登録日時"
    " 登録年月日"
    " dateadded registeredat"
)

Words = Mapping[str, str]

HEADER_WORDS: Mapping[str, Words] = {
    "leads": {
        "external_id": f"{_LEAD_IDS} customerid 顧客id 会員id 会員番号 | {_IDS} 顧客番号",
        "email": f"{_EMAIL} |",
        "name": "fullname leadname contactname customername personname prospectname 氏名"
        " リード名 お名前"
        " 姓名 コンタクト名 取引先責任者名 取引先責任者 カスタマー名 来場者名 来場者氏名 ご芳名"
        " お客様名"
        " 顧客担当者名 ご担当者名 先方担当者名 | name 名前 担当者名",
        "last_name": "lastname 姓 氏名姓 苗字 名字 姓漢字 familyname surname ご担当者姓 担当者姓"
        " | 氏",
        "first_name": "firstname 名 氏名名 名漢字 givenname ご担当者名名 担当者名名 |",
        "kana": "フリガナ ふりがな 氏名カナ 氏名フリガナ 氏名ふりがな カナ氏名 お名前カナ"
        " namekana | kana カナ"
        " よみがな よみ",
        "last_kana": "姓カナ 姓カタカナ セイ 姓フリガナ 姓ふりがな 氏名カナ姓 せい lastnamekana |",
        "first_kana": "名カナ 名カタカナ メイ 名フリガナ 名ふりがな 氏名カナ名 めい"
        " firstnamekana |",
        "phone": "| phone phonenumber 電話番号 電話 tel telno 会社電話番号 勤務先電話番号"
        " tel会社 代表電話"
        " businessphone tel直通 tel部門 mobilephone 携帯電話 携帯電話番号 携帯",
        "company": f"| {_COMPANY}",
        "title": "| jobtitle title 役職 役職名 肩書き 肩書 position",
        "department": "| department 部署名 部署 所属部署 部門 部門名 部課名 所属",
        "source": "leadsource originalsource personsource リードソース 流入元 流入経路 獲得経路"
        " 獲得元"
        " リード獲得元 認知経路 オリジナルソース hsanalyticssource origin 参照元 | source ソース"
        " 媒体 チャネル"
        " 経路",
        "campaign": "| campaignname キャンペーン名 campaign キャンペーン acquisitionprogram"
        " utmcampaign"
        " 展示会名 イベント名 セミナー名",
        "stage": "leadstatus リードステータス リード状況 lifecyclestage ライフサイクルステージ"
        " hsleadstatus"
        " カスタマーステータス プロスペクトステージ | status ステータス 状況 状態 stage ステージ",
        "owner": "leadowner contactowner リード所有者 リード担当者 コンタクト担当者"
        " コンタクト所有者"
        f" 名刺所有者 prospectowner | {_OWNER}",
        "created_at": "firstcontactdate 初回接触日 リード獲得日 獲得日 | 取得日 申込日"
        " applicationdate"
        f" {_CREATED} dateidentified 入会日 初回訪問日",
        "mql_at": "mqlat mqldate mql日 mql日時 mql化日 mql化日時 mql認定日 mql到達日"
        " マーケティング適格日"
        " becameamarketingqualifiedleaddate hslifecyclestagemarketingqualifiedleaddate |",
        "opt_out": "hasoptedoutofemail emailoptout optedoutofemail optedout"
        " pardothasoptedoutofemail hsemailoptout unsubscribedfromallemail donotemail unsubscribed"
        " メール配信停止 配信停止"
        " 配信停止フラグ メール配信拒否 メール拒否 配信拒否 配信拒否フラグ メール配信除外"
        " メール配信可否 配信可否 メール配信対象外 オプトアウト オプトアウトフラグ"
        " メールオプトアウト メール送信除外 |",
    },
    "companies": {
        "external_id": "companyid accountid 企業id 会社id 取引先id アカウントid 取引先コード"
        " 会社コード 企業コード"
        f" | {_IDS} 顧客id 顧客番号 顧客コード",
        "name": "companyname accountname 企業名 会社名 法人名 社名 取引先名 顧客企業名 account"
        " 正式社名 会社組織名"
        " | 顧客名 company 企業 会社 取引先 name 名前 名称",
        "corporate_number": "法人番号 corporatenumber 国税庁法人番号 |",
        "domain": "companydomainname 企業ドメイン名 企業ドメイン | domain ドメイン website"
        " webサイト ウェブサイト"
        " 会社url hp ホームページ webサイトurl url",
        "industry": "industry 業種 業界 sector 業種名 companyindustry 主業種 |",
        "prefecture": "| prefecture 都道府県 都道府県名 本社都道府県 請求先都道府県"
        " 都道府県請求先 billingstate"
        " companystate state 都道府県地域",
        "employees": "numberofemployees employees 従業員数 従業員数名 社員数 社員数名 従業員規模"
        " noofemployees |",
        "is_competitor": "| iscompetitor 競合 競合フラグ competitor",
    },
    "events": {
        "external_id": "| eventid activityid ログid id",
        "lead": f"| {_LEAD_IDS} lead 顧客id 会員id recipient {_EMAIL}",
        "type": "eventtype activitytypeid 行動種別 行動内容 イベント種別 アクティビティ種別"
        " アクション種別"
        " activitytype | type event イベント アクティビティ 行動 種別 アクション",
        "at": "datehit eventdate eventtime occurredat 行動日時 アクセス日時 閲覧日時 発生日時"
        " 開封日時 クリック日時"
        " activitydate visitedat 行動日 | at timestamp created createdat 日時 日付 date time"
        " datetime 訪問日時"
        " 登録日時 送信日時",
        "path": "| path pagepath 閲覧ページ アクセスページ ページ page landingpageid"
        " ランディングページ",
        "form": "formname フォーム名 | form フォーム formid",
        "asset": "資料名 | asset 資料 ファイル名 filename",
        "campaign": "| campaignname キャンペーン名 campaign キャンペーン emailcampaignid"
        " campaignid 展示会名"
        " セミナー名 イベント名 メール件名",
        "rank": "| rank ランク 名刺ランク",
        "url": "pageurl ページurl 閲覧url アクセスurl | url link リンク",
        "source": "| source 参照元",
        "duration": "| duration 滞在時間 滞在秒数",
        "actor": "| actor 実施者",
    },
    "deals": {
        "external_id": "opportunityid dealid 商談id 案件id 取引id 引合id 商談番号 案件番号"
        " 引合番号 案件コード"
        f" 商談コード 案件no 商談no opportunitynumber 案件管理番号 | {_IDS}",
        "lead": f"| {_LEAD_IDS} associatedcontactids 関連するコンタクトid 関連コンタクトid"
        " contactids"
        " primarycontactid 主取引先責任者id",
        "company": f"| {_COMPANY}",
        "owner": "opportunityowner dealowner 商談所有者 商談担当者 案件担当者 案件所有者"
        " 取引担当者 案件担当"
        f" | {_OWNER}",
        "name": "opportunityname dealname 商談名 案件名 取引名 引合名 | 件名 案件 商談 name"
        " タイトル 名前 名称",
        "stage": "dealstage stagename opportunitystage 取引ステージ 商談フェーズ 案件フェーズ"
        " 商談ステージ"
        " 案件ステージ 営業フェーズ 案件ステータス 商談ステータス フェーズ dealpipelinestageid"
        " 営業ステージ"
        " 受失注 受注失注 商談状況 案件状況 | stage ステージ status ステータス 進捗 進捗状況"
        " 状況 結果 状態",
        "kind": "dealtype opportunitytype 案件種別 商談種別 案件タイプ 取引タイプ 商談区分"
        " 案件区分"
        " | type 種別 区分",
        "lost_reason": "lostreason 失注理由 失注要因 closedlostreason lossreason 敗因 失注原因 |",
        "amount": "amount dealamount closevalue 受注金額 契約金額 商談金額 案件金額 受注予定額"
        " 受注見込額"
        " 受注見込金額 見積金額 受注予定金額 商談規模 | 金額 見込金額 見込み金額 予定金額"
        " 想定金額 売上見込"
        " 売上予定額 売上金額 売上 受注額 合計金額 概算金額",
        "created_on": "engagedate 商談発生日 案件発生日 商談作成日 案件登録日 商談開始日"
        " 案件開始日 引合日 案件化日"
        f" 商談化日 | 発生日 {_CREATED} 起票日 opendate startdate 受付日",
        "close_on": "closedate expectedclosedate 完了予定日 受注予定日 契約予定日 クローズ予定日"
        " 成約予定日"
        " 受注見込日 決着予定日 予定クローズ日 売上予定日 クローズ日 | 見込日",
        "closed_on": "wondate closedon closeddate dateclosed 受注日 成約日 契約日 契約締結日"
        " 決着日 失注日"
        " 受注失注日 成立日 closedat wonat 受失注日 | 完了日",
        "contact": "| contactname 取引先責任者名 取引先責任者 顧客担当者名 顧客担当者"
        " 先方担当者名 先方担当者"
        " ご担当者名 ご担当者 primarycontact コンタクト名 コンタクト 氏名 primarycontactname",
        "email": f"| {_EMAIL} 顧客メールアドレス 先方メールアドレス 担当者メールアドレス",
        "corporate_number": "| 法人番号 corporatenumber",
        "domain": "| 企業ドメイン名 companydomainname domain ドメイン",
    },
    "stages": {
        "deal": "opportunityid dealid 商談id 案件id 取引id 商談番号 案件番号 案件コード"
        " 商談コード 案件no"
        " | 商談名 案件名 opportunityname dealname id レコード番号 deal",
        "stage": "newvalue 変更後 変更後の値 新しい値 tostage newstage 新フェーズ 移行先"
        " 変更後フェーズ"
        " 変更後ステージ | stagename dealstage フェーズ ステージ stage value 値",
        "at": "editdate 変更日 変更日時 変更時刻 changedate changedat stagechangedat 移行日"
        " 移行日時 更新日時"
        " 編集日 fivetranstart フェーズ変更日 ステージ変更日 | timestamp createddate createdat"
        " 日時 日付 date at",
        "actor": "editedby changedby 変更者 編集者 更新者 | createdby actor ユーザー 実施者"
        " sourceid",
    },
    "activities": {
        "external_id": "activityid taskid engagementid 活動id アクションid 活動番号 | id"
        " レコード番号 レコードid"
        " recordid",
        "deal": "| opportunityid dealid whatid 商談id 案件id 取引id 案件番号 商談番号 関連先id"
        " 案件コード 商談コード"
        " deal 案件no 商談no",
        "lead": f"| whoid {_LEAD_IDS} lead",
        "company": f"| {_COMPANY}",
        "owner": f"活動担当者 対応者 記入者 報告者 | {_OWNER} 実施者",
        "kind": "activitytype 活動種別 活動種類 アクション種別 対応種別 訪問種別 コンタクト種別"
        " アクションタイプ"
        " engagementtype tasksubtype 活動区分 活動方法 | type 種別 種類 手段 アクション 行動"
        " kind",
        "outcome": "活動内容 対応内容 商談内容 報告内容 活動結果 面談内容 訪問内容 議事録"
        " meetingoutcome hsnotebody"
        " callnotes | outcome 結果 内容 comments コメント description 説明 body メモ 備考"
        " subject 件名 title",
        "next_action": "nextaction nextstep 次回アクション 次のステップ ネクストアクション"
        " 次回対応"
        " 次回アクション内容 次回予定 今後の予定 次回内容 |",
        "at": "activitydate 活動日 活動日時 訪問日 訪問日時 対応日 対応日時 面談日 面談日時"
        " 架電日 商談日 アクション日"
        " 実施日 実施日時 hstimestamp starttime startdatetime activitydatetime アクション日時"
        " | 期日のみ 期日 duedate 日付 日時 date timestamp at createddate createdat createdate"
        " 作成日時 登録日時"
        " 開始日時 開始",
        "next_action_on": "nextactiondate nextactionon 次回アクション日 次回予定日 次回対応日"
        " 次回訪問日"
        " 次回アクション予定日 次回アクション期日 次回活動日 次回期日 |",
    },
    "users": {
        "external_id": "userid ユーザーid 社員番号 社員id 従業員番号 employeenumber employeeid"
        " ownerid 社員コード"
        f" | {_IDS}",
        "email": f"| {_EMAIL}",
        "name": "salesagent salesrep 社員名 ユーザー名 従業員名 営業担当者名 agentname 表示名"
        " displayname"
        " | 氏名 fullname name 名前 姓名 担当者 担当者名",
        "last_name": "| lastname 姓 苗字 名字 familyname",
        "first_name": "| firstname 名 givenname",
        "role": "role 役割 ロール 権限 | プロファイル 職種",
        "department": "| department 部署 部署名 部門 所属部署 所属 本部",
        "team": "team チーム チーム名 teamname regionaloffice 営業所 支店 課 グループ | 拠点",
        "manager": "manager 上司 上司名 上長 マネージャー マネージャ managername 直属上司 |",
    },
}

# Columns that no field takes and that still tell what kind of file it is.
MARKS: Words = {
    "leads": "isconverted convertedcontactid firstconversiondate"
    " score スコア grade グレード points salutation 性別 生年月日 gender birthday タグ tags"
    " 名刺交換日 来場日"
    " アンケート ランク mailingcity leadscore セッション数 総pv数 pv数 cv数 総cv数 zipcode",
    "companies": "annualrevenue 資本金 売上高 年商 設立年 設立 yearestablished subsidiaryof"
    " officelocation"
    " billingcity accountsource parentid companycity 代表者名 上場区分 billingcountry"
    " companycountry",
    "events": "useragent ipaddress referer referrer trackingid browser browserlanguages"
    " primaryattributevalue"
    " utmsource セッションid sessionid userid",
    "deals": "probability 確度 受注確度 iswon isclosed forecastcategory nextstep 次のステップ"
    " pipeline パイプライン"
    " expectedrevenue sdrid product 商品名 製品名 dealpipelineid hasopportunitylineitem 粗利",
    "stages": "oldvalue 変更前 変更前の値 元の値 以前の値 fromstage oldstage 旧フェーズ"
    " 変更前フェーズ"
    " 変更前ステージ fivetranstart",
    "activities": "priority callduration 面談者 同席者 whatcount isrecurrence 優先度 endtime"
    " 終了日時"
    " calldurationinseconds",
    "users": "username profileid userroleid managerid lastlogindate usertype activeuserid 入社日"
    " 在籍"
    " primaryteamid roleid activeuserid",
}
# A piece of a file's name that tells its kind; the longest piece found wins.
FILE_WORDS: Words = {
    "leads": "lead contact リード コンタクト 見込み客 見込客 名刺 カスタマー prospect"
    " qualifiedlead 取引先責任者"
    " 展示会 来場者 person",
    "companies": "company companies account 企業 取引先 会社",
    "events": "event pagehit openemail clickemail 行動 アクセスログ 行動履歴 アクセス履歴 閲覧履歴",
    "deals": "deal opportunit pipeline 商談 案件 取引 引合 パイプライン",
    "stages": "stagehistory opportunityhistory dealhistory 商談履歴 フェーズ履歴 案件履歴"
    " ステージ履歴 変更履歴"
    " フェーズ変更 dealpropertyhistory stages",
    "activities": "activities activitylog task engagement 活動 日報 訪問履歴 対応履歴 商談報告"
    " 活動履歴",
    "users": "user owner salesteam 社員 ユーザー 担当者一覧 メンバー 組織",
}
COUNTS: Words = {
    "page_views": "総pv数 pv数 pv pageviews ページビュー数 ページビュー 閲覧ページ数"
    " hsanalyticsnumpageviews"
    " 累計pv数",
    "sessions": "セッション数 総セッション数 sessions 訪問回数 訪問数 アクセス数 セッション"
    " hsanalyticsnumvisits",
    "conversions": "cv数 総cv数 cv コンバージョン数 conversions フォーム送信数 numconversionevents",
    "email_opens": "メール開封数 開封数 開封回数 hsemailopen",
    "email_clicks": "メールクリック数 クリック数 クリック回数 hsemailclick",
    "tool_score": "score スコア points leadscore リードスコア hubspotscore 合計スコア 累計スコア",
}
DELETED_WORDS = "isdeleted fivetrandeleted 削除フラグ 削除済み"
START_MARKS = ("レコードの開始行", "recordstart", "startofrecord")
CARD_DATES = "名刺交換日 名刺交換日時 交換日 cardexchangedate"
FAIR_DATES = "来場日 来場日時 来場日付 展示会日 受付日時 来訪日 visitdate"
SECRET_WORDS = (
    "password", "passwd", "パスワード", "暗証", "secret", "apikey", "accesstoken", "秘密",
)  # fmt: skip
# Columns of tools' own book-keeping, of no use to anybody here.
TECHNICAL = (
    "fivetran", "systemmodstamp", "lastmodified", "lastreferenced", "lastviewed", "photourl",
    "createdby", "masterrecordid", "jigsaw", "geocode", "latitude", "longitude", "portalid",
    "isdeleted", "recordtypeid", "pricebook", "localesid", "languagelocale", "timezonesid",
)  # fmt: skip
