"""Going through all obligations: once a day, when rules change, or when somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.db.models import Max, Q

from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.core.models import OutboxMessage
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import OPEN, FullPass, Obligation
from teichaku.inputs.services import Refreshed, obligations_refresh
from teichaku.inputs.subject_kinds import SUBJECT_KINDS, SubjectKind

PORTION = 5_000
# A topic that tells of rows of several kinds is followed once.
RECORD_TOPICS = tuple(dict.fromkeys(t for kind in SUBJECT_KINDS.values() for t in kind.topics))
PEOPLE_TOPICS = ("accounts.absences_changed", "accounts.people_changed")
RULE_TOPICS = ("rulebook.activated",)
KEPT = timedelta(days=30)
LONGEST_WRITE = timedelta(minutes=10)  # how long after its message a change may become visible


def obligations_pass(*, actor: Actor = SYSTEM) -> Refreshed:
    """What was made, changed and removed in going through everything that any rule is about."""
    started_at, book = clock.now(), input_book()
    total = Refreshed()
    if not book.rules:
        return total
    for name, kind in SUBJECT_KINDS.items():
        for portion in _portions(name, kind, book):
            _add(total, obligations_refresh(about={name: portion}, actor=actor, book=book))
    now = clock.now()
    FullPass.objects.update_or_create(
        day=book.staff.day(now), defaults={"started_at": started_at, "finished_at": now}
    )
    FullPass.objects.filter(finished_at__lt=now - KEPT).delete()
    return total


def obligations_catch_up(*, actor: Actor = SYSTEM) -> Refreshed:
    """What was made, changed and removed so that all is as the records tell now.

    Where everything was gone through today, only what was told of since then is looked at.
    """
    book = input_book()
    last = FullPass.objects.filter(day=book.staff.day(clock.now())).first()
    if last is None:
        return obligations_pass(actor=actor)
    news = OutboxMessage.objects.filter(at__gte=last.started_at - LONGEST_WRITE)
    if news.filter(topic__in=(*PEOPLE_TOPICS, *RULE_TOPICS)).exists():
        return obligations_pass(actor=actor)
    payloads = news.filter(topic__in=RECORD_TOPICS).values_list("payload", flat=True)
    return obligations_refresh(about=_told(list(payloads), book), actor=actor, book=book)


def _portions(name: str, kind: SubjectKind, book: InputBook) -> Iterator[Sequence[int]]:
    """The rows in portions, and at the end what is owed about rows that are none of them."""
    rows = kind.model._default_manager.filter(kind.asked(book))
    last = 0
    while portion := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PORTION]
    ):
        last = portion[-1]
        yield portion
    owed = Obligation.objects.filter(subject_kind=name).exclude(subject_id__in=rows.values("pk"))
    yield from bulk.chunked(owed.values_list("subject_id", flat=True).distinct(), PORTION)


def _told(payloads: Sequence[Mapping[str, Json]], book: InputBook) -> dict[str, set[int]]:
    """The rows of each kind that the messages are about."""
    return {name: kind.told(payloads, book) for name, kind in SUBJECT_KINDS.items()}


def _add(total: Refreshed, part: Refreshed) -> None:
    total.made += part.made
    total.changed += part.changed
    total.removed += part.removed


def follow_job(payload: Mapping[str, Json]) -> None:
    """Nothing; what is owed about the rows that a message names is as these tell now."""
    follow_jobs([payload])


def follow_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; likewise for many messages, at the cost of one look at each row they name."""
    book = input_book()
    news = _unseen(payloads) if book.rules else []
    if news:
        obligations_refresh(about=_told(news, book), book=book)


def _unseen(payloads: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    """Those that tell of changes which may not have been there when all was gone through last."""
    last = FullPass.objects.aggregate(at=Max("started_at"))["at"]
    if last is None:
        return list(payloads)
    told = OutboxMessage.objects.filter(pk__in=[payload.get("message", 0) for payload in payloads])
    seen = set(told.filter(at__lt=last - LONGEST_WRITE).values_list("pk", flat=True))
    return [payload for payload in payloads if payload.get("message") not in seen]


def people_job(payload: Mapping[str, Json]) -> None:
    """Nothing; open obligations of these people, or of all, follow their absences and roles."""
    users = _named(payload, "users")
    running = Obligation.objects.filter(state=OPEN)
    if users:
        # What belongs to nobody may be theirs from now on, when they have the role.
        running = running.filter(Q(owner__in=users) | Q(owner=None))
    rows = running.values_list("subject_kind", "subject_id").distinct()
    found: dict[str, list[int]] = defaultdict(list)
    for kind, subject in rows:
        found[kind].append(subject)
    obligations_refresh(about=found)


def pass_job(payload: Mapping[str, Json]) -> None:
    """Nothing; everything was gone through since the message."""
    if _unseen([payload]):
        obligations_pass()


def daily_job(payload: Mapping[str, Json]) -> None:
    """Nothing; everything was gone through, if it was not yet on this local day."""
    if not FullPass.objects.filter(day=input_book().staff.day(clock.now())).exists():
        obligations_pass()


def _named(payload: Mapping[str, Json], name: str) -> list[int]:
    values = payload.get(name)
    return [v for v in values if isinstance(v, int)] if isinstance(values, list) else []
