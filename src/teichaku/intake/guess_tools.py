"""Which tool a file comes from, by names of columns that no other tool has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

GENERIC = "generic"
# Each mark counts one; a "!" alone is enough.
_MARKS: Mapping[str, str] = {
    "kintone": "!レコードの開始行 レコード番号 更新者 作成者 更新日時 作成日時 !$revision !$id",
    "eight": "!eightでつながっている人 再データ化中の名刺 を含んだデータ 名刺交換日 tel部門"
    " tel直通",
    "sansan": "!名刺所有者ユーザid 名刺交換日 名刺id 名刺所有者 登録日時 タグ",
    "bownow": "!bownow !総cv数 総pv数 セッション数 会社組織名 リード名 cv数 pv数",
    "satori": "!satori カスタマーid カスタマー名 hashcode カスタマーステータス タグ 匿名カスタマー",
    "account_engagement": "!プロスペクトid !prospectid !pardot プロスペクト名 グレード grade"
    " スコア score"
    " assigneduser 割り当て先ユーザー !crmcontactfid !crmleadfid",
    "marketo": "!primaryattributevalueid !activitytypeid !acquisitionprogram leadpartition"
    " personsource"
    " leadscore !marketouniquecode updatedat",
    "mautic": "dateidentified lastactive points attribution !trackingid datehit facebook"
    " companyname"
    " companycity",
    "hubspot": "!lifecyclestage !ライフサイクルステージ !associatedcompanyids"
    " !associatedcontactids"
    " !hubspotownerid portalid recordid レコードid contactowner dealowner 取引ステージ 取引担当者"
    " コンタクト担当者 !hsobjectid !engagementid !dealpipelinestageid activeuserid dealname",
    "salesforce": "!systemmodstamp !isdeleted !lastmodifiedbyid leadsource stagename ownerid"
    " accountid"
    " iswon isclosed リード所有者 商談所有者 完了予定日 フェーズ 取引先責任者 opportunityid"
    " !opportunityowner"
    " リード状況 leadstatus owneralias 取引先名 whoid whatid リードソース !取引先id !商談id"
    " accountname"
    " opportunityname",
    "mazrica": "!案件タイプ 案件名 フェーズ 契約予定日 契約金額 確度 コンタクト アクション"
    " 案件id !アクション種別",
    "exhibition": "!来場日 !来場日時 展示会名 来場者名 来場者氏名 名刺ランク アンケート ランク"
    " ご芳名 ブース",
}
_ENOUGH = 3


def tool_of(headers: Sequence[str], keys: Collection[str]) -> str:
    """The tool whose columns these are, or ``generic``."""
    raw = " ".join(headers).casefold()
    if "property_hs_" in raw or sum(name.startswith("property_") for name in headers) >= 2:
        return "hubspot"
    best, most = GENERIC, 0
    for tool, words in _MARKS.items():
        count = sum(_weight(mark, keys) for mark in words.split())
        if count >= _ENOUGH and count > most:
            best, most = tool, count
    return best


def _weight(mark: str, keys: Collection[str]) -> int:
    if mark.startswith("!"):
        return _ENOUGH if mark[1:] in keys else 0
    return int(mark in keys)
