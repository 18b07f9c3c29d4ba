"""Merging companies and taking it back: people, deals, fields and earlier merges find home."""

from __future__ import annotations

import pytest
from django.db.models import F
from tests.deals.pipeline import lead
from tests.intake.importing import ACTOR, import_rows

from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry, Change, Job
from teichaku.deals.models import Deal
from teichaku.leads.company_merges import company_merge, company_unmerge, merges_of
from teichaku.leads.duplicate_search import (
    groups_found,
    search_finished,
    search_request,
    search_run,
    search_running,
)
from teichaku.leads.duplicates import company_duplicates
from teichaku.leads.models import Company, CompanyMergeEntry, DuplicateSearch, Lead
from teichaku.leads.search_text import leads_found
from teichaku.leads.selectors import lead_roots_of_companies

pytestmark = pytest.mark.django_db

FIELDS = ("root_id", "corporate_number", "domain", "employees", "is_competitor", "attributes")


@pytest.fixture
def three():
    """Each has a person; the second and third know what the first lacks."""
    import_rows("companies", [
        {"external_id": "a", "name": "青葉製作所", "industry": "製造"},
        {"external_id": "b", "name": "青葉マシナリー", "corporate_number": "1234567890123",
         "employees": "120", "attribute.地域": "東京"},
        {"external_id": "c", "name": "アオバ", "domain": "aoba.example", "employees": "80"},
    ])  # fmt: skip
    import_rows("deals", [{"external_id": "D", "company": "b", "created_on": "2026-02-01"}])
    found = [Company.objects.get(identities__external_id=name) for name in "abc"]
    for row in found:
        lead(f"{row.name}の人", of=row)
    return found


def state():
    return {row["pk"]: row for row in Company.objects.values("pk", *FIELDS)}


def merge(kept, merged):
    return company_merge(kept=kept, merged=merged, actor=ACTOR)


def undo(entry):
    company_unmerge(entry=entry, actor=ACTOR)


def people_of(row):
    leads = Lead.objects.filter(pk__in=lead_roots_of_companies([row.pk]))
    return sorted(leads.values_list("name", flat=True))


def test_undone_everything_is_as_it_was(three):
    a, b, _c = three
    before = state()
    entry = merge(a, b)
    assert entry.filled == {
        "corporate_number": "1234567890123", "employees": 120, "attribute.地域": "東京",
    }  # fmt: skip
    assert people_of(a) == ["青葉マシナリーの人", "青葉製作所の人"]
    undo(entry)
    assert state() == before
    assert people_of(a) == ["青葉製作所の人"]
    assert people_of(b) == ["青葉マシナリーの人"]
    assert Deal.objects.get().company.root_id == b.pk
    few, _many = leads_found("マシナリー", 10)
    assert few == [Lead.objects.get(name="青葉マシナリーの人").pk]
    roots = Change.objects.filter(object_type="leads.company", field="root").order_by("pk")
    assert [(row.object_id, row.old, row.new, row.source) for row in roots] == [
        (b.pk, b.pk, a.pk, "merge"), (b.pk, a.pk, b.pk, "unmerge"),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="leads.company_unmerge").count() == 1
    with pytest.raises(Conflict):
        undo(entry)


def test_merges_are_undone_in_any_order(three):
    a, b, c = three
    before = state()
    first, second = merge(b, c), merge(a, b)
    assert set(Company.objects.values_list("root_id", flat=True)) == {a.pk}
    assert list(merges_of(a)) == [second, first]
    undo(first)
    assert {row["pk"]: row["root_id"] for row in state().values()} == {
        a.pk: a.pk, b.pk: a.pk, c.pk: c.pk,
    }  # fmt: skip
    undo(second)
    # The website came to the first one by way of the second, and is known of it by now.
    expected = {pk: {**row} for pk, row in before.items()}
    assert state() == expected


def test_what_was_changed_since_stays(three):
    a, b, _c = three
    entry = merge(a, b)
    Company.objects.filter(pk=a.pk).update(employees=150)
    undo(entry)
    a.refresh_from_db()
    assert (a.employees, a.corporate_number) == (150, "")


def test_a_number_that_another_company_has_by_now_keeps_them_together(three):
    a, b, c = three
    entry = merge(a, b)
    Company.objects.filter(pk=a.pk).update(corporate_number="")
    Company.objects.filter(pk=c.pk).update(corporate_number="1234567890123")
    with pytest.raises(Conflict, match="アオバ"):
        undo(entry)
    assert CompanyMergeEntry.objects.get().undone_at is None


def test_a_file_that_merges_keeps_the_ledger_too():
    import_rows("companies", [
        {"external_id": "a", "name": "青葉", "domain": "aoba.example"},
        {"external_id": "b", "name": "みどり", "corporate_number": "1234567890123"},
    ])  # fmt: skip
    import_rows(
        "companies",
        [{"external_id": "a", "name": "青葉", "corporate_number": "1234567890123"}],
    )
    [(merged, root)] = Company.objects.exclude(root=F("pk")).values_list("pk", "root_id")
    ledger = CompanyMergeEntry.objects.values_list("merged_id", "kept_id", "actor_kind")
    assert list(ledger) == [(merged, root, ACTOR.kind)]


def test_the_search_runs_as_a_job_and_keeps_what_it_found(three):
    Company.objects.filter(pk=three[1].pk).update(name_key=three[2].name_key)
    search_request()
    search_request()
    assert Job.objects.filter(kind="leads.duplicates_search", finished_at=None).count() == 1
    assert (search_finished(), search_running()) == (None, None)
    search_run()
    search_run()
    found = search_finished()
    assert found is not None
    assert (found.done, found.records) == (3, 3)
    assert groups_found(found) == [
        g for g in company_duplicates(with_branches=True) if len(g.ids) > 1
    ]
    assert groups_found(found)


def test_a_search_that_died_is_replaced_by_the_next(three):
    DuplicateSearch.objects.create(started_at="2026-11-22T00:00:00Z")
    assert search_running() is not None
    search_run()
    assert search_running() is None
