"""Campaigns: what was done to win leads, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from teichaku.core import bulk, clock
from teichaku.core.actors import Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict, InvalidInput
from teichaku.core.outbox import outbox_emit
from teichaku.core.registry import leads_changed
from teichaku.leads.models import Campaign, Lead
from teichaku.leads.row_changes import as_json


@dataclass(frozen=True, slots=True)
class CampaignValues:
    """What is said of a campaign; its cost in yen, without tax."""

    name: str
    source: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    cost: int | None = None


def campaign_save(
    *, values: CampaignValues, actor: Actor, campaign: Campaign | None = None
) -> Campaign:
    """The campaign as it is now; without ``campaign`` a new one."""
    if not values.name.strip():
        raise InvalidInput(_("A campaign needs the name that leads carry. Enter it."))
    if values.starts_on and values.ends_on and values.ends_on < values.starts_on:
        raise InvalidInput(_("The campaign ends before it starts. Check the two days."))
    row = campaign or Campaign()
    new: dict[str, object] = {
        "name": values.name.strip(),
        "source": values.source.strip(),
        "starts_on": values.starts_on,
        "ends_on": values.ends_on,
        "cost": values.cost,
    }
    old: dict[str, Json] = {name: as_json(getattr(row, name)) for name in new} if row.pk else {}
    for name, value in new.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
            _record(row, old, new, actor)
    except IntegrityError as error:
        raise Conflict(
            _("There is a campaign of the name %(name)s already. Change that one instead.")
            % {"name": row.name}
        ) from error
    return row


def leads_credit(
    *, leads: Mapping[int, datetime], campaign: Campaign, source: str, actor: Actor
) -> int:
    """How many of the leads now name the campaign that won them, at the instant said of each.

    A lead that names one already keeps it. Part of the caller's transaction.
    """
    rows = Lead.objects.filter(pk__in=leads, campaign="").values_list("pk", "source", "created_at")
    told = [
        (pk, campaign.name, known or source, created or leads[pk]) for pk, known, created in rows
    ]
    if not told:
        return 0
    bulk.update(Lead, ("campaign", "source", "created_at"), told)
    changes_record(
        [FieldChange("leads.lead", pk, "campaign", "", name) for pk, name, *_ in told],
        actor=actor, at=clock.now(), source="import",
    )  # fmt: skip
    ids = sorted(pk for pk, *_ in told)
    audit_record(
        actor=actor, action="leads.leads_credit", object_type="leads.lead", count=len(ids),
        values={"campaign": campaign.pk},
    )  # fmt: skip
    outbox_emit(topic="leads.written", payload={"leads": ids})
    leads_changed.notify(ids)
    return len(ids)


def _record(row: Campaign, old: dict[str, Json], new: dict[str, object], actor: Actor) -> None:
    changes_record(
        [
            FieldChange("leads.campaign", row.pk, name, old.get(name), as_json(value))
            for name, value in new.items()
            if old.get(name) != as_json(value)
        ],
        actor=actor,
        at=clock.now(),
        source="manual",
    )
    audit_record(
        actor=actor, action="leads.campaign_save", object_type="leads.campaign", object_id=row.pk
    )
