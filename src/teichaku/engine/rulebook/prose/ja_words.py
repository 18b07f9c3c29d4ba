"""Japanese words for the closed lists, numbers, durations and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.prose.names import Names

ROLES: Mapping[str, str] = {
    "marketer": "マーケ担当",
    "inside_sales": "インサイドセールス",
    "sales_rep": "営業担当",
    "sales_manager": "営業責任者",
    "marketing_manager": "マーケ責任者",
    "executive": "経営者",
    "administrator": "管理者",
    "coach": "伴走支援者",
}
WEEKDAYS: Mapping[str, str] = {
    "mon": "月曜", "tue": "火曜", "wed": "水曜", "thu": "木曜", "fri": "金曜", "sat": "土曜",
    "sun": "日曜",
}  # fmt: skip
OBJECTS: Mapping[str, str] = {
    "lead": "リード", "company": "企業", "deal": "商談", "activity": "活動", "handover": "引き渡し",
    "meeting": "会議",
}  # fmt: skip
FIELDS: Mapping[str, str] = {
    "next_action": "次回アクション",
    "next_action_on": "次回アクション日",
    "outcome": "結果",
    "reply": "回答",
    "adopted": "採否",
    "amount": "金額",
    "close_on": "受注予定日",
    "created_on": "作成日",
    "closed_on": "終了日",
    "decision_maker": "決裁者",
    "lost_reason": "失注理由",
    "stage": "段階",
    "kind": "種類",
    "owner": "担当者",
    "name": "名称",
    "decisions": "決定事項",
    "outcomes": "すべての議題の結果",
    "check_ins": "出席者",
}
ATTRIBUTES: Mapping[str, str] = {
    "company.industry": "企業の業種",
    "company.employees": "企業の従業員数",
    "company.prefecture": "企業の都道府県",
    "company.name": "企業名",
    "company.domain": "企業のドメイン",
    "company.corporate_number": "法人番号",
    "title": "役職",
    "department": "部署",
    "email": "メールアドレス",
    "name": "氏名",
    "source": "流入元",
    "campaign": "施策",
    "stage": "リードの段階",
    "grade": "グレード",
}
TRAITS: Mapping[str, tuple[str, str]] = {
    "company.is_competitor": ("競合企業である", "競合企業ではない"),
    "company.is_customer": ("既存顧客である", "既存顧客ではない"),
    "email_is_free": ("フリーメールを使っている", "フリーメールを使っていない"),
    "email_is_role": ("共用のメールアドレスである", "共用のメールアドレスではない"),
}
KPIS: Mapping[str, str] = {
    "mql_count": "MQL数",
    "opportunity_rate": "商談化率（MQL→商談）",
    "win_rate": "受注率（決着分）",
}
PERIODS: Mapping[str, str] = {"month": "月", "quarter": "四半期", "half": "半期", "year": "年"}
RHYTHMS: Mapping[str, str] = {"day": "毎日", "week": "毎週", "month": "毎月"}
AGENDAS: Mapping[str, str] = {
    "weekly": "週次",
    "monthly": "月次",
    "stalled_deals": "止まっている商談",
    "pipeline": "商談の一覧",
}
DEPARTMENTS: Mapping[str, str] = {"sales": "営業", "marketing": "マーケティング"}
MODES: Mapping[str, str] = {
    "shadow": "記録のみ（知らせずに記録します）",
    "warn": "注意（足りないときに知らせますが、止めません）",
    "block": "必須（満たすまで止めます）",
}
BREACH_STEPS: Mapping[str, str] = {
    "notify_owner": "担当者に知らせます",
    "ask_manager": "上長に対応を確認します",
    "reassign": "別の担当者に割り当て直します",
}
ON_HOLIDAY: Mapping[str, str] = {
    "next_bd": "次の営業日に開きます",
    "previous_bd": "前の営業日に開きます",
    "skip": "その回は開きません",
}
UNTIL_ANSWERED: Mapping[str, str] = {
    "allow": "返答を待つあいだも作業を続けられます",
    "hold": "返答があるまで作業を止めます",
}
ANSWERS: Mapping[str, str] = {
    "future": "未来の日付",
    "past": "過去の日付",
    "filled": "空でないこと",
}
HOLIDAYS: Mapping[str, str] = {
    "JP": "日本の祝日は休みます",
    "none": "祝日も、営業日の曜日であれば営業します",
}
EXPECTATIONS: Mapping[str, str] = {"met": "入力済み", "missing": "未入力"}
REVIEWS: Mapping[str, str] = {
    "scoring": "スコアの配点",
    "scenarios": "シナリオ",
    "rulebook": "運用ルール全体",
    "hollow": "形骸化の兆し",
}
AXES: Mapping[str, str] = {"total": "合計スコア", "behaviour": "行動スコア", "fit": "属性スコア"}
_UNITS: Mapping[str, str] = {"d": "日", "h": "時間", "mo": "か月", "bh": "営業時間", "bd": "営業日"}
_DAYS_OF_WEEK = "月火水木金土日"


def number(value: float) -> str:
    """A number as people write it: 1,000 or 2.5; nothing is rounded away."""
    return f"{int(value):,}" if value == int(value) else f"{value:,.6f}".rstrip("0")


def change(value: float) -> str:
    """Points with a full-width sign."""
    sign = "＋" if value > 0 else "－" if value < 0 else ""
    return f"{sign}{number(abs(value))}点"


def points(value: float) -> str:
    """A level of a score."""
    return f"{'－' if value < 0 else ''}{number(abs(value))}点"


def share(value: float) -> str:
    """A share as a percentage."""
    return f"{number(round(value * 100, 6))}%"


def span(value: Duration) -> str:
    """A length: 30日, 1か月, 8営業時間."""
    return f"{value.amount}{_UNITS[value.unit]}"


def deadline(value: Duration | str) -> str:
    """A deadline, ready for に after it: 5営業日以内, 毎週金曜17:00まで."""
    if isinstance(value, str) and " " in value:
        weekday, clock = value.split(" ")
        return f"毎週{WEEKDAYS[weekday]}{clock}まで"
    length = Duration.parse(value)
    if (length.amount, length.unit) == (1, "bd"):
        return "翌営業日の同じ時刻まで"
    return f"{span(length)}以内"


def day(value: date) -> str:
    """2027年3月31日（水）."""
    return f"{value.year}年{value.month}月{value.day}日（{_DAYS_OF_WEEK[value.weekday()]}）"


def quoted(words: Iterable[object]) -> str:
    """「a」「b」."""
    return "".join(f"「{word}」" for word in words)


def scalar(value: object) -> str:
    """A value of an attribute or field: texts in brackets, so that 「1」 is not 1."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, int | float) else f"「{value}」"


def listed(words: Iterable[object]) -> str:
    """a、b、c."""
    return "、".join(str(word) for word in words)


def both(words: Iterable[str]) -> str:
    """AとB; with three or more A、B、C."""
    texts = list(words)
    return "と".join(texts) if len(texts) == 2 else "、".join(texts)


def either(words: Iterable[str]) -> str:
    """AまたはB; with three or more ABCのいずれか."""
    texts = list(words)
    return "または".join(texts) if len(texts) < 3 else f"{''.join(texts)}のいずれか"


def role(name: str) -> str:
    """The word for a role."""
    return ROLES[name]


def field_name(name: str) -> str:
    """The word for a field, in brackets."""
    return f"「{FIELDS.get(name, name)}」"


def object_name(name: str, names: Names) -> str:
    """The word for an object; deals are called what the company calls them."""
    return names.deal if name == "deal" and names.deal else OBJECTS[name]


def deal_name(names: Names) -> str:
    """What the company calls a deal."""
    return names.deal or OBJECTS["deal"]


def stage_name(stage: str, names: Names) -> str:
    """The label of a stage, else its id."""
    return names.stages.get(stage, stage)


def kpi_name(key: str, names: Names) -> str:
    """The label of a KPI."""
    return names.kpis.get(key) or KPIS.get(key, key)


def reason(name: str, names: Names) -> str:
    """Where an input is read."""
    kind, _, rest = name.partition(".")
    if kind == "kpi" and rest:
        return f"共通KPI「{kpi_name(rest, names)}」"
    if kind == "agenda" and rest:
        return f"会議の議題「{AGENDAS.get(rest, rest)}」"
    return f"「{name}」"


def after_point(point: str, names: Names) -> str:
    """The moment that starts a clock: …たら."""
    deal = deal_name(names)
    if point.startswith("deal.stage."):
        return f"{deal}が「{stage_name(point.removeprefix('deal.stage.'), names)}」の段階に進んだら"
    return {
        "activity.call.end": "電話が終わったら",
        "activity.visit.end": "訪問が終わったら",
        "activity.meeting.end": "面談が終わったら",
        "activity.online.end": "オンライン面談が終わったら",
        "activity.mail.end": "メールを送ったら",
        "handover.assigned": "リードが引き渡されたら",
        "handover.accepted": "営業がリードを引き受けたら",
        "handover.returned": "リードがマーケに戻されたら",
        "deal.created": f"{deal}が作成されたら",
        "deal.won": f"{deal}を受注したら",
        "deal.lost": f"{deal}を失注したら",
        "waiver.requested": "例外が申請されたら",
    }.get(point, f"「{point}」のあと")


def before_point(point: str, names: Names) -> str:
    """The write that a gate stands before: …る前に."""
    deal = deal_name(names)
    if point.startswith("deal.stage."):
        stage = stage_name(point.removeprefix("deal.stage."), names)
        return f"{deal}を「{stage}」の段階に進める前に"
    return {
        "deal.create": f"{deal}を作成する前に",
        "deal.close": f"{deal}を受注または失注にする前に",
        "meeting.close": "会議を終える前に",
    }.get(point, f"「{point}」の前に")
