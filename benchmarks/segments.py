"""Row 10: what ten and five thousand changed leads cost while segments follow."""

from __future__ import annotations

import random
import time

from benchmarks.databases import SEED, activated, fresh_files, imported
from benchmarks.figures import Figure, say

FEW, MANY = 10, 5_000
LIMIT_FEW, LIMIT_MANY = 0.2, 2.0  # seconds
REPETITIONS = 3
ASKED = {
    "price": "count: {event: page_view, path: /bench}\nat_least: 1\nwithin: 30d\n",
    "warm": "all:\n  - {score: total, at_least: 20}\n  - {last: {event: page_view}, within: 90d}\n",
    "silent": "none:\n  - {last: {event: page_view}, within: 60d}\n",
}


def row_10(kind: str, *, quick: bool) -> list[Figure]:
    """Leads change; until their scores and their places in three segments are right again."""
    leads, events, many = (300, 1_500, 50) if quick else (260_000, 1_040_000, MANY)
    with fresh_files(leads, events) as files:
        for entity in ("companies", "leads", "events"):
            imported(entity, files[entity])
    activated(0)
    _segments()
    repetitions = 1 if quick else REPETITIONS
    few = min(_changed(FEW, turn) for turn in range(repetitions))
    much = min(_changed(many, turn) for turn in range(10, 10 + repetitions))
    return [
        Figure(f"10 segments, {FEW} changes in {leads:,}, {kind}", few, "s", "at most", LIMIT_FEW),
        Figure(
            f"10 segments, {many:,} changes in {leads:,}, {kind}", much, "s", "at most", LIMIT_MANY
        ),
    ]


def _segments() -> None:
    from teichaku.core.actors import SYSTEM
    from teichaku.rulebook.selectors import rulebook_in_force
    from teichaku.scoring.models import Segment
    from teichaku.scoring.segment_builds import segment_build
    from teichaku.scoring.segments import segment_save
    from teichaku.scoring.services import scores_refresh

    scores_refresh(actor=SYSTEM)
    rulebook = rulebook_in_force()
    assert rulebook is not None
    for name, document in ASKED.items():
        segment = segment_save(name=name, document=document, actor=SYSTEM)
        started = time.perf_counter()
        segment_build(segment=segment, rulebook=rulebook, actor=SYSTEM)
        seconds = time.perf_counter() - started
        count = Segment.objects.get(pk=segment.pk).members
        say(f"segment {name}: {count:,} leads, first built in {seconds:.1f} s")


def _changed(count: int, turn: int) -> float:
    """Seconds until what so many leads did is scored and their segments say so."""
    from teichaku.core.actors import SYSTEM
    from teichaku.leads.models import Lead
    from teichaku.scoring.models import Membership
    from teichaku.scoring.services import scores_refresh

    everybody = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    leads = random.Random(SEED + turn).sample(everybody, count)
    _viewed(leads, turn)
    started = time.perf_counter()
    refresh = scores_refresh(actor=SYSTEM, only_changed=True)
    seconds = time.perf_counter() - started
    inside = Membership.objects.filter(segment__name="price", inside=True, lead__in=leads)
    if refresh.leads < count or inside.count() != count:
        raise AssertionError("not every lead that changed is where it belongs")
    say(f"{count:,} changes: {seconds:.2f} s")
    return seconds


def _viewed(leads: list[int], turn: int) -> None:
    from django.db import transaction

    from teichaku.core import clock
    from teichaku.core.actors import SYSTEM
    from teichaku.tracking.services import EventRow, events_write
    from teichaku.tracking.shapes import Shape

    at, shape = clock.now(), Shape("page_view", path="/bench")
    rows = [EventRow(lead, shape, at, "bench", f"{turn}/{lead}", at) for lead in leads]
    with transaction.atomic():
        events_write(rows=rows, actor=SYSTEM)
