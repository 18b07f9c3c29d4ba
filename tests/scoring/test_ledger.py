"""The ledger of MQLs: what scoring records, once, and what later news makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from tests.engine import oracle
from tests.intake.importing import ACTOR
from tests.scoring.company import (
    BOOK,
    activate,
    bring,
    event,
    facts,
    local,
    merge,
    on,
    pk_of,
    refresh,
    same_as_oracle,
    standing,
    told,
    totals,
    view,
)
from tests.scoring.test_store_of_leads import random_company

from teichaku.core.errors import InvalidInput
from teichaku.core.instants import micros
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.leads.models import StageEntry
from teichaku.leads.services import lead_unmerge
from teichaku.scoring import services
from teichaku.scoring.models import Qualification, Score
from teichaku.scoring.services import scores_refresh
from teichaku.tracking.models import Event
from teichaku.tracking.services import events_retract

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bases")]

START = "2026-06-01 00:00"


def rows() -> list[tuple[str, str, bool, bool]]:
    """Every row ever written: instant, source, whether it supersedes one, whether it withdraws."""
    found = Qualification.objects.order_by("pk")
    return [(told(q.at), q.source, q.supersedes_id is not None, q.withdrawn) for q in found]


def retract(at: str, *names: str) -> None:
    with on(at), transaction.atomic():
        found = Event.objects.filter(external_id__in=names)
        assert len(found) == len(names)
        events_retract(events=[e.pk for e in found], actor=ACTOR)


def back_to_marketing(lead: str, at: str, stage: str = "returned") -> None:
    """The lead's stage tells that it was returned or recycled."""
    StageEntry.objects.create(
        lead_id=pk_of(lead), stage=stage, at=local(at), recorded_at=local(at), source="test",
        actor_kind="person", actor_name="test",
    )  # fmt: skip


def test_a_lead_that_meets_the_definition_is_recorded_once() -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", event("a", "2026-06-02 08:00"), view("b", START))
    found = refresh("2026-06-02 10:00")
    assert (found.qualified, found.superseded, standing()) == (1, 0, [("a", "2026-06-02 08:00")])
    for at in ("2026-06-02 11:00", "2026-06-30 11:00"):
        assert refresh(at).qualified == 0
        assert refresh(at, only_changed=True).qualified == 0
    assert len(rows()) == 1


def test_a_row_tells_its_revision_scores_and_what_was_seen() -> None:
    document = BOOK.replace("{score: total, at_least: 40}",
                            "{count: {event: form_submit}, at_least: 2, within: 7d}")  # fmt: skip
    activate(START, document)
    bring("2026-06-01 01:00", "leads", {"external_id": "a", "title": "営業部長"})
    bring("2026-06-03 09:00", "events", event("a", "2026-06-02 08:00"),
          event("a", "2026-06-03 08:00"), view("a", "2026-06-03 07:00"))  # fmt: skip
    refresh("2026-06-04 00:00")
    row = Qualification.objects.get()
    assert (row.behaviour, row.fit, row.total, row.source) == (90, 20, 110, "engine")
    assert row.evidence == {
        "definition": "M-1", "clauses": [{"holds": True, "value": 2, "needed": 2}],
    }  # fmt: skip
    assert row.revision_id == Score.objects.get().revision_id
    assert row.recorded_at == local("2026-06-04 00:00")


def test_who_holds_already_qualifies_when_the_rulebook_takes_effect() -> None:
    bring("2026-05-02 00:00", "events", event("a", "2026-05-01 08:00"))
    activate(START)
    refresh("2026-06-02 00:00")
    assert standing() == [("a", START)]


def test_a_rulebook_that_takes_effect_later_finds_nothing_before() -> None:
    bring("2026-05-02 00:00", "events", event("a", "2026-05-01 08:00"))
    activate("2026-05-20 00:00", since=START)
    with pytest.raises(InvalidInput, match="teichaku rulebook activate"):
        refresh("2026-05-31 23:59")
    refresh(START)
    assert standing() == [("a", START)]


@pytest.mark.parametrize("stage", ["returned", "recycled"])
def test_again_only_after_the_wait_and_a_return(stage: str) -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", event("a", "2026-06-02 08:00"))
    refresh("2026-06-02 10:00")
    bring("2026-07-10 09:00", "events", event("a", "2026-07-10 08:00"))
    refresh("2026-07-10 10:00")
    assert len(standing()) == 1  # the wait is over, but nobody gave the lead back
    back_to_marketing("a", "2026-07-11 00:00", stage)
    refresh("2026-07-11 01:00")
    assert len(standing()) == 1  # given back, but nothing happened since
    bring("2026-07-12 09:00", "events", event("a", "2026-07-12 08:00"))
    refresh("2026-07-12 10:00", only_changed=True)
    assert standing() == [("a", "2026-06-02 08:00"), ("a", "2026-07-12 08:00")]
    bring("2026-09-12 09:00", "events", event("a", "2026-09-12 08:00"))
    refresh("2026-09-12 10:00")
    assert len(standing()) == 2  # that return is used up


def test_a_return_within_the_wait_counts_when_the_wait_is_over() -> None:
    activate(START)
    bring("2026-06-02 09:00", "events", event("a", "2026-06-02 08:00"))
    refresh("2026-06-02 10:00")
    back_to_marketing("a", "2026-06-03 00:00")
    for day in ("2026-07-02 07:59", "2026-07-02 08:00"):
        bring("2026-07-02 09:00", "events", event("a", day))
    refresh("2026-07-02 10:00")
    assert standing() == [("a", "2026-06-02 08:00"), ("a", "2026-07-02 08:00")]


def test_a_late_event_moves_the_qualification_by_a_row_of_its_own() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    refresh("2026-06-05 10:00")
    bring("2026-06-07 00:00", "events", event("a", "2026-06-03 08:00"))
    found = refresh("2026-06-07 01:00")
    assert (found.qualified, found.superseded) == (0, 1)
    assert standing() == [("a", "2026-06-03 08:00")]
    assert rows() == [
        ("2026-06-05 08:00", "engine", False, False), ("2026-06-03 08:00", "engine", True, False),
    ]  # fmt: skip
    assert refresh("2026-06-08 00:00").superseded == 0


def test_a_late_event_that_qualifies_a_lead_is_found() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", view("a", "2026-06-05 08:00"))
    refresh("2026-06-05 10:00")
    bring("2026-06-07 00:00", "events", event("a", "2026-06-03 08:00"))
    assert refresh("2026-06-07 01:00").qualified == 1
    assert standing() == [("a", "2026-06-03 08:00")]


def test_a_late_event_that_changes_nothing_writes_nothing() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    refresh("2026-06-05 10:00")
    bring("2026-06-07 00:00", "events", view("a", "2026-06-03 08:00"))
    found = refresh("2026-06-07 01:00")
    assert (found.qualified, found.superseded, len(rows())) == (0, 0, 1)


def test_what_rested_on_a_retracted_event_is_withdrawn_and_can_come_back() -> None:
    activate(START)
    form = event("a", "2026-06-05 08:00")
    bring("2026-06-05 09:00", "events", form)
    refresh("2026-06-05 10:00")
    retract("2026-06-06 00:00", form["external_id"])
    found = refresh("2026-06-06 01:00")
    assert (found.qualified, found.superseded, standing()) == (0, 1, [])
    assert rows()[-1] == ("2026-06-05 08:00", "engine", True, True)
    assert refresh("2026-06-06 02:00").superseded == 0
    bring("2026-06-07 00:00", "events", {**form, "external_id": "said again"})
    refresh("2026-06-07 01:00")
    assert standing() == [("a", "2026-06-05 08:00")]
    assert len(rows()) == 3


def test_a_moved_qualification_goes_back_when_its_cause_is_retracted() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    refresh("2026-06-05 10:00")
    late = event("a", "2026-06-03 08:00")
    bring("2026-06-07 00:00", "events", late)
    refresh("2026-06-07 01:00")
    retract("2026-06-08 00:00", late["external_id"])
    refresh("2026-06-08 01:00")
    assert standing() == [("a", "2026-06-05 08:00")]


def test_new_attributes_count_from_now_on_and_never_back() -> None:
    document = BOOK.replace("at_least: 40", "at_least: 60")
    activate(START, document)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"),
          event("b", "2026-06-05 08:00"))  # fmt: skip
    refresh("2026-06-05 10:00")
    bring("2026-06-06 00:00", "leads", {"external_id": "a", "title": "営業部長"})
    refresh("2026-06-06 01:00")
    assert (totals(), standing()) == ({"a": 60, "b": 40}, [])  # no instant since asks again
    bring("2026-06-07 09:00", "events", view("a", "2026-06-07 08:00"))
    refresh("2026-06-07 10:00")
    assert standing() == [("a", "2026-06-07 08:00")]
    bring("2026-06-08 00:00", "leads", {"external_id": "a", "title": "担当"})
    found = refresh("2026-06-08 01:00")
    assert (found.superseded, standing()) == (0, [("a", "2026-06-07 08:00")])


def test_an_end_qualifies_live_too() -> None:
    document = BOOK.replace(
        "path: /careers}, points: -15", "path: /careers}, points: -15, expires: 10d"
    )
    activate(START, document)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 07:00", "/careers"),
          event("a", "2026-06-02 08:00"))  # fmt: skip
    refresh("2026-06-02 10:00")
    assert (totals(), standing()) == ({"a": 25}, [])
    found = refresh("2026-06-20 00:00", only_changed=True)
    assert (found.leads, standing()) == (1, [("a", "2026-06-12 07:00")])


def test_an_imported_mql_stands_before_what_the_engine_finds() -> None:
    activate(START)
    bring("2026-06-02 00:00", "leads",
          {"external_id": "a", "mql_at": "2026-05-10T09:00:00+09:00"})  # fmt: skip
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    assert refresh("2026-06-05 10:00").qualified == 0
    assert rows() == [("2026-05-10 09:00", "import", False, False)]
    assert Qualification.objects.get().revision_id is None
    back_to_marketing("a", "2026-06-06 00:00")
    bring("2026-06-12 09:00", "events", event("a", "2026-06-12 08:00"))
    assert refresh("2026-06-12 10:00").qualified == 1


def test_a_corrected_import_supersedes_what_it_said_before() -> None:
    lead = {"external_id": "a", "mql_at": "2026-05-10T09:00:00+09:00"}
    bring("2026-06-02 00:00", "leads", lead)
    bring("2026-06-03 00:00", "leads", lead)
    assert len(rows()) == 1
    bring("2026-06-04 00:00", "leads", {**lead, "mql_at": "2026-05-12T09:00:00+09:00"})
    assert rows() == [
        ("2026-05-10 09:00", "import", False, False), ("2026-05-12 09:00", "import", True, False),
    ]  # fmt: skip
    bring("2026-06-05 00:00", "leads", lead)
    assert standing() == [("a", "2026-05-10 09:00")]


def test_a_new_rulebook_starts_at_its_own_instant_and_knows_the_past() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"), view("b", START))
    refresh("2026-06-05 10:00")
    activate("2026-06-10 00:00", BOOK.replace("at_least: 40", "at_least: 10"))
    assert refresh("2026-06-11 00:00").qualified == 1
    assert standing() == [("a", "2026-06-05 08:00"), ("b", "2026-06-10 00:00")]
    assert Qualification.objects.values("revision").distinct().count() == 2
    retract("2026-06-12 00:00", event("a", "2026-06-05 08:00")["external_id"])
    refresh("2026-06-12 01:00")
    assert standing()[0] == ("a", "2026-06-05 08:00")  # decided under another rulebook


def test_the_same_rulebook_again_starts_anew() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"))
    refresh("2026-06-05 10:00")
    activate("2026-06-10 00:00", BOOK.replace("at_least: 40", "at_least: 900"))
    refresh("2026-06-10 01:00")
    activate("2026-06-20 00:00")
    bring("2026-06-21 00:00", "events", event("b", "2026-06-15 08:00"))
    refresh("2026-06-21 01:00")
    assert standing() == [("a", "2026-06-05 08:00"), ("b", "2026-06-20 00:00")]


def test_merged_leads_qualify_together_and_apart_again() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"),
          event("b", "2026-06-03 08:00"), view("c", "2026-06-02 08:00"))  # fmt: skip
    refresh("2026-06-05 10:00")
    apart = [("a", "2026-06-05 08:00"), ("b", "2026-06-03 08:00")]
    assert standing() == apart
    entry = merge("2026-06-06 00:00", "a", "b")
    refresh("2026-06-06 01:00")
    assert standing() == [("b", "2026-06-03 08:00")]
    assert totals() == {"a": 80, "c": 10}
    with on("2026-06-07 00:00"):
        lead_unmerge(entry=entry, actor=ACTOR)
    refresh("2026-06-07 01:00")
    assert standing() == apart
    merge("2026-06-08 00:00", "b", "a")
    refresh("2026-06-08 01:00")
    assert standing() == [("b", "2026-06-03 08:00")]


def test_halves_that_only_qualify_together() -> None:
    activate(START, BOOK.replace("at_least: 40", "at_least: 80"))
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"),
          event("b", "2026-06-03 08:00"))  # fmt: skip
    refresh("2026-06-05 10:00")
    assert standing() == []
    entry = merge("2026-06-06 00:00", "a", "b")
    refresh("2026-06-06 01:00", only_changed=True)
    assert standing() == [("a", "2026-06-05 08:00")]
    with on("2026-06-07 00:00"):
        lead_unmerge(entry=entry, actor=ACTOR)
    refresh("2026-06-07 01:00")
    assert standing() == []


def test_the_score_of_a_merged_lead_goes() -> None:
    activate(START)
    bring("2026-06-05 09:00", "events", event("a", "2026-06-05 08:00"), view("b", START))
    refresh("2026-06-05 10:00")
    merge("2026-06-06 00:00", "a", "b")
    refresh("2026-06-06 01:00", only_changed=True)
    assert totals() == {"a": 50}


def test_the_ledger_is_what_the_definition_says(bases: Path) -> None:
    """Runs on many days leave the same qualifications as one look at the end."""
    random_company(7, leads=40, events=500)
    Event.objects.update(recorded_at=local(START))
    rulebook = activate("2026-06-15 00:00")
    for day in ("2026-06-15 06:00", "2026-06-20 00:00", "2026-07-13 12:00", "2026-08-30 00:00"):
        refresh(day, only_changed=day != "2026-06-15 06:00")
        refresh(day)
    start, until = micros(local("2026-06-15 00:00")), micros(local("2026-08-30 00:00"))
    expected = {
        lead: [q.at for q in oracle.live_qualifications(rulebook, one, start, None, (), until)]
        for lead, one in facts().items()
    }
    found = {lead: [] for lead in expected}
    for row in Qualification.objects.all():
        found[row.lead_id].append(micros(row.at))
    assert found == expected
    assert sum(map(len, found.values())) > 20


def test_each_chunk_and_each_qualification_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 10)
    activate(START)
    bring("2026-06-05 09:00", "events", *(
        event(f"L{n}", "2026-06-05 08:00") if n < 4 else view(f"L{n}", START) for n in range(20)
    ))  # fmt: skip
    AuditEntry.objects.all().delete()
    OutboxMessage.objects.all().delete()
    refresh("2026-06-05 10:00")
    audits = AuditEntry.objects.filter(action="scoring.scores_refresh").values_list(
        "count", flat=True
    )
    assert (len(audits) > 2, sum(audits)) == (True, 20)
    scored = OutboxMessage.objects.filter(topic="scoring.scored")
    assert len(scored) == len(audits)
    assert sorted(i for m in scored for i in m.payload["leads"]) == sorted(totals_leads())
    qualified = AuditEntry.objects.filter(action="scoring.leads_qualify").values_list(
        "count", flat=True
    )
    assert sum(qualified) == 4
    messages = OutboxMessage.objects.filter(topic="scoring.qualified")
    assert {(m.payload["qualification"], m.payload["lead"]) for m in messages} == {
        (str(q.uid), q.lead_id) for q in Qualification.objects.all()
    }


def totals_leads() -> list[int]:
    return list(Score.objects.values_list("lead_id", flat=True))


@pytest.mark.parametrize("stop_at", [1, 2, 3])
def test_a_run_that_was_killed_is_completed_by_the_next(
    stop_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 15)
    rulebook = activate(START)
    bring("2026-06-05 09:00", "events", *(event(f"L{n}", "2026-06-05 08:00") for n in range(9)))
    calls = []

    def killed(done: int, whole: int) -> None:
        calls.append(done)
        if len(calls) == stop_at:
            raise KeyboardInterrupt

    with on("2026-06-05 10:00"), pytest.raises(KeyboardInterrupt):
        scores_refresh(actor=ACTOR, progress=killed)
    assert 0 < Score.objects.count() < 9
    assert Score.objects.count() == Qualification.objects.count()
    found = refresh("2026-06-05 11:00", only_changed=stop_at == 2)
    assert found.leads == 9
    assert standing() == [(f"L{n}", "2026-06-05 08:00") for n in range(9)]
    assert len(rows()) == 9
    same_as_oracle(rulebook, "2026-06-05 11:00")
    assert refresh("2026-06-05 12:00", only_changed=True).leads == 0


def test_an_import_that_began_before_an_evaluation_and_ended_after_it_is_not_missed() -> None:
    activate(START)
    bring("2026-06-02 08:30", "leads", {"external_id": "a"})
    refresh("2026-06-02 10:00")
    # Recorded, by its own clock, before the evaluation that could not see it yet.
    bring("2026-06-02 09:59", "events", event("a", "2026-06-02 09:00"))
    found = refresh("2026-06-02 11:00")
    assert (found.qualified, standing()) == (1, [("a", "2026-06-02 09:00")])
