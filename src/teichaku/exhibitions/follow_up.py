"""The next business day: thank-you mails are handed to be sent, calls are given out – each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import formats, translation

from teichaku.accounts.calendars import work_calendar
from teichaku.accounts.models import Role, User
from teichaku.consent.selectors import may_send
from teichaku.consent.words import NO_BASIS, Channel
from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.outbox import outbox_emit
from teichaku.exhibitions.call_routing import calls_assigned
from teichaku.exhibitions.follow_up_plan import call_due
from teichaku.exhibitions.groups import ABOUT
from teichaku.exhibitions.mail_texts import text_filled
from teichaku.exhibitions.models import Call, Exhibition, MailText, Visitor
from teichaku.exhibitions.words import CALLED, THANKED, HeldBack
from teichaku.handover.names import lead_name
from teichaku.leads.models import Lead
from teichaku.notify.letters import ADVERTISING, NewLetter, letters_queue
from teichaku.notify.services import notifications_create, task_create

AT_ONCE = 50  # each call is a task of its own, and a transaction stays short
TASK, GIVE, TOLD = "exhibitions.call", "exhibitions.give", "exhibitions.calls"
LANGUAGE = "ja"  # mails go out in the company's language


def follow_up_job(payload: Mapping[str, Json]) -> None:
    """Nothing; visitors of exhibitions whose time has come are thanked and called."""
    follow_ups_run()


def follow_ups_run(*, actor: Actor = SYSTEM) -> int:
    """How many visitors were thought of. Broken off, the rest is simply done the next time."""
    waiting = Visitor.objects.filter(exhibition=OuterRef("pk"), followed_up_at=None)
    due = Exhibition.objects.filter(Exists(waiting), follow_up_at__lte=clock.now())
    done = 0
    for exhibition in due.order_by("pk"):
        while portion := _portion(exhibition, actor):
            done += portion
    return done


def letter_key(visitor: Visitor) -> str:
    """Under which the visitor's mail is asked for, once and for all."""
    return f"{letters_start(visitor.exhibition)}{visitor.uid}"


def letters_start(exhibition: Exhibition) -> str:
    """How the keys of all mails of the exhibition begin."""
    return f"exhibition:{exhibition.uid}:"


def _portion(exhibition: Exhibition, actor: Actor) -> int:
    """How many visitors were thought of; 0 when none is left."""
    with transaction.atomic():
        # One at a time, so that nobody is called by two.
        row = Exhibition.objects.select_for_update(of=("self",)).select_related("campaign")
        exhibition = row.get(pk=exhibition.pk)
        waiting = Visitor.objects.filter(exhibition=exhibition, followed_up_at=None)
        ordered = waiting.select_related("lead__root__company__root").order_by("rank", "pk")
        visitors = list(ordered[:AT_ONCE])
        if not visitors:
            return 0
        for visitor in visitors:
            visitor.exhibition = exhibition
        first, again = _told_apart(exhibition, visitors)
        _mail(exhibition, first, actor)
        _call(exhibition, first, actor)
        now = clock.now()
        for visitor in again:
            visitor.held_back = HeldBack.TWICE
        for visitor in visitors:
            visitor.followed_up_at = now
        Visitor.objects.bulk_update(visitors, ["followed_up_at", "held_back"])
        if not waiting.exists():
            _owners_tell(exhibition, actor)
        audit_record(
            actor=actor, action="exhibitions.follow_up", object_type="exhibitions.visitor",
            count=len(visitors), values={"exhibition": exhibition.pk},
        )  # fmt: skip
        outbox_emit(topic="exhibitions.followed_up", payload={"exhibition": exhibition.pk})
    return len(visitors)


def _told_apart(
    exhibition: Exhibition, visitors: Sequence[Visitor]
) -> tuple[list[Visitor], list[Visitor]]:
    """People thought of for the first time, and those who a merge made one with another visitor."""
    roots = [visitor.lead.root_id for visitor in visitors]
    before = Visitor.objects.filter(
        exhibition=exhibition, lead__root__in=roots, followed_up_at__isnull=False
    )
    known = set(before.values_list("lead__root_id", flat=True))
    first: list[Visitor] = []
    again: list[Visitor] = []
    for visitor in visitors:
        (again if visitor.lead.root_id in known else first).append(visitor)
        known.add(visitor.lead.root_id)
    return first, again


def _mail(exhibition: Exhibition, visitors: Sequence[Visitor], actor: Actor) -> None:
    """Nothing; letters wait for those who may be sent to, the others know why there is none."""
    held = mails_held(exhibition, visitors)
    texts = {row.rank: row for row in MailText.objects.filter(exhibition=exhibition)}
    letters: list[NewLetter] = []
    for visitor in visitors:
        visitor.held_back = held[visitor.pk]
        if not visitor.held_back:
            letters.append(letter_of(visitor, texts))
    letters_queue(rows=letters, actor=actor)


def mails_held(exhibition: Exhibition, visitors: Sequence[Visitor]) -> dict[int, str]:
    """Why each visitor gets no mail, '' for whoever gets one; asked anew as it leaves."""
    wanted = {
        visitor.pk: visitor.lead.root.email
        for visitor in visitors
        if exhibition.mail_on and visitor.group in THANKED
        and visitor.group in exhibition.mail_groups
    }  # fmt: skip
    addresses = {address for address in wanted.values() if address}
    said = may_send(addresses=addresses, channel=Channel.EMAIL, purpose=ABOUT)
    found: dict[int, str] = {}
    for visitor in visitors:
        if visitor.pk not in wanted:
            found[visitor.pk] = HeldBack.GROUP if exhibition.mail_on else HeldBack.OFF
        elif not (address := wanted[visitor.pk]):
            found[visitor.pk] = HeldBack.NO_ADDRESS
        elif said[address].allowed:
            found[visitor.pk] = ""
        else:
            lacks = said[address].code == NO_BASIS
            found[visitor.pk] = HeldBack.NO_BASIS if lacks else HeldBack.REFUSED
    return {pk: str(reason) for pk, reason in found.items()}


def letter_of(visitor: Visitor, texts: Mapping[str, MailText]) -> NewLetter:
    """The mail to the visitor, in the words for the rank."""
    lead: Lead = visitor.lead.root
    text = texts.get(visitor.rank) or texts[""]
    filled = text_filled(
        text.subject, text.body, name=lead.name,
        company=lead.company.root.name if lead.company else "",
        exhibition=visitor.exhibition.campaign.name,
    )  # fmt: skip
    return NewLetter(
        key=letter_key(visitor), address=lead.email, purpose=ADVERTISING, subject=filled.subject,
        body=filled.body, lead=lead.pk, language=LANGUAGE,
    )  # fmt: skip


def to_be_called(exhibition: Exhibition, visitors: Sequence[Visitor]) -> list[Visitor]:
    """Those who are called: of the ranks chosen, reachable, and not unwilling."""
    wanted = [v for v in visitors if v.group in CALLED and v.rank in exhibition.call_ranks]
    phones = {v.lead.root.phone for v in wanted if v.lead.root.phone}
    said = may_send(addresses=phones, channel=Channel.PHONE, purpose=ABOUT)
    return [v for v in wanted if not v.lead.root.phone or said[v.lead.root.phone].allowed]


def _call(exhibition: Exhibition, visitors: Sequence[Visitor], actor: Actor) -> None:
    """Nothing; each visitor to be called is somebody's, with a task and a deadline."""
    called = to_be_called(exhibition, visitors)
    if not called:
        return
    now = clock.now()
    due = call_due(now, work_calendar(now))
    assigned = calls_assigned(called)
    owners = User.objects.in_bulk({one.owner for one in assigned.values() if one.owner})
    for visitor in called:
        one = assigned[visitor.pk]
        call = Call(visitor=visitor, owner_id=one.owner, why=one.why, at=now, due_at=due)
        if one.why != "handover":  # which reminds by itself
            owner = owners.get(one.owner) if one.owner else None
            call.task_id = task_for(call, visitor, owner, actor)
        call.save(force_insert=True)


def task_for(call: Call, visitor: Visitor, owner: User | None, actor: Actor) -> int:
    """The task to call the visitor, or without an owner to give the call to somebody."""
    lead = visitor.lead.root
    params = {"lead": lead_name(lead), "exhibition": visitor.exhibition.campaign.name}
    task = task_create(
        kind=TASK if owner else GIVE, key=f"{TASK}:{call.uid}:{clock.now().isoformat()}",
        actor=actor, owner=owner, role="" if owner else Role.SALES_MANAGER, params=params,
        address=reverse("exhibitions:calls", args=[visitor.exhibition.uid]), due_at=call.due_at,
    )  # fmt: skip
    return task.pk


def _owners_tell(exhibition: Exhibition, actor: Actor) -> None:
    """Nothing; whoever has calls to make is told once how many and by when."""
    since = exhibition.follow_up_at
    calls = Call.objects.filter(
        visitor__exhibition=exhibition, settled_at=None, owner__is_active=True, at__gte=since
    )
    counts = Counter(calls.values_list("owner_id", flat=True))
    due = calls.values_list("due_at", flat=True).first()
    if due is None:
        return
    at = due.astimezone(work_calendar(due).zone)
    with translation.override(LANGUAGE):
        by = formats.date_format(at, "m/d H:i")
    for owner in User.objects.filter(pk__in=counts).order_by("pk"):
        params: dict[str, Json] = {
            "count": counts[owner.pk],
            "exhibition": exhibition.campaign.name,
            "by": by,
        }
        notifications_create(
            users=[owner], kind=TOLD, actor=actor, params=params,
            address=reverse("exhibitions:calls", args=[exhibition.uid]),
            key=f"{TOLD}:{exhibition.pk}:{since}",
        )  # fmt: skip
