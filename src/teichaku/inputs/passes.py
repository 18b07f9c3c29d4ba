"""Going through all obligations: once a day, when rules change, or when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import cast

from django.db.models import Max, Model, Q, QuerySet

from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.core.models import OutboxMessage
from teichaku.deals.models import Activity, Deal, Waiver
from teichaku.inputs.book import InputBook, input_book
from teichaku.inputs.models import OPEN, FullPass, Obligation
from teichaku.inputs.services import Refreshed, obligations_refresh

PORTION = 5_000
RECORD_TOPICS = ("deals.written", "deals.activities_written", "deals.waiver_requested")
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
    for deals in _ids(Deal, Q(), "deal"):
        _add(total, obligations_refresh(deals=deals, actor=actor, book=book))
    live = min(rule.editions[0].since for rule in book.rules)
    awaited = Q(kind__in=_activity_kinds(book), at__gte=live)
    for activities in _ids(Activity, awaited, "activity"):
        _add(total, obligations_refresh(activities=activities, actor=actor, book=book))
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
    deals: set[int] = set()
    activities: set[int] = set()
    for payload in news.filter(topic__in=RECORD_TOPICS).values_list("payload", flat=True):
        found = _about(payload, book)
        deals.update(found[0])
        activities.update(found[1])
    return obligations_refresh(deals=deals, activities=activities, actor=actor, book=book)


def _ids(model: type[Deal] | type[Activity], about: Q, kind: str) -> Iterator[Sequence[int]]:
    """The rows in portions, and at the end what is owed about rows that are none of them."""
    rows: QuerySet[Model] = model._default_manager.filter(about)
    last = 0
    while portion := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PORTION]
    ):
        last = portion[-1]
        yield portion
    owed = Obligation.objects.filter(subject_kind=kind).exclude(subject_id__in=rows.values("pk"))
    yield from bulk.chunked(owed.values_list("subject_id", flat=True).distinct(), PORTION)


def _add(total: Refreshed, part: Refreshed) -> None:
    total.made += part.made
    total.changed += part.changed
    total.removed += part.removed


def _activity_kinds(book: InputBook) -> set[str]:
    """The kinds of activities after which a rule asks for something about the activity."""
    points = {
        edition.rule.when.after or ""
        for rule in book.rules
        for edition in rule.editions
        if edition.rule is not None and edition.rule.what.object == "activity"
    }
    return {point.split(".")[1] for point in points if point.startswith("activity.")}


def follow_job(payload: Mapping[str, Json]) -> None:
    """Nothing; what is owed about the rows that a message names is as these tell now."""
    book = input_book()
    if not book.rules or _seen_since(payload):
        return
    deals, activities = _about(payload, book)
    obligations_refresh(deals=deals, activities=activities, book=book)


def _about(payload: Mapping[str, Json], book: InputBook) -> tuple[list[int], list[int]]:
    """The deals and the activities that a message is about, as far as any rule is."""
    deals, activities = _named(payload, "deals"), _named(payload, "activities")
    if activities and book.awaits("activity.", "deal"):
        about = Activity.objects.filter(pk__in=activities, deal__isnull=False)
        deals += about.values_list("deal_id", flat=True)
    waivers = [value for value in (payload.get("waiver"),) if isinstance(value, int)]
    if waivers and book.awaits("waiver.", "deal"):
        deals += Waiver.objects.filter(pk__in=waivers).values_list("deal_id", flat=True)
    return deals, activities


def _seen_since(payload: Mapping[str, Json]) -> bool:
    """Whether everything was gone through after the change that the message tells of."""
    told = OutboxMessage.objects.filter(pk=cast("int", payload.get("message", 0))).first()
    last = FullPass.objects.aggregate(at=Max("started_at"))["at"]
    return told is not None and last is not None and told.at + LONGEST_WRITE < last


def people_job(payload: Mapping[str, Json]) -> None:
    """Nothing; open obligations of these people, or of all, follow their absences and roles."""
    users = _named(payload, "users")
    running = Obligation.objects.filter(state=OPEN)
    if users:
        # What belongs to nobody may be theirs from now on, when they have the role.
        running = running.filter(Q(owner__in=users) | Q(owner=None))
    rows = running.values_list("subject_kind", "subject_id").distinct()
    found: dict[str, list[int]] = {"deal": [], "activity": []}
    for kind, subject in rows:
        found[kind].append(subject)
    obligations_refresh(deals=found["deal"], activities=found["activity"])


def pass_job(payload: Mapping[str, Json]) -> None:
    """Nothing; everything was gone through since the message."""
    if not _seen_since(payload):
        obligations_pass()


def daily_job(payload: Mapping[str, Json]) -> None:
    """Nothing; everything was gone through, if it was not yet on this local day."""
    if not FullPass.objects.filter(day=input_book().staff.day(clock.now())).exists():
        obligations_pass()


def _named(payload: Mapping[str, Json], name: str) -> list[int]:
    values = payload.get(name)
    return [v for v in values if isinstance(v, int)] if isinstance(values, list) else []
