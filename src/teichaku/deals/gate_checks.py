"""The one check before a deal is written, whichever way the write comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar

from django.db import transaction

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.errors import Conflict
from teichaku.core.outbox import outbox_emit
from teichaku.deals.gate_facts import Subject, gate_facts
from teichaku.deals.gate_ledger import WAIVED, Decided, decisions_record
from teichaku.deals.gate_rules import GateBook
from teichaku.deals.gate_words import refusal_text
from teichaku.deals.models import Deal, Waiver
from teichaku.deals.selectors import LeadCandidate, lead_candidates
from teichaku.engine.gates import Gate, Verdict, gate_check


@dataclass(frozen=True, slots=True)
class ExceptionWish:
    """An exception asked for: a reason of the policy's list, and in one's own words why."""

    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person adds when a gate asks: why to go on, or the wish for an exception.

    ``taken`` is the way out that was chosen; ``seconds`` from the first question to this write.
    """

    proceed_reason: str = ""
    exception: ExceptionWish | None = None
    taken: str = ""
    seconds: int | None = None


class GateRefused(Conflict):
    """Gates refuse the write; ``verdicts`` say why, ``candidates`` are leads that may be meant."""

    code: ClassVar[str] = "gate_refused"

    def __init__(
        self, decided: Sequence[Decided], book: GateBook, actor: Actor, source: str
    ) -> None:
        self.verdicts = tuple(one.verdict for one in decided if _refuses(one))
        super().__init__(refusal_text(self.verdicts), gates=[v.gate_id for v in self.verdicts])
        self.decided, self.book, self.actor, self.source = decided, book, actor, source
        self.candidates: tuple[LeadCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Passed:
    """What the gates let through, to be recorded once the deal has its id."""

    decided: tuple[Decided, ...] = ()
    wishes: tuple[Gate, ...] = ()  # gates from which an exception is asked for


def gates_judge(
    subjects: Sequence[Subject], gates: Sequence[Gate], book: GateBook
) -> list[list[Verdict]]:
    """For each subject the verdict of each gate, the facts read for all at once."""
    facts = gate_facts(subjects, gates, book, clock.now())
    return [[gate_check(gate, one) for gate in gates] for one in facts]


def gates_pass(
    subject: Subject,
    gates: Sequence[Gate],
    *,
    book: GateBook,
    actor: Actor,
    source: str,
    answer: Answer,
) -> Passed:
    """What was let through; a refusal raises ``GateRefused`` with everything the gates said."""
    if not gates:
        return Passed()
    [verdicts] = gates_judge([subject], gates, book)
    return verdicts_pass(
        subject, gates, verdicts, book=book, actor=actor, source=source, answer=answer
    )


def verdicts_pass(
    subject: Subject,
    gates: Sequence[Gate],
    verdicts: Sequence[Verdict],
    *,
    book: GateBook,
    actor: Actor,
    source: str,
    answer: Answer,
) -> Passed:
    """The same for verdicts that are known already."""
    waivers = _waivers(subject, gates)
    decided: list[Decided] = []
    wishes: list[Gate] = []
    for gate, verdict in zip(gates, verdicts, strict=True):
        one = Decided(
            subject, gate.rule.before, verdict, taken=answer.taken, seconds=answer.seconds
        )
        if verdict.result == "warn" and answer.proceed_reason.strip():
            one = replace(one, taken="proceed", reason=answer.proceed_reason.strip())
        elif verdict.result in {"warn", "block"} and gate.rule.id in waivers:
            one = replace(one, waiver=waivers[gate.rule.id], result=WAIVED)
        elif verdict.result == "block" and answer.exception and gate.rule.waiver:
            wishes.append(gate)
            one = replace(one, taken="waiver", reason=answer.exception.reason)
        decided.append(one)
    if any(_refuses(one) for one in decided):
        raise GateRefused(decided, book, actor, source)
    return Passed(tuple(decided), tuple(wishes))


def _refuses(one: Decided) -> bool:
    return one.verdict.result in {"warn", "block"} and not (
        one.taken in {"proceed", "waiver"} or one.result == WAIVED
    )


def _waivers(subject: Subject, gates: Sequence[Gate]) -> dict[str, Waiver]:
    """The exceptions that hold for the deal now, by gate."""
    if subject.deal is None:
        return {}
    names = [gate.rule.id for gate in gates]
    running = Waiver.objects.filter(deal=subject.deal, gate_id__in=names, closed_at=None)
    return {waiver.gate_id: waiver for waiver in running if waiver_holds(waiver)}


def waiver_holds(waiver: Waiver) -> bool:
    """Whether the deal may go on: granted, or unanswered for so long that it may meanwhile."""
    now = clock.now()
    if waiver.state == Waiver.State.GRANTED:
        return waiver.valid_until is None or now < waiver.valid_until
    overdue = waiver.answer_due_at is not None and now >= waiver.answer_due_at
    return waiver.state == Waiver.State.OPEN and overdue and not waiver.held_until_answered


@contextmanager
def refusals_recorded() -> Iterator[None]:
    """Within the block a refusal, whose write is undone, is put on record nevertheless."""
    try:
        yield
    except GateRefused as refusal:
        _record(refusal)
        refusal.candidates = _candidates(refusal)
        raise


def _record(refusal: GateRefused) -> None:
    # What was tried is undone, so leads and deals of the attempt are no longer there.
    stored = set(
        Deal.objects.filter(pk__in=[one.subject.deal for one in refusal.decided]).values_list(
            "pk", flat=True
        )
    )
    decided = [
        one if one.subject.deal in stored else replace(one, subject=replace(one.subject, deal=None))
        for one in refusal.decided
    ]
    with transaction.atomic():
        ids = decisions_record(
            decided, book=refusal.book, actor=refusal.actor, source=refusal.source
        )
        audit_record(
            actor=refusal.actor,
            action="deals.gate_refuse",
            object_type="deals.gatedecision",
            object_id=ids[0],
            count=len(ids),
        )
        outbox_emit(topic="deals.gate_refused", payload={"decisions": ids})


def _candidates(refusal: GateRefused) -> tuple[LeadCandidate, ...]:
    asked = {each.code for verdict in refusal.verdicts for each in verdict.failing}
    if not asked & {"no_lead", "no_event_before"}:
        return ()
    subject = refusal.decided[0].subject
    told = {name: str(subject.values.get(name) or "") for name in ("email", "contact")}
    return tuple(
        lead_candidates(company_id=subject.company, email=told["email"], person=told["contact"])
    )
