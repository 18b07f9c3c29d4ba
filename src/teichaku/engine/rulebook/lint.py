"""What is allowed but probably not meant: warnings about a valid rulebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TypeVar

from teichaku.engine.rulebook.bounds import (
    behaviour_bounds,
    days_limit,
    fit_bounds,
    rising_limit,
    total_bounds,
)
from teichaku.engine.rulebook.document import Path, written
from teichaku.engine.rulebook.model import (
    BehaviourRule,
    FieldRule,
    InputRule,
    Rulebook,
    RuleTest,
    Scoring,
)
from teichaku.engine.rulebook.overlap import covers
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Combination,
    DaysClause,
    RisingClause,
    ScoreClause,
)
from teichaku.engine.rulebook.prose import en_words, ja_words
from teichaku.engine.rulebook.references import leaves, predicates

MOST_FIELDS = 7
LEAST_COVERAGE = 0.10
STANDARD_AGENDAS = ("weekly", "monthly")
_COMPUTED = frozenset({"company.is_customer"})
_UNKNOWN = frozenset({"不明", "unknown"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One warning: its kind, where in the document, the rule or section, and a sentence."""

    code: str
    path: str
    place: str
    message_ja: str
    message_en: str

    def message(self, lang: str) -> str:
        """The sentence in ``ja`` or ``en``, with its place."""
        text = self.message_ja if lang == "ja" else self.message_en
        return f"［{self.place}］{text}" if lang == "ja" else f"[{self.place}] {text}"


def lint(rulebook: Rulebook, coverage: Mapping[str, float] | None = None) -> list[Finding]:
    """Warnings in document order. ``coverage``: attribute to the share of leads that have it."""
    found = [*_overlaps(rulebook), *_conditions(rulebook), *_grades(rulebook)]
    if coverage is not None:
        found.extend(_rare(rulebook, coverage))
    found.extend(_too_many_fields(rulebook))
    for index, rule in enumerate(rulebook.inputs):
        found.extend(_readers(rulebook, index, rule))
        found.extend(_tests(index, rule))
    return found


def _overlaps(rulebook: Rulebook) -> Iterator[Finding]:
    rules: list[tuple[Path, BehaviourRule]] = [
        (("scoring", "behaviour", g, "rules", r), rule)
        for g, group in enumerate(rulebook.scoring.behaviour if rulebook.scoring else ())
        for r, rule in enumerate(group.rules)
    ]
    for (_, first), (path, second) in combinations(rules, 2):
        wide, narrow = covers(first.when, second.when), covers(second.when, first.when)
        if wide and narrow:
            yield Finding(
                "overlap", written(path), second.id,
                f"{first.id} とまったく同じ行動に点数を付けています。どちらか1つにしてください。",
                f"Awards exactly the same events as {first.id}; keep one of them.",
            )  # fmt: skip
        elif wide or narrow:
            yield Finding(
                "overlap", written(path), second.id,
                f"{first.id} と同じ行動に当てはまることがあり、そのときは両方の点数が付きます。",
                f"Can match the same event as {first.id}; both then award their points.",
            )  # fmt: skip


def _owners(rulebook: Rulebook) -> Mapping[Path, str]:
    """The rule id or section that a condition belongs to, by the condition's path."""
    names: dict[Path, str] = {}
    for path, _ in predicates(rulebook):
        names[path] = str(path[0])
        if path[:2] == ("scoring", "fit") and rulebook.scoring and rulebook.scoring.fit:
            names[path] = rulebook.scoring.fit.rules[int(path[3])].id
        elif path[0] == "mql" and rulebook.mql:
            names[path] = rulebook.mql.id
        elif path[0] == "gates":
            names[path] = rulebook.gates[int(path[1])].id
    return names


def _conditions(rulebook: Rulebook) -> Iterator[Finding]:
    owners = _owners(rulebook)
    for start, predicate in predicates(rulebook):
        for path, leaf in leaves(start, predicate):
            if "none" not in path:
                yield from _unreachable(rulebook.scoring, written(path), owners[start], leaf)
        yield from _contradictions(start, owners[start], predicate, ())


def _unreachable(
    scoring: Scoring | None, path: str, place: str, leaf: AnyPredicate
) -> Iterator[Finding]:
    if isinstance(leaf, DaysClause) and leaf.within:
        most = days_limit(leaf.within)
        if leaf.at_least > most:
            yield Finding(
                "unreachable", path, place,
                f"{ja_words.span(leaf.within)}の中に{leaf.at_least}日は入りません（最大{most}日）。",
                f"{leaf.at_least} days do not fit into {en_words.span(leaf.within)} "
                f"(at most {most}).",
            )  # fmt: skip
    if scoring is None or not isinstance(leaf, ScoreClause | RisingClause):
        return
    if isinstance(leaf, RisingClause):
        wanted, most_points = leaf.rising, rising_limit(scoring)
        what_ja, what_en = "合計スコアの7日間の上昇", "the rise of the total in 7 days"
    else:
        bounds = {"total": total_bounds, "behaviour": behaviour_bounds, "fit": fit_bounds}
        wanted, most_points = leaf.at_least, bounds[leaf.score](scoring).high
        what_ja, what_en = ja_words.AXES[leaf.score], en_words.AXES[leaf.score]
    yield from _beyond(path, place, wanted, most_points, what_ja, what_en)


def _beyond(
    path: str, place: str, wanted: float, most: float, what_ja: str, what_en: str
) -> Iterator[Finding]:
    if wanted > most + 1e-6:  # a bound may be off by the rounding of its sum
        most = round(most, 6)
        yield Finding(
            "unreachable", path, place,
            f"{what_ja}は最大でも{ja_words.points(most)}で、"
            f"基準の{ja_words.points(wanted)}に届きません。",
            f"The threshold of {en_words.points(wanted)} cannot be reached: "
            f"{what_en} is at most {en_words.points(most)}.",
        )  # fmt: skip


def _contradictions(
    path: Path, place: str, predicate: AnyPredicate, above: tuple[AttributeClause, ...]
) -> Iterator[Finding]:
    """Conditions on one attribute that must hold together and cannot."""
    if isinstance(predicate, AttributeClause):
        if any(_exclusive(other, predicate) for other in above):
            name = predicate.attribute
            yield Finding(
                "unreachable", written(path), place,
                f"「{name}」への条件が互いに矛盾していて、同時には当てはまりません。",
                f"The conditions on “{name}” contradict each other and cannot hold together.",
            )  # fmt: skip
        return
    if not isinstance(predicate, Combination):
        return
    together = above
    for index, part in enumerate(predicate.all_ or ()):
        yield from _contradictions((*path, "all", index), place, part, together)
        if isinstance(part, AttributeClause):
            together = (*together, part)
    for index, part in enumerate(predicate.any_ or ()):
        yield from _contradictions((*path, "any", index), place, part, together)
    for index, part in enumerate(predicate.none_ or ()):
        if part in together:
            yield Finding(
                "unreachable", written((*path, "none", index)), place,
                "同じ条件を必須としながら除外しているため、当てはまることがありません。",
                "The same condition is both required and excluded, so nothing can match.",
            )  # fmt: skip


def _exclusive(first: AttributeClause, second: AttributeClause) -> bool:
    if first.attribute != second.attribute:
        return False
    if first.between and second.between:
        return _apart(first.between, second.between)
    listed, other = (first, second) if _values(first) is not None else (second, first)
    values = _values(listed)
    if values is None or other.matches is not None:
        return False
    if other.between:
        return not any(_inside(value, other.between) for value in values)
    return not values & (_values(other) or set())


def _values(clause: AttributeClause) -> set[tuple[bool, object]] | None:
    if clause.is_ is not None:
        return {_comparable(clause.is_)}
    return {_comparable(value) for value in clause.in_} if clause.in_ else None


def _comparable(value: object) -> tuple[bool, object]:
    return isinstance(value, bool), value.strip() if isinstance(value, str) else value


def _apart(first: tuple[float | date, ...], second: tuple[float | date, ...]) -> bool:
    if isinstance(first[0], date) != isinstance(second[0], date):
        return True
    return bool(first[1] < second[0] or second[1] < first[0])  # type: ignore[operator]


def _inside(value: tuple[bool, object], bounds: tuple[float | date, ...]) -> bool:
    boolean, number = value
    low, high = bounds
    if boolean or not isinstance(number, int | float) or isinstance(low, date):
        return False
    return bool(low <= number <= high)  # type: ignore[operator]


def _grades(rulebook: Rulebook) -> Iterator[Finding]:
    scoring = rulebook.scoring
    if scoring is None or scoring.grades is None:
        return
    grades = scoring.grades
    axes = (("fit", grades.fit, fit_bounds), ("behaviour", grades.behaviour, behaviour_bounds))
    for axis, levels, bounds in axes:
        most = bounds(scoring).high
        for name, limit in levels.items():
            path = f"scoring.grades.{axis}.{name}"
            yield from _beyond(
                path, f"grades.{axis}.{name}", limit, most, ja_words.AXES[axis], en_words.AXES[axis]
            )


def _rare(rulebook: Rulebook, coverage: Mapping[str, float]) -> Iterator[Finding]:
    owners, seen = _owners(rulebook), set()
    for start, predicate in predicates(rulebook):
        for path, leaf in leaves(start, predicate):
            if not isinstance(leaf, AttributeClause) or leaf.attribute in _COMPUTED:
                continue
            name, share = leaf.attribute, coverage.get(leaf.attribute, 0.0)
            if share >= LEAST_COVERAGE or (start, name) in seen:
                continue
            seen.add((start, name))
            yield Finding(
                "rare_attribute", written(path), owners[start],
                f"「{name}」が入っているリードは{round(share * 100, 1):g}%だけです"
                f"（目安は{LEAST_COVERAGE * 100:g}%以上）。",
                f"Only {round(share * 100, 1):g}% of the leads have “{name}” "
                f"(at least {LEAST_COVERAGE * 100:g}% are advised).",
            )  # fmt: skip


def _too_many_fields(rulebook: Rulebook) -> Iterator[Finding]:
    for (thing, moment), fields in sorted(fields_by_moment(rulebook).items()):
        if len(fields) <= MOST_FIELDS:
            continue
        yield Finding(
            "too_many_fields", f"{thing}.{moment}", moment,
            f"{ja_words.OBJECTS[thing]}で一度に求める項目が{len(fields)}件あります"
            f"（目安は{MOST_FIELDS}件まで）：{ja_words.listed(fields)}。",
            f"{len(fields)} fields are asked for at once on the {thing} "
            f"(at most {MOST_FIELDS} are advised): {en_words.listed(fields)}.",
        )  # fmt: skip


def fields_by_moment(rulebook: Rulebook) -> dict[tuple[str, str], list[str]]:
    """Distinct required fields by object and moment; standing inputs count at every deal moment."""
    asked: dict[tuple[str, str], list[str]] = {}
    standing: dict[str, list[str]] = {}
    for rule in rulebook.inputs:
        names = [field.name for field in rule.what.fields]
        if rule.when.after is None:
            _ask(standing, rule.what.object, names)
        else:
            _ask(asked, (rule.what.object, rule.when.after), names)
    for gate in rulebook.gates:
        thing = "meeting" if gate.before.startswith("meeting.") else "deal"
        moment = "deal.created" if gate.before == "deal.create" else gate.before
        _ask(asked, (thing, moment), gate.require.fields)
    for thing, names in standing.items():
        for key in [key for key in asked if key[0] == thing] or [(thing, f"{thing}.open")]:
            _ask(asked, key, names)
    return asked


_Key = TypeVar("_Key")


def _ask(asked: dict[_Key, list[str]], key: _Key, names: Iterable[str]) -> None:
    known = asked.setdefault(key, [])
    known.extend(name for name in names if name not in known)


def _readers(rulebook: Rulebook, index: int, rule: InputRule) -> Iterator[Finding]:
    if not rule.why:
        yield Finding(
            "no_reader", f"inputs[{index + 1}]", rule.id,
            "入力を使う場（why）がありません。使わないなら、このルールをなくしてください。",
            "Nobody reads this input (why is empty); name a reader or drop the rule.",
        )  # fmt: skip
    for position, reason in enumerate(rule.why):
        if not _is_read(rulebook, reason):
            yield Finding(
                "no_reader", f"inputs[{index + 1}].why[{position + 1}]", rule.id,
                f"「{reason}」を使う会議やKPIが、この運用ルールにありません。",
                f"No meeting or KPI of this rulebook reads “{reason}”.",
            )  # fmt: skip


def _is_read(rulebook: Rulebook, reason: str) -> bool:
    kind, _, name = reason.partition(".")
    if kind == "kpi":
        return name in (rulebook.kpis or {})
    if kind == "agenda":
        agendas = {series.agenda for series in rulebook.meetings}
        return bool(agendas.intersection((*STANDARD_AGENDAS, name)))
    return True


def _tests(index: int, rule: InputRule) -> Iterator[Finding]:
    expected = {case.expect for case in rule.tests}
    for kind, word_ja, word_en in (("met", "入力済み", "met"), ("missing", "未入力", "missing")):
        if kind not in expected:
            yield Finding(
                "missing_tests", f"inputs[{index + 1}].tests", rule.id,
                f"「{word_ja}」になる例がありません。1つ以上書いてください。",
                f"No test expects “{word_en}”; write at least one.",
            )  # fmt: skip
    for position, case in enumerate(rule.tests):
        outcome = _outcome(rule, case)
        if outcome is not None and outcome != case.expect:
            word = ja_words.EXPECTATIONS[outcome]
            yield Finding(
                "wrong_test", f"inputs[{index + 1}].tests[{position + 1}]", rule.id,
                f"この例は、項目の条件からすると「{word}」になります。",
                f"By its own fields this test is “{outcome}”, not “{case.expect}”.",
            )  # fmt: skip


def _outcome(rule: InputRule, case: RuleTest) -> str | None:
    """What the fields say about a test; None where they cannot tell without today's date."""
    answers = [_answered(field, case, unknown=rule.unknown_allowed) for field in rule.what.fields]
    if False in answers:
        return "missing"
    return None if None in answers else "met"


def _answered(field: FieldRule, case: RuleTest, *, unknown: bool) -> bool | None:
    value = case.given.get(field.name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return False
    if unknown and value in _UNKNOWN:
        return None
    if field.choices and value not in field.choices:
        return False
    return None if field.is_ in {"future", "past"} else True
