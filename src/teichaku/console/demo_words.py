"""What people of the made-up company write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from teichaku.console.simulation_words import LOST_REASONS

GOODS: Final = (
    "切削部品",
    "プレス部品",
    "溶接フレーム",
    "検査治具",
    "樹脂カバー",
    "小ロット加工品",
)
OCCASIONS: Final = ("の量産", "の試作", "の仕入先の見直し", "のコスト低減", "の内製からの切り替え")
MORE: Final = ("の追加手配", "の型番追加", "の次期ロット")
NOTES: Final = (
    "図面を受け取った。公差の厳しい箇所は別途相談。",
    "現行の仕入先は納期に不満がある。初回は50個の希望。",
    "品質保証の担当者も同席。検査成績書の様式を送る。",
    "予算は来期。試作だけ先に進めたいとのこと。",
    "見積を説明した。表面処理の単価を再検討する。",
    "購買の決裁は月末。比較は2社。",
    "工場見学の希望。日程は先方から連絡。",
    "材料の支給が可能か確認を頼まれた。",
)
HOLLOW_NOTES: Final = ("対応済み", "フォロー", "特になし", "同上", "")
CALL_NOTES: Final = (
    "不在。折り返しを依頼。",
    "情報収集の段階。カタログを送付。",
    "半年後に検討予定とのこと。",
    "担当が異なる。購買部の窓口を聞いた。",
)
NEXT_ACTIONS: Final = ("見積の提出", "図面の確認", "試作日程の相談", "訪問", "評価結果の確認")
HOLLOW_NEXT: Final = ("フォロー", "確認", "なし")
OUTCOMES: Final = ("前進", "変化なし", "後退")
FACTORS: Final = ("納期", "品質の実績", "価格", "担当者の対応", "小ロットへの対応")
COMPETITORS: Final = ("サンプル競合精工", "サンプル競合テック", "内製")
PROCEED: Final = (
    "展示会後に電話で直接いただいた引合のため",
    "リードは後日確認します",
    "急ぎの見積依頼のため",
)
REASONS: Final[Mapping[str, str]] = {
    "referral": "既存のお客様からのご紹介。MAには未登録。",
    "trade_fair_card": "展示会で名刺を交換。MAへの取り込み待ち。",
    "data_outage": "",
    "other": "先方の都合で至急登録したいため。",
}
REFUSED: Final = "名刺の情報からリードを登録してください。"
GRANTED: Final = "期間内に紐づけをお願いします。"
LOST: Final = LOST_REASONS
DECISIONS: Final = (
    "料金ページを見た人には3日以内に電話する",
    "展示会の名刺は翌営業日までに取り込む",
    "提案に進める前に決裁者を確認する",
    "受注予定日を過ぎた商談の見通しを書き直す",
    "対象外の業種を引き渡しの条件から外す案を出す",
    "見積を出した商談の次回アクションをそろえる",
)
PURPOSE: Final = "負担の大きい入力ルールを見つけて見直し、入力で困っている人を早く支援する"
POLICY: Final = (
    "入力タスクの期限と結果、入力にかかった時間を集計します。本人は自分の分をすぐに、上長は1営業日後に"
    "見られます。順位は付けず、人事評価には使いません。"
)
