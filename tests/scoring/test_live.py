"""Scores follow what happens by themselves: soon after a change, as points expire, every night."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.scoring.company import (
    activate,
    bring,
    event,
    local,
    merge,
    on,
    refresh,
    standing,
    stored,
    totals,
    view,
)
from tests.scoring.test_store_of_leads import random_company

from teichaku.core import clock
from teichaku.core.actors import Actor
from teichaku.core.jobs import jobs_keep_periodic, run_one
from teichaku.core.models import Job, OutboxMessage
from teichaku.intake.models import ImportRun
from teichaku.leads.models import Lead
from teichaku.scoring import jobs, services
from teichaku.scoring.dirty import leads_mark
from teichaku.scoring.models import DirtyLead, Qualification, Score
from teichaku.scoring.selectors import REFRESH

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bases")]

START = "2026-06-01 00:00"
KINDS = (jobs.CHANGED, REFRESH, jobs.NIGHTLY)


def work(at: str) -> int:
    """How many turns a worker took for scoring at an instant."""
    with on(at):
        jobs_keep_periodic()
        turns = 0
        while run_one("worker", kinds=KINDS):
            turns += 1
    return turns


def test_an_event_becomes_a_score_and_an_mql_without_anybody_asking() -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", event("a", "2026-06-02 08:59"), view("b", START))
    work("2026-06-02 09:00")
    assert totals() == {"a": 40, "b": 10}
    assert standing() == [("a", "2026-06-02 08:59")]
    assert OutboxMessage.objects.filter(topic="scoring.qualified").count() == 1


def test_points_expire_by_themselves() -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    work("2026-06-02 09:00")
    work("2026-07-02 07:59")
    assert totals() == {"a": 10}
    work("2026-07-02 08:01")
    assert totals() == {"a": 0}


def test_many_changes_are_one_turn_of_scoring() -> None:
    activate(START)
    work("2026-06-02 08:00")
    for minute in range(20):
        bring("2026-06-02 09:00", "events", view(f"lead {minute}", f"2026-06-02 08:{minute:02}"))
    work("2026-06-02 09:00")
    assert Job.objects.filter(kind=jobs.CHANGED).count() == 20
    assert OutboxMessage.objects.filter(topic="scoring.scored").count() == 1
    assert Score.objects.count() == 20


def test_a_change_during_scoring_is_scored_afterwards(monkeypatch) -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    plain = services._note_scored

    def meanwhile(marks: dict[int, int], actor: Actor) -> None:
        monkeypatch.setattr(services, "_note_scored", plain)
        bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:30"))
        plain(marks, actor)

    monkeypatch.setattr(services, "_note_scored", meanwhile)
    work("2026-06-02 09:00")
    assert totals() == {"a": 20}


def test_without_a_rulebook_nothing_is_scored_and_nothing_fails() -> None:
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    work("2026-06-02 09:00")
    assert not Score.objects.exists()
    assert not Job.objects.exclude(error="").exists()
    activate("2026-06-02 10:00", since=START)
    work("2026-06-02 10:01")
    assert totals() == {"a": 10}


def test_two_runs_at_once_record_an_mql_once() -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", *(event(str(k), "2026-06-02 08:00") for k in range(50)))
    gate = threading.Barrier(2)

    def run() -> None:
        try:
            gate.wait()
            refresh("2026-06-02 09:00")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Qualification.objects.count() == 50
    assert OutboxMessage.objects.filter(topic="scoring.qualified").count() == 50
    assert len(stored()) == 50


def test_the_night_scores_everybody_once() -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"), view("b", START))
    work("2026-06-02 09:00")
    evening, night = local("2026-06-02 23:00"), local("2026-06-03 02:30")
    for at in (evening, night, night + timedelta(minutes=31)):
        with clock.moved_to(at):
            jobs.nightly_job({})
    assert set(Score.objects.values_list("as_of", flat=True)) == {night}


@pytest.mark.parametrize("seed", range(3))
def test_the_night_finds_what_the_day_had_found(seed: int) -> None:
    """The same instant gives the same rows, whichever way it came to them."""
    activate(START)
    random_company(seed, leads=30, events=200)
    work("2026-08-30 12:00")
    merge("2026-08-30 12:30", *random.Random(seed).sample(["L0", "L1", "L2", "L3"], 2))
    late = [event("L0", "2026-07-03 10:00"), view("L1", "2026-08-10 10:00")]
    bring("2026-08-31 09:00", "events", *late)
    work("2026-08-31 10:00")
    with on("2026-08-31 11:00"), transaction.atomic():
        leads_mark(list(Lead.objects.values_list("root_id", flat=True)))
    refresh("2026-08-31 11:00", only_changed=True)
    by_day = (stored(), standing())
    refresh("2026-08-31 11:00")
    assert (stored(), standing()) == by_day


def test_a_long_import_is_scored_once_it_is_over(monkeypatch) -> None:
    activate(START)
    monkeypatch.setattr(jobs, "MANY", 3)
    with on("2026-06-02 09:00"):
        run = ImportRun.objects.create(
            entity="events", file_name="e.csv", sha256="0" * 64, size=1, started_at=clock.now(),
            actor_kind="person", actor_name="test",
        )  # fmt: skip
    bring("2026-06-02 09:00", "events", *(view(str(k), "2026-06-02 08:00") for k in range(5)))
    work("2026-06-02 09:01")
    assert not Score.objects.exists()
    ImportRun.objects.filter(pk=run.pk).update(finished_at=local("2026-06-02 09:05"))
    work("2026-06-02 09:06")
    assert Score.objects.count() == 5


def test_what_a_few_changed_leads_cost_does_not_grow_with_the_company() -> None:
    activate(START)
    costs = []
    for size in (5, 60):
        rows = (event(f"{size}/{k}", "2026-06-02 08:00") for k in range(size))
        bring("2026-06-02 09:00", "events", *rows)
        refresh("2026-06-02 09:00", only_changed=True)
        lead = Lead.objects.latest("pk").root_id
        with on("2026-06-02 09:30"), transaction.atomic():
            leads_mark([lead])
        with CaptureQueriesContext(connection) as asked:
            assert refresh("2026-06-02 10:00", only_changed=True).leads == 1
        costs.append(len(asked))
    assert costs[0] == costs[1]
    assert not DirtyLead.objects.exclude(scored_mark__isnull=False).exists()
