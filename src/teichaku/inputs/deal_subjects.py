"""Deals as subjects of input rules, many at a time in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from teichaku.deals.gate_facts import created_instant, subjects_of
from teichaku.deals.gate_rules import GateBook, gate_book
from teichaku.deals.models import Activity, Deal, StageChange, Waiver
from teichaku.engine.input_facts import Moment, Span, Subject
from teichaku.inputs.book import InputBook
from teichaku.inputs.entries import entries_of, values_entered

TOO_LATE = timedelta(hours=72)
IMPORT = "import"
COLUMNS = (
    "pk", "created_at", "created_on", "closed_at", "closed_on", "recorded_at", "source",
    "stage__kind",
)  # fmt: skip
_Moments = dict[str, list[Moment]]
_Row = Mapping[str, Any]  # a row of ``values()``: whatever the columns hold


class _Step(NamedTuple):
    """The deal entered a stage; ``late``: a file told of it long after."""

    at: datetime
    key: str
    kind: str
    late: bool


def deal_subjects(deals: Sequence[int], book: InputBook) -> list[Subject]:
    """The deals that exist, each with what was entered when, what happened and when it was open.

    What a file tells more than 72 hours after it happened starts nothing.
    """
    gates = gate_book()
    rows = list(Deal.objects.filter(pk__in=deals).order_by("pk").values(*COLUMNS))
    now = subjects_of(deals, gates)
    entries = entries_of(
        "deals.deal",
        {pk: values_entered(deal.values, deal.unknowns) for pk, deal in now.items()},
        {row["pk"]: row["recorded_at"] for row in rows},
    )
    steps = _steps(deals)
    others = _other_moments(deals, book)
    found = []
    for row in rows:
        pk = row["pk"]
        created = created_instant(row, gates)
        late = row["source"] == IMPORT and row["recorded_at"] - created > TOO_LATE
        moments: _Moments = defaultdict(list, others.get(pk, {}))
        if not late:
            moments["deal.created"].append(Moment("created", created))
        _stage_moments(moments, steps.get(pk, []))
        begin = row["recorded_at"] if late else created
        spans = _spans(begin, steps.get(pk, []), row, gates)
        _closing_moment(moments, spans, row, late=late)
        found.append(Subject("deal", pk, entries[pk], moments, spans))
    return found


def _steps(deals: Sequence[int]) -> dict[int, list[_Step]]:
    """The stages that each deal entered, in order, and whether we heard too late of it."""
    rows = StageChange.objects.filter(deal__in=deals).order_by("at", "pk")
    found: dict[int, list[_Step]] = defaultdict(list)
    columns = ("deal_id", "at", "recorded_at", "source", "stage__key", "stage__kind")
    for deal, at, recorded_at, source, key, kind in rows.values_list(*columns):
        late = source == IMPORT and recorded_at - at > TOO_LATE
        found[deal].append(_Step(at, key, kind, late))
    return found


def _stage_moments(moments: _Moments, steps: Sequence[_Step]) -> None:
    for at, key, kind, late in steps:
        if not late:
            name = f"deal.{kind}" if kind in {"won", "lost"} else f"deal.stage.{key}"
            moments[name].append(Moment(f"{key}@{at.isoformat()}", at))


def _spans(
    begin: datetime,
    steps: Sequence[_Step],
    row: _Row,
    gates: GateBook,
) -> tuple[Span, ...]:
    """When the deal was open: by its stages, or where these tell nothing by its closing day."""
    spans: list[Span] = []
    start: datetime | None = begin
    for at, _, kind, _ in steps:
        if kind == "open":
            start = start or at
        elif start is not None:
            spans += [Span(start, at)] if at > start else []
            start = None
    if start is not None:
        closed = _closed(row, gates)
        if closed is None:
            spans.append(Span(start))
        elif closed > start:
            spans.append(Span(start, closed))
    return tuple(spans)


def _closed(row: _Row, gates: GateBook) -> datetime | None:
    if row["stage__kind"] == "open":
        return None
    if row["closed_at"] is None and row["closed_on"] is None:
        recorded: datetime = row["recorded_at"]
        return recorded
    at: datetime | None = row["closed_at"]
    return at or datetime.combine(row["closed_on"], time.max, gates.zone)


def _closing_moment(moments: _Moments, spans: Sequence[Span], row: _Row, *, late: bool) -> None:
    """A deal whose closing no stage tells of was closed at the end of its last span."""
    name = f"deal.{row['stage__kind']}"
    told = name in {"deal.won", "deal.lost"} and name not in moments
    end = spans[-1].end if spans else None
    if told and end is not None and not late:
        moments[name].append(Moment(f"{row['stage__kind']}@{end.isoformat()}", end))


def _other_moments(deals: Sequence[int], book: InputBook) -> dict[int, _Moments]:
    """Activities about the deals and exceptions asked for, where any rule waits for these."""
    found: dict[int, _Moments] = defaultdict(lambda: defaultdict(list))
    if book.awaits("activity.", "deal"):
        rows = Activity.objects.filter(deal__in=deals).order_by("at", "pk")
        for pk, deal, kind, at in rows.values_list("pk", "deal_id", "kind", "at"):
            found[deal or 0][f"activity.{kind}.end"].append(Moment(f"activity:{pk}", at))
    if book.awaits("waiver.", "deal"):
        asked = Waiver.objects.filter(deal__in=deals).order_by("requested_at", "pk")
        for pk, deal, at in asked.values_list("pk", "deal_id", "requested_at"):
            found[deal]["waiver.requested"].append(Moment(f"waiver:{pk}", at))
    return found
