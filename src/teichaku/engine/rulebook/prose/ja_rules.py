"""Japanese sentences for the rules that decisions cite; each ends with its id."""

from __future__ import annotations

from teichaku.engine.rulebook.model import (
    BehaviourRule,
    Cap,
    FieldRule,
    FitRule,
    GateRule,
    InputRule,
    MeetingSeries,
    Mql,
    Requirement,
    RuleTest,
    WaiverPolicy,
    When,
)
from teichaku.engine.rulebook.prose import ja_words as w
from teichaku.engine.rulebook.prose.ja_conditions import (
    Line,
    act_of,
    definition,
    matched,
    predicate_sentence,
)
from teichaku.engine.rulebook.prose.names import Names, Rule


def rule_lines(rule: Rule, names: Names) -> list[Line]:
    """A rule as its sentence, with indented lines below it where it has parts."""
    head: Line
    below: list[Line]
    if isinstance(rule, BehaviourRule):
        head, *below = [(0, _behaviour(rule, names))]
    elif isinstance(rule, FitRule):
        head, *below = [
            (0, f"{predicate_sentence(rule.when, names)}場合は {w.change(rule.points)}。")
        ]
    elif isinstance(rule, Mql):
        head, *below = _mql(rule, names)
    elif isinstance(rule, InputRule):
        head, *below = _input(rule, names)
    elif isinstance(rule, GateRule):
        head, *below = [(0, _gate(rule, names))]
    else:
        head, *below = [(0, _meeting(rule))]
    label = f"{rule.label}：" if rule.label else ""
    return [(0, f"{label}{head[1]}［{rule.id}］"), *below]


def _behaviour(rule: BehaviourRule, names: Names) -> str:
    act = act_of(rule.when.event, names)
    text = f"{matched(rule.when, names)}{act.particle}{act.plain}と {w.change(rule.points)}。"
    if rule.cap:
        text += f"{cap(rule.cap, negative=rule.points < 0)}。"
    if rule.half_life:
        text += f"点数は{w.span(rule.half_life)}ごとに半分になります。"
    if rule.linear:
        text += f"点数は{w.span(rule.linear)}かけて一定の割合で減り、0点になります。"
    if rule.expires:
        text += f"{w.span(rule.expires)}たつと点数はなくなります。"
    return text


def cap(limit: Cap, *, negative: bool = False) -> str:
    """How often and how much: 7日間で合計20点まで."""
    per = "通算で" if limit.per is None else f"{w.span(limit.per)}間で"
    if limit.per is not None and limit.per.unit == "h":
        per = f"{w.span(limit.per)}で"
    parts = []
    if limit.times is not None:
        parts.append(f"{limit.times}回")
    if limit.points is not None:
        parts.append(f"合計{'－' if negative else ''}{w.number(limit.points)}点")
    return f"{per}{'、'.join(parts)}まで"


def _mql(rule: Mql, names: Names) -> list[Line]:
    again = ""
    if rule.requalify_after:
        again = (
            f"一度MQLになったリードも、{w.span(rule.requalify_after)}たってから"
            "条件を満たせば、もう一度MQLになります。"
        )
    lines = definition(rule.when, names)
    if len(lines) == 1:
        return [(0, f"{lines[0][1]}リードをMQLとします。{again}")]
    return [(0, f"次の条件を満たしたリードをMQLとします。{again}"), *_below(lines)]


def _below(lines: list[Line]) -> list[Line]:
    return [(depth + 1, text) for depth, text in lines]


def _input(rule: InputRule, names: Names) -> list[Line]:
    plain = not any(field.choices or field.means or field.example for field in rule.what.fields)
    who, when = w.role(rule.who.role), moment(rule.when, names)
    each = rule.when.while_ is not None and rule.what.object == "deal"
    thing = "" if each else f"{w.object_name(rule.what.object, names)}の"
    if plain:
        fields = w.both(field_sentence(field) for field in rule.what.fields)
        text, below = f"{who}は、{when}、{thing}{fields}を入力します。", []
    else:
        text = f"{who}は、{when}、{thing}次の項目を入力します。"
        below = [(1, field_sentence(field)) for field in rule.what.fields]
    if rule.why:
        text += f"入力は{w.both(w.reason(name, names) for name in rule.why)}で使います。"
    if rule.unknown_allowed:
        text += "まだ分からないときは、次に確認する日を添えて「不明」とできます。"
    return [(0, text), *below, *((1, example(case)) for case in rule.tests)]


def moment(when: When, names: Names) -> str:
    """When an input is due: 面談が終わったら、翌営業日の同じ時刻までに."""
    scope = f"進行中の{w.deal_name(names)}ごとに、" if when.while_ else ""
    if when.after is not None:
        return f"{scope}{w.after_point(when.after, names)}、{w.deadline(when.due)}に"
    rhythm = "" if when.every == "week" else f"{w.RHYTHMS[when.every or 'day']}、"
    return f"{scope}{rhythm}{w.deadline(when.due)}に"


def field_sentence(field: FieldRule) -> str:
    """A field and what counts as an answer."""
    notes = []
    if field.is_:
        notes.append(w.ANSWERS[field.is_])
    if field.choices:
        notes.append(f"{w.quoted(field.choices)}から選ぶ")
    if field.means:
        notes.append(f"意味：{field.means}")
    if field.example:
        notes.append(f"記入例：{field.example}")
    return w.field_name(field.name) + (f"（{'。'.join(notes)}）" if notes else "")


def example(case: RuleTest) -> str:
    """A worked case of an input rule."""
    given = "、".join(
        f"{w.field_name(name)}が{w.scalar(value)}" for name, value in case.given.items()
    )
    return f"例：{given or '何も書いていない'}なら、{w.EXPECTATIONS[case.expect]}とします。"


def required(needs: Requirement, names: Names) -> str:
    """What a gate asks for."""
    asked = []
    if needs.linked_lead:
        asked.append("MAリードが紐づいていること")
    if needs.lead_has_event_before:
        asked.append("そのリードにそれより前の行動の記録があること")
    if needs.fields:
        asked.append(f"{''.join(w.field_name(name) for name in needs.fields)}が入力されていること")
    return "と、".join(asked) if len(asked) == 2 else "、".join(asked)


def _gate(rule: GateRule, names: Names) -> str:
    text = f"{w.before_point(rule.before, names)}、{required(rule.require, names)}を確かめます。"
    if rule.applies_to:
        text += f"対象は、{predicate_sentence(rule.applies_to, names)}場合です。"
    text += f"モードは{w.MODES[rule.mode]}。"
    return text + (waiver(rule.waiver) if rule.waiver else "")


def waiver(policy: WaiverPolicy) -> str:
    """How an exception is asked for and answered."""
    reasons = "標準の一覧" if isinstance(policy.reasons, str) else w.quoted(policy.reasons)
    who = w.role(policy.approver)
    if policy.deputy:
        who += f"（代理は{w.role(policy.deputy)}）"
    by = f"申請から{w.deadline(policy.answer_within)}に" if policy.answer_within else ""
    return (
        f"例外は{reasons}から理由を選んで申請し、{who}が{by}返答します。"
        f"{w.UNTIL_ANSWERED[policy.until_answered]}。例外の期間は最長{w.span(policy.max)}です。"
    )


def meeting_day(every: str, day: str) -> str:
    """毎週月曜, 毎月第3営業日."""
    if day.startswith("bd"):
        return f"毎月第{day.removeprefix('bd')}営業日"
    return f"毎週{w.WEEKDAYS[day]}" if every == "week" else f"毎月最初の{w.WEEKDAYS[day]}"


def _meeting(series: MeetingSeries) -> str:
    chair = w.role(series.chair)
    if series.deputy:
        chair += f"（代理は{w.role(series.deputy)}）"
    departments = w.both(w.DEPARTMENTS.get(name, name) for name in series.departments)
    return (
        f"{meeting_day(series.every, series.day)}の{series.time}から{series.minutes}分間です。"
        f"進行は{chair}、参加する部門は{departments}です。"
        f"議題は「{w.AGENDAS.get(series.agenda, series.agenda)}」の一式を使います。"
        f"休みの日に当たるときは、{w.ON_HOLIDAY[series.on_holiday]}。"
    )
