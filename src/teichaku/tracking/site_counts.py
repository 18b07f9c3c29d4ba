"""What came from each site hour by hour: recorded, known before, filtered, refused."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F

from teichaku.core import clock
from teichaku.tracking.models import SiteHour

logger = logging.getLogger(__name__)
WRITE_EVERY_S = 5.0


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


def hours_add(*, site: int, at: datetime, counts: Mapping[str, int]) -> None:
    """Nothing; the counts of the hour are so much higher. Part of the caller's transaction."""
    hour = hour_of(at)
    SiteHour.objects.bulk_create([SiteHour(site_id=site, hour=hour)], ignore_conflicts=True)
    SiteHour.objects.filter(site=site, hour=hour).update(
        **{name: F(name) + count for name, count in counts.items()}
    )


class Refusals:
    """Refused requests, noted in memory and written now and then: refusing has to stay cheap."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[int] = Counter()
        self._written = 0.0

    def note(self, site: int) -> None:
        """Nothing; one more was refused."""
        with self._lock:
            self._counts[site] += 1
            now = time.monotonic()
            if now - self._written < WRITE_EVERY_S:
                return
            counts, self._counts, self._written = self._counts, Counter(), now
        try:
            with transaction.atomic():
                for known, count in counts.items():
                    hours_add(site=known, at=clock.now(), counts={"refused": count})
        except DatabaseError as error:
            logger.warning("refused beacons were not counted (%s)", type(error).__name__)


refusals = Refusals()
