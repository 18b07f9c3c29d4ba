"""What people do with an exhibition: add it, plan what follows, take a sheet back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.jobs import job_enqueue
from teichaku.core.models import actor_columns
from teichaku.core.outbox import outbox_emit
from teichaku.exhibitions.follow_up import letters_start
from teichaku.exhibitions.mail_texts import TEXTS, text_problem
from teichaku.exhibitions.models import Exhibition, MailText, Sheet
from teichaku.exhibitions.records import exhibition_write
from teichaku.exhibitions.words import RANKS, THANKED, Group
from teichaku.intake.undo import undo_refusal
from teichaku.leads.campaigns import CampaignValues, campaign_save
from teichaku.leads.models import Campaign
from teichaku.notify.letters import letters_cancel
from teichaku.notify.models import Letter

UNDO = "intake.undo"


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows the exhibition: when, who is thanked in which words, who is called."""

    at: datetime
    mail_on: bool
    mail_groups: Collection[str]
    call_ranks: Collection[str]
    texts: Mapping[str, tuple[str, str]]  # subject and body by rank


def exhibition_save(
    *,
    values: CampaignValues,
    venue: str,
    actor: Actor,
    campaign: Campaign | None = None,
    exhibition: Exhibition | None = None,
) -> Exhibition:
    """The exhibition with its campaign, a new one of either where none is given."""
    if values.starts_on is None:
        raise InvalidInput(_("Enter the first day of the exhibition."), field="starts_on")
    with transaction.atomic():
        own = campaign_save(
            values=values, actor=actor, campaign=exhibition.campaign if exhibition else campaign
        )
        if exhibition is not None:
            exhibition_write(
                exhibition, {"venue": venue.strip()}, action="exhibition_save", actor=actor
            )
            return exhibition
        if Exhibition.objects.filter(campaign=own).exists():
            raise Conflict(_("This campaign is an exhibition already. Open it from the list."))
        made = Exhibition.objects.create(
            campaign=own, venue=venue.strip(), made_at=clock.now(), call_ranks=[RANKS[0]],
            mail_groups=[Group.PROSPECT.value], **actor_columns(actor),
        )  # fmt: skip
        MailText.objects.bulk_create(
            MailText(exhibition=made, rank=rank, subject=subject, body=body)
            for rank, (subject, body) in TEXTS.items()
        )
        audit_record(
            actor=actor, action="exhibitions.exhibition_save",
            object_type="exhibitions.exhibition", object_id=made.pk,
        )  # fmt: skip
        outbox_emit(topic="exhibitions.changed", payload={"exhibition": made.pk})
    return made


def follow_up_set(*, exhibition: Exhibition, plan: Plan, actor: Actor) -> Exhibition:
    """The exhibition with what follows it; what has left already stays as it was."""
    if plan.at <= clock.now():
        raise InvalidInput(_("This time is over. Enter one to come."), field="at")
    for subject, body in plan.texts.values():
        if problem := text_problem(subject, body):
            raise InvalidInput(problem, field="texts")
    values = {
        "follow_up_at": plan.at,
        "mail_on": plan.mail_on,
        "mail_groups": [group for group in map(str, THANKED) if group in plan.mail_groups],
        "call_ranks": [rank for rank in RANKS if rank in plan.call_ranks],
    }
    with transaction.atomic():
        for rank, (subject, body) in plan.texts.items():
            MailText.objects.filter(exhibition=exhibition, rank=rank).update(
                subject=subject.strip(), body=body.strip()
            )
        exhibition_write(exhibition, values, action="follow_up_set", actor=actor)
    return exhibition


def mails_stop(*, exhibition: Exhibition, actor: Actor) -> int:
    """How many thank-you mails were waiting and are not sent; none will follow."""
    with transaction.atomic():
        keys = Letter.objects.filter(key__startswith=letters_start(exhibition))
        stopped = letters_cancel(keys=list(keys.values_list("key", flat=True)), actor=actor)
        exhibition_write(exhibition, {"mail_on": False}, action="mails_stop", actor=actor)
    return stopped


def sheet_take_back(*, sheet: Sheet, actor: Actor) -> None:
    """Nothing; jobs take back all that the sheet brought, the latest import first."""
    runs = list(sheet.upload.runs.order_by("-pk"))
    problems = [problem for run in runs if (problem := undo_refusal(run))]
    if not runs or len(problems) == len(runs):
        raise Conflict(problems[0] if problems else _("This sheet brought nothing."))
    with transaction.atomic():
        for run in runs:
            payload: dict[str, Json] = {"run": run.pk, "name": actor.name, "user": actor.user_id}
            job_enqueue(kind=UNDO, key=f"run {run.pk}", payload=payload)
        audit_record(
            actor=actor, action="exhibitions.sheet_take_back", object_type="exhibitions.sheet",
            object_id=sheet.pk,
        )  # fmt: skip
        outbox_emit(topic="exhibitions.changed", payload={"exhibition": sheet.exhibition_id})
