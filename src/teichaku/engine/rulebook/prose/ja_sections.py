"""Japanese lines for the sections of a rulebook that are not lists of cited rules."""

from __future__ import annotations

from collections.abc import Mapping

from teichaku.engine.rulebook.model import (
    BehaviourGroup,
    Calendar,
    Deadlines,
    DealDefinition,
    Grades,
    Handover,
    Kpi,
    Reviews,
    Route,
    Rulebook,
    ScoreRange,
    Stage,
)
from teichaku.engine.rulebook.prose import ja_words as w
from teichaku.engine.rulebook.prose.ja_conditions import Line, definition, predicate_sentence
from teichaku.engine.rulebook.prose.names import Names

HEADINGS: Mapping[str, str] = {
    "purpose": "目的",
    "calendar": "営業日と営業時間",
    "kpis": "共通KPI",
    "deal": "{deal}の定義",
    "scoring": "スコア",
    "mql": "MQLの定義",
    "handover": "営業への引き渡し",
    "inputs": "入力ルール",
    "gates": "登録前チェック",
    "meetings": "定例会",
    "reviews": "見直し",
}
FIT_HEADING = "属性による点数"


def heading(section: str, names: Names) -> str:
    """The heading of a section."""
    return HEADINGS[section].format(deal=w.deal_name(names))


def zone_line(rulebook: Rulebook) -> str:
    """Which clock the document means."""
    zone = rulebook.timezone
    name = f"日本時間（{zone}）" if zone == "Asia/Tokyo" else f" {zone} の現地時間"
    return f"日付と時刻は{name}です。"


def purpose_line(purpose: str) -> str:
    """The purpose as a sentence."""
    return purpose if purpose.endswith(("。", "！", "？")) else f"{purpose}。"


def closed_days(text: str) -> str:
    """A day or a span of days, each year or in one."""
    ends = []
    for end in text.split(".."):
        *year, month, number = end.split("-")
        ends.append(f"{f'{year[0]}年' if year else ''}{int(month)}月{int(number)}日")
    return "〜".join(ends)


def _workdays(days: tuple[str, ...]) -> str:
    order = list(w.WEEKDAYS)
    places = [order.index(day) for day in days]
    if len(days) > 2 and places == list(range(places[0], places[0] + len(days))):
        return f"{w.WEEKDAYS[days[0]]}から{w.WEEKDAYS[days[-1]]}まで"
    return w.listed(w.WEEKDAYS[day] for day in days)


def calendar_lines(calendar: Calendar) -> list[Line]:
    """Business time."""
    hours = w.listed(opening.replace("-", "〜") for opening in calendar.hours)
    lines = [
        f"営業日は{_workdays(calendar.workdays)}、営業時間は{hours}です。",
        f"{w.HOLIDAYS[calendar.holidays]}。",
    ]
    if calendar.closed:
        lines.append(f"会社の休業日は{w.listed(map(closed_days, calendar.closed))}です。")
    if calendar.open:
        lines.append(
            f"{w.listed(map(closed_days, calendar.open))}は、休みの日に当たっても営業します。"
        )
    lines.append(f"年度は{calendar.fiscal_year_start}月に始まります。")
    return [(0, line) for line in lines]


def target(key: str, value: float) -> str:
    """The target of a KPI: rates as a percentage, counts in 件 where the KPI counts leads."""
    if key.endswith("_rate"):
        return w.share(value)
    return f"{w.number(value)}件" if key.endswith("_count") else w.number(value)


def kpi_line(key: str, kpi: Kpi, names: Names) -> str:
    """One KPI with target, day and owner."""
    per = w.PERIODS[kpi.per] if kpi.per else ""
    if per and not key.endswith("_count"):
        per += "ごとに" if key.endswith("_rate") else "に"
    window = f"{w.span(kpi.window)}以内の成果で測ります。" if kpi.window else ""
    return (
        f"{w.kpi_name(key, names)}：{w.day(kpi.by)}までに{per}{target(key, kpi.target)}を"
        f"目標とします。{window}担当は{w.role(kpi.owner)}です。"
    )


def stage_line(stage: Stage) -> str:
    """One stage and its entry condition."""
    chance = (
        f"（受注の見込み{w.share(stage.probability)}）" if stage.probability is not None else ""
    )
    enter = f"：{stage.enter_when}" if stage.enter_when else ""
    return f"{stage.label or stage.id}{chance}{enter}［{stage.id}］"


def deal_lines(deal: DealDefinition) -> list[Line]:
    """What counts as a deal."""
    created = deal.created_when.removesuffix("。")
    lines: list[Line] = [(0, f"{deal.label}として登録する時点：{created}。")]
    if deal.kinds:
        lines.append((0, f"種類は{w.listed(deal.kinds)}です。"))
    if deal.stages:
        lines.append((0, "段階と、その段階に入る条件は次のとおりです。"))
        lines.extend((1, stage_line(stage)) for stage in deal.stages)
    if deal.lost_reasons:
        lines.append((0, f"失注の理由は、{w.listed(deal.lost_reasons)}から選びます。"))
    return lines


def group_heading(group: BehaviourGroup) -> str:
    """The heading of a group with its floor and ceiling."""
    return f"行動による点数：{group.label or group.group}"


def group_limits(group: BehaviourGroup) -> str:
    """The floor and ceiling of a group, or ''."""
    return _limits("このグループの合計", group.min, group.max)


def _limits(what: str, low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{what}は{w.points(low)}から{w.points(high)}までです。"
    if high is not None:
        return f"{what}は{w.points(high)}までです。"
    return f"{what}は{w.points(low)}を下回りません。" if low is not None else ""


def range_line(limits: ScoreRange) -> str:
    """Limits of the total, or ''."""
    return _limits("合計スコア（行動と属性の合計）", limits.min, limits.max)


def grade_lines(grades: Grades) -> list[Line]:
    """Letters and digits with their thresholds."""
    return [
        (0, f"属性スコアの等級：{_levels(grades.fit)}。"),
        (0, f"行動スコアの等級：{_levels(grades.behaviour)}。"),
    ]


def _levels(levels: dict[str, float]) -> str:
    return w.listed(f"{name}は{w.points(limit)}以上" for name, limit in levels.items())


def receiver(route: Route) -> str:
    """Who takes the lead on a route."""
    team = f"チーム「{route.team}」" if route.team else ""
    if route.by == "owner_of_company":
        return f"{team}{'の、' if team else ''}その企業の担当者"
    if route.by == "capacity":
        return f"{team}{'の、' if team else ''}受け持ちに余裕のある担当者"
    if route.by == "round_robin":
        return f"{team}{'の' if team else ''}担当者に順番"
    return f"{team}{'の' if team else ''}「{route.by}」"


def route_line(route: Route, names: Names, *, only: bool = False) -> str:
    """One route: for whom, to whom."""
    if route.when is None:
        scope = "すべてのリード" if only else "それ以外"
    else:
        scope = f"{predicate_sentence(route.when, names)}場合"
    return f"{scope}：{receiver(route)}に引き渡します。"


def deadlines_sentence(deadlines: Deadlines) -> str:
    """The clocks of a handover."""
    parts = []
    if deadlines.accept:
        parts.append(f"引き受けるかマーケに戻すかの判断は{w.deadline(deadlines.accept)}に")
    if deadlines.first_touch:
        parts.append(f"最初の連絡は{w.deadline(deadlines.first_touch)}に")
    return f"{'、'.join(parts)}行います。" if parts else ""


def handover_lines(handover: Handover, names: Names) -> list[Line]:
    """From marketing to sales."""
    lines: list[Line] = []
    if len(handover.to) == 1:
        lines.append((0, route_line(handover.to[0], names, only=True)))
    else:
        lines.append((0, "引き渡し先は、上から順に見て最初に当てはまるものにします。"))
        lines.extend((1, route_line(route, names)) for route in handover.to)
    if handover.via:
        clocks = deadlines_sentence(handover.via.deadlines) if handover.via.deadlines else ""
        lines.append((0, f"営業に渡す前に、チーム「{handover.via.team}」が対応します。{clocks}"))
    if handover.capacity:
        lines.append(
            (0, f"1人が受け持つのは、週に{handover.capacity.per_week}件までを標準とします。")
        )
    if handover.deadlines and deadlines_sentence(handover.deadlines):
        lines.append((0, f"{deadlines_sentence(handover.deadlines)}"))
    if handover.hot:
        lines.extend(_hot(handover, names))
    for step in handover.on_breach:
        late = (
            "期限を過ぎたらすぐに"
            if step.after.amount == 0
            else f"期限から{w.span(step.after)}過ぎたら"
        )
        lines.append((0, f"{late}、{w.BREACH_STEPS[step.do]}。"))
    if handover.reply:
        by, within = w.role(handover.reply.by), w.deadline(handover.reply.within)
        lines.append((0, f"戻されたリードには、{by}が{within}に回答します。"))
    listed = handover.return_reasons
    reasons = "標準の一覧" if isinstance(listed, str) else w.quoted(listed)
    lines.append((0, f"マーケに戻す理由は、{reasons}から選びます。"))
    return lines


def _hot(handover: Handover, names: Names) -> list[Line]:
    if handover.hot is None:
        return []
    clocks = deadlines_sentence(handover.hot.deadlines)
    lines = definition(handover.hot.when, names)
    if len(lines) == 1:
        return [(0, f"{lines[0][1]}リードは急ぎます。{clocks}")]
    return [(0, f"次の条件を満たすリードは急ぎます。{clocks}")] + [(d + 1, t) for d, t in lines]


def review_line(name: str, every: str) -> str:
    """How often a part is looked at again."""
    return f"{w.REVIEWS[name]}は{every}ごとに見直します。"


def review_lines(reviews: Reviews) -> list[Line]:
    """Every review that has a rhythm."""
    rhythms = ((name, getattr(reviews, name)) for name in w.REVIEWS)
    return [(0, review_line(name, w.span(every))) for name, every in rhythms if every]
