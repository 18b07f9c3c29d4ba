"""Who looks at which records: noted only while a recorded policy covers it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from teichaku.accounts.monitoring import monitoring_allows
from teichaku.accounts.selectors import today
from teichaku.core import bulk, clock
from teichaku.core.models import View

COLUMNS = ("object_type", "object_id", "user_id", "day", "at")


def views_record(*, objects: Iterable[tuple[str, int]], user_id: int) -> int:
    """How many looks of the person at these records (type, id) were noted; one a local day of each
    is enough.
    """
    if not monitoring_allows("reading"):
        return 0
    day, now = today(), clock.now()
    rows = [(kind, pk, user_id, day, now) for kind, pk in objects]
    with transaction.atomic():
        return len(bulk.insert_new(View, COLUMNS, rows))
