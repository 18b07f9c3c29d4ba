"""The first look at every lead for a segment or its new condition; later only changes count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np

from teichaku.core import clock
from teichaku.core.actors import SYSTEM, Actor
from teichaku.core.canonical import Json
from teichaku.engine.rulebook.model import Rulebook
from teichaku.rulebook.selectors import rulebook_in_force
from teichaku.scoring.base import store_open
from teichaku.scoring.dirty import marks_again, marks_read
from teichaku.scoring.histories import with_computed
from teichaku.scoring.memberships import LEADS_AT_ONCE, memberships_write, standings
from teichaku.scoring.models import Segment


def segment_build(*, segment: Segment, rulebook: Rulebook, actor: Actor) -> int:
    """How many leads came in or left; leads that changed meanwhile are looked at again."""
    as_of, marks = clock.now(), marks_read()
    parts = store_open().parts
    mine = Segment.objects.filter(pk=segment.pk, revision=segment.revision_id)
    mine.update(build_total=sum(int(keep.sum()) for _columns, keep in parts), build_done=0)
    done = changed = 0
    for stored, keep in parts:
        columns = with_computed(stored, as_of)
        found = standings([segment], rulebook, columns, as_of)
        rows = np.flatnonzero(keep)
        for start in range(0, len(rows), LEADS_AT_ONCE):
            some = rows[start : start + LEADS_AT_ONCE]
            changed += memberships_write(found, columns.lead_ids, some, as_of=as_of, actor=actor)
            done += len(some)
            mine.update(build_done=done)
    marks_again(marks)
    mine.update(built=segment.revision_id, as_of=as_of)
    return changed


def build_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the segment is built, unless it is or is no longer followed."""
    segment = Segment.objects.filter(pk=cast(int, payload["segment"]), archived_at=None)
    found = segment.select_related("revision").first()
    rulebook = rulebook_in_force()
    # Without a rulebook nothing is followed yet; the first run over all leads builds everything.
    if found is None or rulebook is None or found.built_id == found.revision_id:
        return
    segment_build(segment=found, rulebook=rulebook, actor=SYSTEM)
