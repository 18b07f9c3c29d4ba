"""Values as tools write them, and what they are called here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_BLANKS = re.compile(r"[\W_]+")

_STAGES = {
    "won": "won closedwon iswon win 受注 受注済 受注済み 受注完了 受注確定 成約 成約済み 契約"
    " 契約済み 契約締結"
    " 契約完了 契約成立 商談成立 成立 取引成立 獲得 採用 採用決定 導入決定 クローズ受注 完了受注"
    " クローズ成約"
    " 成功 受注クローズ",
    "lost": "lost closedlost 失注 失注済 失注済み 失注確定 不成立 不成約 見送り 敗退 敗戦 失敗"
    " 中止 取下げ"
    " 取り下げ キャンセル 辞退 他社決定 不採用 却下 お断り クローズ失注 完了失注 cancelled"
    " canceled 消滅 案件消滅"
    " 失注クローズ 見送",
}
_MAYBE_CLOSED = (
    "クローズ", "完了", "終了", "closed", "dead", "omitted", "保留", "ペンディング",
    "休眠", "凍結",
)  # fmt: skip
_EVENTS = {
    "page_view": "pageview ページ閲覧 ページビュー 閲覧 アクセス サイト訪問 サイト閲覧 web閲覧"
    " visitwebpage visit"
    " pageviewed webvisit 訪問web",
    "form_submit": "formsubmit フォーム送信 フォーム cv コンバージョン 問い合わせ 問合せ"
    " お問い合わせ 資料請求"
    " fillsoutform filloutform formsubmission formsubmitted submit",
    "download": "download ダウンロード 資料ダウンロード 資料dl filedownload downloaded",
    "email_open": "emailopen open メール開封 開封 openemail opened emailopened",
    "email_click": "emailclick click メールクリック クリック clickemail clicked emailclicked"
    " urlクリック",
    "seminar_register": "seminarregister セミナー申込 セミナー申し込み 申込 registered"
    " ウェビナー申込",
    "seminar_attend": "seminarattend セミナー参加 参加 attended ウェビナー参加 セミナー出席 出席",
    "exhibition": "exhibition 展示会 展示会来場 来場 tradeshow",
    "card_exchange": "cardexchange 名刺交換",
    "call": "call 架電 電話 コール phonecall",
    "meeting": "meeting 面談 商談 打ち合わせ 打合せ 訪問",
    "opt_out": "optout unsubscribe unsubscribed 配信停止 購読解除 配信解除 オプトアウト"
    " unsubscribeemail",
}
_MARKETO_TYPES = {
    "1": "page_view",
    "2": "form_submit",
    "9": "opt_out",
    "10": "email_open",
    "11": "email_click",
}
# What a system did to a lead, which is nothing that the lead did.
_NOT_DONE = (
    "sent send delivered delivery processed deferred dropped bounce bounced spamreport"
    " statuschange suppressed 送信 配信 配信済み 送信済み バウンス エラー 未達"
)
NOT_DONE_BY_LEADS = frozenset(_NOT_DONE.split())
_ROLES = {
    "sales_manager": "営業マネージャー 営業部長 営業課長 営業責任者 セールスマネージャー"
    " salesmanager 営業所長 営業管理職",
    "marketing_manager": "マーケティングマネージャー マーケティング部長 マーケ責任者"
    " marketingmanager マーケティング責任者",
    "inside_sales": "インサイドセールス insidesales is sdr bdr 内勤営業",
    "marketer": "マーケター マーケティング マーケ marketer marketing マーケティング担当",
    "sales_rep": "営業 営業担当 フィールドセールス セールス salesrep sales fieldsales"
    " accountexecutive 営業職 外勤営業",
    "executive": "役員 経営者 社長 経営 executive 取締役 代表取締役",
    "administrator": "管理者 システム管理者 administrator admin systemadministrator",
    "coach": "コーチ 伴走支援 coach",
}
_ACTIVITIES = {
    "call": "call 電話 架電 tel コール 電話対応 テレアポ",
    "visit": "visit 訪問 往訪 外訪 客先訪問",
    "meeting": "meeting 打合せ 打ち合わせ 会議 面談 商談 来訪 来社",
    "online": "online web会議 オンライン オンライン商談 web商談 zoom teams オンライン会議",
    "mail": "mail email メール eメール メール送信",
}


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, text in words.items() for word in text.split()}


STAGES, EVENTS, ROLES = _by_word(_STAGES), _by_word(_EVENTS), _by_word(_ROLES)
ACTIVITIES = _by_word(_ACTIVITIES)


def value_key(text: str) -> str:
    """The spelling in which values are compared: width, case, blanks and marks do not matter."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text).casefold())


def stage_of(text: str) -> str | None:
    """``won`` or ``lost`` where the word of a stage says so."""
    key = re.sub(r"^\d+", "", value_key(text))  # "5.受注" is 受注
    return STAGES.get(key)


def may_be_closed(text: str) -> bool:
    """Whether the word of a stage may mean an end without saying which."""
    key = value_key(text)
    return stage_of(text) is None and any(word in key for word in _MAYBE_CLOSED)


def event_type_of(text: str) -> str | None:
    """Our type of event for a tool's word."""
    return EVENTS.get(value_key(text))


def marketo_type_of(text: str) -> str | None:
    """Our type of event for a number that Marketo gives to a kind of activity."""
    return _MARKETO_TYPES.get(text.strip())


def role_word(text: str) -> str | None:
    """The key of the role that the word names."""
    return ROLES.get(value_key(text))


def activity_kind_of(text: str) -> str | None:
    """Our kind of activity for a tool's word."""
    return ACTIVITIES.get(value_key(text))
