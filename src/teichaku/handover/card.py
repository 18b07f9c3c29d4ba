"""One handover: why it is an MQL, why it is theirs, what the lead did, what can be done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise

from teichaku.accounts.models import Role, User
from teichaku.accounts.selectors import people_with_role
from teichaku.core import clock
from teichaku.engine.calendar import BusinessCalendar
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.inbox import Row, may_decide, rows_of
from teichaku.handover.models import (
    Assignment,
    Disqualification,
    Handover,
    Offer,
    Return,
    Verdict,
)
from teichaku.handover.reasons import (
    DISQUALIFY_REASONS,
    VERDICT_REASONS,
    return_label,
    return_reasons,
)
from teichaku.handover.services import UNDO_WITHIN
from teichaku.handover.wording import Because, because, due_words, why_theirs
from teichaku.rulebook.selectors import rulebook_of
from teichaku.tracking.event_words import EVENT_ICONS, EVENT_WORDS, OTHER_ICON
from teichaku.tracking.models import Event

State = Handover.State
MOST_DEEDS, MOST_HANDS = 5, 10
OWN_SOURCES = ("handover", "deal")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the lead did before it became an MQL."""

    at: datetime
    text: str
    object: str
    icon: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that the page of a handover shows."""

    row: Row
    reasons: Sequence[Because]
    definition: str
    why_theirs: str
    accept_by: str
    touch_by: str
    deeds: Sequence[Deed]
    hands: Sequence[Assignment]
    offer: Offer | None
    returned: Return | None
    return_label: str | Promise
    disqualification: Disqualification | None
    disqualified: str | Promise
    verdict: Verdict | None
    verdict_reason: str | Promise
    zone: ZoneInfo
    may_decide: bool
    may_undo: bool
    colleagues: Sequence[User]
    return_reasons: Sequence[tuple[str, str | Promise]]

    @property
    def handover(self) -> Handover:
        """The handover itself."""
        return self.row.handover

    @property
    def phone(self) -> str:
        """The number to call."""
        return self.handover.lead.root.phone or self.handover.lead.phone


def card_for_user(handover: Handover, user: User, rights: Collection[str]) -> Card:
    """The page of a handover that the person may see."""
    now, book = clock.now(), handover_book()
    [row] = rows_of([handover], book, now)
    calendar = book.calendars([handover.owner_id])[handover.owner_id] if handover.owner_id else (
        book.calendar()
    )  # fmt: skip
    revision = handover.qualification.revision
    rulebook = rulebook_of(revision.document) if revision else None
    offer = _offer(handover)
    returned = (
        Return.objects.filter(handover=handover, undone_at=None).select_related("reply").first()
    )
    gone = Disqualification.objects.filter(handover=handover).first()
    verdict = Verdict.objects.filter(handover=handover).first()
    decides = may_decide(user, rights, handover)
    return Card(
        row=row,
        reasons=because(handover.qualification, rulebook) if rulebook else [],
        definition=rulebook.mql.id if rulebook and rulebook.mql else "",
        why_theirs=why_theirs(handover.why),
        accept_by=_due(handover.accept_due, calendar, now),
        touch_by=_due(handover.touch_due, calendar, now),
        deeds=_deeds(handover),
        hands=list(_hands(handover)),
        offer=offer,
        returned=returned,
        return_label=return_label(returned.reason) if returned else "",
        disqualification=gone,
        disqualified=DISQUALIFY_REASONS.get(gone.reason, gone.reason) if gone else "",
        verdict=verdict,
        verdict_reason=VERDICT_REASONS.get(verdict.reason, "") if verdict else "",
        zone=book.zone,
        may_decide=decides,
        may_undo=decides and undo_is_open(handover, user, offer, now),
        colleagues=colleagues_of(handover, book) if decides else (),
        return_reasons=[(code, label) for code, (_, label) in return_reasons(book.rules).items()],
    )


def undo_is_open(handover: Handover, user: User, offer: Offer | None, now: datetime) -> bool:
    """Whether what the person did a moment ago can be taken back."""
    since = now - UNDO_WITHIN
    if handover.state in (State.ACCEPTED, State.RETURNED):
        return handover.decided_by_id == user.pk and (handover.decided_at or since) > since
    if handover.state != State.WAITING:
        return False
    if handover.later_until is not None and handover.later_until > now:
        return True
    if offer is not None:
        return offer.actor_user_id == user.pk and offer.at > since
    last, *before = Assignment.objects.filter(handover=handover).order_by("-pk")[:2] or [None]
    return bool(before and last and last.at > since and last.actor_user_id == user.pk)


def colleagues_of(handover: Handover, book: HandoverBook) -> list[User]:
    """Who else could take the lead: people who sell, by name."""
    found: dict[int, User] = {}
    for role in (Role.SALES_REP, Role.INSIDE_SALES):
        found |= {user.pk: user for user in people_with_role(role, book.today())}
    return sorted(
        (user for user in found.values() if user.pk != handover.owner_id),
        key=lambda user: (user.kana or user.name, user.pk),
    )


def _due(due: datetime | None, calendar: BusinessCalendar, now: datetime) -> str:
    return due_words(calendar, due, now) if due else ""


def _offer(handover: Handover) -> Offer | None:
    return (
        Offer.objects.filter(handover=handover, closed_at=None).select_related("colleague").first()
    )


def _hands(handover: Handover) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(handover=handover).select_related("owner")
    return rows.order_by("-pk")[:MOST_HANDS]


def _deeds(handover: Handover) -> list[Deed]:
    """What the lead did last before it became an MQL, newest first."""
    rows = Event.objects.filter(
        lead__root=handover.lead.root_id, at__lte=handover.qualification.at,
        origin=Event.Origin.HUMAN, retracted_at=None,
    ).exclude(source__in=OWN_SOURCES)  # fmt: skip
    newest = rows.select_related("signature").order_by("-at", "-pk")[:MOST_DEEDS]
    return [deed_of(event) for event in newest]


def deed_of(event: Event) -> Deed:
    """The event in words."""
    shape = event.signature
    parts = (shape.path, shape.form, shape.asset, shape.campaign)
    return Deed(
        event.at, str(EVENT_WORDS.get(shape.type, shape.type)),
        " ".join(part for part in parts if part), EVENT_ICONS.get(shape.type, OTHER_ICON),
    )  # fmt: skip
