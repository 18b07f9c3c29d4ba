"""Segments: who is in them, at once when something happens and when time passes, and why."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.intake.importing import ACTOR
from tests.scoring.company import (
    BOOK,
    activate,
    bring,
    event,
    local,
    merge,
    on,
    pk_of,
    refresh,
    view,
)
from tests.scoring.segments import VIEWED, build, ledger, members, rows, segment
from tests.scoring.test_store_of_leads import random_company

from teichaku.core.audit import audit_verify
from teichaku.core.errors import Conflict
from teichaku.core.instants import micros
from teichaku.core.models import OutboxMessage
from teichaku.leads.models import Lead
from teichaku.leads.services import lead_unmerge
from teichaku.scoring import segment_builds
from teichaku.scoring.dirty import leads_mark
from teichaku.scoring.models import Membership, Segment, SegmentRevision
from teichaku.scoring.segments import (
    WrongCondition,
    segment_archive,
    segment_delete,
    segment_restore,
    segment_save,
)
from teichaku.tracking.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bases")]

START = "2026-06-01 00:00"


def changed(at: str) -> None:
    refresh(at, only_changed=True)


def test_the_first_look_is_a_job_over_all_leads():
    activate(START)
    bring("2026-06-10 09:00", "events", view("a", "2026-06-02 08:00"),
          view("a", "2026-06-03 08:00"), view("b", "2026-06-03 08:00"))  # fmt: skip
    refresh("2026-06-10 10:00")
    found = segment("2026-06-10 11:00", VIEWED)
    assert members(found) == ["a"]
    row = Segment.objects.get()
    assert (row.built_id, row.build_done, row.build_total) == (row.revision_id, 2, 2)
    assert row.as_of == local("2026-06-10 11:00")
    told = OutboxMessage.objects.get(topic="scoring.memberships_changed")
    assert told.payload == {"segment": row.pk, "entered": [pk_of("a")], "left": []}


def test_an_event_brings_a_lead_in_and_time_takes_it_out():
    activate(START)
    found = segment(START, VIEWED)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    changed("2026-06-02 09:00")
    assert members(found) == []
    bring("2026-06-10 09:00", "events", view("a", "2026-06-10 08:00"))
    changed("2026-06-10 09:00")
    assert members(found) == ["a"]
    assert rows(found)[0][2] == micros(local("2026-07-02 08:00"))
    changed("2026-07-02 07:59")
    assert members(found) == ["a"]
    changed("2026-07-02 08:00")
    assert (members(found), rows(found)) == ([], [])
    assert ledger(found) == [("a", True), ("a", False)]


def test_silence_brings_a_lead_in():
    activate(START)
    bring("2026-06-02 09:00", "events", view("a", "2026-06-02 08:00"))
    found = segment("2026-06-02 10:00", "none:\n  - {last: {event: page_view}, within: 30d}\n")
    assert members(found) == []
    changed("2026-07-02 08:00")
    assert members(found) == ["a"]


def test_a_retracted_or_machine_made_event_is_none():
    activate(START)
    found = segment(START, VIEWED)
    bring("2026-06-10 09:00", "events", view("a", "2026-06-09 08:00"),
          view("a", "2026-06-10 08:00"), view("b", "2026-06-09 08:00"),
          view("b", "2026-06-10 08:00"))  # fmt: skip
    changed("2026-06-10 09:00")
    assert members(found) == ["a", "b"]
    Event.objects.filter(lead=pk_of("a"), at=local("2026-06-10 08:00")).update(origin="bot")
    Event.objects.filter(lead=pk_of("b"), at=local("2026-06-10 08:00")).update(
        retracted_at=local("2026-06-10 10:00")
    )
    with transaction.atomic():
        leads_mark([pk_of("a"), pk_of("b")])
    changed("2026-06-10 11:00")
    assert members(found) == []


def test_a_merged_lead_counts_with_the_other_and_on_its_own_again():
    activate(START)
    found = segment(START, VIEWED)
    bring("2026-06-10 09:00", "events", *(view("a", f"2026-06-0{d} 08:00") for d in (2, 3)),
          view("b", "2026-06-04 08:00"))  # fmt: skip
    changed("2026-06-10 09:00")
    assert members(found) == ["a"]
    entry = merge("2026-06-11 09:00", "b", "a")
    changed("2026-06-11 09:01")
    assert members(found) == ["b"]
    with on("2026-06-12 09:00"):
        lead_unmerge(entry=entry, actor=ACTOR)
    changed("2026-06-12 09:01")
    assert members(found) == ["a"]
    assert ledger(found)[-2:] in [[("a", True), ("b", False)], [("b", False), ("a", True)]]


def test_another_condition_is_another_revision_and_the_same_one_again_is_the_old_one():
    activate(START)
    bring("2026-06-10 09:00", "events", view("a", "2026-06-02 08:00"), event("b", START))
    found = segment("2026-06-10 10:00", "count: {event: page_view}\nat_least: 1\n")
    assert members(found) == ["a"]
    segment("2026-06-11 10:00", "count: {event: form_submit}\nat_least: 1\n", of=found)
    assert members(found) == ["b"]
    segment("2026-06-12 10:00", "# again\n{at_least: 1, count: {event: page_view}}\n", of=found)
    assert members(found) == ["a"]
    assert [r.number for r in SegmentRevision.objects.order_by("pk")] == [1, 2]
    with pytest.raises(TypeError):
        SegmentRevision.objects.earliest("pk").save()


def test_scores_and_grades_can_be_asked_for():
    activate(START)
    bring("2026-06-10 09:00", "leads", {"external_id": "a", "title": "部長"}, {"external_id": "b"})
    bring("2026-06-10 09:00", "events", event("a", "2026-06-09 08:00"),
          event("b", "2026-06-09 08:00"))  # fmt: skip
    refresh("2026-06-10 10:00")
    best = segment("2026-06-10 10:00", "attribute: grade\nin: [A1]\n", "A1")
    second = segment("2026-06-10 10:00", "attribute: grade\nis: B\n", "B")
    points = segment("2026-06-10 10:00", "score: total\nat_least: 60\n", "60点")
    assert [members(one) for one in (best, second, points)] == [["a"], ["b"], ["a"]]
    activate("2026-06-11 09:00", BOOK.replace("{A: 20, B: 0}", "{A: 30, B: 0}"))
    refresh("2026-06-11 10:00")
    assert [members(one) for one in (best, second, points)] == [[], ["a", "b"], ["a"]]


@pytest.mark.parametrize(
    ("document", "line", "code"),
    [
        ("all:\n  - {scor: total}\n", 2, "unknown_key"),
        ("count: {event: page_view}\nat_least: 0\n", 2, "greater_than_equal"),
        ("attribute: grade\nis: Z\n", 1, "grade"),
        ("- 1\n", 1, "not_mapping"),
        ("all: [\n", 2, "yaml"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(document: str, line: int, code: str):
    activate(START)
    with pytest.raises(WrongCondition) as refused:
        segment_save(name="x", document=document, actor=ACTOR)
    assert (refused.value.problems[0].line, refused.value.problems[0].code) == (line, code)
    assert not Segment.objects.exists()


def test_a_name_is_given_once_and_free_again_once_archived():
    activate(START)
    found = segment(START, VIEWED)
    with pytest.raises(Conflict):
        segment_save(name="見た人", document=VIEWED, actor=ACTOR)
    segment_archive(segment=found, actor=ACTOR)
    other = segment_save(name="見た人", document=VIEWED, actor=ACTOR)
    with pytest.raises(Conflict), transaction.atomic():
        segment_restore(segment=found, actor=ACTOR)
    with pytest.raises(Conflict):
        segment_delete(segment=other, actor=ACTOR)


def test_an_archived_segment_stands_still_until_it_is_back():
    activate(START)
    found = segment(START, VIEWED)
    segment_archive(segment=found, actor=ACTOR)
    bring("2026-06-10 09:00", "events", *(view("a", f"2026-06-0{d} 08:00") for d in (2, 3)))
    changed("2026-06-10 09:00")
    assert members(found) == []
    with on("2026-06-10 10:00"):
        segment_restore(segment=found, actor=ACTOR)
        build()
    assert members(found) == ["a"]
    segment_archive(segment=found, actor=ACTOR)
    segment_delete(segment=found, actor=ACTOR)
    assert not Segment.objects.exists()
    assert not Membership.objects.exists()
    assert audit_verify() is None


def test_a_change_during_the_build_counts(monkeypatch):
    """The build read the lead before it changed, and wrote after the change was scored."""
    activate(START)
    bring("2026-06-10 09:00", "events", view("a", "2026-06-02 08:00"))
    changed("2026-06-10 09:00")
    plain = segment_builds.memberships_write

    def late(*args: object, **kwargs: object) -> int:
        monkeypatch.setattr(segment_builds, "memberships_write", plain)
        bring("2026-06-10 10:00", "events", view("a", "2026-06-03 08:00"))
        changed("2026-06-10 10:00")
        return plain(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(segment_builds, "memberships_write", late)
    found = segment("2026-06-10 10:00", VIEWED)
    changed("2026-06-10 10:01")
    assert members(found) == ["a"]


@pytest.mark.parametrize("seed", range(3))
def test_day_by_day_and_all_at_once_are_the_same(seed: int):
    """What follows changes and expiries alone ends where a look at everybody ends, at any hour."""
    activate(START)
    chance = random.Random(seed)
    asked = {
        "views": VIEWED,
        "silent": "none:\n  - {last: {event: page_view}, within: 14d}\n",
        "points": "all:\n  - {score: total, at_least: 20}\n  - {score: behaviour, at_least: 10}\n",
        "rising": "rising: 10\n",
        "grade": "attribute: grade\nin: [A1, B1]\n",
        "days": "days: {event: page_view}\nat_least: 2\nwithin: 1mo\n",
    }
    found = [segment(START, text, name) for name, text in asked.items()]
    random_company(seed, leads=12, events=60)
    for day in range(1, 30):
        at = f"2026-07-{day:02} {chance.randrange(24):02}:{chance.randrange(60):02}"
        lead = f"L{chance.randrange(12)}"
        bring(at, "events", view(lead, at) if chance.random() < 0.7 else event(lead, at))
        changed(at)
    at = "2026-08-20 09:00"
    changed(at)
    by_day = [rows(one) for one in found]
    with on(at):
        Membership.objects.all().delete()
        Segment.objects.update(built=None, members=0)
        refresh(at)
    assert [rows(one) for one in found] == by_day


def test_what_a_change_costs_does_not_grow_with_the_segment():
    activate(START)
    segment(START, VIEWED)
    costs = []
    for size in (5, 60):
        bring("2026-06-02 09:00", "events", *(
            view(f"{size}/{k}", f"2026-06-0{d} 08:00") for k in range(size) for d in (1, 2)
        ))  # fmt: skip
        changed("2026-06-02 09:00")
        lead = Lead.objects.latest("pk").root_id
        with on("2026-06-02 09:30"), transaction.atomic():
            leads_mark([lead])
        with CaptureQueriesContext(connection) as asked:
            changed("2026-06-02 10:00")
        costs.append(len(asked))
    assert costs[0] == costs[1]
