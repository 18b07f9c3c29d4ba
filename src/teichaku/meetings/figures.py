"""The figures of a meeting: the shared KPIs as plain data that can be fixed, and as words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from teichaku.core.canonical import Json, canonical_json
from teichaku.engine.calendar import months_after
from teichaku.engine.rulebook.model import Kpi
from teichaku.engine.rulebook.vocabulary import SHARED_KPIS
from teichaku.rulebook.selectors import activation_in_force, rulebook_of

DEFINITIONS: Mapping[str, str] = {
    "mql_count": "mql-count/1",
    "opportunity_rate": "opportunity-rate/1",
    "win_rate": "win-rate/1",
}
LABELS: Mapping[str, Promise] = {
    "mql_count": _("MQLs"),
    "opportunity_rate": _("Opportunity rate (MQL → deal)"),
    "win_rate": _("Win rate (of decided deals)"),
}
Snapshot = Mapping[str, Any]  # JSON as ``figures_taken`` makes it


def figures_taken(as_of: date) -> dict[str, Json]:
    """The shared KPIs at the end of the local day with their denominators, and what they are of."""
    from teichaku.kpi.selectors import kpi_report  # it loads the statistics

    report, activation = kpi_report(as_of=as_of), activation_in_force()
    rulebook = rulebook_of(activation.revision.document) if activation else None
    targets: Mapping[str, Kpi] = (rulebook.kpis if rulebook else None) or {}
    found = report.figures
    months = dict(found.by_month)
    before = months_after(as_of.replace(day=1), -1)
    ripe = [cohort.month for cohort in report.cohorts if cohort.matured == cohort.mqls]
    return {
        "as_of": as_of.isoformat(),
        "revision": activation.revision.hash if activation else "",
        "window_days": report.window_days,
        "definitions": dict(DEFINITIONS),
        "targets": {name: targets[name].target for name in SHARED_KPIS if name in targets},
        "mql_count": {
            "month": f"{as_of:%Y-%m}",
            "value": months.get(f"{as_of:%Y-%m}", 0),
            "month_before": f"{before:%Y-%m}",
            "value_before": months.get(f"{before:%Y-%m}", 0),
        },
        "opportunity_rate": {
            **_rate(found.opportunities, found.matured, found.opportunity_rate),
            "waiting": found.mqls - found.matured,
            "final_until": _run_of(ripe, [cohort.month for cohort in report.cohorts]),
        },
        "win_rate": _rate(found.won, found.won + found.lost, found.win_rate),
        "deals": report.deals,
        "linked": report.linked,
    }


def _rate(part: int, whole: int, rate: Sequence[float | None]) -> dict[str, Json]:
    value, low, high = rate
    return {"part": part, "whole": whole, "value": value, "low": low, "high": high}


def _run_of(ripe: Sequence[str], months: Sequence[str]) -> str:
    """The month up to which, from the first on, every one is matured."""
    last = ""
    for month in months:
        if month not in ripe:
            break
        last = month
    return last


def hash_of(snapshot: Snapshot, rows: Json) -> str:
    """What the figures and the rows fixed with them are known by."""
    text = canonical_json({"figures": snapshot, "rows": rows})
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class KpiShown:
    """One shared KPI as people read it; ``value`` is None where the records give none."""

    id: str
    label: str
    value: float | None
    is_rate: bool
    part: int = 0
    whole: int = 0
    low: float | None = None
    high: float | None = None
    target: float | None = None
    month: date | None = None
    month_before: date | None = None
    value_before: int = 0
    waiting: int = 0
    final_until: date | None = None


def kpis_shown(snapshot: Snapshot) -> list[KpiShown]:
    """The shared KPIs of the fixed figures, in their order; rates in percent."""
    targets = snapshot["targets"]
    count = snapshot["mql_count"]
    shown = [
        KpiShown(
            "mql_count",
            str(LABELS["mql_count"]),
            count["value"],
            is_rate=False,
            target=targets.get("mql_count"),
            month=_month(count["month"]),
            month_before=_month(count["month_before"]),
            value_before=count["value_before"],
        )
    ]
    for name in SHARED_KPIS[1:]:
        rate = snapshot[name]
        shown.append(
            KpiShown(
                name,
                str(LABELS[name]),
                _percent(rate["value"]),
                is_rate=True,
                part=rate["part"],
                whole=rate["whole"],
                low=_percent(rate["low"]),
                high=_percent(rate["high"]),
                target=_percent(targets.get(name)),
                waiting=rate.get("waiting", 0),
                final_until=_month(rate.get("final_until", "")),
            )
        )
    return shown


def unlinked_share(snapshot: Snapshot) -> float | None:
    """The percentage of all deals that name no lead; None without a deal."""
    deals = snapshot["deals"]
    return 100 * (deals - snapshot["linked"]) / deals if deals else None


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None
