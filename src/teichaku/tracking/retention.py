"""What browsers did that were never anybody's is erased half a year after their last visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.audit import audit_record
from teichaku.core.canonical import Json
from teichaku.core.registry import SettingDeclaration
from teichaku.core.settings import setting_read
from teichaku.leads.anonymous import leads_anonymous_erase, leads_unclaimed
from teichaku.tracking.models import Beacon, Event, SameDevice, SiteHour, Visitor

FORGET = "tracking.forget"
EVERY_S = 24 * 60 * 60
PORTION = 100
KEPT_BEACONS = timedelta(days=2)
KEPT_PARKED = timedelta(days=30)
KEPT_HOURS = timedelta(days=400)
BEACONS_AT_ONCE = 2_000

anonymous_days = SettingDeclaration(
    "tracking.anonymous_days",
    180,
    _("After so many days without a visit, what a browser did that nobody claimed is erased."),
)


def forget_job(payload: Mapping[str, Json]) -> None:
    """Nothing; what is too old is gone."""
    before = clock.now() - timedelta(days=setting_read(anonymous_days))
    after = 0
    while (last := visitors_forget(before=before, after=after, actor=SYSTEM)) is not None:
        after = last
    beacons_sweep()


def visitors_forget(*, before: datetime, after: int, actor: Actor) -> int | None:
    """The last browser (of a portion beyond ``after``) that was looked at; None when none is left.

    Browsers last seen earlier that were never anybody's are gone, with their leads and events.
    """
    old = Visitor.objects.filter(last_at__lt=before, pk__gt=after).order_by("pk")
    portion = dict(old.values_list("pk", "lead_id")[:PORTION])
    if not portion:
        return None
    with transaction.atomic():
        leads = leads_unclaimed(list(portion.values()))
        hinted = SameDevice.objects.filter(lead__in=leads).values_list("lead_id", flat=True)
        leads = sorted(set(leads) - set(hinted))
        if leads:
            Event.objects.filter(lead__in=leads).delete()
            Visitor.objects.filter(lead__in=leads).delete()
            leads_anonymous_erase(ids=leads)
            audit_record(
                actor=actor,
                action="tracking.visitors_forget",
                object_type="tracking.visitor",
                count=len(leads),
            )
    return max(portion)


def beacons_sweep() -> None:
    """Nothing; beacons that are events by now, or that nobody could read, are not kept for long."""
    now = clock.now()
    done = Beacon.objects.filter(done_at__lt=now - KEPT_BEACONS)
    parked = Beacon.objects.exclude(parked="").filter(received_at__lt=now - KEPT_PARKED)
    for rows in (done, parked):
        while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BEACONS_AT_ONCE]):
            Beacon.objects.filter(pk__in=ids).delete()
    SiteHour.objects.filter(hour__lt=now - KEPT_HOURS).delete()
