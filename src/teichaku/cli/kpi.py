"""The shared KPIs, as one object or as tables that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import click

from teichaku.cli.output import day_given, print_json
from teichaku.cli.tables import table_lines
from teichaku.engine.kpi import Cohort, Figures
from teichaku.engine.statistics import Rate
from teichaku.kpi.breakdowns import Key
from teichaku.kpi.selectors import KpiReport, kpi_report

EPOCH = date(1970, 1, 1)
WORDS = {
    "ja": {
        "title": "共通KPI（{day} 時点の全期間）", "date": "%Y/%m/%d", "until": "{d.month}/{d.day}",
        "mqls": "MQL数 {n:,}件", "recycled": "  ほかに、再びMQLになったもの {n:,}件",
        "opportunity": "商談化率（MQL→商談、{days}日以内） {rate}",
        "matured": "  MQL {n:,}件のうち、判定できるのは{matured:,}件、商談になったのは"
        "{opportunities:,}件",
        "close": "受注率（MQL→受注） {rate}",
        "success": "  MQL {n:,}件のうち、受注のあったもの {won:,}件",
        "win": "受注率（決着分） {rate}",
        "closed": "  受注 {won:,}件、失注 {lost:,}件",
        "links": "  商談 {deals:,}件のうち、リードに紐づくもの {linked:,}件",
        "months": "MQLになった月ごとの商談化率", "month": "月", "n": "MQL", "ripe": "判定済み",
        "deal": "商談", "rate": "商談化率", "pending": "判定待ち（{day}に判定）",
        "estimate": "推定 {rate}", "no_estimate": "推定には履歴が足りません",
        "interval": "{value:.1%}（95%信頼区間 {low:.1%}～{high:.1%}）",
        "none": "まだ算出できません",
        "by": "{by} 別（かっこ内は 分子/分母）", "key": "値", "empty": "(空)",
        "share": "{value:.1%}（{part:,}/{whole:,}）", "no_share": "―（{part:,}/{whole:,}）",
        "group_opportunity": "商談化率（MQL→商談）", "group_close": "受注率（MQL→受注）",
        "group_win": "受注率（決着分）",
    },
    "en": {
        "title": "Shared KPIs (the whole history to the end of {day})", "date": "%Y-%m-%d",
        "until": "{d:%Y-%m-%d}",
        "mqls": "MQLs: {n:,}", "recycled": "  qualified once more, besides: {n:,}",
        "opportunity": "Opportunity rate (MQL to deal within {days} days): {rate}",
        "matured": "  old enough to judge: {matured:,} of {n:,} MQLs; with a deal:"
        " {opportunities:,}",
        "close": "Close rate (MQL to won): {rate}",
        "success": "  with a won deal: {won:,} of {n:,} MQLs",
        "win": "Win rate (of closed deals): {rate}",
        "closed": "  won: {won:,}, lost: {lost:,}",
        "links": "  with a lead: {linked:,} of {deals:,} deals",
        "months": "Opportunity rate by month of qualification", "month": "Month", "n": "MQLs",
        "ripe": "Judged", "deal": "Deals", "rate": "Opportunity rate",
        "pending": "pending (judged on {day})", "estimate": "estimate {rate}",
        "no_estimate": "too little history for an estimate",
        "interval": "{value:.1%} (95% interval {low:.1%}–{high:.1%})",
        "none": "cannot be computed yet",
        "by": "By {by} (in brackets: part/whole)", "key": "Value", "empty": "(empty)",
        "share": "{value:.1%} ({part:,}/{whole:,})", "no_share": "– ({part:,}/{whole:,})",
        "group_opportunity": "Opportunity rate (MQL to deal)", "group_close":
        "Close rate (MQL to won)", "group_win": "Win rate (of closed deals)",
    },
}  # fmt: skip


def kpi(as_of: str | None, by: str | None, lang: str, *, as_json: bool) -> None:
    """The KPIs at the end of a day, broken down where that is asked for."""
    report = kpi_report(as_of=day_given("--as-of", as_of) if as_of else None, by=by)
    if as_json:
        print_json(_document(report))
    else:
        click.echo("\n".join(_lines(report, WORDS[lang])))


def _document(report: KpiReport) -> dict[str, object]:
    return {
        "as_of": report.as_of.isoformat(),
        "window_days": report.window_days,
        **_figures(report.figures),
        "groups": [{"key": group.key, **_figures(group.figures)} for group in report.groups],
        "cohorts": [_cohort(cohort) for cohort in report.cohorts],
        "recycled": _count(report.recycled),
        "links": {"deals": report.deals, "linked": report.linked},
    }


def _figures(found: Figures) -> dict[str, object]:
    return {
        "mql_count": _count(found.by_month),
        "opportunity_rate": {
            **found.opportunity_rate._asdict(),
            "n": found.mqls,
            "matured": found.matured,
            "opportunities": found.opportunities,
        },
        "close_rate": {**found.close_rate._asdict(), "n": found.mqls, "won": found.won_mqls},
        "win_rate": {**found.win_rate._asdict(), "won": found.won, "lost": found.lost},
    }


def _count(by_month: Sequence[tuple[str, int]]) -> dict[str, object]:
    return {
        "value": sum(n for _month, n in by_month),
        "by_month": [{"month": month, "value": n} for month, n in by_month],
    }


def _cohort(cohort: Cohort) -> dict[str, object]:
    return {
        "month": cohort.month,
        "n": cohort.mqls,
        "matured": cohort.matured,
        "opportunities": cohort.opportunities,
        **cohort.opportunity_rate._asdict(),
        "judged_on": None if cohort.judged_on is None else _day(cohort.judged_on).isoformat(),
        "estimate": cohort.estimate._asdict() if cohort.estimate else None,
    }


def _lines(report: KpiReport, words: dict[str, str]) -> list[str]:
    found = report.figures
    lines = [
        words["title"].format(day=report.as_of.strftime(words["date"])),
        "",
        words["mqls"].format(n=found.mqls),
        *([words["recycled"].format(n=n)] if (n := sum(n for _, n in report.recycled)) else []),
        words["opportunity"].format(
            days=report.window_days, rate=_interval(found.opportunity_rate, words)
        ),
        words["matured"].format(
            n=found.mqls, matured=found.matured, opportunities=found.opportunities
        ),
        words["close"].format(rate=_interval(found.close_rate, words)),
        words["success"].format(n=found.mqls, won=found.won_mqls),
        words["win"].format(rate=_interval(found.win_rate, words)),
        words["closed"].format(won=found.won, lost=found.lost),
        words["links"].format(deals=report.deals, linked=report.linked),
    ]
    if report.cohorts:
        lines += ["", words["months"], *_months(report.cohorts, words)]
    if report.by:
        lines += ["", words["by"].format(by=report.by), *_groups(report, words)]
    return lines


def _months(cohorts: Iterable[Cohort], words: dict[str, str]) -> list[str]:
    rows = [[words[name] for name in ("month", "n", "ripe", "deal", "rate")]]
    for cohort in cohorts:
        counts = (cohort.mqls, cohort.matured, cohort.opportunities)
        rows.append([cohort.month, *(f"{n:,}" for n in counts), _verdict(cohort, words)])
    return table_lines(rows)


def _verdict(cohort: Cohort, words: dict[str, str]) -> str:
    """The rate of a matured month; of a younger one when it can be judged, and an estimate."""
    if cohort.judged_on is None:
        return _interval(cohort.opportunity_rate, words)
    day = words["until"].format(d=_day(cohort.judged_on))
    estimate = words["no_estimate"]
    if cohort.estimate:
        estimate = words["estimate"].format(rate=_interval(cohort.estimate, words))
    return f"{words['pending'].format(day=day)} {estimate}"


def _groups(report: KpiReport, words: dict[str, str]) -> list[str]:
    names = ("key", "n", "group_opportunity", "group_close", "group_win")
    rows = [[words[name] for name in names]]
    for group in report.groups:
        found = group.figures
        rows.append(
            [
                _key(group.key, words),
                f"{found.mqls:,}",
                _share(found.opportunity_rate, found.opportunities, found.matured, words),
                _share(found.close_rate, found.won_mqls, found.mqls, words),
                _share(found.win_rate, found.won, found.won + found.lost, words),
            ]
        )
    return table_lines(rows)


def _key(key: Key, words: dict[str, str]) -> str:
    return words["empty"] if key is None else str(key)


def _interval(rate: Rate, words: dict[str, str]) -> str:
    if rate.value is None:
        return words["none"]
    return words["interval"].format(**rate._asdict())


def _share(rate: Rate, part: int, whole: int, words: dict[str, str]) -> str:
    name = "no_share" if rate.value is None else "share"
    return words[name].format(value=rate.value, part=part, whole=whole)


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)
