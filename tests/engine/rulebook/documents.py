"""Generated whole documents: every section, with texts that YAML could take for another thing."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from tests.engine.strategies import conditions, rulebook_data, windows

from teichaku.engine.rulebook.model import Rulebook
from teichaku.engine.rulebook.vocabulary import (
    AFTER_POINTS,
    BEFORE_POINTS,
    CLOSING_A_MEETING,
    MEETING_FIELDS,
    ROLES,
    WEEKDAYS,
)

Data = dict[str, Any]

TRICKY = (
    "no",
    "yes",
    "on",
    "off",
    "null",
    "~",
    "true",
    "1",
    "1.0",
    "0x10",
    "2026-11-22",
    "12:30",
    "- a",
    "a: b",
    "a #b",
    "#b",
    "'",
    '"',
    "「引用」",
    "  spaces  ",
    "二行\nの文",
    "tab\there",
    "&a",
    "*a",
    "!x",
    "@",
    "{a}",
    "[a]",
    "%",
    "é",
    "😀",
    ":x",
    "?x",
    "\u2028",
    "\x85",
    "\ufeff",
    "|",
    ">",
    "?",
    ",",
)
texts = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=12),
)
roles = st.sampled_from(ROLES)
lengths = st.builds(
    lambda amount, unit: f"{amount}{unit}",
    st.integers(1, 40),
    st.sampled_from(("d", "h", "mo", "bh", "bd")),
)
whole_days = st.integers(1, 400).map(lambda days: f"{days}d")
dates = st.dates(date(2020, 1, 1), date(2040, 12, 31))
names = st.lists(texts, min_size=1, max_size=3, unique=True)
ids = st.from_regex(r"[A-Za-z][A-Za-z0-9_.\-]{0,5}", fullmatch=True)


def _with(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries(required, optional=optional)


calendars = _with(
    {},
    workdays=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    hours=st.sampled_from((["09:00-12:00", "13:00-18:00"], ["10:00-19:00"])),
    holidays=st.sampled_from(("JP", "none")),
    closed=st.sampled_from(([], ["12-29..01-03"], ["2027-05-06", "02-29"])),
    open=st.lists(dates.map(date.isoformat), max_size=2),
    fiscal_year_start=st.integers(1, 12),
)
kpis = _with(
    {"target": st.sampled_from((0.3, 1, 40, -2.5)), "owner": roles, "by": dates},
    label=texts,
    window=whole_days,
    per=st.sampled_from(("month", "quarter", "half", "year")),
)
deadlines = _with({}, accept=lengths, first_touch=lengths)
routes = _with(
    {"by": st.sampled_from(("capacity", "round_robin", "owner_of_company", "山田"))}, team=ids
)
handovers = _with(
    {
        "to": st.builds(
            lambda some, last: [*some, last],
            st.lists(_with({"when": conditions(scores=False), "by": texts}, team=ids), max_size=2),
            routes,
        )
    },
    via=_with({"team": ids}, deadlines=deadlines),
    capacity=_with({"per_week": st.integers(1, 9)}),
    deadlines=deadlines,
    hot=_with({"when": conditions(), "deadlines": deadlines}),
    on_breach=st.lists(
        _with(
            {
                "after": st.sampled_from(("0bh", "4bh", "1bd")),
                "do": st.sampled_from(("notify_owner", "ask_manager", "reassign")),
            }
        ),
        max_size=3,
    ),
    reply=_with({"by": roles, "within": lengths}),
    return_reasons=st.one_of(st.just("default"), names),
)
fields = st.one_of(
    texts,
    _with(
        {"name": texts},
        choices=names,
        means=texts,
        example=texts,
        **{"is": st.sampled_from(("future", "past", "filled"))},
    ),
)
values = st.one_of(
    texts, st.booleans(), st.integers(-9, 9), st.sampled_from((0.5, 1e300)), dates, st.none()
)
moments = st.one_of(
    _with({"after": st.sampled_from(AFTER_POINTS), "due": lengths}),
    _with(
        {"every": st.just("week"), "due": st.just("fri 17:00")}, **{"while": st.just("deal.open")}
    ),
    _with({"every": st.sampled_from(("day", "month")), "due": lengths}),
)
inputs = _with(
    {
        "who": _with({"role": roles}),
        "when": moments,
        "what": _with(
            {
                "object": st.sampled_from(
                    ("lead", "company", "deal", "activity", "handover", "meeting")
                ),
                "fields": st.lists(
                    fields,
                    min_size=1,
                    max_size=3,
                    unique_by=lambda field: field if isinstance(field, str) else field["name"],
                ),
            }
        ),
    },
    label=texts,
    why=st.lists(st.sampled_from(("kpi.win_rate", "agenda.weekly", "朝礼")), unique=True),
    unknown_allowed=st.booleans(),
    tests=st.lists(
        _with(
            {
                "given": st.dictionaries(texts, values, max_size=3),
                "expect": st.sampled_from(("met", "missing")),
            }
        ),
        max_size=2,
    ),
)
waivers = _with(
    {"approver": roles, "max": whole_days},
    reasons=st.one_of(st.just("default"), names),
    deputy=roles,
    answer_within=lengths,
    until_answered=st.sampled_from(("allow", "hold")),
)
requirements = st.one_of(
    _with({"linked_lead": st.just(True)}, lead_has_event_before=st.booleans(), fields=names),
    _with({"fields": names}, linked_lead=st.booleans()),
)
modes = st.sampled_from(("shadow", "warn", "block"))
moments = [point for point in BEFORE_POINTS if point != CLOSING_A_MEETING]
meeting_fields = st.lists(st.sampled_from(MEETING_FIELDS), min_size=1, unique=True)
gates = st.one_of(
    _with(
        {"before": st.sampled_from(moments), "require": requirements},
        label=texts,
        mode=modes,
        waiver=waivers,
        applies_to=conditions(scores=False),
    ),
    _with(
        {"before": st.just(CLOSING_A_MEETING), "require": _with({"fields": meeting_fields})},
        label=texts,
        mode=modes,
    ),
)
meetings = _with(
    {
        "every": st.just("month"),
        "day": st.sampled_from(("bd1", "bd23", "mon")),
        "time": st.just("09:05"),
        "minutes": st.integers(5, 480),
        "chair": roles,
        "departments": names,
        "agenda": texts,
    },
    label=texts,
    deputy=roles,
    on_holiday=st.sampled_from(("next_bd", "previous_bd", "skip")),
)
stages = _with({}, label=texts, enter_when=texts, probability=st.sampled_from((0.0, 0.35, 1.0)))


@st.composite
def document_data(draw: st.DrawFn) -> Data:
    """A whole document as plain data, any section present or not."""
    data: Data = draw(rulebook_data())
    data["title"] = draw(texts)
    sections: dict[str, Any] = {
        "calendar": calendars,
        "purpose": texts,
        "kpis": st.dictionaries(ids, kpis, min_size=1, max_size=2),
        "handover": handovers,
        "reviews": _with(
            {}, scoring=whole_days, scenarios=whole_days, rulebook=whole_days, hollow=whole_days
        ),
    }
    data.update(draw(_with({}, **sections)))
    if draw(st.booleans()):
        deal = {"created_when": texts, "stages": _listed(stages, "st")}
        data["deal"] = draw(_with(deal, label=texts, kinds=names, lost_reasons=names))
    for key, parts, prefix in (
        ("inputs", inputs, "R"),
        ("gates", gates, "G"),
        ("meetings", meetings, "t"),
    ):
        data[key] = draw(_listed(parts, prefix))
    if "mql" in data and draw(st.booleans()):
        data["mql"]["requalify_after"] = draw(windows)
    return data


def _listed(parts: st.SearchStrategy[Data], prefix: str) -> st.SearchStrategy[list[Data]]:
    return st.lists(parts, max_size=2).map(
        lambda found: [{"id": f"{prefix}-{number}", **part} for number, part in enumerate(found)]
    )


def documents() -> st.SearchStrategy[Rulebook]:
    """Valid rulebooks with any sections."""
    return document_data().map(Rulebook.model_validate)
