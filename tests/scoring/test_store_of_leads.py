"""Stored scores are what the definition says, whichever part of the store they were read from."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
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
    same_as_oracle,
    stored,
    totals,
    view,
)

from teichaku.core.registry import leads_changed
from teichaku.leads.services import lead_unmerge
from teichaku.scoring import base
from teichaku.scoring.base import base_build, store_open
from teichaku.scoring.models import DirtyLead, Score, StoreBase
from teichaku.scoring.services import scores_refresh
from teichaku.tracking.models import Event
from teichaku.tracking.services import events_retract

pytestmark = pytest.mark.django_db(transaction=True)

START = "2026-06-01 00:00"
PATHS = ("/service/a", "/service/b/c", "/careers", "/other")


def random_company(seed: int, leads: int = 60, events: int = 600) -> None:
    """Leads of companies of every size, with months of views and forms."""
    chance = random.Random(seed)
    bring(START, "companies", *(
        {"external_id": f"C{n}", "name": f"会社{n}", "employees": str(chance.randrange(1, 900))}
        for n in range(9)
    ))  # fmt: skip
    bring(START, "leads", *(
        {
            "external_id": f"L{n}",
            "company": f"C{chance.randrange(9)}",
            "title": chance.choice(("", "営業部長", "担当")),
            "created_at": (local(START) + timedelta(days=chance.randrange(90))).isoformat(),
        }
        for n in range(leads)
    ))  # fmt: skip
    rows = []
    for n in range(events):
        moment = local(START) + timedelta(minutes=5 * chance.randrange(90 * 288))
        kind, path = ("form_submit", "") if n % 9 == 0 else ("page_view", chance.choice(PATHS))
        lead = min(chance.randrange(leads), chance.randrange(leads))
        rows.append({"external_id": str(n), "lead": f"L{lead}", "type": kind, "path": path,
                     "at": moment.isoformat()})  # fmt: skip
    bring("2026-08-30 00:00", "events", *rows)


def settle(at: str) -> None:
    """All leads are scored and in the base."""
    refresh(at)
    with on(at):
        base_build()
    assert DirtyLead.objects.count() == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_scores_are_what_the_definition_says(seed: int, bases: Path) -> None:
    random_company(seed)
    rulebook = activate("2026-08-30 00:00")
    found = refresh("2026-08-30 12:00")
    assert (found.leads, found.events) == (60, 600)
    assert Score.objects.count() == 60
    same_as_oracle(rulebook, "2026-08-30 12:00")


def test_changed_leads_score_as_if_the_base_were_new(bases: Path) -> None:
    random_company(3)
    rulebook = activate("2026-08-30 00:00")
    settle("2026-08-30 01:00")
    bring("2026-08-30 02:00", "events", view("L1", "2026-08-29 10:00"),
          event("L2", "2026-07-01 10:00", "unheard_of", "/new/shape"),
          event("L3", "2026-08-29 11:00"))  # fmt: skip
    assert DirtyLead.objects.count() == 3
    same_again(rulebook, "2026-08-30 03:00")


def test_every_kind_of_change_is_seen(bases: Path) -> None:
    random_company(4)
    rulebook = activate("2026-08-30 00:00")
    settle("2026-08-30 01:00")
    entry = merge("2026-08-30 01:10", "L5", "L6")
    same_again(rulebook, "2026-08-30 01:20")
    with on("2026-08-30 01:30"):
        lead_unmerge(entry=entry, actor=ACTOR)
    same_again(rulebook, "2026-08-30 01:40")
    bring("2026-08-30 02:00", "leads", {"external_id": "L7", "title": "開発部長"})
    same_again(rulebook, "2026-08-30 02:10")
    bring("2026-08-30 03:00", "leads", {"external_id": "new", "title": "部長"})
    same_again(rulebook, "2026-08-30 03:10")
    some = Event.objects.filter(lead=pk_of("L0")).values_list("pk", flat=True)[:5]
    with on("2026-08-30 04:00"), transaction.atomic():
        events_retract(events=some, actor=ACTOR)
    same_again(rulebook, "2026-08-30 04:10")
    bring(
        "2026-08-30 05:00", "companies", {"external_id": "C1", "name": "会社1", "employees": "60"}
    )
    same_again(rulebook, "2026-08-30 05:10")


def same_again(rulebook, at: str) -> None:
    """Scores agree with the definition from the base as it is, and from a fresh one."""
    refresh(at)
    same_as_oracle(rulebook, at)
    before = stored()
    with on(at):
        base_build()
    refresh(at)
    assert stored() == before


def test_events_of_bots_count_nowhere(bases: Path) -> None:
    bring(START, "events", view("a", "2026-06-01 10:00"), view("a", "2026-06-01 11:00"))
    Event.objects.filter(external_id__contains="11:00").update(origin="bot")
    activate(START)
    refresh("2026-06-02 00:00")
    assert totals() == {"a": 10}


def test_leads_without_events_and_no_leads_at_all(bases: Path) -> None:
    activate(START)
    assert refresh("2026-06-02 00:00").leads == 0
    bring("2026-06-02 01:00", "leads", {"external_id": "a", "title": "部長"})
    found = refresh("2026-06-02 02:00")
    assert (found.leads, found.events, totals()) == (1, 0, {"a": 20})


def test_texts_of_one_instant_are_ordered_as_utf8_bytes(bases: Path) -> None:
    """The cap leaves room for one of two events of an instant: the first by source and id."""
    document = BOOK.replace(
        'path: "/service/**"}, points: 10, expires: 30d',
        'path: ["/z", "/e"]}, points: 10, cap: {points: 10}, half_life: 1d',
    )
    rulebook = activate(START, document)
    names = ("z", "é", "Z", "ａ", "𠮷", "a")
    rows = [
        {**view("one", "2026-06-02 10:00", f"/{'z' if n == 'Z' else 'e'}"), "external_id": n}
        for n in names
    ]
    bring("2026-06-02 11:00", "events", *rows)
    refresh("2026-06-03 10:00")
    assert totals() == {"one": 5}
    same_as_oracle(rulebook, "2026-06-03 10:00")


def test_a_change_during_a_run_keeps_the_lead_due(bases: Path) -> None:
    bring(START, "events", *(view(name, "2026-06-01 10:00") for name in "abc"))
    activate(START)

    def meanwhile(done: int, whole: int) -> None:
        if done:
            bring("2026-06-02 00:00", "events", view("b", "2026-06-01 11:00"))

    with on("2026-06-02 00:00"):
        scores_refresh(actor=ACTOR, progress=meanwhile)
    assert totals() == {"a": 10, "b": 10, "c": 10}
    found = refresh("2026-06-02 01:00", only_changed=True)
    assert (found.leads, totals()) == (1, {"a": 10, "b": 20, "c": 10})
    assert refresh("2026-06-02 02:00", only_changed=True).leads == 0


def test_only_changed_is_the_same_as_all(bases: Path) -> None:
    random_company(5)
    activate("2026-08-30 00:00")
    refresh("2026-08-30 01:00")
    bring("2026-08-30 02:00", "events", view("L1", "2026-08-29 10:00"),
          event("L9", "2026-08-30 01:30"), view("unknown", "2026-08-29 10:00"))  # fmt: skip
    at = "2026-09-04 00:00"
    part = refresh(at, only_changed=True)
    found = stored(rising=False)
    whole = refresh(at)
    assert stored(rising=False) == found
    assert 3 <= part.leads < whole.leads == 61
    assert whole.qualified == whole.superseded == 0


def test_a_score_that_expires_is_due_by_itself(bases: Path) -> None:
    bring(START, "events", view("a", "2026-06-01 10:00"), event("b", "2026-06-01 10:00"))
    activate(START)
    refresh("2026-06-02 00:00")
    assert Score.objects.get(lead=pk_of("a")).next_at == local("2026-07-01 10:00")
    assert Score.objects.get(lead=pk_of("b")).next_at is None
    assert refresh("2026-07-01 09:59", only_changed=True).leads == 0
    assert refresh("2026-07-01 10:00", only_changed=True).leads == 1
    assert totals() == {"a": 0, "b": 40}
    assert refresh("2026-07-02 00:00", only_changed=True).leads == 0


def test_an_event_dated_ahead_is_scored_when_its_time_comes(bases: Path) -> None:
    bring(START, "events", view("a", "2026-06-10 10:00"))
    activate(START)
    refresh("2026-06-02 00:00")
    assert totals() == {"a": 0}
    refresh("2026-06-10 10:00", only_changed=True)
    assert totals() == {"a": 10}


def folders(bases: Path) -> set[str]:
    return {folder.name for folder in bases.iterdir()}


def test_the_base_is_rebuilt_above_five_in_a_hundred(bases: Path) -> None:
    random_company(6)
    activate("2026-08-30 00:00")
    settle("2026-08-30 01:00")
    first = StoreBase.objects.get(current=True).pk
    news = [view(f"L{n}", "2026-08-29 10:00") for n in range(4)]
    bring("2026-08-30 02:00", "events", *news[:3])  # 3 of 60 are five in a hundred
    refresh("2026-08-30 03:00")
    assert StoreBase.objects.get(current=True).pk == first
    assert DirtyLead.objects.count() == 3
    bring("2026-08-30 04:00", "events", news[3])
    refresh("2026-08-30 05:00")
    assert StoreBase.objects.get(current=True).pk > first
    settle("2026-08-30 06:00")


def test_old_bases_go_but_the_last(bases: Path) -> None:
    bring(START, "events", view("a", "2026-06-01 10:00"))
    built = []
    for _ in range(4):
        base_build()
        built.append(StoreBase.objects.get(current=True).folder)
    assert folders(bases) == set(built[-2:])
    assert set(StoreBase.objects.values_list("folder", flat=True)) == set(built[-2:])


def test_what_was_not_scored_yet_stays_due_when_the_base_is_built(bases: Path) -> None:
    bring(START, "events", view("a", "2026-06-01 10:00"))
    activate(START)
    base_build()
    assert refresh("2026-06-02 00:00", only_changed=True).leads == 1
    assert totals() == {"a": 10}


def test_losing_the_folder_loses_nothing(bases: Path) -> None:
    bring(START, "events", *(view(name, "2026-06-01 10:00") for name in "abc"))
    rulebook = activate(START)
    refresh("2026-06-02 00:00")
    shutil.rmtree(bases)
    assert store_open().leads == 3
    refresh("2026-06-02 01:00")
    same_as_oracle(rulebook, "2026-06-02 01:00")
    assert len(folders(bases)) == 1


def test_a_damaged_folder_is_rebuilt(bases: Path) -> None:
    bring(START, "events", view("a", "2026-06-01 10:00"))
    activate(START)
    settle("2026-06-02 00:00")
    folder = bases / StoreBase.objects.get(current=True).folder
    (folder / "leads.arrow").unlink()
    base._mapped.cache_clear()
    assert (store_open().leads, store_open().events) == (1, 1)
    assert folder.name != StoreBase.objects.get(current=True).folder


def test_whoever_is_told_of_twice_is_due_once(bases: Path) -> None:
    bring(START, "leads", {"external_id": "a"})
    lead = pk_of("a")
    with transaction.atomic():
        leads_changed.notify([lead, lead])
        leads_changed.notify([lead])
    assert DirtyLead.objects.count() == 1
