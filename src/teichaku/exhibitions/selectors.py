"""Reads about exhibitions, as pages show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, QuerySet, When

from teichaku.accounts.models import User
from teichaku.core import clock
from teichaku.core.errors import NotFound
from teichaku.exhibitions.figures import Figures, figures_of
from teichaku.exhibitions.follow_up import letter_key, letters_start, mails_held, to_be_called
from teichaku.exhibitions.models import Call, Exhibition, MailText, Sheet, Visitor
from teichaku.exhibitions.words import RANKS, WHYS, Group, HeldBack
from teichaku.handover.inbox import covered_by
from teichaku.handover.models import Handover
from teichaku.intake.models import ImportRun
from teichaku.leads.models import Campaign
from teichaku.notify.letters import letter_counts, letters_by_key
from teichaku.notify.models import Delivery

LISTED, AT_ONCE, CALLS_AT_ONCE = 30, 50, 200
MANAGE = "exhibitions.manage"


@dataclass(frozen=True, slots=True)
class MailState:
    """How far the thank-you mails are: by what became of them, and those held back by reason."""

    waiting: int
    sent: int
    stopped: int
    held: Sequence[tuple[str, int]]

    @property
    def any(self) -> bool:
        """Whether anything was decided at all."""
        return bool(self.waiting or self.sent or self.stopped or self.held)


@dataclass(frozen=True, slots=True)
class PlanCount:
    """What would happen to the visitors who have not been thought of yet."""

    visitors: int
    mails: int
    calls: int
    held: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class VisitorLine:
    """A visitor with what became of the mail."""

    visitor: Visitor
    mail: str  # a state of the letter, or '' where there is none
    held: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as its list shows it."""

    call: Call
    why: str
    late: bool
    handover: Handover | None


def exhibitions_listed(after: str = "") -> tuple[list[Figures], bool]:
    """The exhibitions with their figures, the latest first, and whether there are earlier ones."""
    rows = Exhibition.objects.select_related("campaign")
    ordered = rows.order_by(F("campaign__starts_on").desc(nulls_last=True), "-pk")
    start = int(after) if after.isdecimal() else 0
    found = list(ordered[start : start + LISTED + 1])
    return figures_of(found[:LISTED]), len(found) > LISTED


def exhibition_find(uid: UUID) -> Exhibition:
    """The exhibition; ``NotFound`` when there is none."""
    found = Exhibition.objects.select_related("campaign").filter(uid=uid).first()
    if found is None:
        raise NotFound(f"no exhibition {uid}")
    return found


def sheet_find(exhibition: Exhibition, uid: UUID) -> Sheet:
    """The sheet of the exhibition; ``NotFound`` when there is none."""
    rows = Sheet.objects.select_related("upload", "exhibition__campaign")
    found = rows.filter(exhibition=exhibition, uid=uid).first()
    if found is None:
        raise NotFound(f"no sheet {uid}")
    return found


def sheets_of(exhibition: Exhibition) -> list[tuple[Sheet, ImportRun | None]]:
    """The sheets of the exhibition, latest first, each with the import of its people."""
    sheets = list(exhibition.sheets.select_related("upload").order_by("-pk"))
    runs = ImportRun.objects.filter(
        upload__in=[sheet.upload_id for sheet in sheets], entity="leads"
    )
    by_upload = {run.upload_id: run for run in runs}
    return [(sheet, by_upload.get(sheet.upload_id)) for sheet in sheets]


def sheet_runs(sheet: Sheet) -> list[ImportRun]:
    """The imports of the sheet, that of its people first."""
    return list(sheet.upload.runs.order_by("-pk"))


def campaigns_free() -> QuerySet[Campaign]:
    """The campaigns that are no exhibition yet, the latest first."""
    taken = Exhibition.objects.values("campaign")
    rows = Campaign.objects.exclude(pk__in=taken)
    return rows.order_by(F("starts_on").desc(nulls_last=True), "name")


def mail_texts(exhibition: Exhibition) -> list[MailText]:
    """The mails, best rank first, that for everybody else last."""
    order = {rank: place for place, rank in enumerate((*RANKS, ""))}
    return sorted(exhibition.mails.all(), key=lambda row: order[row.rank])


def plan_count(exhibition: Exhibition) -> PlanCount:
    """What would happen now to the visitors who have not been thought of yet."""
    waiting = Visitor.objects.filter(exhibition=exhibition, followed_up_at=None)
    visitors = list(waiting.select_related("lead__root"))
    held = Counter(mails_held(exhibition, visitors).values())
    mails = held.pop("", 0)
    return PlanCount(
        len(visitors), mails, len(to_be_called(exhibition, visitors)), _held_words(held)
    )


def mail_state(exhibition: Exhibition) -> MailState:
    """How far the thank-you mails are."""
    counts: Counter[str] = Counter()
    for (state, _reason), count in letter_counts(letters_start(exhibition)).items():
        counts[state] += count
    decided = Visitor.objects.filter(exhibition=exhibition, followed_up_at__isnull=False)
    held = Counter(decided.exclude(held_back="").values_list("held_back", flat=True))
    return MailState(
        waiting=counts[Delivery.State.WAITING] + counts[Delivery.State.SENDING],
        sent=counts[Delivery.State.SENT],
        stopped=counts[Delivery.State.SKIPPED] + counts[Delivery.State.PARKED],
        held=_held_words(held),
    )


def visitors_page(
    exhibition: Exhibition, *, group: str, rank: str, after: str
) -> tuple[list[VisitorLine], bool]:
    """Visitors by rank, from a place in the list on, and whether there are more."""
    rows = Visitor.objects.filter(exhibition=exhibition).select_related(
        "lead__root__company__root", "owner", "call__owner"
    )
    if group in Group.values:
        rows = rows.filter(group=group)
    if rank in (*RANKS, "none"):
        rows = rows.filter(rank="" if rank == "none" else rank)
    start = int(after) if after.isdecimal() else 0
    unranked_last = Case(When(rank="", then=1), default=0)
    found = list(rows.order_by(unranked_last, "rank", "pk")[start : start + AT_ONCE + 1])
    for visitor in found:
        visitor.exhibition = exhibition
    letters = letters_by_key([letter_key(visitor) for visitor in found])
    lines = [
        VisitorLine(
            visitor,
            letters[letter_key(visitor)].state if letter_key(visitor) in letters else "",
            str(HeldBack(visitor.held_back).label) if visitor.held_back else "",
        )
        for visitor in found[:AT_ONCE]
    ]
    return lines, len(found) > AT_ONCE


def calls_for_user(user: User, rights: Collection[str]) -> QuerySet[Call]:
    """Everybody's calls for those who manage exhibitions or handovers, else one's own."""
    rows = Call.objects.select_related(
        "visitor__lead__root__company__root", "visitor__exhibition__campaign", "owner", "task"
    )
    if MANAGE in rights or "handover.manage" in rights:
        return rows
    return rows.filter(owner__in=covered_by(user))


def calls_of(rows: QuerySet[Call], exhibition: Exhibition | None) -> QuerySet[Call]:
    """Of these calls those after the exhibition, or after all."""
    return rows if exhibition is None else rows.filter(visitor__exhibition=exhibition)


def callers() -> list[User]:
    """Everybody to whom a call can be given."""
    return list(User.objects.filter(is_active=True).exclude(name="").order_by("kana", "name"))


def call_find(user: User, rights: Collection[str], uid: UUID) -> Call:
    """The call, if the person may see it; else ``NotFound``."""
    found = calls_for_user(user, rights).filter(uid=uid).first()
    if found is None:
        raise NotFound(f"no call {uid}")
    return found


def call_lines(rows: QuerySet[Call], *, done: bool, limit: int = CALLS_AT_ONCE) -> list[CallLine]:
    """The calls, nearest deadline and best rank first; those that are settled latest first."""
    wanted = rows.filter(settled_at__isnull=not done)
    order = ("-settled_at", "pk") if done else ("due_at", "visitor__rank", "pk")
    calls = list(wanted.order_by(*order)[:limit])
    handed = _handed([call for call in calls if call.why == "handover"])
    now = clock.now()
    return [
        CallLine(
            call, str(WHYS.get(call.why, "")), not done and call.due_at <= now,
            handed.get(call.visitor.lead.root_id),
        )
        for call in calls
    ]  # fmt: skip


def _handed(calls: Sequence[Call]) -> Mapping[int, Handover]:
    roots = [call.visitor.lead.root_id for call in calls]
    if not roots:
        return {}
    rows = Handover.objects.filter(lead__root__in=roots).select_related("lead")
    return {row.lead.root_id: row for row in rows.order_by("released_at", "pk")}


def _held_words(held: Mapping[str, int]) -> list[tuple[str, int]]:
    ordered = [(str(reason.label), held.get(reason.value, 0)) for reason in HeldBack]
    return [(word, count) for word, count in ordered if count]
