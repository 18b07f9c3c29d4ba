"""Exceptions as people see them: one's own, and those that one may answer now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from teichaku.accounts.models import Role
from teichaku.core.registry import Text
from teichaku.deals.gate_rules import GateBook, gate_book
from teichaku.deals.models import Waiver
from teichaku.deals.waiver_answerers import Answerer, waiver_answerers
from teichaku.deals.waivers import DEFAULT_REASONS

MOST = 50
MOST_OPEN = 500  # of which those are looked for that one may answer
STATES: dict[str, tuple[Text, str, str]] = {
    "open": (_("Waiting for an answer"), "info", "hourglass"),
    "granted": (_("Granted"), "ok", "circle-check"),
    "rejected": (_("Refused"), "near", "triangle-alert"),
    "ended": (_("Ended"), "near", "triangle-alert"),
    "settled": (_("No longer needed"), "calm", "link"),
    "violated": (_("Left unlinked"), "over", "circle-x"),
}


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """An exception with the words that it is shown by."""

    waiver: Waiver
    gate: str
    reason: Text
    state: Text
    tone: str
    icon: str
    approver: Text
    edition: int | None
    as_deputy: bool = False


def waivers_of(user_id: int) -> list[WaiverRow]:
    """The exceptions that the person asked for, the latest first."""
    rows = _shown(Waiver.objects.filter(actor_user_id=user_id)).order_by("-pk")[:MOST]
    book = gate_book()
    return [_row(waiver, book) for waiver in rows]


def waivers_to_answer(user_id: int) -> list[WaiverRow]:
    """The open exceptions that the person may answer now, the most urgent first."""
    book = gate_book()
    found = []
    rows = _shown(Waiver.objects.filter(state=Waiver.State.OPEN)).order_by("answer_due_at", "pk")
    for waiver, answerer in _answerable(rows[:MOST_OPEN], user_id, book):
        found.append(_row(waiver, book, as_deputy=answerer.as_deputy))
        if len(found) == MOST:
            break
    return found


def waivers_waiting(user: AbstractBaseUser) -> int:
    """How many exceptions wait for the person's answer."""
    rows = Waiver.objects.filter(state=Waiver.State.OPEN).order_by("answer_due_at", "pk")
    waiting = list(rows[:MOST_OPEN])
    return sum(1 for _waiver in _answerable(waiting, user.pk, gate_book())) if waiting else 0


def waivers_of_deal(deal_id: int) -> list[WaiverRow]:
    """The deal's exceptions, the latest first."""
    book = gate_book()
    rows = _shown(Waiver.objects.filter(deal=deal_id)).order_by("-pk")[:MOST]
    return [_row(waiver, book) for waiver in rows]


def _answerable(
    rows: Iterable[Waiver], user_id: int, book: GateBook
) -> Iterable[tuple[Waiver, Answerer]]:
    # Who may answer depends on these alone, so it is asked once for all that share them.
    known: dict[tuple[object, ...], Sequence[Answerer]] = {}
    for waiver in rows:
        if waiver.actor_user_id == user_id:
            continue
        key = (
            waiver.approver_role, waiver.deputy_role, waiver.passed_on_at is None,
            waiver.actor_user_id, waiver.handed_to_id,
        )  # fmt: skip
        if key not in known:
            known[key] = waiver_answerers(waiver, book)
        mine = next((one for one in known[key] if one.user == user_id), None)
        if mine is not None:
            yield waiver, mine


def _shown(rows: QuerySet[Waiver]) -> QuerySet[Waiver]:
    return rows.select_related("deal__company__root", "deal__owner", "answered_by")


def _row(waiver: Waiver, book: GateBook, *, as_deputy: bool = False) -> WaiverRow:
    gate = book.gate(waiver.gate_id)
    state, tone, icon = STATES[waiver.state]
    return WaiverRow(
        waiver=waiver,
        gate=(gate.rule.label if gate else None) or waiver.gate_id,
        reason=DEFAULT_REASONS.get(waiver.reason, waiver.reason),
        state=state,
        tone=tone,
        icon=icon,
        approver=Role(waiver.approver_role).label,
        edition=book.editions.get(waiver.revision_id),
        as_deputy=as_deputy,
    )
