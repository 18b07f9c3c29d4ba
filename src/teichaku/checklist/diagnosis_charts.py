"""The report's drawings as numbers for inline SVG: the funnel and the MQLs of each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from teichaku.checklist.diagnosis import Diagnosis
from teichaku.checklist.diagnosis_words import count, day, share
from teichaku.engine.kpi import Cohort
from teichaku.engine.statistics import Rate

EPOCH = date(1970, 1, 1)
WIDTH, LEFT, FIGURES = 360, 110, 110  # of the drawing; of the labels; of the figures behind bars
STEP, BAR = 32, 18
BASE, ROOM = 126, 104  # of the monthly bars: their foot, and how high they may be
MONTHS_SHOWN, LABELS = 24, 6


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the funnel."""

    label: str
    figure: str
    y: float
    text_y: float
    width: float
    figure_x: float


@dataclass(frozen=True, slots=True)
class FunnelChart:
    """The funnel, with its figures in words."""

    steps: tuple[Step, ...]
    height: int
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A month; ``young``: not all of its MQLs can be judged yet."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    value_y: float
    value: str
    label: str
    young: bool


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month as the table behind the chart shows it."""

    month: str
    mqls: int
    matured: int
    opportunities: int
    rate: str
    judged: str


@dataclass(frozen=True, slots=True)
class MonthChart:
    """The MQLs by month, with the same figures in a table."""

    bars: tuple[Bar, ...]
    rows: tuple[MonthRow, ...]
    title: str
    any_young: bool


def funnel_chart(found: Diagnosis) -> FunnelChart:
    """Leads, MQLs, with a deal, won; each held against the step before."""
    funnel = found.kpi.funnel
    steps = [(_("Leads"), funnel.leads), ("MQL", funnel.mqls)]
    steps += [(_("With a deal"), funnel.with_deal), (_("Won"), funnel.won)]
    if not funnel.mqls:
        del steps[1]
    most = max(number for _label, number in steps) or 1
    drawn = []
    before: int | None = None
    for place, (label, number) in enumerate(steps):
        width = max((WIDTH - LEFT - FIGURES) * number / most, 1.0)
        figure = count(number) if not before else f"{count(number)} ({share(number / before)})"
        y = STEP * place
        drawn.append(Step(label, figure, y, y + 13, round(width, 1), round(LEFT + width + 6, 1)))
        before = number
    title = _(", ").join(f"{step.label} {step.figure}" for step in drawn)
    return FunnelChart(tuple(drawn), STEP * (len(drawn) - 1) + BAR, title)


def month_chart(cohorts: Sequence[Cohort]) -> MonthChart:
    """The last 24 months that have MQLs."""
    shown = _without_holes(cohorts)[-MONTHS_SHOWN:]
    most = max((cohort.mqls for cohort in shown), default=0) or 1
    pitch = WIDTH / max(len(shown), 6)
    every = -(-len(shown) // LABELS)
    roomy = len(shown) <= MONTHS_SHOWN // 2
    bars = []
    for place, cohort in enumerate(shown):
        height = round(ROOM * cohort.mqls / most, 1)
        x = round(place * pitch + pitch * 0.12, 1)
        bars.append(
            Bar(
                x=x, y=round(BASE - height, 1), width=round(pitch * 0.76, 1), height=height,
                middle=round(x + pitch * 0.38, 1), value_y=round(BASE - height - 5, 1),
                value=count(cohort.mqls) if cohort.mqls and (roomy or cohort.mqls == most) else "",
                label=cohort.month[2:].replace("-", "/") if place % every == 0 else "",
                young=cohort.judged_on is not None,
            )
        )  # fmt: skip
    title = _(", ").join(f"{cohort.month} {count(cohort.mqls)}" for cohort in shown)
    return MonthChart(
        tuple(bars),
        tuple(_row(cohort) for cohort in cohorts),
        _("MQLs by month: %(figures)s") % {"figures": title},
        any_young=any(bar.young for bar in bars),
    )


def _without_holes(cohorts: Sequence[Cohort]) -> list[Cohort]:
    """The months from the first to the last; those without MQLs stand as empty ones."""
    if not cohorts:
        return []
    found = {cohort.month: cohort for cohort in cohorts}
    first, last = (_month_number(cohorts[place].month) for place in (0, -1))
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]
    nothing = Rate(None, None, None)
    return [found.get(month) or Cohort(month, 0, 0, 0, nothing, None, None) for month in months]


def _month_number(month: str) -> int:
    year, _dash, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def _row(cohort: Cohort) -> MonthRow:
    rate, judged = share(cohort.opportunity_rate.value), ""
    if cohort.judged_on is not None:
        judged = _("from %(day)s") % {"day": day(EPOCH + timedelta(days=cohort.judged_on))}
        if cohort.estimate and cohort.estimate.value is not None:
            rate = _("estimate %(rate)s") % {"rate": share(cohort.estimate.value)}
    return MonthRow(
        cohort.month.replace("-", "/"), cohort.mqls, cohort.matured, cohort.opportunities, rate,
        judged,
    )  # fmt: skip
