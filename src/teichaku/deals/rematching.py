"""Deals of earlier files, whose leads came in later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import cast

from django.db import transaction
from django.db.models import F
from django.utils.translation import ngettext

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.outbox import outbox_emit
from teichaku.deals.lead_links import (
    HELD,
    KEY_COLUMNS,
    LINK_COLUMNS,
    candidates_put,
    deal_keys,
    lead_roots,
    link_put,
    rejected_leads,
)
from teichaku.deals.lead_matching import LeadMatcher, Match
from teichaku.deals.models import Deal
from teichaku.deals.services import deal_events_refresh
from teichaku.intake.writers import ImportTask
from teichaku.leads.row_changes import Values

DEALS_AT_ONCE = 500
# Files that can bring a lead, a key of one, or the instant at which it was first known.
FOLLOWED = ("leads", "companies", "events")
SETTLED = ("external_id", *HELD)  # what no later file can better
_STORED = ("system", *KEY_COLUMNS, *LINK_COLUMNS)


@dataclass(slots=True)
class Rematched:
    """Deals that have a lead now and had none, and those that have another or none."""

    linked: int = 0
    changed: int = 0


def import_follow(task: ImportTask) -> None:
    """Nothing; deals whose lead the file brought are linked to it, and the notes tell."""
    tally = task.tally
    news = tally.created + tally.updated + tally.merged + tally.leads_created
    if task.rows.file_map.entity not in FOLLOWED or not news:
        return
    found = deals_match(zone=task.zone, actor=task.actor)
    if found.linked:
        text = ngettext(
            "%(n)s deal of an earlier file found its lead.",
            "%(n)s deals of earlier files found their leads.",
            found.linked,
        )
        tally.notes.append(text % {"n": f"{found.linked:,}"})


def deals_match(*, zone: tzinfo, actor: Actor) -> Rematched:
    """What became of all deals that later files can give a lead, or a better one.

    Links by the lead's own id and decisions of people stay. Written in short transactions.
    """
    result = Rematched()
    matcher = LeadMatcher()
    open_deals = Deal.objects.filter(is_pending=False).exclude(match_key__in=SETTLED)
    for part in bulk.chunked(list(open_deals.values_list("pk", flat=True)), DEALS_AT_ONCE):
        with transaction.atomic():
            _match(part, matcher, zone, actor, result)
    return result


def _match(
    ids: Sequence[int], matcher: LeadMatcher, zone: tzinfo, actor: Actor, result: Rematched
) -> None:
    # Read again under a lock: a person may have decided meanwhile.
    rows = (
        Deal.objects.select_for_update()
        .filter(pk__in=ids)
        .exclude(match_key__in=SETTLED)
        .order_by("pk")
        .values_list("pk", *_STORED)
    )
    deals = {row[0]: dict(zip(_STORED, row[1:], strict=True)) for row in rows}
    matches = _matches(deals, matcher, zone)
    linked = [cast("int | None", values["lead_id"]) for values in deals.values()]
    roots = lead_roots([lead for lead in linked if lead is not None])
    history: list[FieldChange] = []
    updates: list[bulk.Row] = []
    moved: list[int] = []
    for (deal, values), match in zip(deals.items(), matches, strict=True):
        before, confidence = values["lead_id"], values["match_confidence"]
        changes = link_put(deal, values, match, roots)
        history += changes
        if changes or values["match_confidence"] != confidence:
            updates.append((deal, *(values[name] for name in LINK_COLUMNS)))
        if values["lead_id"] != before:
            moved.append(deal)
            result.linked += before is None
            result.changed += before is not None
    candidates_put(
        {deal: match.suggestions for deal, match in zip(deals, matches, strict=True)},
        known=list(deals),
        at=clock.now(),
    )
    _store(updates, history, moved, zone, actor)


def _matches(deals: dict[int, Values], matcher: LeadMatcher, zone: tzinfo) -> list[Match]:
    rejected = rejected_leads(deals)
    keys = [deal_keys(cast(str, values["system"]), values, zone) for values in deals.values()]
    places = {place: rejected[deal] for place, deal in enumerate(deals) if deal in rejected}
    return matcher.match(keys, places)


def _store(
    updates: Sequence[bulk.Row],
    history: Sequence[FieldChange],
    moved: Sequence[int],
    zone: tzinfo,
    actor: Actor,
) -> None:
    if not updates:
        return
    now = clock.now()
    ids = [row[0] for row in updates]
    bulk.update(Deal, ("lead", "match_key", "match_confidence"), updates)
    Deal.objects.filter(pk__in=ids).update(version=F("version") + 1)
    changes_record(history, actor=actor, at=now, source="match")
    deal_events_refresh(deals=moved, zone=zone, recorded_at=now, actor=actor)
    audit_record(actor=actor, action="deals.deals_match", object_type="deals.deal", count=len(ids))
    outbox_emit(topic="deals.written", payload={"deals": ids})
