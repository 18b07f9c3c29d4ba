"""The score of each lead day by day: a row for each day that changed it, written in sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import cast

from django.db import connection, transaction

from teichaku.core import bulk, clock
from teichaku.core.canonical import Json
from teichaku.rulebook.selectors import zone_in_force
from teichaku.scoring.models import ScoreDay

KEPT = timedelta(days=400)
LEADS_AT_ONCE = 8_000  # one transaction of SQLite stays under 250 ms
ROWS_AT_ONCE = 5_000
_AMONG = {
    "sqlite": "IN (SELECT value FROM json_each(%s))",
    "postgresql": "IN (SELECT value::bigint FROM json_array_elements_text(%s::json))",
}
_NOTE = """
INSERT INTO scoring_scoreday (lead_id, day, behaviour, fit, total, grade, revision_id)
SELECT s.lead_id, %s, s.behaviour, s.fit, s.total, s.grade, s.revision_id
FROM scoring_score s LEFT JOIN scoring_scoreday d ON d.lead_id = s.lead_id AND d.day =
    (SELECT max(x.day) FROM scoring_scoreday x WHERE x.lead_id = s.lead_id)
WHERE s.lead_id {among} AND (d.id IS NULL OR d.total <> s.total OR d.behaviour <> s.behaviour
    OR d.fit <> s.fit OR d.grade <> s.grade)
ON CONFLICT (lead_id, day) DO UPDATE SET behaviour = excluded.behaviour, fit = excluded.fit,
    total = excluded.total, grade = excluded.grade, revision_id = excluded.revision_id
"""


def score_days_note(leads: Iterable[int]) -> None:
    """Nothing; what the score of each of these leads is now is what this local day left, unless
    the last day that is known of it left the same.
    """
    day = clock.now().astimezone(zone_in_force()).date()
    statement = _NOTE.format(among=_AMONG[connection.vendor])
    for chunk in bulk.chunked(sorted(set(leads)), LEADS_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [day, json.dumps(chunk)])


def note_jobs(payloads: Sequence[Mapping[str, Json]]) -> None:
    """Nothing; the leads that these runs scored have their day."""
    score_days_note(_leads(payloads))


def note_job(payload: Mapping[str, Json]) -> None:
    """Nothing; the leads that this run scored have their day."""
    note_jobs([payload])


def _leads(payloads: Sequence[Mapping[str, Json]]) -> Iterator[int]:
    for payload in payloads:
        yield from cast("list[int]", payload["leads"])


def score_days_forget(today: date) -> None:
    """Nothing; days longer ago than are kept are gone."""
    old = ScoreDay.objects.filter(day__lt=today - KEPT)
    while ids := list(old.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():
            ScoreDay.objects.filter(pk__in=ids).delete()
