"""What a refusal looks like on a page: what is missing, why, and every way out as a control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Role
from teichaku.core import clock
from teichaku.core.registry import Text
from teichaku.deals.conformance import attempts
from teichaku.deals.deal_values import DAYS, ENTERED
from teichaku.deals.gate_checks import GateRefused
from teichaku.deals.gate_rules import GateBook, gate_book
from teichaku.deals.gate_words import failing_text, field_label
from teichaku.deals.lead_choice import CREATE_AND_LINK, LINK, OFFLINE
from teichaku.deals.models import GateDecision, Waiver
from teichaku.deals.selectors import LeadCandidate
from teichaku.deals.waivers import waiver_reasons
from teichaku.engine.gates import Gate, Verdict
from teichaku.intake.fields import ATTRIBUTE

MODES: dict[str, Promise] = {
    "shadow": gettext_lazy("Record only"),
    "warn": gettext_lazy("Warn"),
    "block": gettext_lazy("Required"),
}
MATCHES: dict[str, Promise] = {
    "email": gettext_lazy("Same e-mail address"),
    "corporate_number": gettext_lazy("Same corporate number"),
    "domain": gettext_lazy("Same e-mail domain"),
    "company": gettext_lazy("Same company name"),
    "similar_company": gettext_lazy("Similar company name"),
    "person": gettext_lazy("Same name"),
    "similar_person": gettext_lazy("Similar name"),
}
FIGURE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that the gate asks for, as a control: its key in values, and what it accepts."""

    key: str
    label: str
    kind: str  # text, day, amount or choice
    choices: Sequence[str]
    may_be_unknown: bool
    text: str = ""
    ask_again: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead to choose, with what speaks for it."""

    lead: LeadCandidate
    reasons: Sequence[Text]


@dataclass(frozen=True, slots=True)
class GateFigure:
    """How a gate fared lately."""

    gate_id: str
    why: str
    mode: Text
    stopped: int
    linked: int
    waived: int


@dataclass(frozen=True, slots=True)
class GateCard:
    """Everything that the card shows."""

    tone: str
    missing: Sequence[str]
    why: Sequence[tuple[str, str]]  # the reason and the gate's id
    asks_lead: bool
    candidates: Sequence[Candidate]
    fields: Sequence[Asked]
    may_proceed: bool
    reasons: Mapping[str, Text]  # for which an exception may be asked
    approver: Text
    longest_days: int
    figures: Sequence[GateFigure]
    edition: int | None = None  # of the rulebook, which is cited

    @property
    def may_waive(self) -> bool:
        """Whether an exception may be asked for."""
        return bool(self.reasons)

    @property
    def offline(self) -> Mapping[str, Text]:
        """The ways in which a first contact may have come about."""
        return OFFLINE


def refusal_card(refusal: GateRefused, told: Mapping[str, str]) -> GateCard:
    """The card of a refusal; ``told`` is what the person has entered so far."""
    return _card(refusal.verdicts, refusal.book, refusal.candidates, told)


def verdict_card(
    verdicts: Sequence[Verdict], candidates: Sequence[LeadCandidate], told: Mapping[str, str]
) -> GateCard | None:
    """The card of what would be refused; None when nothing would."""
    refusing = [one for one in verdicts if one.result in {"warn", "block"}]
    return _card(refusing, gate_book(), candidates, told) if refusing else None


def _card(
    verdicts: Sequence[Verdict],
    book: GateBook,
    candidates: Sequence[LeadCandidate],
    told: Mapping[str, str],
) -> GateCard:
    failing = [each for verdict in verdicts for each in verdict.failing]
    policies = [
        gate.rule.waiver
        for verdict in verdicts
        if verdict.result == "block"
        and (gate := book.gate(verdict.gate_id)) is not None
        and gate.rule.waiver is not None
    ]
    blocked = [verdict for verdict in verdicts if verdict.result == "block"]
    policy = policies[0] if len(policies) == len(blocked) and policies else None
    return GateCard(
        tone="over" if blocked else "soon",
        missing=list(dict.fromkeys(map(failing_text, failing))),
        why=[(verdict.why, verdict.gate_id) for verdict in verdicts],
        asks_lead=any(each.field == "lead" for each in failing),
        candidates=[Candidate(one, [MATCHES[r] for r in one.reasons]) for one in candidates],
        fields=_asked(verdicts, book, told),
        may_proceed=not blocked,
        reasons=waiver_reasons(policy) if policy else {},
        approver=Role(policy.approver).label if policy else "",
        longest_days=policy.max.microseconds // 86_400_000_000 if policy else 0,
        figures=[_figure(verdict, book) for verdict in verdicts],
        edition=book.editions.get(book.revision),
    )


def _asked(verdicts: Sequence[Verdict], book: GateBook, told: Mapping[str, str]) -> list[Asked]:
    found: dict[str, Asked] = {}
    for verdict in verdicts:
        gate = book.gate(verdict.gate_id)
        for each in verdict.failing:
            if each.field in {"", "lead"} or gate is None:
                continue
            found.setdefault(each.field, _control(each.field, gate, told))
    return list(found.values())


def _control(name: str, gate: Gate, told: Mapping[str, str]) -> Asked:
    key = name if name in ENTERED else f"{ATTRIBUTE}{name}"
    rule = next((field for field in gate.fields if field.name == name), None)
    choices = tuple(str(choice) for choice in rule.choices) if rule and rule.choices else ()
    kind = "choice" if choices else "amount" if name == "amount" else "text"
    if name in DAYS or (rule and rule.is_ in {"future", "past"}):
        kind = "day"
    return Asked(
        key=key,
        label=field_label(name),
        kind=kind,
        choices=choices,
        may_be_unknown=name in gate.unknown_allowed,
        text=told.get(key, ""),
        ask_again=told.get(f"unknown.{key}", ""),
    )


def _figure(verdict: Verdict, book: GateBook) -> GateFigure:
    now = clock.now()
    since = now - timedelta(days=FIGURE_DAYS)
    stopped, _overridden = attempts(verdict.gate_id, since, now)
    rows = GateDecision.objects.filter(gate_id=verdict.gate_id, at__gte=since, result="allow")
    return GateFigure(
        gate_id=verdict.gate_id,
        why=verdict.why,
        mode=MODES[verdict.mode],
        stopped=stopped,
        linked=rows.filter(taken__in=[LINK, CREATE_AND_LINK]).count(),
        waived=Waiver.objects.filter(gate_id=verdict.gate_id, requested_at__gte=since).count(),
    )


def unchosen_text(card: GateCard) -> str:
    """What to say to somebody who pressed on without any of the ways out."""
    if card.asks_lead and card.may_waive:
        return _("Choose a candidate, or ask for an exception.")
    if card.asks_lead:
        return _("Choose a candidate, or say why to go on without one.")
    if card.may_waive:
        return _("Fill the fields in, or ask for an exception.")
    return _("Fill the fields in, or say why to go on without them.")
