"""Sites as the collector needs them: read once in a while instead of with every request."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from teichaku.tracking.hosts import host_fits
from teichaku.tracking.models import Site

KEPT_S, UNKNOWN_S = 10.0, 1.0


@dataclass(frozen=True, slots=True)
class SiteKnown:
    """What the collector has to know of a site."""

    id: int
    key: str
    hosts: tuple[str, ...]
    cookie_domain: str
    asks: bool

    def allows(self, origin: str) -> bool:
        """Whether the origin (scheme and host) is one of the site's pages."""
        return any(host_fits(host, origin) for host in self.hosts)


class Sites:
    """The sites that this process knows, by their keys."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sites: dict[str, SiteKnown] = {}
        self._read_at = -KEPT_S

    def get(self, key: str) -> SiteKnown | None:
        """The site of that key, unless it is put away; at most some seconds old."""
        with self._lock:
            age = time.monotonic() - self._read_at
            # One that is not known may just have been made, by another process.
            if age >= (KEPT_S if key in self._sites else UNKNOWN_S):
                self._sites = {site.key: site for site in _read()}
                self._read_at = time.monotonic()
            return self._sites.get(key)

    def forget(self) -> None:
        """Nothing; they are read anew."""
        with self._lock:
            self._sites, self._read_at = {}, -KEPT_S


def _read() -> list[SiteKnown]:
    return [
        SiteKnown(row.pk, row.key, tuple(row.hosts), row.cookie_domain, row.mode == Site.Mode.ASK)
        for row in Site.objects.filter(archived_at=None)
    ]


sites = Sites()
