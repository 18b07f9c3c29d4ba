"""The report as one JSON object, its parts in the order in which it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from teichaku.checklist.diagnosis import Diagnosis
from teichaku.checklist.diagnosis_import import Source
from teichaku.checklist.documents import checklist_document
from teichaku.checklist.pain_lists import Cell, PainList
from teichaku.core.canonical import Json
from teichaku.engine.statistics import Rate

FIRST_ROWS = 20


def diagnosis_json(found: Diagnosis, sources: Sequence[Source] = ()) -> dict[str, Json]:
    """The object; lists carry their sums, their owners and their first rows."""
    return {
        "as_of": found.as_of.isoformat(),
        "rulebook": found.rulebook,
        "names_hidden": found.names_hidden,
        "files": [
            {
                "file": source.file,
                "kind": source.kind or None,
                "read": source.read,
                "rejected": source.rejected,
                "note": source.note or None,
                "needs": list(source.needs),
            }
            for source in sources
        ],
        "lists": [_list(pain) for pain in found.lists],
        "matching": _matching(found),
        "kpi": _kpi(found),
        "input": _input(found),
        "checklist": checklist_document(found.checklist),
        "missing_files": [
            {"kind": gap.kind, "file": gap.file, "unlocks": gap.unlocks} for gap in found.missing
        ],
        "first_three": [
            {"what": fix.what, "why": fix.why, "about": fix.anchor} for fix in found.fixes
        ],
    }


def _list(pain: PainList) -> dict[str, Json]:
    return {
        "key": pain.key,
        "title": pain.title,
        "finding": pain.finding,
        "basis": pain.basis,
        "needs": pain.needs or None,
        "count": pain.count,
        "whole": pain.whole,
        "amount": pain.amount,
        "without_amount": pain.without_amount,
        "estimate": None
        if pain.estimate is None
        else {"amount": pain.estimate.amount, "how": pain.estimate.how},
        "owners": [
            {
                "owner": line.owner or None,
                "count": line.count,
                "amount": line.amount,
                "without_amount": line.without_amount,
            }
            for line in pain.owners
        ],
        "rows": [
            {column.key: _plain(cell) for column, cell in zip(pain.columns, row.cells, strict=True)}
            for row in pain.rows[:FIRST_ROWS]
        ],
    }


def _plain(cell: Cell) -> Json:
    return cell.isoformat() if isinstance(cell, date) else (None if cell == "" else cell)


def _rate(rate: Rate, **parts: Json) -> dict[str, Json]:
    return {"value": rate.value, "low": rate.low, "high": rate.high, **parts}


def _kpi(found: Diagnosis) -> dict[str, Json]:
    figures, funnel = found.kpi.figures, found.kpi.funnel
    return {
        "window_days": found.kpi.report.window_days,
        "provisional_rule": found.kpi.provisional,
        "mql_count": {
            "value": figures.mqls,
            "by_month": [{"month": month, "value": n} for month, n in figures.by_month],
        },
        "opportunity_rate": _rate(
            figures.opportunity_rate,
            n=figures.mqls,
            matured=figures.matured,
            opportunities=figures.opportunities,
        ),
        "close_rate": _rate(figures.close_rate, n=figures.mqls, won=figures.won_mqls),
        "win_rate": _rate(figures.win_rate, won=figures.won, lost=figures.lost),
        "funnel": {
            "leads": funnel.leads,
            "mqls": funnel.mqls,
            "with_deal": funnel.with_deal,
            "won": funnel.won,
        },
    }


def _matching(found: Diagnosis) -> dict[str, Json]:
    matching = found.matching
    return {
        "deals": matching.deals,
        "linked": dict(matching.linked),
        "waiting": matching.waiting,
        "unmatched": matching.unmatched,
    }


def _input(found: Diagnosis) -> dict[str, Json]:
    inputs = found.inputs
    return {
        "missing": [
            {
                "person": line.person or None,
                "open_deals": line.missing.open,
                "amount": line.missing.amount,
                "close_date": line.missing.close_date,
                "company": line.missing.company,
                "next_action": line.missing.next_action,
            }
            for line in inputs.missing
        ],
        "lag": [
            {
                "person": line.person or None,
                "entries": line.lag.entries,
                "median_hours": round(line.lag.median, 3),
                "later_than_a_day": line.lag.late,
            }
            for line in inputs.lags
        ],
        "needs": [needs for needs in (inputs.lag_needs, inputs.next_action_needs) if needs],
    }
