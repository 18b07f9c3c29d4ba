"""Beacons turned into events: in bulk, each once, with anonymous leads for new browsers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from teichaku.core import bulk, clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.tracking.bot_filter import PERSON, UNKNOWN, Judged, judged, too_fast, worse
from teichaku.tracking.models import Beacon, Event, Visitor
from teichaku.tracking.sent_fields import LONGEST_TEXT, OLDEST_MS, BadBeacon, beacon_read
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape, path_normalise
from teichaku.tracking.site_counts import hours_add
from teichaku.tracking.visitors import Met, Stranger, visitors_meet, visitors_met

logger = logging.getLogger(__name__)

AT_ONCE = 150  # with ten events each a transaction of SQLite stays under 250 ms
SKEW_MS = 60_000  # so far a browser's clock is believed
COUNTED = {Event.Origin.HUMAN: "accepted", Event.Origin.BOT: "bots", UNKNOWN: "unknown"}
EVERY_S = 30


@dataclass(slots=True)
class _Read:
    """A beacon with what it says and what the filter thinks of it."""

    row: Beacon
    said: Mapping[str, Any]
    judged: Judged


def turn_job(payload: Mapping[str, Json]) -> None:
    """Nothing; every beacon that was acknowledged so far is events now, or parked."""
    while beacons_turn(actor=SYSTEM):
        pass


def beacons_turn(*, actor: Actor) -> int:
    """How many beacons were turned, the oldest first; one that cannot be is parked."""
    rows = Beacon.objects.filter(done_at=None, parked="").order_by("pk")
    waiting = list(rows.select_related("site")[: bulk.batch(AT_ONCE)])
    if not waiting:
        return 0
    try:
        _turn(waiting, actor)
    except (DataError, IntegrityError):
        # One of them does not go in; the others are not to wait for it.
        for row in waiting:
            try:
                _turn([row], actor)
            except (DataError, IntegrityError) as error:
                _park(row, type(error).__name__)
    return len(waiting)


def beacon_retry(*, beacon: Beacon, actor: Actor) -> bool:
    """Whether the parked beacon could be turned after all."""
    with transaction.atomic():
        Beacon.objects.filter(pk=beacon.pk).update(parked="")
        audit_record(
            actor=actor,
            action="tracking.beacon_decide",
            object_type="tracking.beacon",
            object_id=beacon.pk,
        )
        _turn([beacon], actor)
    beacon.refresh_from_db()
    return not beacon.parked


def _turn(rows: Sequence[Beacon], actor: Actor) -> None:
    with transaction.atomic():
        read = [found for row in rows if (found := _read(row))]
        if not read:
            return
        known = visitors_met([found.row.visitor for found in read])
        known |= visitors_meet(strangers=_strangers(read, known), actor=actor)
        _judge(read, known)
        events = [event for found in read for event in _events(found, known[found.row.visitor])]
        new = events_write(rows=events, actor=actor).new
        now = clock.now()
        _count(read, {name for _, _, name in new}, now)
        bulk.update(Beacon, ("done_at", "lag_ms"), [(f.row.pk, now, _lag_ms(f, now)) for f in read])
        _note_visitors(read, known)


def _read(row: Beacon) -> _Read | None:
    """The beacon as it is understood; parked where it is not."""
    try:
        said = beacon_read(row.payload)
    except BadBeacon as error:
        _park(row, str(error.data["reason"]))
        return None
    return _Read(row, said, judged(row.agent, row.hint, said))


def _park(row: Beacon, reason: str) -> None:
    logger.warning("beacon %d was parked (%s)", row.pk, reason)
    Beacon.objects.filter(pk=row.pk).update(parked=reason[:40])


def _strangers(read: Sequence[_Read], known: Mapping[UUID, Met]) -> list[Stranger]:
    found: dict[UUID, Stranger] = {}
    for one in read:
        row = one.row
        if row.visitor not in known:
            met = Stranger(row.visitor, row.site_id, row.received_at, row.agent)
            found.setdefault(row.visitor, met)
    return list(found.values())


def _judge(read: Sequence[_Read], known: Mapping[UUID, Met]) -> None:
    """Nothing; what came too fast for a person over several beacons is known to have."""
    views: dict[UUID, list[int]] = {}
    for one in read:
        received = _milliseconds(one.row.received_at)
        ats = [received - event["a"] for event in one.said["e"] if event["n"] == "view"]
        views.setdefault(one.row.visitor, []).extend(ats)
    for one in read:
        if known[one.row.visitor].cleared:
            one.judged = PERSON
        elif too_fast(views[one.row.visitor]):
            one.judged = worse(Judged(UNKNOWN, "too_fast"), one.judged)


def _events(found: _Read, met: Met) -> list[EventRow]:
    row, now = found.row, clock.now()
    reason = {"filter": found.judged.reason} if found.judged.reason else {}
    rows = []
    for event in found.said["e"]:
        shape, more, duration = _meaning(event)
        attributes = {**more, **reason}
        rows.append(
            EventRow(
                lead=met.lead,
                shape=shape,
                at=row.received_at - timedelta(milliseconds=min(event["a"], OLDEST_MS)),
                source=f"tag:{row.site.key}",
                external_id=event["i"],
                recorded_at=now,
                url=event.get("f", event["u"]),
                duration=duration,
                origin=found.judged.origin.value,
                attributes=attributes or None,
            )
        )
    return rows


def _meaning(event: Mapping[str, Any]) -> tuple[Shape, dict[str, Json], float | None]:
    """What rules match, what stands beside it, and how long it took."""
    path = path_normalise(event["u"])
    match event["n"]:
        case "view":
            campaign = _shown(parse_qs(urlsplit(event["u"]).query).get("utm_campaign", [""])[0])
            referrer = {"referrer": event["r"]} if "r" in event else {}
            return Shape("page_view", path, campaign=campaign), referrer, None
        case "read":
            return Shape("page_read", path), {"scroll": 25 * event["q"]}, float(event["d"])
        case "download":
            name = _shown(unquote(path_normalise(event["f"]).rpartition("/")[2]))
            return Shape("download", path, asset=name), {"page": event["u"]}, None
    return Shape("web_custom", path, asset=event["m"]), dict(event.get("p") or {}), None


def _shown(text: str) -> str:
    """The text without what neither people nor databases can read."""
    return "".join(filter(str.isprintable, text))[:LONGEST_TEXT]


def _count(read: Sequence[_Read], new: set[str], now: datetime) -> None:
    counts: dict[int, Counter[str]] = {}
    for found in read:
        for event in found.said["e"]:
            name = COUNTED[found.judged.origin] if event["i"] in new else "duplicates"
            new.discard(event["i"])
            counts.setdefault(found.row.site_id, Counter())[name] += 1
    for site, counted in counts.items():
        hours_add(site=site, at=now, counts=counted)


def _lag_ms(found: _Read, now: datetime) -> int:
    """How long it was on its way, from the browser's clock where that can be right."""
    received, sent = _milliseconds(found.row.received_at), found.said["s"]
    start = sent if 0 <= received - sent <= SKEW_MS else received
    return int(_milliseconds(now) - start)


def _milliseconds(at: datetime) -> int:
    return (at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _note_visitors(read: Sequence[_Read], known: Mapping[UUID, Met]) -> None:
    """Nothing; each browser's last visit is known, and the latest doubt about it."""
    last: dict[int, tuple[datetime, str, str, str]] = {}
    for found in read:
        met, row = known[found.row.visitor], found.row
        doubt = (
            found.judged if found.judged.reason else Judged(Event.Origin(met.origin), met.reason)
        )
        before = last.get(met.id)
        if before is not None and not found.judged.reason:
            doubt = Judged(Event.Origin(before[1]), before[2])
        if met.cleared:
            doubt = PERSON
        last[met.id] = (row.received_at, doubt.origin.value, doubt.reason, row.agent)
    bulk.update(
        Visitor,
        ("last_at", "origin", "reason", "agent"),
        [(pk, *values) for pk, values in sorted(last.items())],
    )
