"""MQLs become handovers: routed, assigned, with their clocks running – each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from django.db import transaction

from teichaku.accounts.models import Team
from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.ids import uuid7
from teichaku.core.outbox import outbox_emit
from teichaku.engine.calendar import BusinessCalendar
from teichaku.engine.handover_clocks import Clocks, Stage, clocks_start
from teichaku.engine.routing import Receiver, Routed, leads_route
from teichaku.engine.rulebook.model import Route
from teichaku.handover.book import HandoverBook, handover_book
from teichaku.handover.held import held_due
from teichaku.handover.incoming import Arrival, Ready, arrivals, ready_since
from teichaku.handover.models import Assignment, Handover
from teichaku.handover.receivers import named_people, receivers
from teichaku.rulebook.models import Activation
from teichaku.scoring.models import Qualification

AT_ONCE = 1_000
_HANDOVER = (
    "id", "uid", "lead", "qualification", "revision", "stage", "state", "is_hot", "owner", "team",
    "why", "ready_at", "released_at", "assigned_at", "accept_due", "touch_due",
    "actor_kind", "actor_name", "actor_user_id",
)  # fmt: skip
_ASSIGNMENT = (
    "handover", "owner", "at", "accept_due", "touch_due", "why",
    "actor_kind", "actor_name", "actor_user_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """A lead and where it goes; without a person it is for the sales manager to give."""

    arrival: Arrival
    routed: Routed
    stage: Stage


def handovers_release(*, ready: Sequence[Ready], actor: Actor = SYSTEM) -> list[int]:
    """The new handovers, each MQL given to somebody even where everybody is full."""
    return _release(ready, actor, overflow=True)


def handovers_release_held(*, actor: Actor = SYSTEM) -> list[int]:
    """The new handovers of leads that met the definition before its rulebook: the highest scores
    first, as many as there is room for this week; their clocks begin now.
    """
    return _release(held_due(AT_ONCE), actor, overflow=False)


def handovers_release_passed_on(*, handovers: Sequence[int], actor: Actor = SYSTEM) -> list[int]:
    """The new handovers to field sales, of leads that inside sales accepted and passed on."""
    rows = Handover.objects.filter(pk__in=handovers, passed_on_at__isnull=False)
    columns = (
        "qualification_id",
        "lead_id",
        "lead__root_id",
        "passed_on_at",
        "qualification__total",
    )
    ready = [Ready(*row) for row in rows.values_list(*columns)]
    return _release(ready, actor, overflow=True, stages=("field",))


def release_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the MQL that a message names, and those after it, are handed over."""
    release_jobs([payload])


def release_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the MQLs that messages name, and those after them, are handed over in one go."""
    uids = [cast(str, payload["qualification"]) for payload in payloads]
    rows = Qualification.objects.filter(uid__in=uids, source=Qualification.Source.ENGINE)
    told = list(rows.order_by("pk"))
    for one in told:
        if one.withdrawn:
            handovers_withdraw(qualification=cast(int, one.supersedes_id), actor=SYSTEM)
    wanted = {one.pk for one in told if not one.withdrawn}
    while wanted := wanted - _handed_over(wanted):
        ready = ready_since(min(wanted), AT_ONCE)
        if all(one.pk not in wanted for one in ready) or not handovers_release(ready=ready):
            break


def _handed_over(qualifications: AbstractSet[int]) -> set[int]:
    rows = Handover.objects.filter(qualification__in=qualifications)
    return set(rows.values_list("qualification_id", flat=True))


def held_job(payload: Mapping[str, Json]) -> None:
    """Nothing; whoever has room this week has leads that met the definition all along."""
    handovers_release_held()


def handovers_withdraw(*, qualification: int, actor: Actor) -> int:
    """How many waiting handovers ended because the lead never met the definition after all."""
    with transaction.atomic():
        waiting = Handover.objects.filter(
            qualification=qualification, state=Handover.State.WAITING
        ).select_for_update()
        ids = list(waiting.values_list("pk", flat=True))
        if ids:
            Handover.objects.filter(pk__in=ids).update(
                state=Handover.State.WITHDRAWN, decided_at=clock.now()
            )
            audit_record(
                actor=actor, action="handover.handovers_withdraw",
                object_type="handover.handover", count=len(ids),
            )  # fmt: skip
            outbox_emit(topic="handover.changed", payload={"handovers": ids})
    return len(ids)


def passed_on_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the lead that inside sales passed on is somebody's in field sales."""
    handovers_release_passed_on(handovers=[cast(int, payload["handover"])])


def _release(
    ready: Sequence[Ready],
    actor: Actor,
    *,
    overflow: bool,
    stages: Sequence[Stage] = ("inside", "field"),
) -> list[int]:
    book = handover_book()
    if book.rulebook is None or book.rules is None or not ready:
        return []
    found = arrivals(ready, book.rulebook, clock.now())
    with transaction.atomic():
        # One release at a time, so that nobody's week is filled twice.
        Activation.objects.select_for_update().get(pk=cast(Activation, book.activation).pk)
        given = arrivals_route(
            _still_free(found, stages), receivers(book), book, stages, overflow=overflow
        )
        return _write(given, book, actor, from_now=not overflow) if given else []


def _still_free(found: Sequence[Arrival], stages: Sequence[Stage]) -> list[Arrival]:
    """Those that no one handed over meanwhile, nor while another MQL of the lead still waits."""
    handed = Handover.objects.filter(
        qualification__in=[one.qualification for one in found], stage__in=stages
    )
    done = set(handed.values_list("qualification_id", flat=True))
    waiting = Handover.objects.filter(
        lead__root__in=[one.root for one in found], state=Handover.State.WAITING
    )
    busy = set(waiting.values_list("lead__root_id", flat=True))
    return [one for one in found if one.qualification not in done and one.root not in busy]


def arrivals_route(
    found: Sequence[Arrival],
    people: Sequence[Receiver],
    book: HandoverBook,
    stages: Sequence[Stage],
    *,
    overflow: bool,
) -> list[Given]:
    """Where each goes by the agreed routes, inside sales first where that is agreed."""
    rules = book.rules
    assert rules is not None
    named = named_people(rules.to)
    by_root = {one.root: one for one in found}
    given: list[Given] = []
    if rules.via and "inside" in stages:
        inside = [Route(team=rules.via.team, by="capacity")]
        facts = [one.facts for one in found if one.facts.accepted_by is None]
        first = [replace(fact, routes=(0,)) for fact in facts]
        routed = leads_route(first, people, inside, named={}, overflow=overflow)
        given = [Given(by_root[r.lead], r, "inside") for r in routed if r.code != "nobody"]
    taken = {one.arrival.root for one in given}
    rest = [one.facts for one in found if one.root not in taken]
    if "inside" not in stages:  # it was inside sales who accepted it, and who passes it on
        rest = [replace(fact, accepted_by=None) for fact in rest]
    routed = leads_route(rest, people, rules.to, named=named, overflow=overflow)
    given += [Given(by_root[r.lead], r, "field") for r in routed]
    return [one for one in given if one.routed.code != "waits"]


def _write(
    given: Sequence[Given], book: HandoverBook, actor: Actor, *, from_now: bool
) -> list[int]:
    at = clock.now()
    calendars = book.calendars({g.routed.person for g in given if g.routed.person})
    teams = dict(Team.objects.values_list("key", "pk"))
    ids = bulk.reserve_ids(Handover, len(given))
    revision = cast(Activation, book.activation).revision_id
    told = (actor.kind, actor.name, actor.user_id)
    rows: list[bulk.Row] = []
    assigned: list[bulk.Row] = []
    for pk, one in zip(ids, given, strict=True):
        person, why = one.routed.person, why_of(one.routed)
        clocks = _clocks(one, book, calendars, at)
        ready_at = at if from_now else one.arrival.at
        rows.append(
            (pk, uuid7(), one.arrival.lead, one.arrival.qualification, revision, one.stage,
             "waiting", one.arrival.is_hot, person, teams.get(one.routed.team or ""), why,
             ready_at, at, at if person else None, clocks.accept_due, clocks.touch_due, *told)
        )  # fmt: skip
        if person:
            assigned.append((pk, person, at, clocks.accept_due, clocks.touch_due, why, *told))
    bulk.insert(Handover, _HANDOVER, rows)
    bulk.insert(Assignment, _ASSIGNMENT, assigned)
    audit_record(
        actor=actor, action="handover.handovers_release", object_type="handover.handover",
        count=len(ids),
    )  # fmt: skip
    outbox_emit(topic="handover.released", payload={"handovers": ids})
    return ids


def _clocks(
    one: Given, book: HandoverBook, calendars: Mapping[int, BusinessCalendar], at: datetime
) -> Clocks:
    if one.routed.person is None or book.rules is None:
        return Clocks(None, None)
    return clocks_start(
        book.rules, calendars[one.routed.person], at, stage=one.stage, hot=one.arrival.is_hot
    )


def why_of(routed: Routed) -> dict[str, Json]:
    """Why the lead is theirs, as it is kept."""
    return {
        "code": routed.code, "route": routed.route, "team": routed.team, "taken": routed.taken,
        "room": routed.room,
    }  # fmt: skip
