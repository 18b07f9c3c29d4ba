"""What becomes of exceptions as time goes by: settled, passed on, ended, violated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.deals.asked_again import asking_end
from teichaku.deals.gate_checks import gates_judge
from teichaku.deals.gate_facts import subjects_of
from teichaku.deals.gate_ledger import Decided, decisions_record
from teichaku.deals.gate_rules import CREATE, GateBook, gate_book
from teichaku.deals.models import Deal, Waiver
from teichaku.deals.services import deal_events_refresh
from teichaku.deals.waiver_answerers import approvers_away
from teichaku.deals.waiver_rows import pending_set, waiver_note, waivers_change, waivers_told
from teichaku.engine.gates import Verdict

State = Waiver.State
AT_ONCE = 500


def waivers_expire(*, now: datetime | None = None, actor: Actor = SYSTEM) -> dict[str, int]:
    """How many exceptions were settled, passed on, ended and violated by now."""
    with clock.moved_to(now or clock.now()):
        return {
            "settled": _in_portions(_settle, actor),
            "passed_on": _in_portions(_pass_on, actor),
            "ended": _in_portions(_end, actor),
            "violated": _in_portions(_violate, actor),
        }


def expiry_job(payload: Mapping[str, Json]) -> None:
    """Nothing; exceptions whose time has come are where they belong."""
    waivers_expire()


def pending_settle(*, deals: Sequence[int], actor: Actor) -> int:
    """How many exceptions of these deals are needed no longer. Part of the transaction."""
    book = gate_book()
    running = Waiver.objects.filter(deal__in=deals, closed_at=None).select_related("deal")
    settled = _settle_those(list(running), book, actor)
    _release(deals, book, actor)
    return settled


def _release(deals: Sequence[int], book: GateBook, actor: Actor) -> None:
    """Deals whose exception was violated count once they are in order after all."""
    waiting = Deal.objects.filter(pk__in=deals, is_pending=True)
    running = Waiver.objects.filter(deal__in=waiting, closed_at=None).values("deal")
    ids = list(waiting.exclude(pk__in=running).values_list("pk", flat=True))
    if not ids:
        return
    subjects = subjects_of(ids, book)
    judged = gates_judge(list(subjects.values()), book.before(CREATE), book)
    released = [
        deal
        for deal, verdicts in zip(subjects, judged, strict=True)
        if not any(verdict.result in {"warn", "block"} for verdict in verdicts)
    ]
    _count(released, book, actor)


def _count(deals: Sequence[int], book: GateBook, actor: Actor) -> None:
    """Figures count the deals from now on, and nobody is asked for more about them."""
    pending_set(deals, value=False)
    asking_end(deals, actor)
    deal_events_refresh(deals=deals, zone=book.zone, recorded_at=clock.now(), actor=actor)


_Portion = Callable[[int, GateBook, Actor], tuple[int, int]]


def _in_portions(portion: _Portion, actor: Actor) -> int:
    """What the portions did, each in a transaction; a portion tells how far it got."""
    book, after, total = gate_book(), 0, 0
    while True:
        with transaction.atomic():
            last, done = portion(after, book, actor)
        total += done
        if not last:
            return total
        after = last


def _due(after: int, condition: Q) -> list[Waiver]:
    running = Waiver.objects.filter(condition, closed_at=None, pk__gt=after)
    return list(running.select_related("deal").order_by("pk")[:AT_ONCE])


def _settle(after: int, book: GateBook, actor: Actor) -> tuple[int, int]:
    running = _due(after, Q())
    return _last(running), _settle_those(running, book, actor)


def _settle_those(running: Sequence[Waiver], book: GateBook, actor: Actor) -> int:
    subjects = subjects_of({waiver.deal_id for waiver in running}, book)
    settled: list[Waiver] = []
    verdicts: dict[int, Verdict] = {}
    for gate_id in sorted({waiver.gate_id for waiver in running}):
        gate, mine = book.gate(gate_id), [w for w in running if w.gate_id == gate_id]
        if gate is None:
            settled += mine  # the rulebook asks for nothing of the kind any more
            continue
        judged = gates_judge([subjects[w.deal_id] for w in mine], [gate], book)
        for waiver, [verdict] in zip(mine, judged, strict=True):
            if not verdict.failing:
                settled.append(waiver)
                verdicts[waiver.pk] = verdict
    if not settled:
        return 0
    waivers_change(settled, {"state": State.SETTLED, "closed_at": clock.now()}, actor)
    created = [waiver.deal_id for waiver in settled if waiver.action == CREATE]
    _count(created, book, actor)
    decisions_record(
        [
            Decided(subjects[w.deal_id], w.action, verdicts[w.pk], taken="settled", waiver=w)
            for w in settled
            if w.pk in verdicts
        ],
        book=book,
        actor=actor,
        source="waiver",
    )
    waivers_told(settled, "deals.waiver_settle", "deals.waiver_settled", actor)
    return len(settled)


def _pass_on(after: int, book: GateBook, actor: Actor) -> tuple[int, int]:
    waiting = _due(after, Q(state=State.OPEN, passed_on_at=None))
    now = clock.now()
    away = {role: approvers_away(role, book) for role in {w.approver_role for w in waiting}}
    due = [
        waiver
        for waiver in waiting
        if away[waiver.approver_role]
        or (waiver.answer_due_at is not None and waiver.answer_due_at <= now)
    ]
    if due:
        waivers_change(due, {"passed_on_at": clock.now()}, actor)
        waivers_told(due, "deals.waiver_pass_on", "deals.waiver_passed_on", actor)
    return _last(waiting), len(due)


def _end(after: int, book: GateBook, actor: Actor) -> tuple[int, int]:
    now = clock.now()
    due = _due(after, Q(state=State.GRANTED, valid_until__lte=now) | Q(state=State.OPEN))
    ended = [
        waiver
        for waiver in due
        if waiver.state == State.GRANTED
        or waiver.requested_at + timedelta(days=waiver.longest_days) <= now
    ]
    if ended:
        waivers_change(
            ended, {"state": State.ENDED, "link_due_at": book.calendar.add_bd(now, 1)}, actor
        )
        waivers_told(ended, "deals.waiver_end", "deals.waiver_ended", actor)
    return _last(due), len(ended)


def _violate(after: int, book: GateBook, actor: Actor) -> tuple[int, int]:
    now = clock.now()
    due = _due(after, Q(state__in=[State.REJECTED, State.ENDED], link_due_at__lte=now))
    if due:
        waivers_change(due, {"state": State.VIOLATED, "closed_at": now}, actor)
        for waiver in due:
            waiver_note(waiver, book, actor, result="block", taken="violated")
        waivers_told(due, "deals.waiver_violate", "deals.waiver_violated", actor)
    return _last(due), len(due)


def _last(rows: Sequence[Waiver]) -> int:
    """Where the next portion begins; 0 when there is none."""
    return rows[-1].pk if len(rows) == AT_ONCE else 0
