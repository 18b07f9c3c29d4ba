"""When leads last did something, kept apart: new events, merges, and twice the same job."""

from __future__ import annotations

import pytest
from tests.deals.pipeline import event, lead, local
from tests.intake.importing import ACTOR

from teichaku.core.jobs import run_one
from teichaku.leads.services import lead_merge, lead_unmerge
from teichaku.tracking.last_events import FOLLOW, last_events_jobs
from teichaku.tracking.models import LastEvent

pytestmark = pytest.mark.django_db


def known():
    while run_one("w", kinds=[FOLLOW]):
        pass
    return dict(LastEvent.objects.values_list("lead", "at"))


def test_the_instants_follow_events_and_merges():
    one, two = lead("青木", seen="2026-11-10 10:00"), lead("伊藤", seen="2026-11-12 10:00")
    lead("無行動")
    assert known() == {one.pk: local("2026-11-10 10:00"), two.pk: local("2026-11-12 10:00")}
    event(one, "2026-11-14 09:00")
    entry = lead_merge(kept=one, merged=two, actor=ACTOR)
    assert known() == {one.pk: local("2026-11-14 09:00")}
    lead_unmerge(entry=entry, actor=ACTOR)
    assert known() == {one.pk: local("2026-11-14 09:00"), two.pk: local("2026-11-12 10:00")}
    last_events_jobs([{"leads": [one.pk, two.pk]}, {"leads": [one.pk]}])
    assert len(known()) == 2
