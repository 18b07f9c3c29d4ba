"""How a site is doing: when it was last heard of, how quickly, and what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery, Sum

from teichaku.core import clock
from teichaku.tracking.models import Beacon, Site, SiteHour

COUNTS = ("accepted", "duplicates", "bots", "unknown", "refused")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WITHIN = 10_000  # beacons of the hour that the lag is taken of, the newest
PARKED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site in the list."""

    site: Site
    last_at: datetime | None
    day: Mapping[str, int]

    @property
    def filtered(self) -> int:
        """What counts in no score."""
        return self.day["bots"] + self.day["unknown"]


@dataclass(frozen=True, slots=True)
class Lag:
    """How long what browsers sent was on its way, in seconds."""

    p50: float
    p95: float
    beacons: int


def site_lines() -> list[SiteLine]:
    """Every site that is in use, with its last beacon and the counts of the last 24 hours."""
    newest = Beacon.objects.filter(site=OuterRef("pk")).order_by("-pk").values("received_at")[:1]
    sites = list(
        Site.objects.filter(archived_at=None).annotate(last_at=Subquery(newest)).order_by("name")
    )
    counted = _counted([site.pk for site in sites], DAY)
    return [SiteLine(site, site.last_at, counted.get(site.pk, _none())) for site in sites]


def last_beacon(site: Site) -> datetime | None:
    """When the newest beacon of the last days came, None without one."""
    return (
        Beacon.objects.filter(site=site)
        .order_by("-pk")
        .values_list("received_at", flat=True)
        .first()
    )


def counts_of(site: Site, within: timedelta) -> Mapping[str, int]:
    """What was counted of the site in the hours that lie in the span."""
    return _counted([site.pk], within).get(site.pk, _none())


def lag_of(site: Site) -> Lag | None:
    """The lag over the last hour, of at most the newest 10,000 beacons; None without any.

    The share p of n values in ascending order is the value at place ⌈p·n⌉.
    """
    rows = Beacon.objects.filter(site=site, done_at__gte=clock.now() - HOUR).order_by("-pk")
    values = sorted(ms for ms in rows.values_list("lag_ms", flat=True)[:WITHIN] if ms is not None)
    if not values:
        return None
    return Lag(_share(values, 50), _share(values, 95), len(values))


def beacons_parked(site: Site) -> list[Beacon]:
    """The newest of the site's beacons that nobody could read."""
    return list(Beacon.objects.filter(site=site).exclude(parked="").order_by("-pk")[:PARKED_SHOWN])


def _share(values: Sequence[int], percent: int) -> float:
    place = -(-percent * len(values) // 100)
    return values[place - 1] / 1_000


def _counted(sites: Sequence[int], within: timedelta) -> dict[int, Mapping[str, int]]:
    since = clock.now() - within
    rows = (
        SiteHour.objects.filter(site__in=sites, hour__gt=since - HOUR)
        .values("site")
        .annotate(**{name: Sum(name) for name in COUNTS})
        .values_list("site", *COUNTS)
    )
    return {site: dict(zip(COUNTS, counts, strict=True)) for site, *counts in rows}


def _none() -> Mapping[str, int]:
    return dict.fromkeys(COUNTS, 0)
