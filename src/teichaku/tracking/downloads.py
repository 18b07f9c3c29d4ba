"""Handing files out: the button is a person's act, opening the link is nobody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, dumps, loads
from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.addresses import absolute
from teichaku.leads.models import Lead
from teichaku.tracking.bot_filter import PERSON, UNKNOWN, Judged, judged_by_headers, worse
from teichaku.tracking.claims import How, claim
from teichaku.tracking.models import Asset, AssetVersion, Event, Visitor
from teichaku.tracking.services import EventRow, events_write
from teichaku.tracking.shapes import Shape
from teichaku.tracking.visitors import visitor_ensure

SALT = "tracking asset link"


@dataclass(frozen=True, slots=True)
class Asking:
    """A browser that asks for a file: who it is, how it asks, and by whose link it came."""

    visitor: UUID
    once: UUID
    agent: str
    hint: str
    from_page: bool
    link: str = ""


def asset_url(asset: Asset, lead: Lead | None = None) -> str:
    """The whole address of the page that hands the file out; made for a lead, it tells so."""
    address = absolute(reverse("tracking:asset_offer", args=[asset.uid]))
    return f"{address}?k={dumps(str(lead.uid), salt=SALT, compress=False)}" if lead else address


def asset_source(uid: UUID) -> str:
    """The recorder under which downloads of the asset stand."""
    return f"asset:{uid}"


def asset_newest(asset: Asset) -> AssetVersion | None:
    """The file that is handed out."""
    return asset.versions.order_by("-number").select_related("asset").first()


def download_record(*, asset: Asset, asking: Asking) -> None:
    """Nothing; the browser got the file, which counts once for each showing of the page.

    By whose link it came is a hint and no more: a link is handed on.
    """
    judged = judged_by_headers(asking.agent, asking.hint)
    if not asking.from_page:
        judged = worse(judged, Judged(UNKNOWN, "no_script"))
    with transaction.atomic():
        visitor = visitor_ensure(uid=asking.visitor, site=None, agent=asking.agent, actor=SYSTEM)
        if visitor.cleared_at is not None:
            judged = PERSON
        now = clock.now()
        row = EventRow(
            lead=visitor.lead_id,
            shape=Shape("download", asset=asset.title),
            at=now,
            source=asset_source(asset.uid),
            external_id=str(asking.once),
            recorded_at=now,
            origin=judged.origin.value,
            attributes={"filter": judged.reason} if judged.reason else None,
        )
        events_write(rows=[row], actor=SYSTEM)
        _note(visitor, judged)
        lead = _lead_of(asking.link)
        if lead is not None and judged.origin == Event.Origin.HUMAN:
            claim(visitor=visitor, lead=lead, how=How.LINK, actor=SYSTEM)


def downloads_counted(assets: Sequence[Asset]) -> Mapping[int, tuple[int, int]]:
    """For each asset how often people got it, and how often programs did or nobody can say."""
    sources = {asset_source(asset.uid): asset.pk for asset in assets}
    rows = (
        Event.objects.filter(source__in=sources, retracted_at=None)
        .values("source", "origin")
        .annotate(n=Count("pk"))
    )
    found = {asset.pk: (0, 0) for asset in assets}
    for row in rows:
        people, others = found[sources[row["source"]]]
        human = row["origin"] == Event.Origin.HUMAN
        added = (people + row["n"], others) if human else (people, others + row["n"])
        found[sources[row["source"]]] = added
    return found


def _note(visitor: Visitor, judged: Judged) -> None:
    seen: dict[str, object] = {"last_at": clock.now()}
    if judged.reason:
        seen |= {"origin": judged.origin, "reason": judged.reason}
    Visitor.objects.filter(pk=visitor.pk).update(**seen)


def _lead_of(link: str) -> Lead | None:
    """The lead that the link was made for."""
    try:
        uid = loads(link, salt=SALT) if link else None
    except BadSignature:
        return None
    return Lead.objects.filter(uid=uid).first() if uid else None
