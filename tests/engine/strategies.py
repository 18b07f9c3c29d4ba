"""Generated rulebooks: small vocabularies, short windows, so that rules overlap and edges meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

from teichaku.engine.rulebook.model import Rulebook

Data = dict[str, Any]

EVENT_TYPES = ("page_view", "form_submit", "email_click", "trade_fair")
PATHS = (
    "/",
    "/service",
    "/service/a",
    "/service/a/detail",
    "/pricing",
    "/pricing-old",
    "/careers/x",
)
PATTERNS = (
    "/service/**", "/service/*", "/service", "/pricing*", "/**", "/*", "/", "/**/detail",
    "/service/*/detail", "/careers/**",
)  # fmt: skip
FORMS = ("contact", "trial")
CAMPAIGNS = ("spring", "autumn")
RANKS = ("A", "B")
OBJECTS: Mapping[str, tuple[str, ...]] = {
    "form": FORMS,
    "asset": ("whitepaper", "catalogue"),
    "campaign": CAMPAIGNS,
    "rank": RANKS,
}
ZONES = ("Asia/Tokyo", "UTC", "Asia/Kathmandu", "America/Phoenix", "Etc/GMT-14")
TEXT_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "company.industry": ("製造業", "情報通信業", "no"),
    "title": ("営業部長", "取締役", "担当 A"),
}
NUMBER_ATTRIBUTES: Mapping[str, tuple[float, ...]] = {
    "company.employees": (0, 49, 50, 120, 300, 301),
    "visits": (0.5, 1, 2),
}
BOOLEAN_ATTRIBUTES = ("email_is_free", "company.is_competitor")
DATE_ATTRIBUTES: Mapping[str, tuple[date, ...]] = {
    "company.founded_on": (date(1999, 12, 31), date(2024, 2, 29), date(2026, 1, 1)),
}
REGEXES = ("部長|役員", "^取", "(?i)a$", r"\s")

exact_durations = st.builds(
    lambda amount, unit: f"{amount}{unit}", st.integers(1, 6), st.sampled_from(("h", "d"))
)
windows = st.one_of(
    exact_durations,
    st.sampled_from(("24h", "7d", "30d", "1mo", "1mo", "2mo", "12mo")),
)
points = st.one_of(
    st.sampled_from((-15, -5, -2.5, 0, 0.1, 0.3, 1, 3, 5, 10, 40)),
    st.integers(-3_000_000, 12_000_000).map(lambda micro: micro / 1_000_000),
)
thresholds = st.one_of(
    st.sampled_from((-5, 0, 0.1, 1, 3, 5, 10, 20)),
    st.integers(-2_000_000, 20_000_000).map(lambda micro: micro / 1_000_000),
)


def _subset(words: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


def _one_or_more(words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(words), _subset(words))


@st.composite
def event_matches(draw: st.DrawFn) -> Data:
    """What an event must be: mostly page views by path, sometimes narrowed by other objects."""
    match: Data = {"event": draw(st.sampled_from(("page_view", *EVENT_TYPES)))}
    if match["event"] == "page_view":
        if draw(st.booleans()):
            match["path"] = draw(_one_or_more(PATTERNS))
        return match
    for key, words in OBJECTS.items():
        if draw(st.integers(0, 3)) == 0:
            match[key] = draw(_one_or_more(words))
    return match


@st.composite
def caps(draw: st.DrawFn) -> Data:
    """Times, points or both; rolling or for all time."""
    limits = draw(st.sampled_from((("times",), ("points",), ("times", "points"))))
    cap: Data = {}
    if "times" in limits:
        cap["times"] = draw(st.integers(1, 4))
    if "points" in limits:
        cap["points"] = draw(
            st.one_of(
                st.sampled_from((0.1, 2.5, 5, 7, 20)),
                st.integers(1, 20_000_000).map(lambda micro: micro / 1_000_000),
            )
        )
    if draw(st.booleans()):
        cap["per"] = draw(windows)
    return cap


@st.composite
def behaviour_rules(draw: st.DrawFn, name: str) -> Data:
    """One rule with every mixture of cap, decay and end."""
    rule: Data = {"id": name, "when": draw(event_matches()), "points": draw(points)}
    if draw(st.booleans()):
        rule["cap"] = draw(caps())
    decay = draw(st.sampled_from(("", "", "half_life", "linear")))
    if decay:
        rule[decay] = draw(exact_durations)
    if draw(st.integers(0, 2)) == 0:
        rule["expires"] = draw(windows)
    return rule


@st.composite
def limits(draw: st.DrawFn) -> Data:
    """A floor, a ceiling, both or neither, the floor never above the ceiling."""
    low, high = sorted((draw(thresholds), draw(thresholds)))
    keep = draw(st.sampled_from((("min", "max"), ("min",), ("max",), (), ())))
    return {key: value for key, value in (("min", low), ("max", high)) if key in keep}


@st.composite
def attribute_clauses(draw: st.DrawFn) -> Data:
    """An operator over an attribute, now and then of another type than the attribute's."""
    kind = draw(st.sampled_from(("text", "number", "boolean", "date", "mismatch")))
    if kind == "text":
        name = draw(st.sampled_from(sorted(TEXT_ATTRIBUTES)))
        words = TEXT_ATTRIBUTES[name]
        operator = draw(st.sampled_from(("is", "in", "matches")))
        value: Any = {
            "is": st.sampled_from(words),
            "in": _subset(words),
            "matches": st.sampled_from(REGEXES),
        }[operator]
        return {"attribute": name, operator: draw(value)}
    if kind == "number":
        name = draw(st.sampled_from(sorted(NUMBER_ATTRIBUTES)))
        numbers = NUMBER_ATTRIBUTES[name]
        operator = draw(st.sampled_from(("is", "in", "between")))
        if operator == "between":
            pair = sorted((draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))))
            return {"attribute": name, "between": pair}
        choice = _subset(numbers) if operator == "in" else st.sampled_from(numbers)
        return {"attribute": name, operator: draw(choice)}
    if kind == "boolean":
        return {
            "attribute": draw(st.sampled_from(BOOLEAN_ATTRIBUTES)),
            "is": draw(st.booleans()),
        }
    if kind == "date":
        name = draw(st.sampled_from(sorted(DATE_ATTRIBUTES)))
        days = DATE_ATTRIBUTES[name]
        span = sorted((draw(st.sampled_from(days)), draw(st.sampled_from(days))))
        return {"attribute": name, "between": span}
    names = (
        *TEXT_ATTRIBUTES,
        *NUMBER_ATTRIBUTES,
        *BOOLEAN_ATTRIBUTES,
        *DATE_ATTRIBUTES,
        "unheard_of",
    )
    wrong: st.SearchStrategy[Data] = st.sampled_from(
        (
            {"is": 1},
            {"is": True},
            {"is": "1"},
            {"in": ["no", 50]},
            {"between": [0, 1]},
            {"matches": "1"},
        )
    )
    return {"attribute": draw(st.sampled_from(names)), **draw(wrong)}


@st.composite
def history_clauses(draw: st.DrawFn) -> Data:
    """A clause over events or scores."""
    kind = draw(st.sampled_from(("count", "count", "days", "last", "score", "score", "rising")))
    if kind == "score":
        axis = draw(st.sampled_from(("total", "behaviour", "fit")))
        return {"score": axis, "at_least": draw(thresholds)}
    if kind == "rising":
        return {"rising": draw(thresholds)}
    clause: Data = {kind: draw(event_matches())}
    if kind != "last":
        clause["at_least"] = draw(st.integers(1, 3))
    if draw(st.integers(0, 3)):
        clause["within"] = draw(windows)
    return clause


def _combined(inner: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {}, optional={"all": several, "any": several, "none": several}
    ).filter(bool)


def conditions(*, scores: bool = True) -> st.SearchStrategy[Data]:
    """Nested conditions of every clause kind; without ``scores`` over attributes only."""
    leaf = st.one_of(history_clauses(), attribute_clauses()) if scores else attribute_clauses()
    return st.recursive(leaf, _combined, max_leaves=6)


@st.composite
def grades(draw: st.DrawFn) -> Data:
    """Letters and digits with thresholds from the highest down."""

    def scale(words: tuple[str, ...]) -> Data:
        levels = draw(st.lists(thresholds, min_size=1, max_size=len(words), unique=True))
        return dict(zip(words, sorted(levels, reverse=True), strict=False))

    return {"fit": scale(("A", "B", "C")), "behaviour": scale(("1", "2", "3"))}


@st.composite
def scoring_data(draw: st.DrawFn) -> Data:
    """Groups of behaviour rules, fit rules, limits of the total, grades."""
    groups, number = [], 0
    for g in range(draw(st.integers(0, 3))):
        rules = []
        for _ in range(draw(st.integers(1, 3))):
            number += 1
            rules.append(draw(behaviour_rules(f"S-{number:02d}")))
        groups.append({"group": f"g{g + 1}", "rules": rules, **draw(limits())})
    scoring: Data = {"behaviour": groups}
    if draw(st.booleans()):
        fit = [
            {"id": f"F-{n + 1:02d}", "when": draw(conditions(scores=False)), "points": draw(points)}
            for n in range(draw(st.integers(1, 3)))
        ]
        scoring["fit"] = {"rules": fit}
    scoring["range"] = draw(limits())
    if not scoring["range"]:
        del scoring["range"]
    if draw(st.booleans()):
        scoring["grades"] = draw(grades())
    return scoring


@st.composite
def rulebook_data(draw: st.DrawFn) -> Data:
    """The sections that the evaluator reads, as plain data."""
    data: Data = {
        "rulebook": 1,
        "title": "generated",
        "timezone": draw(st.sampled_from(ZONES)),
        "scoring": draw(scoring_data()),
    }
    if draw(st.sampled_from((True, True, True, True, True, True, True, False))):
        data["mql"] = {"id": "M-01", "when": draw(conditions())}
        if draw(st.booleans()):
            data["mql"]["requalify_after"] = draw(windows)
    return data


def rulebooks() -> st.SearchStrategy[Rulebook]:
    """Rulebooks with scoring and, nearly always, an MQL definition: what the engine runs."""
    return rulebook_data().map(Rulebook.model_validate)
