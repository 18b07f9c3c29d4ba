"""Who may answer an exception: the approver, whoever stands in, the deputy, at last others."""

from __future__ import annotations

from dataclasses import dataclass

from teichaku.accounts.models import Role
from teichaku.accounts.selectors import absent_days, deputies_on, people_with_role
from teichaku.deals.gate_rules import GateBook, gate_book
from teichaku.deals.models import Waiver

LAST_RESORT = Role.EXECUTIVE


@dataclass(frozen=True, slots=True)
class Answerer:
    """A person who may answer an exception now, for the approver or as the deputy."""

    user: int
    as_deputy: bool


def waiver_answerers(waiver: Waiver, book: GateBook | None = None) -> list[Answerer]:
    """Who may answer now, never the person who asked: the approver's role and whoever stands in for
    its people today or took over from one, once it was passed on the deputy's role, and for want of
    all the executives.
    """
    book = book or gate_book()
    holders = _holders(waiver.approver_role, book)
    stand_ins = [user.pk for user in deputies_on(book.today(), holders).values()]
    stand_ins += [waiver.handed_to_id] if waiver.handed_to_id else []
    found = dict.fromkeys(holders, False)
    roles = [waiver.deputy_role] if waiver.passed_on_at is not None else []
    for user in (*stand_ins, *(user for role in roles for user in _holders(role, book))):
        found.setdefault(user, True)
    found.pop(waiver.actor_user_id or 0, None)
    if not found:
        found = dict.fromkeys(_holders(LAST_RESORT, book), True)
        found.pop(waiver.actor_user_id or 0, None)
    return [Answerer(user, as_deputy) for user, as_deputy in found.items()]


def _holders(role: str, book: GateBook) -> list[int]:
    people = people_with_role(role, book.today()).order_by("pk")
    return list(people.values_list("pk", flat=True))


def approvers_away(role: str, book: GateBook, *, apart_from: int | None = None) -> bool:
    """Whether nobody of the role, apart from that person, is at work today."""
    today = book.today()
    holders = [user for user in _holders(role, book) if user != apart_from]
    away = absent_days(holders, today, today)
    return all(away[user] for user in holders)
