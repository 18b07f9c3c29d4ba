"""Events that other systems send: each row judged by itself, each event recorded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.leads.references import lead_ids_by_reference, leads_by_email, leads_ensure
from teichaku.tracking.models import Event
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import shape_of

MOST_ROWS = 1_000
MOST_VALUES = 30
AHEAD = timedelta(minutes=5)
# What the product records itself; told from outside it would be somebody's word against its own.
RESERVED = frozenset(
    {"deal_created", "deal_won", "deal_lost", "handover_accepted", "handover_returned"}
)
_PLAIN = r"^[^\x00-\x1f\x7f]*$"


class EventIn(BaseModel):
    """An event. Its lead is named by ``lead`` (an id in the system that sends) or by ``email``."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    external_id: str = Field(min_length=1, max_length=200, pattern=_PLAIN)
    type: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    at: AwareDatetime
    lead: str = Field(default="", max_length=200, pattern=_PLAIN)
    email: str = Field(default="", max_length=254, pattern=_PLAIN)
    path: str = Field(default="", max_length=1_000, pattern=_PLAIN)
    form: str = Field(default="", max_length=200, pattern=_PLAIN)
    asset: str = Field(default="", max_length=200, pattern=_PLAIN)
    campaign: str = Field(default="", max_length=200, pattern=_PLAIN)
    rank: str = Field(default="", max_length=60, pattern=_PLAIN)
    url: str = Field(default="", max_length=1_000, pattern=_PLAIN)
    duration: float | None = Field(default=None, ge=0, le=10_000_000)
    attributes: dict[str, str | float | bool | None] = Field(
        default_factory=dict, max_length=MOST_VALUES
    )

    @model_validator(mode="after")
    def _complete(self) -> EventIn:
        if bool(self.lead) == bool(self.email):
            raise ValueError("name the lead either by lead or by email")
        if self.type in RESERVED:
            raise ValueError(f"{self.type} is recorded by Teichaku itself")
        if self.at > clock.now() + AHEAD:
            raise ValueError("at lies in the future")
        if any("\x00" in f"{name}{value}" for name, value in self.attributes.items()):
            raise ValueError("attributes hold a character that is no text")
        return self


class EventResult(BaseModel):
    """What became of one row."""

    external_id: str
    status: Literal["created", "duplicate", "refused"]
    reason: str = ""


class EventOut(BaseModel):
    """An event as it is on record."""

    external_id: str
    type: str
    at: datetime
    recorded_at: datetime
    path: str
    form: str
    asset: str
    campaign: str
    rank: str


def events_take(*, rows: Sequence[Any], source: str, actor: Actor) -> list[EventResult]:
    """What became of each row, in order; leads that the system names anew are noted as new."""
    read = [_read(row) for row in rows]
    good = [row for row in read if isinstance(row, EventIn)]
    with transaction.atomic():
        leads = _leads(good, source, actor)
        known = [row for row in good if _lead_of(row, leads)]
        written = events_write(
            rows=[_event(row, leads[_name(row)], source) for row in known], actor=actor
        )
    new = {name for _, _, name in written.new}
    results = []
    for row in read:
        if isinstance(row, EventResult):
            results.append(row)
        elif not _lead_of(row, leads):
            reason = "no lead, or more than one, has this address"
            results.append(
                EventResult(external_id=row.external_id, status="refused", reason=reason)
            )
        else:
            created = row.external_id in new
            new.discard(row.external_id)  # the same id again in one request is a duplicate
            status: Literal["created", "duplicate"] = "created" if created else "duplicate"
            results.append(EventResult(external_id=row.external_id, status=status))
    return results


def event_sent(source: str, external_id: str) -> EventOut | None:
    """The event that the system sent under this id, None where there is none."""
    row = (
        Event.objects.filter(source=event_source(source), external_id=external_id)
        .select_related("signature")
        .first()
    )
    if row is None:
        return None
    shape = row.signature
    return EventOut(
        external_id=row.external_id, type=shape.type, at=row.at, recorded_at=row.recorded_at,
        path=shape.path, form=shape.form, asset=shape.asset, campaign=shape.campaign,
        rank=shape.rank,
    )  # fmt: skip


def event_source(source: str) -> str:
    """The recorder under which the system's events stand."""
    return f"api:{source}"


def _read(row: Any) -> EventIn | EventResult:
    try:
        return EventIn.model_validate(row)
    except ValidationError as error:
        reasons = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}".lstrip(": ")
            for one in error.errors(include_url=False, include_input=False)
        )
        named = row.get("external_id") if isinstance(row, Mapping) else None
        name = named if isinstance(named, str) else ""
        return EventResult(external_id=name[:200], status="refused", reason=reasons[:500])


def _leads(rows: Sequence[EventIn], source: str, actor: Actor) -> dict[tuple[str, str], int]:
    """The lead of each name and address; names that nobody had are new leads."""
    names = {row.lead for row in rows if row.lead}
    found = {("lead", name): pk for name, pk in lead_ids_by_reference(source, names).items()}
    missing = sorted(name for name in names if ("lead", name) not in found)
    if missing:
        created = leads_ensure(
            system=source, references=missing, actor=actor, recorded_at=clock.now()
        )
        found |= {("lead", name): known.id for name, known in created.items()}
    addresses = {row.email for row in rows if row.email}
    found |= {("email", name): known.id for name, known in leads_by_email(addresses).items()}
    return found


def _name(row: EventIn) -> tuple[str, str]:
    return ("lead", row.lead) if row.lead else ("email", row.email)


def _lead_of(row: EventIn, leads: Mapping[tuple[str, str], int]) -> int | None:
    return leads.get(_name(row))


def _event(row: EventIn, lead: int, source: str) -> EventRow:
    return EventRow(
        lead=lead,
        shape=shape_of(row.type, row.path, row.form, row.asset, row.campaign, row.rank),
        at=row.at,
        source=event_source(source),
        external_id=row.external_id,
        recorded_at=clock.now(),
        url=row.url,
        duration=row.duration,
        attributes=row.attributes or None,
    )
