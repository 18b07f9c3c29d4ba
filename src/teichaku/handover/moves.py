"""Every working morning: what moved at a rep's own leads and customers, at most five."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teichaku.accounts.models import Role, User
from teichaku.accounts.selectors import people_with_role
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.deals.models import Deal, Stage
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.card import Deed, deed_of
from teichaku.handover.names import lead_name
from teichaku.leads.models import Company, Lead
from teichaku.notify.kinds import Kind, notification_kinds
from teichaku.notify.services import notifications_create
from teichaku.scoring.models import Score
from teichaku.tracking.models import Event

MOVED = "handover.moved"
MOST = 5
MORNING = time(8, 30)
OWN_SOURCES = ("handover", "deal")
SILENT = ("call", "meeting", "opt_out")  # what people of ours enter, and what asks for quiet


@dataclass(frozen=True, slots=True)
class Move:
    """What one lead did lately."""

    lead: Lead
    name: str
    count: int
    last: Deed
    is_customer: bool

    @property
    def phone(self) -> str:
        """The number to call."""
        return self.lead.phone


def moves_register() -> None:
    """Nothing; the kind of notification is known."""
    text = gettext_lazy("Moved at your accounts: %(count)s (%(lead)s)")
    notification_kinds.register(MOVED, Kind(text, "activity", "handover", "digest"))


def moves_job(payload: Mapping[str, Json]) -> None:
    """Nothing; whose morning it is has the digest, once a day."""
    moves_tell()


def moves_tell() -> int:
    """How many people were told: those of sales who work today, from 8:30 on, if anything moved."""
    book, now = handover_book(), clock.now()
    if now.astimezone(book.zone).time() < MORNING:
        return 0
    people = list(
        (people_with_role(Role.SALES_REP, book.today())
         | people_with_role(Role.INSIDE_SALES, book.today())).distinct()
    )  # fmt: skip
    calendars = book.calendars([user.pk for user in people])
    told = 0
    for user in people:
        if calendars[user.pk].is_working_day(book.today()):
            told += _tell(user, book)
    return told


def _tell(user: User, book: HandoverBook) -> int:
    moves = moves_of(user, since_last_morning(book, user), before=_morning(book))
    if not moves:
        return 0
    with transaction.atomic(), translation.override(user.language or translation.get_language()):
        return len(
            notifications_create(
                users=[user], kind=MOVED, actor=SYSTEM, key=f"{MOVED}:{book.today().isoformat()}",
                params={"count": len(moves), "lead": moves[0].name},
                address=reverse("handover:moves"), body="\n\n".join(map(_text, moves)),
            )
        )  # fmt: skip


def moves_of(user: User, since: datetime, *, before: datetime | None = None) -> list[Move]:
    """What moved at the person's leads and at companies whose deals are theirs.

    The strongest rise of the score first; at most five, in five queries.
    """
    customers = _companies(user)
    # Led by the leads, whose events have an index; by time alone everybody's would be read.
    own = Lead.objects.filter(root__in=Lead.objects.filter(owner=user)).values("pk")
    theirs = Lead.objects.filter(company__in=Company.objects.filter(root__in=customers))
    at_customers = Lead.objects.filter(root__in=theirs).values("pk")
    mine = Q(lead__in=own) | Q(lead__in=at_customers)
    rows = Event.objects.filter(
        mine, at__gte=since, at__lt=before or clock.now(), origin=Event.Origin.HUMAN,
        retracted_at=None,
    ).exclude(Q(source__in=OWN_SOURCES) | Q(signature__type__in=SILENT))  # fmt: skip
    found = {
        lead: (count, last)
        for lead, count, last in rows.values("lead__root").annotate(n=Count("pk"), last=Max("at"))
        .values_list("lead__root", "n", "last")
    }  # fmt: skip
    rising = dict(Score.objects.filter(lead__in=found).values_list("lead_id", "rising"))
    best = sorted(found, key=lambda lead: (-rising.get(lead, 0.0), -found[lead][0], lead))[:MOST]
    leads = Lead.objects.select_related("company__root").in_bulk(best)
    latest = _latest(rows, best)
    return [
        Move(lead, lead_name(lead), found[pk][0], latest[pk], _is_at(lead, customers))
        for pk in best
        if (lead := leads[pk])
    ]


def _is_at(lead: Lead, companies: AbstractSet[int]) -> bool:
    return lead.company is not None and lead.company.root_id in companies


def since_last_morning(book: HandoverBook, user: User) -> datetime:
    """The morning of the person's last working day: what came after it is news today."""
    [calendar] = book.calendars([user.pk]).values()
    day = calendar.working_day_before(book.today())
    return datetime.combine(day, MORNING, book.zone)


def _morning(book: HandoverBook) -> datetime:
    return datetime.combine(book.today(), MORNING, book.zone)


def _companies(user: User) -> set[int]:
    """The companies with an open or won deal of the person."""
    rows = Deal.objects.filter(owner=user, company__isnull=False, is_pending=False)
    live = rows.exclude(stage__kind=Stage.Kind.LOST)
    return {root for root in live.values_list("company__root_id", flat=True) if root}


def _latest(rows: QuerySet[Event], leads: Sequence[int]) -> Mapping[int, Deed]:
    """The last thing that each of these leads did."""
    events = rows.filter(lead__root__in=leads).select_related("signature", "lead")
    return {event.lead.root_id: deed_of(event) for event in events.order_by("at", "pk")}


def _text(move: Move) -> str:
    """A lead as the digest tells of it: who, what, and the number to call."""
    at = move.last.at.astimezone(handover_book().zone)
    told = {"what": f"{move.last.text} {move.last.object}".strip(), "at": f"{at:%m/%d %H:%M}"}
    lines = [move.name, _("%(what)s (%(at)s)") % told]
    if move.count > 1:
        lines[1] += _(" and %d more") % (move.count - 1)
    if move.phone:
        lines.append(f"tel:{move.phone}")
    return "\n".join(lines)
