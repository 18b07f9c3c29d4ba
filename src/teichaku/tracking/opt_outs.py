"""Whoever asks for an end of mailings has done something: an event that rules can ask about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from teichaku.consent.models import Refusal
from teichaku.consent.preferences import RECIPIENT
from teichaku.consent.words import Channel, Reason
from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.canonical import Json
from teichaku.core.registry import JobHandler, job_handlers, subscribe
from teichaku.leads.references import roots_with_email
from teichaku.tracking.models import Event
from teichaku.tracking.services import EventRow, events_retract, events_write
from teichaku.tracking.shapes import Shape

FOLLOW: Final = "tracking.opt_outs"
SOURCE: Final = "consent"
SAID: Final = ("preferences", "manual")  # files tell of refusals, but not of when somebody refused
FOLLOWER: Final = Actor(kind="automation", name="opt-outs")


def opt_outs_register() -> None:
    """Nothing; refusals become events, and undone ones count no more."""
    job_handlers.register(
        FOLLOW,
        JobHandler(
            opt_outs_job, together=opt_outs_jobs, text=_("Record who asked for an end of mailings")
        ),
    )
    subscribe("consent.refused", FOLLOW)


def opt_outs_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the refusals that were recorded or lifted are in their leads' histories."""
    opt_outs_record(cast("list[int]", payload["refusals"]))


def opt_outs_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the same for all that wait, each refusal once."""
    opt_outs_record({pk for each in payloads for pk in cast("list[int]", each["refusals"])})


def opt_outs_record(refusals: Collection[int]) -> None:
    """Nothing; each is an event once, retracted where the recipient undid it at once.

    A refusal that was lifted later, on evidence, did happen.
    """
    asked = Refusal.objects.filter(
        pk__in=refusals, channel=Channel.EMAIL, reason=Reason.REFUSED, purpose="", source__in=SAID
    ).exclude(address="")
    undone = asked.filter(lift__actor_name=RECIPIENT.name)
    with transaction.atomic():
        events_write(rows=_rows(asked.exclude(pk__in=undone.values("pk"))), actor=FOLLOWER)
        names = [str(uid) for uid in undone.values_list("uid", flat=True)]
        gone = Event.objects.filter(source=SOURCE, external_id__in=names, retracted_at=None)
        events_retract(events=list(gone.values_list("pk", flat=True)), actor=FOLLOWER)


def _rows(asked: Collection[Refusal]) -> list[EventRow]:
    by_address = {row.address: row for row in asked}
    now = clock.now()
    return [
        EventRow(lead, Shape("opt_out"), row.at, SOURCE, str(row.uid), now)
        for key, lead in roots_with_email(by_address)
        if (row := by_address.get(key)) is not None
    ]
