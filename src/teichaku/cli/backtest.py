"""A rulebook over all of history, against another one or the one in force."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import numpy as np

from teichaku.accounts.selectors import people_with_role, today
from teichaku.cli.output import Span, iso, number, print_json, span_given, write_csv
from teichaku.cli.rulebooks import findings, known_rulebook
from teichaku.core import clock
from teichaku.core.instants import instant_of
from teichaku.deals.outcomes import deal_outcome_columns
from teichaku.engine.backtest import window_days
from teichaku.engine.rulebook.base import MICRO
from teichaku.engine.rulebook.hashes import rulebook_hash
from teichaku.engine.statistics import Rate
from teichaku.leads.selectors import lead_labels
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.backtest import Backtest
from teichaku.scoring.backtest import backtest as evaluate
from teichaku.scoring.base import store_open

HEADER = ("lead", "qualified_at", "behaviour", "fit", "total")
WORDS = {
    "ja": {
        "data": "リード {leads:,}件、行動 {events:,}件",
        "whole": "対象期間: すべて", "from": "対象期間: {start} から",
        "to": "対象期間: {end} の前日まで",
        "range": "対象期間: {start} から {end} の前日まで",
        "qualified": "MQL {n:,}件", "month": "  {month}  {n:,}件",
        "opportunity": "商談化率（MQL→商談、{days}日以内） {rate}",
        "matured": "  MQL {n:,}件のうち、判定できるのは{matured:,}件、商談になったのは"
        "{opportunities:,}件",
        "win": "受注率（決着分） {rate}",
        "won": "  受注 {won:,}件、失注 {lost:,}件、受注のあったリード {wins:,}件",
        "missed": "見逃し {missed:,}件（受注のあったリード {winners:,}件のうち、商談開始までにMQLに"
        "なっていなかったもの）",
        "load": "週あたりのMQL 平均 {mean}件、最多 {most:,}件",
        "capacity": "  営業{reps:,}名の受け入れ枠 週{capacity:,}件、超えた週 {over:,}回",
        "against": "「{title}」（MQL {n:,}件）と比べて、{gained:,}件増え、{lost:,}件減ります。",
        "fit": "属性の点数には現在の値を使っています（過去の値は記録していません）。",
        "warning": "注意: ", "rate": "{value:.1%}（95%信頼区間 {low:.1%}～{high:.1%}）",
        "none": "まだ算出できません", "date": "%Y/%m/%d",
    },
    "en": {
        "data": "Leads: {leads:,}, events: {events:,}",
        "whole": "The whole history", "from": "From {start}", "to": "Before {end}",
        "range": "From {start} to before {end}",
        "qualified": "MQLs: {n:,}", "month": "  {month}  {n:,}",
        "opportunity": "Opportunity rate (MQL to deal within {days} days): {rate}",
        "matured": "  old enough to judge: {matured:,} of {n:,}; with a deal: {opportunities:,}",
        "win": "Win rate (of closed deals): {rate}",
        "won": "  won: {won:,}, lost: {lost:,}; leads with a win: {wins:,}",
        "missed": "Missed wins: {missed:,} of {winners:,} leads with a win (not an MQL by the time"
        " the deal opened)",
        "load": "MQLs per week: {mean} on average, {most:,} at most",
        "capacity": "  sales reps: {reps:,}, taking {capacity:,} a week; weeks above that:"
        " {over:,}",
        "against": "Against “{title}” (MQLs: {n:,}): {gained:,} gained, {lost:,} lost",
        "fit": "Fit uses the present attributes; their past values are not recorded.",
        "warning": "Warning: ", "rate": "{value:.1%} (95% interval {low:.1%}–{high:.1%})",
        "none": "cannot be computed yet", "date": "%Y-%m-%d",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Which leads one rulebook has and the other has not."""

    other: Backtest
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class _Load:
    """MQLs per week against what the reps can take."""

    reps: int
    capacity: int | None
    mean: float
    most: int
    over: int | None


def backtest(
    rulebook_file: Path,
    against_file: Path | None,
    start: str | None,
    end: str | None,
    csv_file: Path | None,
    lang: str,
    *,
    as_json: bool,
) -> None:
    """Who would have qualified in the range, what came of it, and the difference to another."""
    rulebook = known_rulebook(rulebook_file)
    span = span_given(start, end, rulebook)
    other = known_rulebook(against_file) if against_file else rulebook_in_force()
    store, outcomes, now = store_open(), deal_outcome_columns(), clock.now()
    found = evaluate(rulebook, store, outcomes, now=now, start=span[0], end=span[1])
    compared = None
    if other is not None and (against_file or other != rulebook):
        compared = _compare(
            found, evaluate(other, store, outcomes, now=now, start=span[0], end=span[1])
        )
    if csv_file is not None:
        write_csv(csv_file, HEADER, _rows(found))
    load = _load(found)
    if as_json:
        print_json(_document(found, span, compared, load))
    else:
        click.echo("\n".join(_lines(found, span, compared, load, lang)))


def _compare(found: Backtest, other: Backtest) -> _Comparison:
    ours, theirs = np.unique(found.lead), np.unique(other.lead)
    return _Comparison(other, len(np.setdiff1d(ours, theirs)), len(np.setdiff1d(theirs, ours)))


def _load(found: Backtest) -> _Load:
    reps = people_with_role("sales_rep", today()).count()
    handover = found.rulebook.handover
    each = handover.capacity.per_week if handover and handover.capacity else None
    capacity = each * reps if each and reps else None
    weeks = found.weekly
    return _Load(
        reps=reps,
        capacity=capacity,
        mean=float(weeks.mean()) if len(weeks) else 0.0,
        most=int(weeks.max(initial=0)),
        over=int((weeks > capacity).sum()) if capacity else None,
    )


def _rows(found: Backtest) -> list[tuple[str, ...]]:
    labels = lead_labels(np.unique(found.lead).tolist())
    zone = ZoneInfo(found.rulebook.timezone)
    points = np.stack([found.behaviour, found.fit, found.total], axis=1) / MICRO
    rows = [
        (
            labels[lead],
            instant_of(at).astimezone(zone).isoformat(),
            *(number(value) for value in values),
        )
        for lead, at, values in zip(
            found.lead.tolist(), found.at.tolist(), points.tolist(), strict=True
        )
    ]
    return sorted(rows)


def _document(
    found: Backtest, span: Span, compared: _Comparison | None, load: _Load
) -> dict[str, object]:
    summary, book = found.summary, found.rulebook
    return {
        "rulebook": {"hash": rulebook_hash(book), "title": book.title},
        "from": iso(span[0], book),
        "to": iso(span[1], book),
        "leads": found.leads,
        "events": found.events,
        "qualified": summary.qualified,
        "by_month": [{"month": month, "qualified": n} for month, n in summary.by_month],
        "opportunities": summary.opportunities,
        "wins": summary.wins,
        "opportunity_rate": {
            **summary.opportunity_rate._asdict(),
            "n": summary.qualified,
            "matured": summary.matured,
            "window_days": window_days(book),
        },
        "win_rate": {**summary.win_rate._asdict(), "won": summary.won, "lost": summary.lost},
        "missed_wins": {"missed": summary.missed_wins, "winners": summary.winners},
        "per_week": {
            "mean": load.mean,
            "most": load.most,
            "reps": load.reps,
            "capacity": load.capacity,
            "weeks_above": load.over,
        },
        "against": _against_document(compared),
        "fit_uses_present_attributes": True,
    }


def _against_document(compared: _Comparison | None) -> dict[str, object] | None:
    if compared is None:
        return None
    return {
        "hash": rulebook_hash(compared.other.rulebook),
        "title": compared.other.rulebook.title,
        "qualified": compared.other.summary.qualified,
        "gained": compared.gained,
        "lost": compared.lost,
    }


def _lines(
    found: Backtest, span: Span, compared: _Comparison | None, load: _Load, lang: str
) -> list[str]:
    words, summary, book = WORDS[lang], found.summary, found.rulebook
    lines = [
        book.title,
        words["data"].format(leads=found.leads, events=found.events),
        _range(span, words),
        "",
        words["qualified"].format(n=summary.qualified),
        *(words["month"].format(month=month, n=n) for month, n in summary.by_month),
        words["load"].format(mean=f"{load.mean:.1f}", most=load.most),
    ]
    if load.capacity is not None:
        lines.append(
            words["capacity"].format(reps=load.reps, capacity=load.capacity, over=load.over)
        )
    rate = _rate(summary.opportunity_rate, words)
    lines += [
        words["opportunity"].format(days=window_days(book), rate=rate),
        words["matured"].format(
            n=summary.qualified, matured=summary.matured, opportunities=summary.opportunities
        ),
        words["win"].format(rate=_rate(summary.win_rate, words)),
        words["won"].format(won=summary.won, lost=summary.lost, wins=summary.wins),
        words["missed"].format(winners=summary.winners, missed=summary.missed_wins),
    ]
    if compared is not None:
        lines.append(
            words["against"].format(
                title=compared.other.rulebook.title,
                gained=compared.gained,
                lost=compared.lost,
                n=compared.other.summary.qualified,
            )
        )
    lines += ["", words["fit"]]
    return lines + [f"{words['warning']}{finding.message(lang)}" for finding in findings(book)]


def _range(span: Span, words: dict[str, str]) -> str:
    start, end = (edge.strftime(words["date"]) if edge else "" for edge in span)
    if not start and not end:
        return words["whole"]
    kind = "range" if start and end else ("from" if start else "to")
    return words[kind].format(start=start, end=end)


def _rate(rate: Rate, words: dict[str, str]) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return words["none"]
    return words["rate"].format(**rate._asdict())
