"""How the gates fare, as a page: figures, what they would have stopped, what speaks for a mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.deals.conformance import (
    BY_WAIVER,
    UNLINKED,
    UNRECORDED,
    GateFigures,
    GateRates,
    LinkFigures,
    Stopped,
    gate_rates,
    would_stop,
)
from teichaku.deals.deal_page import DecisionRow, decision_row
from teichaku.deals.gate_card import MODES
from teichaku.deals.gate_evidence import gate_evidence
from teichaku.deals.gate_rules import CLOSE, CREATE, GateBook, gate_book
from teichaku.deals.gate_words import failing_text
from teichaku.deals.models import Deal, GateDecision, GateReview
from teichaku.deals.visible_deals import deals_for_user
from teichaku.engine.gates import Gate
from teichaku.engine.promotion import Evidence, Recommendation, recommend

DAYS = 30
WEEK = 7
MOST_ROWS = 20
KEPT_SECONDS = 15 * 60
REASONS: dict[str, Promise] = {
    "trial_over": gettext_lazy("It has recorded for 14 days, so people know what it would say."),
    "trial_running": gettext_lazy("It has not recorded for 14 days yet."),
    "well_founded": gettext_lazy("It is rarely wrong and quickly answered."),
    "overridden": gettext_lazy(
        "More than 20 % of the last 14 days' attempts went on nevertheless: look at the rule, not"
        " at the people."
    ),
    "too_few_reviewed": gettext_lazy("Fewer than 20 of its verdicts were judged."),
    "often_wrong": gettext_lazy("2 % or more of the judged verdicts were wrong."),
    "too_long": gettext_lazy("Answering it takes longer than 60 seconds."),
    "as_hard_as_it_gets": gettext_lazy("It stops as it should."),
}
ESCAPES: dict[str, Promise] = {
    "import": gettext_lazy("Import"),
    "web": gettext_lazy("Screen"),
    "api": gettext_lazy("Program"),
    "activity": gettext_lazy("From an activity"),
    UNRECORDED: gettext_lazy("Past every way of ours"),
    UNLINKED: gettext_lazy("Link taken away afterwards"),
    BY_WAIVER: gettext_lazy("Exception that ended without a link"),
}


@dataclass(frozen=True, slots=True)
class WouldStop:
    """A deal that the gate is about to stop or would have stopped."""

    deal: Deal
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class GatePart:
    """One gate with its figures, of the last ``DAYS`` days and the last week."""

    gate: Gate
    label: str
    point: Text
    stage: str
    mode: Text
    since: datetime
    figures: GateFigures
    escapes: Sequence[tuple[Text, int]]
    week_count: int
    week: Sequence[WouldStop]
    evidence: Evidence
    recommendation: Recommendation
    to: Text
    reasons: Sequence[Text]
    decisions: Sequence[DecisionRow]

    @property
    def escaped(self) -> int:
        """How many steps escaped it."""
        return sum(self.figures.escaped.values())

    @property
    def changes(self) -> bool:
        """Whether the evidence speaks for another mode."""
        return self.recommendation.to != self.gate.rule.mode


@dataclass(frozen=True, slots=True)
class GatesPage:
    """The gates in force with how they fared; figures are of ``as_of``, evidence of now."""

    as_of: datetime
    first: date
    last: date
    links: LinkFigures
    parts: Sequence[GatePart]


def gates_page(user: User) -> GatesPage:
    """The page, with the deals that the person may see."""
    book = gate_book()
    found = _figures(book)
    by_id = {figures.gate_id: figures for figures in found.rates.gates}
    parts = [
        _part(gate, by_id[gate.rule.id], found.week[gate.rule.id], book, user)
        for gate in book.gates
    ]
    rates = found.rates
    return GatesPage(found.as_of, rates.first, rates.last, rates.links, parts)


@dataclass(frozen=True, slots=True)
class _Figures:
    as_of: datetime
    rates: GateRates
    week: Mapping[str, Sequence[Stopped]]


def _figures(book: GateBook) -> _Figures:
    """The figures that look at every deal of the days, kept for a while."""
    today = book.today()
    key = f"deals.gates:{book.revision}:{today}"
    kept: _Figures | None = cache.get(key)
    if kept is None:
        week = today - timedelta(days=WEEK - 1)
        kept = _Figures(
            clock.now(),
            gate_rates(today - timedelta(days=DAYS - 1), today),
            {gate.rule.id: would_stop(gate.rule.id, week, today) for gate in book.gates},
        )
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _part(
    gate: Gate, figures: GateFigures, stopped: Sequence[Stopped], book: GateBook, user: User
) -> GatePart:
    rule = gate.rule
    evidence = gate_evidence(rule.id)
    advice = recommend(evidence)
    return GatePart(
        gate=gate,
        label=rule.label or rule.id,
        point=_POINTS.get(rule.before, gettext_lazy("Before the stage")),
        stage=_stage_label(rule.before, book),
        mode=MODES[rule.mode],
        since=book.modes_since[rule.id],
        figures=figures,
        escapes=[(ESCAPES.get(name, name), n) for name, n in sorted(figures.escaped.items())],
        week_count=len(stopped),
        week=_week(stopped, user),
        evidence=evidence,
        recommendation=advice,
        to=MODES[advice.to],
        reasons=[REASONS[reason] for reason in advice.reasons],
        decisions=_decisions(rule.id),
    )


_POINTS: dict[str, Promise] = {
    CREATE: gettext_lazy("Before a deal is created"),
    CLOSE: gettext_lazy("Before a deal is closed"),
}


def _stage_label(point: str, book: GateBook) -> str:
    return next((s.label or s.id for s in book.stages if point == f"deal.stage.{s.id}"), "")


def _week(stopped: Sequence[Stopped], user: User) -> list[WouldStop]:
    chosen = {one.deal: one for one in stopped[-MOST_ROWS:]}
    rows = deals_for_user(user).filter(pk__in=chosen).select_related("company__root", "owner")
    return [
        WouldStop(deal, [failing_text(each) for each in chosen[deal.pk].failing])
        for deal in rows.order_by("-pk")
    ]


def _decisions(gate_id: str) -> list[DecisionRow]:
    rows = list(
        GateDecision.objects.filter(gate_id=gate_id, result__in=["record", "warn", "block"])
        .exclude(source="waiver")
        .select_related("deal", "company")
        .order_by("-pk")[:MOST_ROWS]
    )
    judged = dict(
        GateReview.objects.filter(decision__in=[row.pk for row in rows]).values_list(
            "decision_id", "wrong"
        )
    )
    return [
        replace(
            decision_row(row),
            company=row.company.name if row.company else "",
            wrong=judged.get(row.pk),
        )
        for row in rows
    ]
