"""Changing leads and companies by hand: history, conflicts, finding them afterwards."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.importing import ACTOR, import_rows

from teichaku.accounts.services import user_create
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import Conflict, InvalidInput, NotFound
from teichaku.core.models import AuditEntry, Change, OutboxMessage
from teichaku.leads.campaigns import CampaignValues, campaign_save
from teichaku.leads.company_merges import company_merge, pairs_apart, pairs_keep_apart
from teichaku.leads.lead_writes import company_update, lead_texts, lead_update
from teichaku.leads.models import (
    AttributeDefinition,
    Company,
    DistinctPair,
    Lead,
    SearchText,
    StageEntry,
)
from teichaku.leads.search_text import leads_found, search_folded
from teichaku.leads.selectors import lead_values
from teichaku.leads.services import lead_merge, lead_unmerge

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    import_rows(
        "leads",
        [
            {
                "external_id": "a",
                "name": "髙橋 真理子",
                "kana": "タカハシ マリコ",
                "email": "mariko@aoba.example",
                "company": "株式会社青葉製作所",
                "stage": "new",
            }
        ],
    )
    return Lead.objects.get()


def update(lead, **values):
    return lead_update(lead=lead, values=values, actor=ACTOR, source="manual")


def found(text):
    ids, more = leads_found(text, 10)
    assert not more
    return ids


def test_a_changed_field_has_a_history_and_is_audited_and_told(lead):
    OutboxMessage.objects.all().delete()
    [change] = update(lead, phone="０３ー１２３４ー５６７８")
    assert (change.field, change.old, change.new) == ("phone", "", "0312345678")
    row = Change.objects.get(object_type="leads.lead", field="phone")
    assert (row.source, row.actor_kind, row.new) == ("manual", ACTOR.kind, "0312345678")
    assert AuditEntry.objects.filter(action="leads.lead_update", object_id=lead.pk).count() == 1
    assert OutboxMessage.objects.get(topic="leads.written").payload == {"leads": [lead.pk]}
    assert update(lead, phone="03-1234-5678") == [], "the same number is no change"


def test_a_field_that_somebody_else_changed_is_a_conflict_and_stays(lead):
    update(lead, title="部長")
    with pytest.raises(Conflict) as raised:
        lead_update(
            lead=lead, values={"title": "課長"}, seen={"title": ""}, actor=ACTOR, source="manual"
        )
    assert raised.value.data["now"] == {"title": "部長"}
    lead.refresh_from_db()
    assert lead.title == "部長"
    lead_update(
        lead=lead, values={"title": "課長"}, seen={"title": "部長"}, actor=ACTOR, source="manual"
    )
    lead.refresh_from_db()
    assert lead.title == "課長"


def test_owner_company_stage_and_own_fields(lead):
    owner = user_create(name="鈴木 一郎", email="ichiro@example.co.jp", actor=SYSTEM)
    AttributeDefinition.objects.create(object="lead", name="seats", type="number")
    update(
        lead,
        owner=str(owner.uid),
        company="(株)ミナト精工",
        stage="hot",
        **{"attribute.seats": "30"},
    )
    lead = Lead.objects.select_related("owner", "company__root").get()
    names = ("owner", "company", "stage", "attribute.seats")
    assert lead_texts(lead, names) == {
        "owner": str(owner.uid),
        "company": "(株)ミナト精工",
        "stage": "hot",
        "attribute.seats": "30",
    }
    assert lead.attributes == {"seats": 30}
    assert [entry.stage for entry in StageEntry.objects.order_by("pk")] == ["new", "hot"]
    update(lead, owner="", company="", **{"attribute.seats": ""})
    lead = Lead.objects.get()
    assert (lead.owner_id, lead.company_id, lead.attributes) == (None, None, {})


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"email": "no address"}, InvalidInput),
        ({"owner": "01a20314-dac0-7fe1-b27e-36a68c0bafd8"}, InvalidInput),
        ({"owner": "x"}, InvalidInput),
        ({"root": "1"}, NotFound),
        ({"attribute.unknown": "1"}, NotFound),
        ({"name": "", "email": ""}, InvalidInput),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(lead, values, error):
    before = Lead.objects.values().get()
    with pytest.raises(error):
        lead_update(lead=lead, values=values, actor=ACTOR, source="manual")
    assert Lead.objects.values().get() == before


def test_an_address_of_somebody_else_is_a_conflict(lead):
    import_rows("leads", [{"external_id": "b", "email": "sho@aoba.example"}])
    with pytest.raises(Conflict):
        update(lead, email="SHO@aoba.example")
    update(lead, email="MARIKO@aoba.example")
    assert Lead.objects.get(pk=lead.pk).email_key == "mariko@aoba.example"


def test_a_company_is_changed_and_its_people_are_found_by_the_new_name(lead):
    company = Company.objects.get()
    company_update(
        company=company,
        values={"name": "みどり電機株式会社", "employees": "1,200", "is_competitor": "false"},
        actor=ACTOR,
        source="manual",
    )
    company.refresh_from_db()
    assert (company.employees, company.is_competitor, company.name_key) == (
        1200,
        False,
        "みどり電機",
    )
    assert found("ミドリ電機") == [lead.pk]
    assert found("青葉") == []
    for values in ({"employees": "many"}, {"corporate_number": "12"}, {"name": ""}):
        with pytest.raises(InvalidInput):
            company_update(company=company, values=values, actor=ACTOR, source="manual")


def test_merged_companies_are_one_and_blanks_are_filled(lead):
    import_rows(
        "companies",
        [{"external_id": "c", "name": "青葉マシナリー", "corporate_number": "1234567890123"}],
    )
    kept = Company.objects.get(name="株式会社青葉製作所")
    merged = Company.objects.get(name="青葉マシナリー")
    company_merge(kept=kept, merged=merged, actor=ACTOR)
    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (merged.root_id, kept.corporate_number) == (kept.pk, "1234567890123")
    fields = Change.objects.filter(source="merge").values_list("object_id", "field")
    assert set(fields) == {(merged.pk, "root"), (kept.pk, "corporate_number")}
    with pytest.raises(Conflict):
        company_merge(kept=kept, merged=merged, actor=ACTOR)


def test_pairs_that_are_not_one_are_remembered_once():
    pairs_keep_apart(kind=DistinctPair.Kind.LEAD, roots=[9, 4, 7], actor=ACTOR)
    pairs_keep_apart(kind=DistinctPair.Kind.LEAD, roots=[4, 9], actor=ACTOR)
    assert pairs_apart(DistinctPair.Kind.LEAD) == {(4, 7), (4, 9), (7, 9)}
    assert pairs_apart(DistinctPair.Kind.COMPANY) == set()


def test_search_texts_follow_imports_changes_merges_and_their_undoing(lead):
    assert found("高橋真理子") == found("たかはし 青葉") == found("ＭＡＲＩＫＯ@") == [lead.pk]
    import_rows("leads", [{"external_id": "b", "name": "青木 翔", "email": "sho@midori.example"}])
    other = Lead.objects.get(name="青木 翔")
    entry = lead_merge(kept=lead, merged=other, actor=ACTOR)
    assert found("青木") == [lead.pk], "the kept lead is found by what the other was called"
    lead_unmerge(entry=entry, actor=ACTOR)
    assert found("青木") == [other.pk]
    assert found("真理子") == [lead.pk]
    update(lead, name="高田 真理子")
    assert found("高橋") == []
    assert SearchText.objects.count() == 2


def test_few_of_many_are_said_to_be_few():
    import_rows("leads", [{"external_id": str(n), "name": f"山田 {n}"} for n in range(12)])
    ids, more = leads_found("山田", 5)
    assert (len(ids), more) == (5, True)


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(text):
    once = search_folded(text)
    assert search_folded(once) == once
    assert not any(letter.isspace() for letter in once)


def test_the_values_of_a_column_are_each_listed_once():
    rows = [{"external_id": str(n), "stage": f"s{n % 3}", "name": "x"} for n in range(9)]
    import_rows("leads", [*rows, {"external_id": "n", "name": "y"}])
    assert lead_values("stage") == ["s0", "s1", "s2"]
    assert lead_values("source") == []


def test_a_campaign_is_saved_once_under_its_name():

    values = CampaignValues("秋の展示会", "展示会", date(2026, 10, 1), date(2026, 10, 3), 1_200_000)
    made = campaign_save(values=values, actor=ACTOR)
    with pytest.raises(Conflict):
        campaign_save(values=CampaignValues("秋の展示会"), actor=ACTOR)
    campaign_save(values=CampaignValues("秋の展示会", cost=900_000), actor=ACTOR, campaign=made)
    costs = Change.objects.filter(field="cost").order_by("pk").values_list("old", "new")
    assert list(costs) == [(None, 1_200_000), (1_200_000, 900_000)]
    for wrong in (CampaignValues(" "), CampaignValues("x", "", date(2026, 2, 1), date(2026, 1, 1))):
        with pytest.raises(InvalidInput):
            campaign_save(values=wrong, actor=ACTOR)
