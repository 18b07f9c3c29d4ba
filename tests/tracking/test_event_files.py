"""Events: recorded once each, for the lead as the file names it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from tests.intake.importing import ACTOR, import_rows

from teichaku.core.registry import leads_changed
from teichaku.intake.mapping import FileMap
from teichaku.leads.models import Lead, LeadIdentity
from teichaku.leads.selectors import lead_find
from teichaku.leads.services import lead_merge
from teichaku.tracking.models import Event, Signature
from teichaku.tracking.services import (
    EventColumns,
    EventRow,
    events_add,
    events_retract,
    events_write,
)
from teichaku.tracking.shapes import shape_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 1, tzinfo=UTC)
VIEW = {"external_id": "e1", "lead": "1", "type": "page_view", "at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def told(monkeypatch):
    news = []
    monkeypatch.setattr(leads_changed, "notify", lambda ids: news.append(list(ids)))
    return news


def test_an_event_with_an_unknown_lead_creates_it(told):
    report = import_rows("events", [{**VIEW, "path": "https://x.jp/a/?q=1", "duration": "1.5"}])
    event = Event.objects.select_related("signature").get()
    assert (report.created, report.leads_created) == (1, 1)
    assert (event.at, event.source, event.external_id) == (AT, "import:default", "e1")
    assert (event.signature.path, event.duration, event.origin) == ("/a", 1.5, "human")
    assert lead_find("1").id == event.lead_id
    assert told == [[event.lead_id]]


def test_the_same_file_again_changes_nothing(told):
    rows = [VIEW, {**VIEW, "external_id": ""}, {**VIEW, "external_id": "", "lead": "2"}]
    import_rows("events", rows)
    told.clear()
    report = import_rows("events", rows)
    assert (report.created, report.duplicates, report.leads_created) == (0, 3, 0)
    assert (Event.objects.count(), told) == (3, [])


def test_exact_repeats_without_a_key_are_one_event():
    row = {"lead": "1", "type": "page_view", "at": "2026-01-01T00:00:00Z", "path": "/a"}
    report = import_rows("events", [row, row, {**row, "path": "/b"}, {**row, "path": "/a?x"}])
    assert (report.created, report.duplicates) == (2, 2)


def test_ids_are_unique_within_their_recorder_only():
    report = import_rows("events", [{**VIEW, "source": "web"}, {**VIEW, "source": "app"}])
    assert report.created == 2


def test_contradicting_rows_with_one_id_leave_the_latest():
    late = {**VIEW, "at": "2026-01-02T00:00:00Z"}
    for rows in ([VIEW, late], [late, VIEW]):
        with transaction.atomic():
            report = import_rows("events", rows)
            assert (report.created, report.duplicates) == (1, 1)
            assert Event.objects.get().at.day == 2
            transaction.set_rollback(True)


def test_any_type_and_own_attributes_are_kept():
    import_rows("events", [{**VIEW, "type": "見積依頼", "attribute.pages": "14"}])
    assert Event.objects.get().attributes == {"pages": 14}
    assert Signature.objects.get().type == "見積依頼"


def test_shapes_are_stored_once():
    rows = [{**VIEW, "external_id": str(i), "path": "/a" if i % 2 else "/a/"} for i in range(6)]
    import_rows("events", rows)
    assert Signature.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(type="page_view", path="/a")


def test_the_lead_is_of_the_systems_own_names():
    import_rows("leads", [{"external_id": "1"}])
    columns = {name: name for name in VIEW}
    import_rows("events", [VIEW], file_map=FileMap(entity="events", system="tag", columns=columns))
    assert LeadIdentity.objects.filter(external_id="1").count() == 2
    assert Event.objects.get().source == "import:tag"


def test_a_lead_may_be_named_by_a_personal_address_but_by_no_shared_one():
    import_rows("leads", [{"external_id": "1", "email": "ken@sakura.example"}])
    import_rows("leads", [{"external_id": "2", "email": "info@sakura.example"}])
    import_rows("events", [{**VIEW, "lead": " Ken@SAKURA.example"}])
    report = import_rows("events", [{**VIEW, "external_id": "e2", "lead": "info@sakura.example"}])
    first, second = Event.objects.order_by("pk")
    assert first.lead_id == lead_find("1").id
    assert (report.leads_created, second.lead_id) == (1, lead_find("info@sakura.example").id)


def test_events_stay_with_the_lead_they_were_recorded_for(told):
    import_rows("leads", [{"external_id": "1"}, {"external_id": "2"}])
    one, two = Lead.objects.order_by("pk")
    lead_merge(kept=two, merged=one, actor=ACTOR)
    told.clear()
    import_rows("events", [VIEW])
    assert Event.objects.get().lead_id == one.pk
    assert told == [[two.pk]]


def test_a_blank_lead_or_time_stays_out():
    report = import_rows("events", [VIEW, {**VIEW, "lead": ""}, {**VIEW, "at": "soon"}])
    assert (report.created, report.rejected) == (1, 2)


def test_a_retracted_event_stays_on_record(told):
    import_rows("leads", [{"external_id": "1"}])
    lead = Lead.objects.get().pk
    with transaction.atomic():
        row = EventRow(lead, shape_of("page_view"), AT, "s", "x", AT)
        written = events_write(rows=[row, row], actor=ACTOR)
        told.clear()
        events_retract(events=[written.new[0][0]], actor=ACTOR)
        events_retract(events=[written.new[0][0]], actor=ACTOR)
    assert (len(written.new), written.duplicates) == (1, 1)
    assert Event.objects.get().retracted_at is not None
    assert told == [[lead]]


def test_events_named_by_ids_of_ours_come_back_in_order_and_never_twice(told):
    import_rows("leads", [{"external_id": "1"}, {"external_id": "2"}])
    first, second = Lead.objects.order_by("pk").values_list("pk", flat=True)
    rows = [
        EventRow(second, shape_of("deal_created"), AT, "s", "b", AT),
        EventRow(first, shape_of("deal_won"), AT, "s", "a", AT),
    ]
    columns = EventColumns._make(zip(*rows, strict=True))
    told.clear()
    with transaction.atomic():
        ids = events_add(columns=columns, actor=ACTOR)
    stored = {event.pk: event for event in Event.objects.select_related("signature")}
    assert [(stored[pk].external_id, stored[pk].lead_id) for pk in ids] == [
        ("b", second),
        ("a", first),
    ]
    assert [stored[pk].signature.type for pk in ids] == ["deal_created", "deal_won"]
    assert set(Signature.objects.values_list("type", "first_at")) == {
        ("deal_created", AT),
        ("deal_won", AT),
    }
    assert told == [[first, second]]
    with pytest.raises(IntegrityError), transaction.atomic():
        events_add(columns=columns, actor=ACTOR)
    assert Event.objects.count() == 2
