"""Imports taken back whole: the tables are as if the file had never come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.importing import import_text
from tests.intake.states import differences, state

from teichaku.core.actors import Actor
from teichaku.core.changes import FieldChange, changes_record
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry, OutboxMessage
from teichaku.deals.models import Activity, Deal
from teichaku.intake.models import ImportedRows, ImportRun
from teichaku.intake.undo import import_undo, undo_forget, undo_preview
from teichaku.leads.models import Company, Lead, MergeEntry
from teichaku.leads.new_leads import NewLead, lead_create
from teichaku.scoring.models import DirtyLead
from teichaku.tracking.models import Event

PERSON = Actor(kind="human", name="somebody")

USERS = """external_id,email,name,role,department,team,manager
u1,sato@example.jp,佐藤 花子,sales_rep,営業部,東,鈴木 一郎
u2,suzuki@example.jp,鈴木 一郎,sales_manager,営業部,東,
"""
COMPANIES = """external_id,name,corporate_number,domain,employees
c1,青葉商事,7000012050002,aoba.example,120
c2,丘精機,,oka.example,80
"""
LEADS = """external_id,email,name,company,owner,stage,mql_at,attribute.area,created_at
l1,aki@aoba.example,秋 一,c1,sato@example.jp,new,2026-03-01 10:00,east,2026-02-01 09:00
l2,bun@oka.example,文 二,丘精機,佐藤 花子,new,,west,
l3,,無名 三,新会社,未知 太郎,,,,
"""
LEADS_AGAIN = """external_id,email,name,company,title,attribute.area,stage
l1,aki@aoba.example,秋 一郎,c1,部長,north,hot
l2,bun2@oka.example,文 二,c2,課長,,hot
l4,new@aoba.example,新 四,c1,係長,south,new
"""
EVENTS = """external_id,lead,at,type,path,attribute.plan
e1,l1,2026-03-02 10:00,visit,/price,gold
e2,l2,2026-03-03 10:00,visit,/price,
e3,l9,2026-03-04 10:00,form,,
"""
DEALS = """external_id,lead,company,owner,name,stage,amount,created_on,closed_on,email
d1,l1,c1,佐藤 花子,青葉 一期,won,1200000,2026-03-05,2026-04-01,
d2,,,,丘 二期,proposal,300000,2026-03-06,,bun@oka.example
d3,,新会社,,無名 三期,lost,,2026-03-07,2026-05-01,
"""
DEALS_AGAIN = """external_id,lead,stage,amount,created_on,closed_on
d1,l1,lost,1300000,2026-03-05,2026-04-09
d2,l2,won,350000,2026-03-08,2026-06-01
d4,l1,proposal,1,2026-03-09,
"""
STAGES = """deal,stage,at,actor
d2,proposal,2026-03-06 11:00,佐藤 花子
d2,won,2026-05-06 11:00,佐藤 花子
d3,lost,2026-05-01 11:00,佐藤 花子
"""
ACTIVITIES = """external_id,deal,lead,owner,at,kind,outcome,next_action,next_action_on
a1,d1,,佐藤 花子,2026-03-08 10:00,訪問,よい,見積,2026-03-20
a2,,l2,佐藤 花子,2026-03-09 10:00,電話,,,
"""
FILES = {
    "users": USERS,
    "companies": COMPANIES,
    "leads": LEADS,
    "leads again": LEADS_AGAIN,
    "events": EVENTS,
    "deals": DEALS,
    "deals again": DEALS_AGAIN,
    "stages": STAGES,
    "activities": ACTIVITIES,
}


def bring(name: str) -> ImportRun:
    """The run of importing the file of that name."""
    import_text(name.split()[0], FILES[name])
    run = ImportRun.objects.order_by("-pk").first()
    assert run is not None
    return run


def undo(run: ImportRun):
    return import_undo(run=ImportRun.objects.get(pk=run.pk), actor=PERSON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file_alone_leaves_nothing_behind(name: str) -> None:
    before = state()
    report = undo(bring(name))
    assert differences(before, state()) == {}
    assert report.kept == ()


@pytest.mark.django_db(transaction=True)
def test_each_file_of_a_whole_company_is_taken_back_to_the_state_before_it() -> None:
    states, runs = [], []
    for name in FILES:
        states.append(state())
        runs.append(bring(name))
    for run, before in zip(reversed(runs), reversed(states), strict=True):
        report = undo(run)
        found = differences(before, state())
        assert found == {}, f"{run.entity} {found}"
        assert report.kept == ()
        assert report.fields_kept == 0
    assert not Lead.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25)
@given(data=st.data())
def test_in_any_order_of_imports_and_undos_nothing_stays_at_the_end(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(FILES)), min_size=2, max_size=4, unique=True))
    before = state()
    runs = [bring(name) for name in names]
    for run in data.draw(st.permutations(runs)):
        undo(run)
    assert differences(before, state()) == {}


@pytest.mark.django_db(transaction=True)
def test_an_import_in_between_goes_and_what_came_later_stays() -> None:
    bring("companies")
    first = bring("leads")
    only_first = state()
    again = bring("leads again")
    undo(again)
    assert differences(only_first, state()) == {}
    bring("leads again")
    # The first file's leads are needed by the ids and changes of the second one.
    report = undo(first)
    assert Lead.objects.get(identities__external_id="l1").name == "秋 一郎"
    assert {kept.table for kept in report.kept} >= {"leads.lead"}
    assert not Lead.objects.filter(name="無名 三").exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_adds_nothing_to_take_back() -> None:
    for name in FILES:
        bring(name)
    for name in ("users", "companies", "events", "stages", "activities"):
        before = state()
        second = bring(name)
        assert not second.added.exists(), name
        assert differences(before, state()) == {}


@pytest.mark.django_db(transaction=True)
def test_a_field_that_somebody_changed_since_stays_and_is_told() -> None:
    bring("companies")
    bring("leads")
    run = bring("leads again")
    lead = Lead.objects.get(identities__external_id="l2")
    Lead.objects.filter(pk=lead.pk).update(title="本部長")
    with transaction.atomic():
        changes_record(
            [FieldChange("leads.lead", lead.pk, "title", "課長", "本部長")],
            actor=PERSON, at=timezone.now(), source="page",
        )  # fmt: skip
    report = undo(run)
    lead.refresh_from_db()
    assert lead.title == "本部長"
    assert lead.email == "bun@oka.example"
    assert report.fields_kept == 1
    assert lead.email_key == "bun@oka.example"


@pytest.mark.django_db(transaction=True)
def test_rows_that_people_built_on_stay_and_the_report_says_what_needs_them() -> None:
    bring("companies")
    run = bring("leads")
    lead = Lead.objects.get(identities__external_id="l1")
    Activity.objects.create(
        system="here", external_id="x", lead=lead, at=timezone.now(), recorded_at=timezone.now()
    )
    report = undo(run)
    kept = {(one.table, one.why): one.count for one in report.kept}
    assert kept["leads.lead", "deals.activity"] == 1
    assert report.removed["leads.lead"] == 2
    assert list(Lead.objects.values_list("pk", flat=True)) == [lead.pk]
    # Once nothing needs it, the next import taken back takes it along.
    Activity.objects.all().delete()
    undo(bring("events"))
    assert not Lead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_a_file_made_is_taken_back() -> None:
    import_text("leads", "external_id,name\nx1,山 一\n")
    import_text("leads", "external_id,email,name\nx2,yama@example.jp,山 一\n")
    before = state()
    import_text("leads", "external_id,email,name\nx1,yama@example.jp,山 一\n")
    run = ImportRun.objects.latest("pk")
    assert MergeEntry.objects.count() == 1
    undo(run)
    assert differences(before, state()) == {}


@pytest.mark.django_db(transaction=True)
def test_companies_that_a_file_joined_are_apart_again() -> None:
    import_text("companies", "external_id,name\nx1,青葉\n")
    import_text("companies", "external_id,name,corporate_number\nx2,別名,7000012050002\n")
    before = state()
    import_text("companies", "external_id,name,corporate_number\nx1,青葉,7000012050002\n")
    run = ImportRun.objects.latest("pk")
    assert Company.objects.filter(root_id__lt=2**62).exclude(name="").count() == 2
    undo(run)
    assert differences(before, state()) == {}


@pytest.mark.django_db(transaction=True)
def test_scores_and_openness_of_deals_hear_of_it() -> None:
    bring("companies")
    bring("leads")
    run = bring("events")
    DirtyLead.objects.all().delete()
    told = OutboxMessage.objects.filter(topic="intake.import_undone").count()
    undo(run)
    lead = Lead.objects.get(identities__external_id="l1")
    assert DirtyLead.objects.filter(pk=lead.pk).exists()
    assert OutboxMessage.objects.filter(topic="intake.import_undone").count() == told + 1
    actions = AuditEntry.objects.filter(actor_name="somebody").values_list("action", flat=True)
    assert {"intake.import_undone", "intake.rows_undone"} <= set(actions)


@pytest.mark.django_db(transaction=True)
def test_the_preview_counts_what_goes() -> None:
    bring("companies")
    run = bring("leads")
    preview = undo_preview(run)
    report = undo(run)
    assert preview.removed == report.removed
    assert report.removed["leads.lead"] == 3
    assert report.removed["leads.company"] == 1


@pytest.mark.django_db(transaction=True)
def test_after_thirty_days_or_twice_it_is_refused() -> None:
    run = bring("leads")
    ImportRun.objects.filter(pk=run.pk).update(started_at=run.started_at - timedelta(days=31))
    with pytest.raises(Conflict, match="30 days"):
        undo(run)
    assert undo_forget(before=timezone.now() - timedelta(days=30)) > 0
    assert not ImportedRows.objects.exists()
    other = bring("events")
    undo(other)
    with pytest.raises(Conflict, match="already"):
        undo(other)


@pytest.mark.django_db(transaction=True)
def test_what_was_there_before_is_never_touched() -> None:
    lead = lead_create(lead=NewLead(name="手入力", email="hand@example.jp"), actor=PERSON)
    run = bring("leads")
    undo(run)
    assert list(Lead.objects.values_list("pk", flat=True)) == [lead.pk]
    assert Deal.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_run_holds_few_notes_however_many_rows() -> None:
    rows = "".join(f"k{i},k{i}@x{i}.example\n" for i in range(2_500))
    import_text("leads", "external_id,email\n" + rows)
    run = ImportRun.objects.latest("pk")
    assert sum(r.last - r.first + 1 for r in run.added.filter(table="leads.lead")) == 2_500
    assert run.added.count() <= 12, connection.vendor
    undo(run)
    assert not Lead.objects.exists()
