"""Scores that follow what happens: soon after a change, as points expire, and all every night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db.models import F, Min

from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.canonical import Json
from teichaku.core.jobs import job_enqueue
from teichaku.intake.models import ImportRun
from teichaku.rulebook.selectors import activation_in_force, zone_in_force
from teichaku.scoring.distribution import distribution_note
from teichaku.scoring.models import DirtyLead, Score
from teichaku.scoring.score_days import score_days_forget
from teichaku.scoring.selectors import REFRESH
from teichaku.scoring.services import MANY, scores_refresh

CHANGED, NIGHTLY, NOTE = "scoring.changed", "scoring.nightly", "scoring.note_days"
REFRESH_SECONDS = 60
NIGHT_SECONDS = 1_800
NIGHT = range(2, 6)  # local hours
LONGEST_IMPORT = timedelta(hours=6)


def changed_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; scoring is due at once. It has one row, so that two workers never do it at once."""
    job_enqueue(kind=REFRESH, key=REFRESH)


def changed_job(payload: Mapping[str, Json]) -> None:
    """Nothing; scoring is due at once."""
    changed_jobs([payload])


def refresh_job(payload: Mapping[str, Json]) -> None:
    """Nothing; what changed, and what expired by now, is scored.

    While a file brings in very many leads it waits for the end of the file, and its next turn.
    """
    if activation_in_force() is None or _import_under_way():
        return
    scores_refresh(actor=SYSTEM, only_changed=True)


def nightly_job(payload: Mapping[str, Json]) -> None:
    """Nothing; every lead was scored this night: a fresh instant for all, and a check on what the
    changes told.
    """
    local = clock.now().astimezone(zone_in_force())
    oldest = Score.objects.filter(lead__root=F("lead_id")).aggregate(at=Min("as_of"))["at"]
    if local.hour not in NIGHT or oldest is None or activation_in_force() is None:
        return
    if oldest.astimezone(local.tzinfo).date() < local.date():
        scores_refresh(actor=SYSTEM)
        distribution_note()
        score_days_forget(local.date())


def _import_under_way() -> bool:
    if DirtyLead.objects.exclude(scored_mark=F("mark"), scored_mark__isnull=False)[MANY:].exists():
        begun = clock.now() - LONGEST_IMPORT
        return ImportRun.objects.filter(finished_at=None, started_at__gte=begun).exists()
    return False
