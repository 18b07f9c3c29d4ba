"""One write of a deal from its first check to everything that is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import F
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.deals.deal_values import LINKS, EnteredValues
from teichaku.deals.gate_checks import Answer, Passed, gates_judge, gates_pass, verdicts_pass
from teichaku.deals.gate_facts import subject_of
from teichaku.deals.gate_ledger import decisions_record
from teichaku.deals.gate_rules import CREATE, GateBook, stage_point
from teichaku.deals.home import HERE, home_check
from teichaku.deals.models import Deal, Stage, StageChange
from teichaku.deals.row_history import field_changes
from teichaku.deals.services import deal_events_refresh
from teichaku.deals.stages import UNSTAGED, stages_ensure
from teichaku.deals.waivers import waivers_open
from teichaku.engine.gates import Verdict
from teichaku.leads.selectors import lead_roots_of_companies


class DealWrite:
    """One write of a deal: what it was, what it is to be, and everything that is told of it."""

    def __init__(self, book: GateBook, actor: Actor, source: str, deal: Deal) -> None:
        home_check()
        self.book, self.actor, self.source, self.deal = book, actor, source, deal
        self.at = clock.now()
        self._before = _state(deal) if deal.pk else {}
        self._was_won = bool(deal.pk) and deal.stage.kind == Stage.Kind.WON

    @classmethod
    def of_new(cls, book: GateBook, actor: Actor, source: str) -> DealWrite:
        """A write of a deal that begins now and belongs to who writes it."""
        at = clock.now()
        uid = uuid7()
        deal = Deal(
            uid=uid,
            system=HERE,
            external_id=str(uid),
            owner_id=actor.user_id,
            created_at=at,
            created_on=at.astimezone(book.zone).date(),
            recorded_at=at,
            source=source,
        )
        return cls(book, actor, source, deal)

    def stage(self, key: str) -> Stage:
        """The stage of that key; one of the rulebook that nobody has used yet is added."""
        agreed = {stage.id for stage in self.book.stages} or {UNSTAGED}
        found = Stage.objects.filter(key=key).first()
        if found is not None:
            return found
        if key not in agreed:
            raise InvalidInput(_("There is no stage %s.") % key, field="stage")
        return stages_ensure([key], actor=self.actor)[key]

    def pass_gates(self, points: Sequence[str], answer: Answer) -> Passed:
        """What the gates before these points let through."""
        return gates_pass(
            subject_of(self.deal, self.book),
            self.book.before(*points),
            book=self.book,
            actor=self.actor,
            source=self.source,
            answer=answer,
        )

    def pass_worsening(self, entered: EnteredValues, answer: Answer) -> Passed:
        """The values are put; only what the gates had and would lose by them counts."""
        gates = self.book.before(CREATE, *passed_points(self.book, None, self.deal.stage))
        before = subject_of(self.deal, self.book)
        entered.put(self.deal)
        after = subject_of(self.deal, self.book)
        if not gates:
            return Passed()
        old, new = gates_judge([before, after], gates, self.book)
        worse = [_worse(*pair) for pair in zip(old, new, strict=True)]
        lost = [k for k, verdict in enumerate(worse) if verdict.failing]
        return verdicts_pass(
            after,
            [gates[k] for k in lost],
            [worse[k] for k in lost],
            book=self.book,
            actor=self.actor,
            source=self.source,
            answer=answer,
        )

    def save(self) -> bool:
        """Whether anything changed; a deal that someone changed meanwhile raises ``Conflict``."""
        after = _state(self.deal)
        changed = {name: new for name, new in after.items() if new != self._before[name]}
        if not changed:
            return False
        same = Deal.objects.filter(pk=self.deal.pk, version=self.deal.version)
        if not same.update(**changed, version=F("version") + 1):
            raise _changed_meanwhile()
        self.deal.version += 1
        changes_record(
            field_changes("deals.deal", self.deal.pk, self._before, changed),
            actor=self.actor,
            at=self.at,
            source=self.source,
        )
        return True

    def enter_stage(self) -> None:
        """Nothing; the stage ledger tells of the stage that the deal is in now."""
        told = {"recorded_at": self.at, "actor_name": self.actor.name, "source": self.source}
        StageChange.objects.get_or_create(
            deal=self.deal, stage=self.deal.stage, at=self.at, defaults=told
        )

    def finish(
        self, action: str, passed: Passed, answer: Answer, *, topics: Sequence[str] = ()
    ) -> None:
        """Nothing; ledger, exceptions, audit, outbox and the lead's history tell of the write."""
        deal = self.deal
        decided = [
            replace(one, subject=replace(one.subject, deal=deal.pk)) for one in passed.decided
        ]
        waivers = waivers_open(
            deal=deal, gates=passed.wishes, answer=answer, book=self.book, actor=self.actor
        )
        decisions_record(
            [
                replace(one, waiver=one.waiver or waivers.get(one.verdict.gate_id))
                for one in decided
            ],
            book=self.book,
            actor=self.actor,
            source=self.source,
        )
        audit_record(actor=self.actor, action=action, object_type="deals.deal", object_id=deal.pk)
        outbox_emit(topic="deals.written", payload={"deals": [deal.pk]})
        for topic in topics:
            outbox_emit(topic=topic, payload={"deal": deal.pk})
        if not deal.is_pending:
            deal_events_refresh(
                deals=[deal.pk], zone=self.book.zone, recorded_at=self.at, actor=self.actor
            )
        won = self._was_won or deal.stage.kind == Stage.Kind.WON
        if won and deal.company_id is not None:
            # Who is a customer concerns every lead of the company.
            leads_changed.notify(lead_roots_of_companies([deal.company_id]))


_STORED = (
    "name", "kind", "amount", "close_on", "closed_on", "closed_at", "lost_reason", "next_action",
    "next_action_on", "deciding_factor", "competitor", "approach_again_on", "email", "contact",
    "attributes", "unknowns", "stage_id", *(f"{name}_id" for name in LINKS),
)  # fmt: skip


def _state(deal: Deal) -> dict[str, object]:
    return {name: getattr(deal, name) for name in _STORED}


def _worse(before: Verdict, after: Verdict) -> Verdict:
    """The verdict after, of what did not fail before."""
    return replace(after, failing=tuple(f for f in after.failing if f not in before.failing))


def deal_fresh(deal: Deal, version: int | None) -> Deal:
    """The deal as stored; not the one that the caller saw raises ``Conflict``."""
    found = Deal.objects.select_related("stage").select_for_update(of=("self",)).get(pk=deal.pk)
    if version is not None and found.version != version:
        raise _changed_meanwhile()
    return found


def _changed_meanwhile() -> Conflict:
    return Conflict(
        _("Someone else changed the deal in the meantime. Reload it and enter your change again.")
    )


def passed_points(book: GateBook, start: Stage | None, to: Stage) -> tuple[str, ...]:
    """The stages entered or passed over on the way forward; backward only the one entered."""
    order = [stage.id for stage in book.stages]
    if to.key not in order:
        return (stage_point(to.key),)
    end = order.index(to.key)
    begin = order.index(start.key) + 1 if start and start.key in order else 0
    return tuple(stage_point(key) for key in order[begin : end + 1]) or (stage_point(to.key),)
