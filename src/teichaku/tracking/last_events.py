"""When each lead last did something that counts, kept apart so that lists can be ordered by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from teichaku.core import bulk
from teichaku.core.canonical import Json
from teichaku.core.registry import JobHandler, job_handlers, subscribe
from teichaku.leads.models import Lead
from teichaku.tracking.models import Event, LastEvent

FOLLOW = "tracking.last_events"
LEADS_AT_ONCE = 2_000


def last_events_register() -> None:
    """Nothing; the instants follow events, and leads that are merged or taken apart."""
    job_handlers.register(
        FOLLOW,
        JobHandler(
            last_events_job, together=last_events_jobs, text=_("Note when leads last did something")
        ),
    )
    subscribe("tracking.events_written", FOLLOW)
    subscribe("leads.written", FOLLOW)


def last_events_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the leads that were written have their last instants."""
    last_events_refresh(cast("list[int]", payload["leads"]))


def last_events_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the same for all that wait, each lead once."""
    last_events_refresh({lead for each in payloads for lead in cast("list[int]", each["leads"])})


def last_events_refresh(leads: Collection[int]) -> None:
    """Nothing; the instants of these leads, or of whoever stands for them, are what events say."""
    for chunk in bulk.chunked(sorted(leads), bulk.batch(LEADS_AT_ONCE)):
        with transaction.atomic():
            _refresh(chunk)


def roots_last_active(roots: Collection[int]) -> dict[int, datetime]:
    """When each root lead, or one merged into it, last did something that counts."""
    latest = (
        Event.objects.filter(lead=OuterRef("pk"), origin=Event.Origin.HUMAN, retracted_at=None)
        .order_by("-at")
        .values("at")[:1]
    )
    rows = Lead.objects.filter(root__in=roots).values_list("root_id", Subquery(latest))
    found: dict[int, datetime] = {}
    for root, at in rows:
        if at is not None:
            found[root] = max(at, found.get(root, at))
    return found


def _refresh(leads: Sequence[int]) -> None:
    roots = set(Lead.objects.filter(pk__in=leads).values_list("root_id", flat=True))
    # Held until the end, so that of two refreshes the later one reads later.
    list(Lead.objects.select_for_update().filter(pk__in=roots).order_by("pk").values_list("pk"))
    active = roots_last_active(roots)
    LastEvent.objects.filter(pk__in={*leads, *roots} - active.keys()).delete()
    bulk.upsert(LastEvent, "lead", ("at",), sorted(active.items()))
