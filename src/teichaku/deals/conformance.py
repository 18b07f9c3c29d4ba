"""What became of the gates: judged afterwards over all deals, whichever way they were written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, Subquery

from teichaku.core import bulk
from teichaku.core.models import Change
from teichaku.deals.gate_checks import gates_judge
from teichaku.deals.gate_facts import IS_CUSTOMER, Subject, created_instant, subjects_of
from teichaku.deals.gate_rules import CLOSE, CREATE, GateBook, gate_book
from teichaku.deals.import_gate import IMPORTED
from teichaku.deals.lead_choice import ALONG
from teichaku.deals.models import Deal, GateDecision, StageChange, Waiver
from teichaku.engine.gates import Failing, Gate, Verdict
from teichaku.engine.rulebook.model import GateRule
from teichaku.engine.rulebook.vocabulary import STAGE_POINT
from teichaku.tracking.models import Event

UNRECORDED = "unrecorded"  # written past every way of ours
UNLINKED = "unlinked"  # in order when it was written, and not any more
BY_WAIVER = "waiver"  # an exception that ended without a link
CLOSED = ("won", "lost")
LINK_WITHIN = timedelta(hours=24)
SAME_WRITE = timedelta(minutes=1)


def _question(**rule: object) -> Gate:
    rule = {"id": "links", "before": CREATE, **rule}
    return Gate(GateRule.model_validate(rule), (), frozenset(), datetime.min.replace(tzinfo=UTC))


IS_LINKED = _question(require={"linked_lead": True, "lead_has_event_before": True})
CAN_BE_ASKED = _question(
    require={"linked_lead": True}, applies_to={"attribute": IS_CUSTOMER, "is": False}
)


class Step(NamedTuple):
    """A deal went through the point that a gate stands before; ``source`` wrote it."""

    deal: int
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """Deals created on the days, those pending apart; ``eligible`` are not of customers."""

    created: int
    linked: int
    eligible: int
    eligible_linked: int
    along: int
    waived: int
    pending: int

    @property
    def link_rate(self) -> float | None:
        """Linked of all created."""
        return self.linked / self.created if self.created else None

    @property
    def coverage(self) -> float | None:
        """Linked of those of whom a link can be asked."""
        return self.eligible_linked / self.eligible if self.eligible else None

    @property
    def waiver_share(self) -> float | None:
        """With a granted exception of all created."""
        return self.waived / self.created if self.created else None


@dataclass(frozen=True, slots=True)
class GateFigures:
    """A gate on the days: steps since it asks for this, those that escaped it, and its attempts."""

    gate_id: str
    steps: int
    escaped: Mapping[str, int] = field(default_factory=dict)  # by source
    stopped: int = 0
    overridden: int = 0

    @property
    def escape_rate(self) -> float | None:
        """Steps that break the rule and never came before the gate, of all."""
        return sum(self.escaped.values()) / self.steps if self.steps else None

    @property
    def override_rate(self) -> float | None:
        """Stopped attempts that went on by a reason or an exception, of all stopped."""
        return self.overridden / self.stopped if self.stopped else None


@dataclass(frozen=True, slots=True)
class GateRates:
    """How the gates fared on local days, both ends included."""

    first: date
    last: date
    links: LinkFigures
    gates: tuple[GateFigures, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A deal that a gate stops, or would have stopped."""

    deal: int
    source: str
    failing: tuple[Failing, ...]


def gate_rates(first: date, last: date) -> GateRates:
    """The rates of these days. Deals are judged as they are now."""
    book = gate_book()
    gates = tuple(_figures(gate, first, last, book) for gate in book.gates)
    return GateRates(first, last, link_figures(first, last), gates)


def would_stop(gate_id: str, first: date, last: date) -> list[Stopped]:
    """The deals of these days that the gate would stop; what its ledger told comes first."""
    book = gate_book()
    gate = book.gate(gate_id)
    if gate is None:
        return []
    steps = _steps(gate, first, last, book)
    told = _told({step.deal for step in steps}, gate)
    found = []
    for step, verdict in _judged(steps, gate, book):
        failing = told.get(step.deal, verdict.failing if verdict.applied else ())
        if failing:
            found.append(Stopped(step.deal, step.source, failing))
    return found


def link_figures(first: date, last: date) -> LinkFigures:
    """How many deals of these days are linked to a lead that was known before."""
    book = gate_book()
    created = Deal.objects.filter(created_on__range=(first, last))
    rows = dict(created.filter(is_pending=False).values_list("pk", "recorded_at"))
    subjects = subjects_of(rows, book)
    judged = gates_judge(list(subjects.values()), [IS_LINKED, CAN_BE_ASKED], book)
    known = {deal for deal, (link, _) in zip(subjects, judged, strict=True) if not link.failing}
    asked = {deal for deal, (_, ask) in zip(subjects, judged, strict=True) if ask.applied}
    linked = known - _linked_late(subjects)
    return LinkFigures(
        created=len(rows),
        linked=len(linked),
        eligible=len(asked),
        eligible_linked=len(linked & asked),
        along=_along({deal: subjects[deal] for deal in linked}, rows),
        waived=_granted(rows),
        pending=created.filter(is_pending=True).count(),
    )


def _linked_late(subjects: Mapping[int, Subject]) -> set[int]:
    """The deals whose link was recorded more than a day after they were created."""
    late: set[int] = set()
    for chunk in bulk.chunked(subjects, 5_000):
        changes = Change.objects.filter(
            object_type="deals.deal", object_id__in=chunk, field="lead"
        ).exclude(new=None)
        latest = changes.values("object_id").annotate(at=Max("recorded_at"))
        late.update(
            deal
            for deal, at in latest.values_list("object_id", "at")
            if at > subjects[deal].created_at + LINK_WITHIN
        )
    return late


def _along(subjects: Mapping[int, Subject], recorded: Mapping[int, datetime]) -> int:
    """How many of these deals were written together with their lead."""
    leads = {subject.lead for subject in subjects.values()}
    at: dict[int, datetime] = {}
    for chunk in bulk.chunked(leads, 5_000):
        rows = Event.objects.filter(lead__in=chunk, source=ALONG, retracted_at=None)
        at.update(rows.values_list("lead_id", "recorded_at"))
    return sum(
        subject.lead in at and abs(recorded[deal] - at[subject.lead]) <= SAME_WRITE
        for deal, subject in subjects.items()
        if subject.lead is not None
    )


def _granted(deals: Collection[int]) -> int:
    found: set[int] = set()
    for chunk in bulk.chunked(deals, 5_000):
        rows = Waiver.objects.filter(deal__in=chunk, action=CREATE, valid_until__isnull=False)
        found.update(rows.values_list("deal_id", flat=True))
    return len(found)


def _figures(gate: Gate, first: date, last: date, book: GateBook) -> GateFigures:
    begin = max(first, gate.effective_from.astimezone(book.zone).date())
    steps = _steps(gate, begin, last, book) if begin <= last else []
    steps = [step for step in steps if step.at >= gate.effective_from]
    sources = _sources({step.deal for step in steps}, gate)
    judged = list(_judged(steps, gate, book))
    applied = [step for step, verdict in judged if verdict.applied]
    escaped = Counter(
        sources.get(step.deal, step.source or UNRECORDED)
        for step, verdict in judged
        if verdict.failing and sources.get(step.deal) != ""
    )
    stopped, overridden = attempts(gate.rule.id, *_instants(first, last, book))
    return GateFigures(gate.rule.id, len(applied), dict(escaped), stopped, overridden)


def attempts(gate_id: str, begin: datetime, end: datetime) -> tuple[int, int]:
    """How many attempts the gate stopped, and how many of them went on nevertheless.

    Trying the same thing again is the same attempt.
    """
    rows = GateDecision.objects.filter(
        gate_id=gate_id, at__gte=begin, at__lt=end, result__in=["warn", "block"]
    ).exclude(source__in=["waiver", "import"])
    stopped: set[str] = set()
    overridden: set[str] = set()
    for digest, taken in rows.values_list("digest", "taken"):
        stopped.add(digest)
        if taken in {"proceed", "waiver"}:
            overridden.add(digest)
    return len(stopped), len(overridden)


def _instants(first: date, last: date, book: GateBook) -> tuple[datetime, datetime]:
    """The first instant of a day and the first after another one."""
    begin = datetime.combine(first, time(), book.zone)
    return begin, datetime.combine(last + timedelta(days=1), time(), book.zone)


def _steps(gate: Gate, first: date, last: date, book: GateBook) -> list[Step]:
    """The deals that went through the gate's point on these days, pending ones left out."""
    point = gate.rule.before
    if point == CREATE:
        rows = Deal.objects.filter(created_on__range=(first, last), is_pending=False)
        violated = Waiver.objects.filter(state=Waiver.State.VIOLATED).values("deal")
        rows |= Deal.objects.filter(created_on__range=(first, last), pk__in=violated)
        found = rows.values("pk", "source", "created_at", "created_on", "recorded_at")
        return [Step(row["pk"], row["source"], created_instant(row, book)) for row in found]
    keys = CLOSED if point == CLOSE else [point.removeprefix(STAGE_POINT)]
    recorded = _entered(keys, first, last, book)
    return [*recorded, *_found_there(keys, first, last, book)]


def _entered(keys: Sequence[str], first: date, last: date, book: GateBook) -> list[Step]:
    """The deals that entered the stages as their ledger tells, each once."""
    begin, end = _instants(first, last, book)
    rows = StageChange.objects.filter(
        stage__key__in=keys, at__gte=begin, at__lt=end, deal__is_pending=False
    ).order_by("at", "pk")
    steps = {row[0]: Step(*row) for row in rows.values_list("deal_id", "source", "at")}
    return list(steps.values())


def _found_there(keys: Sequence[str], first: date, last: date, book: GateBook) -> list[Step]:
    """The deals that are in the stages and no ledger tells how; dated by the last thing known."""
    ledger = StageChange.objects.filter(deal=OuterRef("pk"))
    rows = (
        Deal.objects.filter(stage__key__in=keys, is_pending=False)
        .exclude(Exists(ledger.filter(stage=OuterRef("stage"))))
        .annotate(moved=Subquery(ledger.order_by("-at").values("at")[:1]))
    )
    begin, end = _instants(first, last, book)
    steps = []
    for row in rows.values("pk", "source", "moved", "created_at", "created_on", "recorded_at"):
        at = row["moved"] or created_instant(row, book)
        if begin <= at < end:
            source = row["source"] if row["source"] == "import" else ""
            steps.append(Step(row["pk"], source, at))
    return steps


def _judged(steps: Sequence[Step], gate: Gate, book: GateBook) -> Iterator[tuple[Step, Verdict]]:
    """The steps with what the gate says of their deals as they are now."""
    subjects = subjects_of({step.deal for step in steps}, book)
    verdicts = gates_judge([subjects[step.deal] for step in steps], [gate], book)
    for step, [verdict] in zip(steps, verdicts, strict=True):
        yield step, verdict


def _sources(deals: Collection[int], gate: Gate) -> dict[int, str]:
    """For deals that came before the gate what an escape nevertheless is called, '' for none."""
    found: dict[int, str] = {}
    went_on = Q(taken__in=["proceed", "waiver", IMPORTED]) | Q(result__in=["record", "waived"])
    went_on |= Q(applied=False)
    if gate.rule.before != CREATE:
        went_on |= Q(result="allow")
    for chunk in bulk.chunked(deals, 5_000):
        rows = GateDecision.objects.filter(deal__in=chunk, gate_id=gate.rule.id)
        if gate.rule.before == CREATE:
            # It was in order once, so somebody took the link away afterwards.
            allowed = rows.filter(result="allow", applied=True)
            found.update(dict.fromkeys(allowed.values_list("deal_id", flat=True), UNLINKED))
        found.update(dict.fromkeys(rows.filter(went_on).values_list("deal_id", flat=True), ""))
        ended = Waiver.objects.filter(
            deal__in=chunk, gate_id=gate.rule.id, state=Waiver.State.VIOLATED
        )
        found.update(dict.fromkeys(ended.values_list("deal_id", flat=True), BY_WAIVER))
    return found


def _told(deals: Collection[int], gate: Gate) -> dict[int, tuple[Failing, ...]]:
    """What the ledger says was missing when each deal went through."""
    told: dict[int, tuple[Failing, ...]] = {}
    for chunk in bulk.chunked(deals, 5_000):
        rows = GateDecision.objects.filter(deal__in=chunk, gate_id=gate.rule.id)
        for deal, failing in rows.order_by("at", "pk").values_list("deal_id", "failing"):
            told[deal] = tuple(Failing(*each) for each in failing)
    return told
