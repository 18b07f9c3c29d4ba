"""Leads files: one person is one lead, and what a file does not say changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.intake.importing import ACTOR, import_rows

from teichaku.core.models import AuditEntry, Change, OutboxMessage
from teichaku.core.registry import leads_changed, leads_qualified
from teichaku.intake.mapping import FileMap
from teichaku.leads.models import (
    AttributeDefinition,
    Company,
    Lead,
    LeadIdentity,
    MergeEntry,
    StageEntry,
)
from teichaku.leads.selectors import lead_find, lead_labels
from teichaku.leads.services import lead_unmerge

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch):
    news = []
    monkeypatch.setattr(leads_changed, "notify", lambda ids: news.extend(ids))
    return news


def counts(report):
    return (report.created, report.updated, report.unchanged, report.duplicates)


FULL = {
    "external_id": "1",
    "email": "Taro@Yamada.co.jp",
    "name": "山田太郎",
    "company": "山田製作所(株)",
    "owner": "佐藤",
    "created_at": "2026-01-02T03:04:05+09:00",
    "attribute.plan": "A",
}


def test_a_lead_comes_in_with_company_and_owner(told):
    report = import_rows("leads", [FULL])
    lead = Lead.objects.get()
    assert (report.created, report.owners_created, report.companies_created) == (1, 1, 1)
    assert (lead.email, lead.email_key) == ("Taro@Yamada.co.jp", "taro@yamada.co.jp")
    assert (lead.company.name, lead.owner.name) == ("山田製作所(株)", "佐藤")
    assert not lead.owner.can_sign_in
    assert lead.created_at == datetime(2026, 1, 1, 18, 4, 5, tzinfo=UTC)
    assert lead.attributes == {"plan": "A"}
    assert told == [lead.pk]
    assert lead_find("default:1") == lead_find("1") == (lead.pk, lead.pk)


def test_the_same_file_again_changes_nothing(told):
    import_rows("leads", [FULL, {"email": "b@c.jp"}, {"name": "Nur Name"}])
    before = [m.objects.count() for m in (Change, LeadIdentity, MergeEntry, OutboxMessage)]
    told.clear()
    report = import_rows("leads", [FULL, {"email": "b@c.jp"}, {"name": "Nur Name"}])
    assert counts(report) == (0, 0, 3, 0)
    after = [m.objects.count() for m in (Change, LeadIdentity, MergeEntry, OutboxMessage)]
    assert after[:3] == before[:3]
    assert after[3] == before[3] + 1  # that an import finished
    assert told == []
    assert AuditEntry.objects.filter(action="leads.leads_import").count() == 1


def test_blank_never_overwrites_and_differences_have_a_history():
    import_rows("leads", [FULL])
    report = import_rows(
        "leads",
        [
            {
                "external_id": "1",
                "name": "山田次郎",
                "title": "部長",
                "email": "",
                "attribute.plan": "B",
            }
        ],
    )
    lead = Lead.objects.get()
    assert counts(report) == (0, 1, 0, 0)
    assert (lead.name, lead.title, lead.email_key) == ("山田次郎", "部長", "taro@yamada.co.jp")
    assert sorted(Change.objects.values_list("field", "old", "new")) == [
        ("attribute.plan", "A", "B"),
        ("name", "山田太郎", "山田次郎"),
        ("title", "", "部長"),
    ]


def test_rows_with_one_personal_address_are_one_lead():
    report = import_rows(
        "leads",
        [
            {"external_id": "1", "email": "taro@gmail.com"},
            {"external_id": "2", "email": "TARO@gmail.com"},
            {"external_id": "3", "email": "info@yamada.co.jp"},
            {"external_id": "4", "email": "info@yamada.co.jp"},
        ],
    )
    assert counts(report) == (3, 0, 0, 1)
    assert lead_find("1") == lead_find("2")
    assert lead_find("3") != lead_find("4")


def test_a_later_file_finds_the_lead_by_address_and_adds_its_id():
    import_rows("leads", [{"external_id": "1", "email": "taro@gmail.com"}])
    report = import_rows(
        "leads", [{"external_id": "x9", "email": "taro@gmail.com", "name": "太郎"}]
    )
    assert counts(report) == (0, 1, 0, 0)
    assert lead_find("1") == lead_find("x9")


def test_equal_ids_of_two_systems_are_two_people():
    other = FileMap(entity="leads", system="sfa", columns={"external_id": "external_id"})
    import_rows("leads", [{"external_id": "1"}])
    import_rows("leads", [{"external_id": "1"}], file_map=other)
    assert lead_find("1") != lead_find("sfa:1")
    labels = lead_labels(Lead.objects.values_list("pk", flat=True))
    assert sorted(labels.values()) == ["1", "1"]


def test_two_known_leads_that_prove_one_are_merged_until_a_person_objects(told):
    import_rows("leads", [{"external_id": "1"}, {"external_id": "2"}])
    rows = [{"external_id": "1", "email": "t@a.jp"}, {"external_id": "2", "email": "t@a.jp"}]
    report = import_rows("leads", rows)
    assert report.merged == 1
    assert lead_find("1").root == lead_find("2").root
    assert lead_find("1").id != lead_find("2").id
    lead_unmerge(entry=MergeEntry.objects.get(), actor=ACTOR)
    assert lead_find("1").root != lead_find("2").root
    assert import_rows("leads", rows).merged == 0
    assert lead_find("1").root != lead_find("2").root


def test_conflicting_rows_of_one_id_take_the_latest_then_the_greatest_value():
    import_rows(
        "leads",
        [
            {"external_id": "1", "name": "new", "created_at": "2026-02-01"},
            {"external_id": "1", "name": "old", "created_at": "2026-01-01", "phone": "1"},
            {"external_id": "2", "name": "a"},
            {"external_id": "2", "name": "b"},
        ],
    )
    one, two = Lead.objects.order_by("pk")
    assert (one.name, one.phone, two.name) == ("new", "1", "b")
    assert one.created_at.date().isoformat() == "2026-01-01"


def test_a_qualification_in_the_file_is_told_and_dates_the_lead(monkeypatch):
    pairs = []
    monkeypatch.setattr(leads_qualified, "notify", pairs.extend)
    import_rows("leads", [{"external_id": "1", "mql_at": "2026-03-01T00:00:00Z"}])
    lead = Lead.objects.get()
    assert pairs == [(lead.pk, datetime(2026, 3, 1, tzinfo=UTC))]
    assert lead.created_at == pairs[0][1]


def test_a_change_of_stage_is_kept_in_the_ledger():
    for stage in ("new", "new", "nurture"):
        import_rows("leads", [{"external_id": "1", "stage": stage}])
    assert list(StageEntry.objects.order_by("pk").values_list("stage", flat=True)) == [
        "new",
        "nurture",
    ]


def test_types_of_own_fields_are_learnt_once_and_misfits_stay_text():
    first = {"n": "10", "ok": "はい", "on": "2026/1/2", "code": "007"}
    second = {"n": "2.5", "ok": "いいえ", "on": "", "code": "8"}
    rows = [
        {"external_id": name, **{f"attribute.{field}": text for field, text in texts.items()}}
        for name, texts in (("1", first), ("2", second))
    ]
    import_rows("leads", rows)
    assert dict(AttributeDefinition.objects.values_list("name", "type")) == {
        "n": "number",
        "ok": "boolean",
        "on": "date",
        "code": "text",
    }
    one, two = Lead.objects.order_by("pk")
    assert one.attributes == {"n": 10, "ok": True, "on": "2026-01-02", "code": "007"}
    assert two.attributes == {"n": 2.5, "ok": False, "code": "8"}
    report = import_rows("leads", [{"external_id": "3", "attribute.n": "many"}])
    assert report.notes == ("attribute.n: 1 values are no number, kept as text",)
    assert Lead.objects.order_by("pk").last().attributes == {"n": "many"}


def test_companies_that_leads_named_first_are_found_by_their_file():
    import_rows(
        "leads",
        [{"external_id": "1", "company": "C1"}, {"external_id": "2", "company": "株式会社B"}],
    )
    report = import_rows(
        "companies", [{"external_id": "C1", "name": "Alpha"}, {"external_id": "C2", "name": "B"}]
    )
    assert (report.created, report.updated) == (0, 2)
    assert set(Company.objects.values_list("name", flat=True)) == {"Alpha", "B"}
