"""What the page of one deal shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.deals.activities import KINDS
from teichaku.deals.deal_board import stages_shown
from teichaku.deals.deal_fields import closing_facts, deal_fields
from teichaku.deals.deal_forms import KIND_ICONS
from teichaku.deals.deal_list import deal_rows
from teichaku.deals.gate_card import MATCHES, MODES, Candidate
from teichaku.deals.gate_rules import gate_book
from teichaku.deals.gate_words import failing_text
from teichaku.deals.models import Activity, Deal, GateDecision, Stage, StageChange
from teichaku.deals.outcome_chips import outcome_text
from teichaku.deals.selectors import lead_candidates
from teichaku.deals.waiver_asking import exceptions_askable
from teichaku.deals.waiver_list import waivers_of_deal
from teichaku.engine.gates import Failing
from teichaku.scoring.models import Score

MOST = 30
JUST_NOW = timedelta(seconds=10)
RESULTS: dict[str, tuple[Text, str, str]] = {
    "allow": (gettext_lazy("Check passed"), "ok", "circle-check"),
    "record": (gettext_lazy("Recorded only"), "info", "file-text"),
    "warn": (gettext_lazy("Warned"), "soon", "triangle-alert"),
    "block": (gettext_lazy("Stopped by the check"), "over", "circle-x"),
    "waived": (gettext_lazy("Exception"), "info", "hourglass"),
}
TAKEN: dict[str, Text] = {
    "link": gettext_lazy("linked to a lead"),
    "create_and_link": gettext_lazy("lead added together with the deal"),
    "proceed": gettext_lazy("went on with a reason"),
    "waiver": gettext_lazy("asked for an exception"),
    "answered": gettext_lazy("exception answered"),
    "settled": gettext_lazy("exception needed no longer"),
    "violated": gettext_lazy("stayed unlinked"),
    "imported": gettext_lazy("came by import"),
}


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a gate said once, in words."""

    decision: GateDecision
    gate: str
    result: Text
    tone: str
    icon: str
    mode: Text
    missing: Sequence[str]
    taken: Text
    edition: int | None = None  # of the rulebook that the gate stood in
    company: str = ""
    wrong: bool | None = None  # how it was judged afterwards


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity in words."""

    activity: Activity
    kind: Text
    icon: str
    outcome: Text


def deal_page(deal: Deal, *, may_edit: bool) -> dict[str, object]:
    """The template's values."""
    book, now = gate_book(), clock.now()
    [row] = deal_rows([deal], now, book.today())
    is_open = deal.stage.kind == Stage.Kind.OPEN
    root = deal.lead.root if deal.lead else None
    found = lead_candidates(
        company_id=deal.company_id, email=deal.email, person=deal.contact
    ) if may_edit and root is None else []  # fmt: skip
    return {
        "deal": deal,
        "row": deal,
        "standing": row,
        "is_open": is_open,
        "zone": book.zone,
        "may_edit": may_edit,
        "edit_url": "deals:field",
        "fields": deal_fields(deal),
        "closing": closing_facts(deal),
        "stages": _stages(deal) if may_edit else [],
        "history": StageChange.objects.filter(deal=deal)
        .select_related("stage")
        .order_by("-at", "-pk")[:MOST],
        "activities": activities_of(deal),
        "decisions": decisions_of(deal),
        "waivers": waivers_of_deal(deal.pk),
        "askable": exceptions_askable(deal, book) if may_edit else [],
        "lead": root,
        "score": Score.objects.filter(pk=root.pk).first() if root else None,
        "candidates": [Candidate(one, [MATCHES[r] for r in one.reasons]) for one in found],
    }


def _stages(deal: Deal) -> list[tuple[str, str]]:
    found = [(stage.key, stage.shown) for stage in stages_shown([deal.stage_id])]
    return [*found, ("won", _("Won…")), ("lost", _("Lost…"))]


def activities_of(deal: Deal) -> list[ActivityRow]:
    """The deal's activities, the latest first."""
    rows = Activity.objects.filter(deal=deal).select_related("owner").order_by("-at", "-pk")
    return [
        ActivityRow(
            row,
            KINDS.get(row.kind, row.kind),
            KIND_ICONS.get(row.kind, "message-square"),
            outcome_text(row),
        )
        for row in rows[:MOST]
    ]


def decisions_of(deal: Deal) -> list[DecisionRow]:
    """What gates said of the deal, the latest first."""
    rows = GateDecision.objects.filter(deal=deal, applied=True).order_by("-pk")[:MOST]
    return [decision_row(row) for row in rows]


def decision_row(decision: GateDecision) -> DecisionRow:
    """The decision in words."""
    book = gate_book()
    gate = book.gate(decision.gate_id)
    result, tone, icon = RESULTS[decision.result]
    return DecisionRow(
        decision=decision,
        gate=(gate.rule.label if gate else None) or decision.gate_id,
        result=result,
        tone=tone,
        icon=icon,
        mode=MODES[decision.mode],
        missing=[failing_text(Failing(*each)) for each in decision.failing],
        taken=TAKEN.get(decision.taken, ""),
        edition=book.editions.get(decision.revision_id),
    )


def recorded_only(deal: Deal) -> list[str]:
    """What gates that only record have just noted about the deal."""
    rows = GateDecision.objects.filter(
        deal=deal, result="record", at__gte=clock.now() - JUST_NOW
    ).order_by("pk")
    return [
        _("%(missing)s The check %(gate)s only records this for now.")
        % {"missing": " ".join(row.missing), "gate": row.gate}
        for row in map(decision_row, rows)
    ]
