"""The report as one page that stands alone: no script, no other file, nothing asked of a network.

The page forbids itself everything but its own style sheet, so that it stays so wherever it is
opened.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from teichaku.checklist.diagnosis import Diagnosis
from teichaku.checklist.diagnosis_charts import funnel_chart, month_chart
from teichaku.checklist.diagnosis_import import Source
from teichaku.checklist.diagnosis_items import items_view
from teichaku.checklist.diagnosis_matching import matching_view
from teichaku.checklist.diagnosis_words import NOTHING, cell, count, share
from teichaku.checklist.pain_lists import Column, PainList
from teichaku.engine.kpi import Figures
from teichaku.engine.statistics import Rate
from teichaku.rulebook.selectors import zone_in_force

SHEETS = ("tokens", "base", "components", "screens")
SHOWN_ROWS = 12
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ListView:
    """A list with the columns that hold anything, and the cells of its first rows as read."""

    pain: PainList
    columns: tuple[Column, ...]
    first: tuple[tuple[tuple[Column, str], ...], ...]


@dataclass(frozen=True, slots=True)
class KpiTile:
    """A KPI with its named parts and its interval."""

    name: str
    value: str
    parts: str
    interval: str


def diagnosis_html(found: Diagnosis, sources: Sequence[Source] = ()) -> str:
    """The page."""
    style = report_style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return render_to_string(
        "checklist/diagnosis.html",
        {
            "found": found,
            "headline": headline(found),
            "lists": [_list_view(pain) for pain in found.lists],
            "shown": SHOWN_ROWS,
            "sources": sources,
            "doubts": [source for source in sources if source.note or source.needs],
            "matching": matching_view(found.matching),
            "kpis": kpi_tiles(found),
            "funnel": funnel_chart(found),
            "months": month_chart(found.kpi.cohorts),
            "items": items_view(found.checklist, found.claims),
            "made_at": found.made_at.astimezone(zone_in_force()).strftime(_("%Y-%m-%d %H:%M")),
            "style": mark_safe(style),  # noqa: S308 - our own style sheets
            "style_hash": f"sha256-{digest}",
        },
    )


def headline(found: Diagnosis) -> str:
    """The finding of the list that is worth most; what is said when nothing hurts."""
    hurting = [pain for pain in found.lists if pain.count]
    if not hurting:
        return _("Nothing in the files hurts that they could show")
    worst = max(hurting, key=lambda pain: (pain.worth, pain.count or 0))
    return worst.finding.rstrip("。.")  # a title is no sentence


def report_style() -> str:
    """The style sheets of the product and of the report, as one text."""
    paths = [*(f"console/{name}.css" for name in SHEETS), "checklist/diagnosis.css"]
    texts = []
    for path in paths:
        file = finders.find(path)
        if not isinstance(file, str):
            raise FileNotFoundError(path)
        texts.append(_COMMENT.sub("", Path(file).read_text(encoding="utf-8")))
    return "".join(texts)


def kpi_tiles(found: Diagnosis) -> list[KpiTile]:
    """The three shared KPIs and the close rate, each with its denominator named."""
    figures, window = found.kpi.figures, found.kpi.report.window_days
    opportunity = _("%(opportunities)s with a deal within %(days)s days ÷ %(matured)s matured") % {
        "opportunities": count(figures.opportunities),
        "days": window,
        "matured": count(figures.matured),
    }
    close = _("%(won)s MQLs with a won deal ÷ %(n)s MQLs") % {
        "won": count(figures.won_mqls),
        "n": count(figures.mqls),
    }
    mqls = count(figures.mqls) if figures.mqls else NOTHING
    return [
        KpiTile(_("MQLs"), mqls, _("different leads, whole history"), ""),
        KpiTile(_("Opportunity rate (MQL to deal)"), *_rate(figures.opportunity_rate, opportunity)),
        KpiTile(_("Close rate (MQL to won)"), *_rate(figures.close_rate, close)),
        KpiTile(_("Win rate (of closed deals)"), *_win_rate(figures)),
    ]


def _win_rate(figures: Figures) -> tuple[str, str, str]:
    if figures.won and not figures.lost:
        parts = _("%(won)s won deals and no lost one in the files, so there is no rate to tell")
        return NOTHING, parts % {"won": count(figures.won)}, ""
    parts = _("%(won)s won ÷ %(closed)s closed deals") % {
        "won": count(figures.won),
        "closed": count(figures.won + figures.lost),
    }
    return _rate(figures.win_rate, parts)


def _rate(rate: Rate, parts: str) -> tuple[str, str, str]:
    if rate.value is None:
        return NOTHING, _("cannot be computed: %(parts)s") % {"parts": parts}, ""
    interval = _("95 %% interval %(low)s to %(high)s") % {
        "low": share(rate.low),
        "high": share(rate.high),
    }
    return share(rate.value), parts, interval


def _list_view(pain: PainList) -> ListView:
    filled = [
        place
        for place in range(len(pain.columns))
        if any(row.cells[place] not in (None, "") for row in pain.rows)
    ]
    columns = tuple(pain.columns[place] for place in filled)
    rows = tuple(
        tuple(
            (column, cell(row.cells[p], column.kind))
            for p, column in zip(filled, columns, strict=True)
        )
        for row in pain.rows[:SHOWN_ROWS]
    )
    return ListView(pain, columns, rows)
