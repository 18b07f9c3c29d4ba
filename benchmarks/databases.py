"""Rows 1, 2 and 7: real imports and rescores on one database, in a process of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from benchmarks.figures import Figure, say

SEED = 20261031
RULEBOOK = Path(__file__).resolve().parents[1] / "tests" / "data" / "rulebook-example.yaml"
# One point more for everybody, so that not a single score stays what it was.
EVERYBODY = "      - {id: %s, when: {none: [{attribute: nobody, is: true}]}, points: %d}\n  grades:"


def row_1(kind: str, *, quick: bool) -> list[Figure]:
    """100k leads with 1M events: every lead scored again and written back."""
    leads, events = (200, 2_000) if quick else (100_000, 1_000_000)
    return _full_rescore("1", leads, events, kind, limit=3, repetitions=1 if quick else 3)


def row_2(kind: str, *, quick: bool) -> list[Figure]:
    """400k leads with 4M events."""
    leads, events = (400, 4_000) if quick else (400_000, 4_000_000)
    return _full_rescore("2", leads, events, kind, limit=12, repetitions=1 if quick else 3)


def _full_rescore(
    row: str, leads: int, events: int, kind: str, *, limit: float, repetitions: int
) -> list[Figure]:
    with fresh_files(leads, events) as files:
        for entity in ("companies", "leads", "events"):
            imported(entity, files[entity])
        seconds = _rescore(repetitions)
    name = f"{row} full rescore {leads:,} leads / {events:,} events, {kind}"
    return [Figure(name, seconds, "s", "at most", limit)]


def row_7(kind: str, *, quick: bool) -> list[Figure]:
    """Files brought in with everything that an import does: matching, quarantine, audit, outbox."""
    leads, events = (200, 2_000) if quick else (200_000, 500_000)
    with fresh_files(leads, events) as files:
        entities = ("users", "companies", "leads", "events", "deals")
        rates = {entity: imported(entity, files[entity]) for entity in entities}
    limits = {"leads": 5_000, "deals": 5_000, "events": 20_000}
    return [
        Figure(f"7 import of {entity}, {kind}", rates[entity], "rows/s", "at least", limit)
        for entity, limit in limits.items()
    ]


def fresh_database() -> None:
    """Nothing; the database has its tables, and nothing in them."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("flush", verbosity=0, interactive=False)


@contextmanager
def fresh_files(leads: int, events: int) -> Iterator[dict[str, Path]]:
    """Files of a simulated company, beside an empty database."""
    fresh_database()
    from teichaku.console.simulation import company_write, simulate

    with tempfile.TemporaryDirectory() as folder:
        yield company_write(simulate(leads, events, SEED), Path(folder))


def imported(entity: str, path: Path) -> float:
    """Rows per second of a file's import, start to end."""
    from teichaku.core.actors import SYSTEM
    from teichaku.core.table_samples import tables_sample
    from teichaku.intake.services import import_file

    started, worked = time.perf_counter(), time.process_time()
    report = import_file(entity=entity, path=path, actor=SYSTEM)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    if report.rejected or report.created != report.read:
        raise AssertionError(f"{entity}: {report.created} of {report.read} rows came in")
    say(f"{entity}: {report.read:,} rows in {seconds:.1f} s ({worked:.1f} s of this process)")
    tables_sample()  # as a job does then
    return report.read / seconds


def _rescore(repetitions: int) -> float:
    from django.db.models import Sum

    from teichaku.core.actors import SYSTEM
    from teichaku.scoring.models import Score
    from teichaku.scoring.services import scores_refresh

    found, before = [], None
    for points in range(repetitions + 1):
        activated(points)
        started, worked = time.perf_counter(), time.process_time()
        refresh = scores_refresh(actor=SYSTEM)
        found.append(time.perf_counter() - started)
        worked = time.process_time() - worked
        fit = Score.objects.aggregate(fit=Sum("fit"))["fit"]
        if before is not None and round(fit - before) != refresh.leads:
            raise AssertionError("not every score has changed")
        before = fit
        say(
            f"rescore {points}: {found[-1]:.2f} s ({worked:.2f} s of this process),"
            f" {refresh.qualified:,} newly qualified"
        )
    return min(found[1:])  # the first one built the store


def activated(points: int) -> None:
    """Nothing; the example rulebook is in force, with so many points more for everybody."""
    from teichaku.core.actors import SYSTEM
    from teichaku.engine.rulebook.load import load
    from teichaku.rulebook.services import revision_activate, revision_save

    text = RULEBOOK.read_text(encoding="utf-8")
    document = text.replace("  grades:", EVERYBODY % ("A-99", points), 1).replace("'", '"')
    revision = revision_save(rulebook=load(document), document=document, actor=SYSTEM)
    revision_activate(revision=revision, actor=SYSTEM)
