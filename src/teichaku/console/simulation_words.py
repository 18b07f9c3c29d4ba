"""What the made-up company's world consists of: words, shapes of events, habits of visitors.

Nobody here exists: families are called "example", companies carry サンプル in their name, and
every mail domain lies under .example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from teichaku.engine.program import Signature

I64 = npt.NDArray[np.int64]
Shares = Mapping[str, float]

FAMILIES: Final = (
    ("例田", "レイダ", "reida"), ("見本川", "ミホンガワ", "mihongawa"),
    ("仮山", "カリヤマ", "kariyama"), ("試木", "タメシギ", "tameshigi"),
    ("架空野", "カクウノ", "kakuno"), ("例島", "レイジマ", "reijima"),
    ("見本沢", "ミホンザワ", "mihonzawa"), ("仮谷", "カリタニ", "karitani"),
    ("試原", "タメシハラ", "tameshihara"), ("例崎", "レイザキ", "reizaki"),
    ("見本井", "ミホンイ", "mihoni"), ("仮森", "カリモリ", "karimori"),
)  # fmt: skip
GIVEN: Final = (
    ("一子", "カズコ"), ("二郎", "ジロウ"), ("三奈", "ミナ"), ("四季", "シキ"),
    ("五月", "サツキ"), ("六花", "リッカ"), ("七海", "ナナミ"), ("八雲", "ヤクモ"),
    ("九一", "クイチ"), ("十和", "トワ"),
)  # fmt: skip
COMPANY_HEADS: Final = (
    "青空", "朝凪", "若草", "白樺", "月見", "星野原", "花筏", "夕映", "風待", "雪割",
    "水無", "深緑", "淡路橋", "木洩", "遠雷", "小春", "野分", "薄氷", "初音", "浮雲",
)  # fmt: skip
COMPANY_TAILS: Final = (
    "精機", "製作所", "工業", "電子", "化成", "食品", "商事", "システム", "建設", "物流",
)  # fmt: skip

INDUSTRIES: Final[Shares] = {
    "製造業": 0.22, "機械": 0.14, "自動車": 0.09, "電機": 0.1, "情報通信業": 0.14, "化学": 0.06,
    "食品": 0.06, "卸売業": 0.09, "建設業": 0.06, "運輸業": 0.04,
}  # fmt: skip
PREFECTURES: Final[Shares] = {
    "東京都": 0.24, "神奈川県": 0.1, "埼玉県": 0.06, "愛知県": 0.13, "静岡県": 0.07, "岐阜県": 0.04,
    "三重県": 0.04, "大阪府": 0.13, "兵庫県": 0.07, "京都府": 0.04, "福岡県": 0.05, "北海道": 0.03,
}  # fmt: skip
TEAM_OF_PREFECTURE: Final[Mapping[str, str]] = {
    "愛知県": "chubu_sales", "静岡県": "chubu_sales", "岐阜県": "chubu_sales",
    "三重県": "chubu_sales", "大阪府": "west_sales", "兵庫県": "west_sales",
    "京都府": "west_sales", "福岡県": "west_sales",
}  # fmt: skip
TEAMS: Final = ("east_sales", "chubu_sales", "west_sales")
TITLES: Final[Shares] = {
    "代表取締役": 0.03, "役員": 0.04, "部長": 0.12, "課長": 0.2, "係長": 0.13, "主任": 0.18,
    "担当": 0.3,
}  # fmt: skip
DECIDERS: Final = ("代表取締役", "役員", "部長")
DEPARTMENTS: Final[Shares] = {
    "設計部": 0.16, "開発部": 0.14, "生産技術部": 0.15, "製造部": 0.14, "品質保証部": 0.08,
    "購買": 0.1, "情報システム部": 0.1, "総務部": 0.06, "経営企画室": 0.07,
}  # fmt: skip
SOURCES: Final[Shares] = {
    "web": 0.46, "exhibition": 0.16, "seminar": 0.1, "referral": 0.07, "ad": 0.15, "list": 0.06,
}  # fmt: skip
CAMPAIGNS: Final = ("winter", "spring", "summer", "autumn")

STAGES: Final = ("qualified", "proposal", "trial", "verbal")
DEAL_KINDS: Final[Shares] = {"新規": 0.72, "既存": 0.18, "リピート": 0.1}
LOST_REASONS: Final[Shares] = {
    "価格": 0.24, "納期": 0.14, "機能": 0.14, "競合": 0.2, "時期尚早": 0.16, "予算なし": 0.08,
    "失注理由不明": 0.04,
}  # fmt: skip
ACTIVITY_KINDS: Final[Shares] = {
    "call": 0.34, "mail": 0.22, "online": 0.2, "visit": 0.18, "meeting": 0.06,
}  # fmt: skip
ACTIVITY_OUTCOMES: Final[Shares] = {"進んだ": 0.38, "変わらない": 0.42, "後退": 0.08, "": 0.12}
NEXT_ACTIONS: Final[Shares] = {"電話": 0.25, "見積": 0.2, "訪問": 0.2, "資料を送る": 0.15, "": 0.2}


class Shape(NamedTuple):
    """A kind of event: who records it, the habit it belongs to, and what the engine sees of it."""

    source: str
    group: str
    signature: Signature


PAGES: Final[Mapping[str, Sequence[str]]] = {
    "home": ("/",),
    "service": (
        "/service", "/service/cutting", "/service/cutting/small-lot", "/service/press",
        "/service/welding", "/service/inspection", "/service/design", "/service/design/review",
    ),
    "cases": tuple(f"/cases/{n:02d}" for n in range(1, 13)),
    "pricing": ("/pricing", "/pricing/simulation", "/plans/standard", "/plans/prototype"),
    "blog": tuple(f"/blog/{year}/{n:02d}" for year in (2024, 2025, 2026) for n in range(1, 9)),
    "news": tuple(f"/news/{n}" for n in range(1, 7)),
    "company": ("/company", "/company/access", "/company/history"),
    "careers": ("/careers", "/careers/engineer", "/careers/sales", "/jobs"),
    "legal": ("/privacy", "/terms"),
}  # fmt: skip
FORMS: Final = ("quote-request", "contact", "document-request", "trial")
ASSETS: Final = ("catalogue", "price-list", "whitepaper", "casebook")


def _shapes() -> tuple[Shape, ...]:
    found = [Shape("crm", "exhibition", Signature("exhibition", rank=rank)) for rank in "ABC"]
    found.append(Shape("crm", "card", Signature("card_exchange")))
    found += [Shape("crm", "tour", Signature("factory_tour", rank=rank)) for rank in "AB"]
    for kind, group in (("email_open", "open"), ("email_click", "click")):
        found += [Shape("mail", f"{group}:{c}", Signature(kind, campaign=c)) for c in CAMPAIGNS]
    found += [
        Shape("seminar", "register", Signature("seminar_register")),
        Shape("seminar", "attend", Signature("seminar_attend")),
    ]
    found += [
        Shape("web", f"download:{campaign}", Signature("download", asset=asset, campaign=campaign))
        for campaign in CAMPAIGNS
        for asset in ASSETS
    ]
    found += [Shape("web", "form", Signature("form_submit", form=form)) for form in FORMS]
    for group, paths in PAGES.items():
        found += [Shape("web", group, Signature("page_view", path=path)) for path in paths]
    return tuple(found)


# Ordered by source, so that events of one instant stand in the engine's order of their numbers.
SHAPES: Final = _shapes()


def shapes_of(group: str) -> I64:
    """The numbers of a group's shapes; of a seasonal group without season those of all seasons."""
    return np.array(
        [n for n, s in enumerate(SHAPES) if s.group == group or s.group.startswith(f"{group}:")],
        np.int64,
    )


STRONG: Final = np.concatenate([shapes_of("form"), shapes_of("tour")])
WARM: Final = np.concatenate(
    [shapes_of(group) for group in ("cases", "pricing", "download", "attend", "click")]
)

# What a visit of each kind consists of. "open", "click" and "download" are of the season.
VISITS: Final[Mapping[str, Shares]] = {
    "browse": {
        "home": 14, "service": 26, "blog": 30, "news": 9, "company": 8, "cases": 7, "pricing": 2.5,
        "careers": 1, "legal": 1.5, "download": 1,
    },
    "mail": {"open": 62, "click": 12, "blog": 11, "service": 9, "cases": 5, "download": 1},
    "research": {
        "home": 5, "service": 34, "cases": 28, "pricing": 17, "company": 5, "download": 5,
        "blog": 6,
    },
    "apply": {"form": 9, "pricing": 32, "cases": 24, "service": 25, "download": 10},
    "careers": {"careers": 68, "company": 20, "home": 8, "news": 4},
}  # fmt: skip
PERSONAS: Final[Mapping[str, Shares]] = {
    "cold": {"browse": 0.54, "mail": 0.44, "research": 0.02},
    "usual": {"browse": 0.45, "mail": 0.42, "research": 0.12, "apply": 0.01},
    "warm": {"browse": 0.32, "mail": 0.32, "research": 0.33, "apply": 0.03},
    "hot": {"browse": 0.22, "mail": 0.24, "research": 0.46, "apply": 0.08},
    "seeker": {"browse": 0.2, "careers": 0.8},
}


def share_table(shares: Sequence[float], size: int) -> npt.NDArray[np.int16]:
    """``size`` numbers of choices, each as often as its share: one random cell is one draw."""
    edges = np.cumsum(np.asarray(shares, np.float64))
    cells = (np.arange(size) + 0.5) / size * edges[-1]
    return np.asarray(np.searchsorted(edges, cells, side="right"), np.int16)
