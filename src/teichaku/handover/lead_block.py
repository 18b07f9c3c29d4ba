"""What the page of a lead tells of its latest handover, and the way to judge it there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.handover.book import handover_book
from teichaku.handover.inbox import handovers_for_user, mark_of, may_decide
from teichaku.handover.models import Handover, Verdict
from teichaku.handover.reasons import VERDICT_REASONS
from teichaku.handover.rows import State
from teichaku.leads.models import Lead


@dataclass(frozen=True, slots=True)
class Handed:
    """A lead's latest handover as its page shows it."""

    handover: Handover
    mark: str
    tone: str
    icon: str
    verdict: Verdict | None
    may_open: bool
    may_judge: bool

    @property
    def verdict_reason(self) -> str | Promise:
        """What the lead lacked."""
        return VERDICT_REASONS.get(self.verdict.reason, "") if self.verdict else ""

    @property
    def verdict_reasons(self) -> Iterable[tuple[str, Promise]]:
        """What a lead can lack."""
        return VERDICT_REASONS.items()


def handed_lead(lead: Lead, user: User, rights: Collection[str]) -> Handed | None:
    """The latest handover of the lead; None where it was never handed over."""
    rows = Handover.objects.filter(lead__root=lead).select_related("owner")
    row = rows.order_by("-released_at", "-pk").first()
    if row is None:
        return None
    book = handover_book()
    calendar = book.calendars([row.owner_id])[row.owner_id] if row.owner_id else book.calendar()
    mark, tone, icon = mark_of(row, calendar, clock.now())
    judged = row.state in (State.ACCEPTED, State.RECYCLED)
    return Handed(
        handover=row,
        mark=mark,
        tone=tone,
        icon=icon,
        verdict=Verdict.objects.filter(handover=row).first(),
        may_open="handover.view" in rights
        and handovers_for_user(user, rights).filter(pk=row.pk).exists(),
        may_judge=judged and "handover.decide" in rights and may_decide(user, rights, row),
    )
