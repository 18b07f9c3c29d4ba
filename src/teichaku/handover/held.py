"""Leads that met the definition all along: in which order they come, and what is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.core.actors import Actor
from teichaku.core.errors import InvalidInput
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read, setting_write
from teichaku.handover.board import Week, weeks
from teichaku.handover.book import handover_book
from teichaku.handover.incoming import Ready, held_at_start, held_waiting
from teichaku.leads.models import Lead
from teichaku.leads.selectors import lead_labels
from teichaku.tracking.models import LastEvent

PAGE_SIZE = 50
BY_CAPACITY, NEXT_EVENT = "capacity", "next_event"
held_release = SettingDeclaration(
    "handover.held_release", BY_CAPACITY,
    gettext_lazy(
        "When leads that met the definition all along are handed over: capacity (by score, as many"
        " a week as people take) or next_event (likewise, once a lead does something again)."
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeldLead:
    """A lead that waits for its turn; ``ready``: nothing but room is missing."""

    lead: Lead
    label: str
    total: float
    ready: bool


@dataclass(frozen=True, slots=True)
class HeldQueue:
    """The queue as marketing sees it."""

    leads: Sequence[HeldLead]
    count: int
    choice: str
    weeks: Sequence[Week]
    room: int
    page: int
    has_more: bool

    @property
    def weeks_needed(self) -> int | None:
        """How many weeks it takes at the agreed numbers; None where nobody takes any."""
        each = sum(week.per_week for week in self.weeks if not week.is_away)
        return -(-self.count // each) if each else None


def held_queue(page: int) -> HeldQueue:
    """One page of the queue, the highest scores first."""
    rows = held_waiting().annotate(ready=Exists(_acted_since()))
    ordered = rows.order_by(F("total").desc(), "pk").select_related("lead__root")
    shown = list(ordered[(page - 1) * PAGE_SIZE : page * PAGE_SIZE + 1])
    choice, taking = setting_read(held_release), weeks(handover_book())
    roots = [row.lead.root for row in shown[:PAGE_SIZE]]
    nameless = [lead.pk for lead in roots if not (lead.name or lead.email)]
    labels = lead_labels(nameless) if nameless else {}
    return HeldQueue(
        leads=[
            HeldLead(
                lead, lead.name or lead.email or labels[lead.pk], row.total or 0.0,
                choice == BY_CAPACITY or row.ready,
            )
            for row, lead in zip(shown, roots, strict=False)
        ],
        count=held_waiting().count(),
        choice=choice,
        weeks=taking,
        room=sum(max(week.per_week - week.taken, 0) for week in taking if not week.is_away),
        page=page,
        has_more=len(shown) > PAGE_SIZE,
    )  # fmt: skip


def held_choose(*, choice: str, actor: Actor) -> None:
    """Nothing; from the next turn on such leads come by this choice."""
    if choice not in (BY_CAPACITY, NEXT_EVENT):
        raise InvalidInput(_("Choose when these leads are handed over."), field="choice")
    setting_write(declaration=held_release, value=choice, actor=actor)


def held_due(limit: int) -> list[Ready]:
    """Those whose turn it is, the highest score first."""
    rows = held_waiting()
    if setting_read(held_release) == NEXT_EVENT:
        rows = rows.filter(Exists(_acted_since()))
    return held_at_start(limit, rows)


def _acted_since() -> QuerySet[LastEvent]:
    """What the lead did after the rulebook came into force."""
    return LastEvent.objects.filter(pk=OuterRef("lead__root"), at__gt=OuterRef("at"))
