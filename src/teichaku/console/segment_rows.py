"""A segment's condition as rows of a form, and rows as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from teichaku.engine.errors import RulebookError
from teichaku.engine.rulebook.document import write
from teichaku.engine.rulebook.durations import Duration
from teichaku.engine.rulebook.grade_conditions import GRADE
from teichaku.engine.rulebook.load import load_condition
from teichaku.engine.rulebook.predicates import (
    AnyPredicate,
    AttributeClause,
    Combination,
    CountClause,
    DaysClause,
    EventMatch,
    LastClause,
    RisingClause,
    ScoreClause,
)
from teichaku.leads.attributes import AttributeReader

GROUPS = ("all", "any", "none")
# Which object of an event a single box asks for.
OBJECTS: Mapping[str, str] = {"page_view": "path", "form_submit": "form", "download": "asset"}
Row = dict[str, Any]


def rows_of(document: str) -> list[Row] | None:
    """The condition as rows; None where it is more nested than rows can say, or no condition."""
    try:
        condition = load_condition(document)
    except RulebookError:
        return None
    if not isinstance(condition, Combination):
        row = _row("all", condition)
        return None if row is None else [row]
    found = [
        _row(group, part) for group in GROUPS for part in getattr(condition, f"{group}_") or ()
    ]
    rows = [row for row in found if row is not None]
    return rows if len(rows) == len(found) else None


def document_of(rows: Sequence[Row]) -> str:
    """The document that the rows say."""
    data = {
        group: [_clause(row) for row in rows if row["group"] == group]
        for group in GROUPS
        if any(row["group"] == group for row in rows)
    }
    return write(data)


def _row(group: str, part: AnyPredicate) -> Row | None:
    match part:
        case ScoreClause():
            return {"group": group, "kind": "score", "axis": part.score, "points": part.at_least}
        case RisingClause():
            return {"group": group, "kind": "rising", "points": part.rising}
        case AttributeClause():
            return _attribute_row(group, part)
        case CountClause():
            return _event_row(group, "count", part.count, part.within, part.at_least)
        case DaysClause():
            return _event_row(group, "days", part.days, part.within, part.at_least)
        case LastClause():
            return _event_row(group, "last", part.last, part.within, None)
    return None


def _attribute_row(group: str, part: AttributeClause) -> Row | None:
    if part.attribute == GRADE:
        wanted = part.in_ or ((part.is_,) if part.is_ is not None else ())
        return {"group": group, "kind": "grade", "grades": [str(grade) for grade in wanted]}
    row: Row = {"group": group, "kind": "attribute", "attribute": part.attribute}
    if part.between is not None:
        low, high = part.between
        return row | {"operator": "between", "value": str(low), "upto": str(high)}
    if part.matches is not None:
        return row | {"operator": "matches", "value": part.matches}
    values = part.in_ or (part.is_,)
    if any(isinstance(value, str) and "," in value for value in values):
        return None  # commas separate values in the box
    return row | {"operator": "in", "value": ", ".join(map(_text, values))}


def _event_row(
    group: str, kind: str, match: EventMatch, within: Duration | None, at_least: int | None
) -> Row | None:
    wanted = OBJECTS.get(match.event)
    others = [name for name in ("path", "form", "asset", "rank") if name != wanted]
    listed = getattr(match, wanted) if wanted else None
    campaigns = match.campaign
    nested = any(getattr(match, name) is not None for name in others)
    if nested or any(len(many or ()) > 1 for many in (listed, campaigns)):
        return None
    if within is not None and within.unit != "d":
        return None
    return {
        "group": group, "kind": kind, "event": match.event,
        "object": listed[0] if listed else "", "campaign": campaigns[0] if campaigns else "",
        "at_least": at_least, "within": within.amount if within else None,
    }  # fmt: skip


def _text(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _clause(row: Row) -> dict[str, Any]:
    kind = row["kind"]
    if kind == "score":
        return {"score": row["axis"], "at_least": _plain(row["points"])}
    if kind == "rising":
        return {"rising": _plain(row["points"])}
    if kind == "grade":
        return {"attribute": GRADE, "in": list(row["grades"])}
    if kind == "attribute":
        return _attribute_clause(row)
    match = {"event": row["event"]}
    name = OBJECTS.get(row["event"])
    if name and row["object"]:
        match[name] = row["object"]
    if row["campaign"]:
        match["campaign"] = row["campaign"]
    clause: dict[str, Any] = {kind: match}
    if kind != "last":
        clause["at_least"] = row["at_least"]
    if row["within"]:
        clause["within"] = f"{row['within']}d"
    return clause


def _attribute_clause(row: Row) -> dict[str, Any]:
    clause: dict[str, Any] = {"attribute": row["attribute"]}
    if row["operator"] == "matches":
        return clause | {"matches": row["value"]}
    if row["operator"] == "between":
        return clause | {"between": [_bound(row["value"]), _bound(row["upto"])]}
    values = [_scalar(text.strip()) for text in row["value"].split(",") if text.strip()]
    if len(values) == 1:
        return clause | {"is": values[0]}
    return clause | {"in": values}


def _scalar(text: str) -> object:
    """What a text in a box means: a truth, a number or itself."""
    if text in ("true", "false"):
        return text == "true"
    number = AttributeReader({"n": "number"}).value("n", text)
    return number if isinstance(number, int | float) else text


def _bound(text: str) -> object:
    """An end of a range: a number or a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _scalar(text)


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number
