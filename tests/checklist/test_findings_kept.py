"""The report from real rows, and what of it is kept from day to day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from tests.checklist.company import BOOK, NOW, bring_in
from tests.scoring.company import activate, refresh

from teichaku.checklist.models import FindingEntry
from teichaku.checklist.selectors import checklist_findings, finding_history
from teichaku.checklist.services import checklist_compute
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.core.registry import job_handlers
from teichaku.engine.checklist.clauses import Status
from teichaku.rulebook.models import Revision

pytestmark = pytest.mark.django_db(transaction=True)

S = Status


@pytest.fixture(autouse=True)
def may(tmp_path, settings) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    with clock.moved_to(NOW):
        yield


@pytest.fixture
def company() -> None:
    bring_in()
    activate("2026-05-01 09:00", BOOK)
    refresh("2026-05-20 11:00")


def compute(day: int = 20, hour: int = 12) -> None:
    with clock.moved_to(datetime(2026, 5, day, hour - 9, tzinfo=UTC)):
        checklist_compute(actor=SYSTEM)


def kept() -> dict[int, list[str]]:
    """Per day of May the items that have an entry, with their status."""
    rows = FindingEntry.objects.order_by("day", "item").values_list("day", "item", "status")
    found: dict[int, list[str]] = {}
    for day, item, status in rows:
        found.setdefault(day.day, []).append(f"{item} {status}")
    return found


def test_an_empty_installation_is_told_what_is_missing():
    report = checklist_findings()
    assert {finding.status for finding in report.findings} == {S.NO_DATA}
    assert all(finding.needs for finding in report.findings)
    assert (report.index.value, report.rulebook_hash, report.claims) == (0, "", None)
    assert (report.next_item, report.day) == (4, date(2026, 5, 20))


def test_the_company_is_judged_by_what_it_recorded(company):
    report = checklist_findings()
    # 1: purpose and one KPI (the other has no window); 3: set, fresh and reproduced;
    # 4: half of the input rules are complete, which is below 0.8; 5: 2 of 3 deals, 1 of 4 people;
    # 6: an MQL without an owner; 15: rules since 1 May; 20: no author, no reason.
    assert {f.item: f.status for f in report.findings if f.status is not S.NO_DATA} == {
        1: S.PARTIAL, 3: S.CONFIRMED, 4: S.UNMET, 5: S.UNMET, 6: S.UNMET, 15: S.WAITING,
        20: S.UNMET,
    }  # fmt: skip
    waiting = report.findings[14]
    assert waiting.judge_on == date(2026, 8, 1)  # 92 days from 1 May
    assert [phase.value for phase in report.phases] == [1.5 / 8, 0, 0]
    assert (report.index.rules, report.index.management) == (1 / 6, 0)
    assert report.rulebook_hash == Revision.objects.get().hash


def test_claims_stand_beside_what_is_proven(company):
    report = checklist_findings(claims={1: True, 3: True, 9: True, 4: True, 10: False})
    assert report.findings[8].status is S.CLAIMED
    assert report.findings[3].status is S.UNMET
    claims = report.claims
    assert claims is not None
    assert (claims.claimed, claims.proven, claims.unproven) == (4, 1, (1, 4, 9))


def test_a_past_day_is_judged_by_what_was_in_force_at_its_end(company):
    before = checklist_findings(date(2026, 4, 30))
    assert (before.findings[0].status, before.rulebook_hash) == (S.NO_DATA, "")
    assert before.as_of == datetime(2026, 4, 30, 14, 59, 59, 999_999, tzinfo=UTC)
    assert checklist_findings(date(2026, 5, 1)).findings[0].status is S.PARTIAL


def test_a_day_that_has_not_ended_goes_up_to_now():
    assert checklist_findings(date(2026, 5, 20)).as_of == NOW
    assert checklist_findings(date(2026, 6, 30)).as_of == NOW


def test_reading_keeps_nothing(company):
    checklist_findings()
    assert not FindingEntry.objects.exists()


def test_the_first_day_keeps_all_and_the_same_day_again_nothing(company):
    compute()
    assert {day: len(found) for day, found in kept().items()} == {20: 20}
    entry = FindingEntry.objects.get(item=6)
    assert entry.status == "unmet"
    assert {
        "key": "unowned", "part": "measured", "unit": "count", "value": 1,
        "comparison": "at_most", "threshold": 0, "n": None, "passed": False, "judge_on": None,
    } in entry.evidence  # fmt: skip
    audits, messages = AuditEntry.objects.count(), OutboxMessage.objects.count()
    compute(hour=13)
    assert len(kept()[20]) == 20
    assert (AuditEntry.objects.count(), OutboxMessage.objects.count()) == (audits, messages)


def test_a_later_day_keeps_what_changed(company):
    compute()
    compute(day=21, hour=10)
    # Item 3 ends a day later than yesterday, and for item 5 the deal D4 is 90 days old.
    assert kept()[21] == ["3 confirmed", "5 unmet"]
    compute(day=22, hour=12)
    # The scores are older than a day now: half of the figures still hold.
    assert kept()[22] == ["3 partial"]
    assert [entry.day.day for entry in finding_history(3)] == [22, 21, 20]


def test_a_later_run_replaces_that_of_the_same_day(company):
    compute()
    compute(day=22)
    assert kept()[22] == ["3 partial", "5 unmet"]
    refresh("2026-05-22 12:30")
    compute(day=22, hour=13)
    assert kept()[22] == ["3 confirmed", "5 unmet"]
    last = AuditEntry.objects.filter(action="checklist.findings_compute").latest("pk")
    assert (last.count, last.actor_name) == (2, "teichaku")
    told = OutboxMessage.objects.filter(topic="checklist.computed").latest("pk").payload
    rows = FindingEntry.objects.filter(day=date(2026, 5, 22)).order_by("item")
    assert told == {"entries": list(rows.values_list("pk", flat=True))}


def test_the_daily_job_computes(company):
    handler = job_handlers.get("checklist.compute")
    assert handler.every_seconds == 24 * 60 * 60
    handler.run({})
    assert FindingEntry.objects.count() == 20
