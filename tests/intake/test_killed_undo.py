"""An import being taken back when its process is killed: what went is whole, and it goes on."""

from __future__ import annotations

import signal

import pytest
from tests.core.processes import wait_until, worker_process
from tests.intake.importing import import_text
from tests.intake.states import differences, state
from tests.intake.test_undo import COMPANIES, LEADS, bring, undo

from teichaku.core.models import AuditEntry
from teichaku.intake.models import ImportRun
from teichaku.tracking.models import Event

ROWS = 20_000
UNDO = """
import sys
from teichaku.config.boot import start
start(None, lang="en")
from teichaku.core.actors import SYSTEM
from teichaku.intake.models import ImportRun
from teichaku.intake.undo import import_undo

import_undo(run=ImportRun.objects.get(pk=int(sys.argv[1])), actor=SYSTEM)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_undo_goes_on_where_it_was(tmp_path) -> None:
    assert COMPANIES
    assert LEADS
    bring("companies")
    bring("leads")
    before = state()
    lines = (
        f"e{i},L{i * 7919 % 300},page_view,2026-01-{i % 28 + 1:02}T00:00:00Z\n" for i in range(ROWS)
    )
    import_text("events", "external_id,lead,type,at\n" + "".join(lines))
    run = ImportRun.objects.latest("pk")
    with worker_process(tmp_path, str(run.pk), script=UNDO) as process:
        wait_until(lambda: Event.objects.count() < ROWS, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    left = Event.objects.count()
    assert 0 < left < ROWS
    run.refresh_from_db()
    assert run.undone_at is None
    report = undo(run)
    assert report.removed["tracking.event"] == ROWS
    assert differences(before, state()) == {}
    told = AuditEntry.objects.filter(action="intake.rows_undone", object_type="tracking.event")
    assert sum(told.values_list("count", flat=True)) == ROWS
