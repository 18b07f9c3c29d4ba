"""Long events files: sorted by lead a window at a time, written in chunks, whatever their order."""

from __future__ import annotations

import random
from collections import Counter
from functools import partialmethod

import pytest
from django.db import IntegrityError
from tests.intake.importing import import_rows

from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.core.registry import leads_changed
from teichaku.intake.rows import FileRows
from teichaku.leads.models import LeadIdentity
from teichaku.tracking import event_import
from teichaku.tracking.models import Event, Signature

pytestmark = pytest.mark.django_db

ROWS = 40


@pytest.fixture(autouse=True)
def short_windows(monkeypatch):
    monkeypatch.setattr(event_import, "WINDOW", 12)
    monkeypatch.setattr(event_import, "ROWS_AT_ONCE", 5)
    monkeypatch.setattr(event_import, "LEADS_AT_ONCE", 2)
    monkeypatch.setattr(event_import.bulk, "batch", lambda rows: rows)
    monkeypatch.setattr(FileRows, "chunks", partialmethod(FileRows.chunks, 4))


def rows():
    """Events of seven leads; every fifth has an id that another row has too."""
    return [
        {
            "external_id": f"e{i // 5 * 5 if i % 5 == 1 else i}",
            "lead": f"L{i * 3 % 7}",
            "type": "page_view",
            "path": f"/p{i % 3}",
            "at": f"2026-01-{i % 28 + 1:02}T00:00:00Z",
        }
        for i in range(ROWS)
    ]


def recorded():
    names = dict(LeadIdentity.objects.values_list("lead", "external_id"))
    events = Event.objects.values_list("lead", "external_id", "at", "signature__path")
    return {(names[lead], *rest) for lead, *rest in events}


def expected():
    """Of rows with one id the latest, worked out one row after another."""
    latest = {}
    for row in rows():
        if row["external_id"] not in latest or row["at"] > latest[row["external_id"]]["at"]:
            latest[row["external_id"]] = row
    return {
        (row["lead"], row["external_id"], row["at"][:10], row["path"]) for row in latest.values()
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_a_long_file_does_not_matter(seed):
    shuffled = rows()
    random.Random(seed).shuffle(shuffled)
    report = import_rows("events", shuffled)
    found = {(lead, name, f"{at:%Y-%m-%d}", path) for lead, name, at, path in recorded()}
    assert found == expected()
    assert (report.created, report.duplicates) == (len(expected()), ROWS - len(expected()))
    assert report.leads_created == 7
    for path, first in Signature.objects.values_list("path", "first_at"):
        assert f"{first:%Y-%m-%d}" == min(row[2] for row in expected() if row[3] == path)


def test_each_chunk_is_one_audit_entry_and_one_message(monkeypatch):
    told = []
    monkeypatch.setattr(leads_changed, "notify", lambda ids: told.append(list(ids)))
    report = import_rows("events", rows())
    entries = AuditEntry.objects.filter(action="tracking.events_write")
    messages = OutboxMessage.objects.filter(topic="tracking.events_written")
    counts = list(entries.values_list("count", flat=True))
    assert sum(counts) == report.created
    assert max(counts) <= 5
    assert len(counts) == messages.count() == len(told)
    assert {lead for leads in told for lead in leads} == set(
        Event.objects.values_list("lead", flat=True)
    )


def test_the_rows_of_a_window_about_one_lead_are_written_together(monkeypatch):
    chunks = []
    write = event_import.events_write_columns

    def watched(**options):
        chunks.append(list(options["columns"].lead))
        return write(**options)

    monkeypatch.setattr(event_import, "events_write_columns", watched)
    unique = [{**row, "external_id": f"u{i}"} for i, row in enumerate(rows())]
    import_rows("events", unique)
    windows, window = [], []
    for chunk in chunks:
        window += chunk
        if len(window) >= 12:
            windows.append(window)
            window = []
    assert [len(window) for window in windows] == [12, 12, 12]
    assert all(window == sorted(window) for window in windows)


def test_an_import_that_was_cut_short_is_finished_by_the_next(monkeypatch):
    write = event_import.events_write_columns
    done = Counter()

    def cut(**options):
        done["chunks"] += 1
        if done["chunks"] == 4:
            raise IntegrityError("the machine is gone")
        return write(**options)

    monkeypatch.setattr(event_import, "events_write_columns", cut)
    with pytest.raises(IntegrityError):
        import_rows("events", rows())
    before = Event.objects.count()
    assert 0 < before < len(expected())
    monkeypatch.setattr(event_import, "events_write_columns", write)
    report = import_rows("events", rows())
    assert report.created == len(expected()) - before
    found = {(lead, name, f"{at:%Y-%m-%d}", path) for lead, name, at, path in recorded()}
    assert found == expected()
