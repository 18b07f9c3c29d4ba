"""Lists of leads and companies: conditions, orders, views kept, files out and back in."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import python_calamine
import xlsxwriter
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intake.importing import import_rows

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.console import duplicate_lists
from teichaku.console.campaign_costs import campaign_lines, names_without_campaign
from teichaku.console.company_list import CompanyFilter, companies_listed
from teichaku.console.duplicate_lists import company_groups, lead_groups
from teichaku.console.lead_filters import NOBODY, LeadFilter, Matches, place_of
from teichaku.console.lead_sheet import (
    _read,
    sheet_compare,
    sheet_csv,
    sheet_excel,
    sheet_fields,
)
from teichaku.console.models import SavedView
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.core.errors import InvalidInput
from teichaku.core.models import AuditEntry, Change
from teichaku.core.spreadsheets import TEXT_ONLY
from teichaku.leads.campaigns import CampaignValues, campaign_save
from teichaku.leads.company_merges import company_merge
from teichaku.leads.duplicate_search import search_run
from teichaku.leads.lead_writes import lead_update
from teichaku.leads.models import Company, DuplicateSearch, Lead
from teichaku.scoring.models import Qualification
from teichaku.tracking.last_events import last_events_refresh, roots_last_active

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.moved_to(NOW), translation.override("ja"):
        yield


@pytest.fixture
def user():
    person = user_create(name="佐藤 美咲", email="misaki@example.co.jp", actor=SYSTEM)
    role_grant(user=person, role=Role.MARKETER, actor=SYSTEM)
    return person


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def leads():
    import_rows(
        "leads",
        [
            {"external_id": "1", "name": "青木 翔", "kana": "アオキ ショウ", "stage": "new",
             "source": "web", "company": "株式会社ミナト", "created_at": "2026-01-03",
             "attribute.seats": "30", "phone": "+81312345678", "campaign": "展示会"},
            {"external_id": "2", "name": "伊藤 健", "kana": "イトウ ケン", "stage": "hot",
             "source": "event", "company": "青葉製作所", "created_at": "2026-01-02",
             "attribute.seats": "5", "campaign": "展示会"},
            {"external_id": "3", "name": "読みなし", "stage": "hot", "created_at": "2026-01-04",
             "email": "=cmd@example.jp"},
        ],
    )  # fmt: skip
    return SimpleNamespace(**{f"n{lead.name[:1]}": lead for lead in Lead.objects.all()})


def names(**wanted):
    return [lead.name for lead, _score in Matches(LeadFilter(**wanted)).first(50)]


def test_each_condition_narrows_the_list(leads, user):
    assert names(stage="hot") == ["伊藤 健", "読みなし"]
    assert names(source="web") == ["青木 翔"]
    assert names(campaign="展示会", stage="hot") == ["伊藤 健"]
    assert names(attribute="seats", value="30") == ["青木 翔"]
    assert names(attribute="seats", value="many") == []
    assert names(attribute="unknown", value="1") == []
    company = Company.objects.get(name="青葉製作所")
    assert names(company=company.uid) == ["伊藤 健"]
    assert names(owner=NOBODY) == ["青木 翔", "伊藤 健", "読みなし"]
    lead_update(lead=leads.n青, values={"owner": str(user.uid)}, actor=SYSTEM, source="manual")
    assert names(owner=str(user.uid)) == ["青木 翔"]
    assert names(text="ケン", stage="hot") == ["伊藤 健"]
    assert names(text="ケン", stage="new") == []
    assert names(least=1.0) == names(active_days=7) == []


def test_the_orders_put_blanks_last(leads):
    assert names(sort="kana") == ["青木 翔", "伊藤 健", "読みなし"]
    assert names(sort="created") == ["読みなし", "青木 翔", "伊藤 健"]


@pytest.mark.parametrize("sort", ["kana", "created", "total"])
def test_every_order_pages_without_gaps_or_repeats(signed_in, sort, monkeypatch):
    monkeypatch.setattr("teichaku.console.selectors.PAGE_SIZE", 4)
    rows = [
        {"external_id": str(n), "name": f"人 {n}", "kana": "アイ"[: n % 3],
         "created_at": f"2026-01-0{n % 3 + 1}" if n % 4 else ""}
        for n in range(15)
    ]  # fmt: skip
    import_rows("leads", rows)
    seen, after = [], ""
    while True:
        page = signed_in.get(f"/leads/?sort={sort if sort != 'total' else ''}&after={after}")
        found = page.context["page"]
        seen += [row.lead.name for row in found.rows]
        if not found.has_more:
            break
        after = found.rows[-1].lead.uid
    assert sorted(seen) == sorted(f"人 {n}" for n in range(15))


def test_a_damaged_address_is_explained(signed_in):
    for query in ("owner=x", "least=many", "company=1", "sort=up", "active=5"):
        answer = signed_in.get(f"/leads/?{query}")
        assert answer.status_code == 400, query


def test_views_are_kept_shared_renamed_and_deleted_by_their_owner(signed_in, user, client):
    new = reverse("console:saved_view_new")
    typed = {"name": "熱いリード", "query": "stage=hot&after=1", "shared": "on"}
    answer = signed_in.post(new, typed)
    assert answer.url == "/leads/?stage=hot"
    view = SavedView.objects.get()
    assert (view.query, view.shared) == ("stage=hot", True)
    assert "熱いリード" in signed_in.get("/leads/").content.decode()
    signed_in.post(new, {"name": "熱いリード", "query": "stage=new"})
    assert SavedView.objects.count() == 1, "a name is one view"
    other = user_create(name="鈴木 一郎", email="ichiro@example.co.jp", actor=SYSTEM)
    role_grant(user=other, role=Role.MARKETER, actor=SYSTEM)
    address = reverse("console:saved_view", args=[view.uid])
    signed_in.post(address, {"name": "注目", "shared": ""})
    client.force_login(other)
    assert "注目" not in client.get("/leads/").content.decode(), "no longer shared"
    assert client.post(address, {"delete": "1"}).status_code == 404
    client.force_login(user)
    client.post(address, {"delete": "1"})
    assert not SavedView.objects.exists()


# Files


def changed(leads, edits):
    """The exported workbook after somebody wrote into cells: (line, heading) → text."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheet_excel(leads)))
    target = io.BytesIO()
    copy = xlsxwriter.Workbook(target, TEXT_ONLY)
    for name in book.sheet_names:
        lines = book.get_sheet_by_name(name).to_python()
        sheet = copy.add_worksheet(name)
        for line, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                sheet.write(line, column, edits.get((line, lines[0][column]), cell))
    copy.close()
    return target.getvalue()


def ids():
    return list(Lead.objects.order_by("pk").values_list("pk", flat=True))


def test_a_file_that_nobody_changed_changes_nothing(leads):
    found = sheet_compare(sheet_excel(ids()))
    assert (list(found.rows), found.unchanged, found.unknown) == ([], 3, 0)
    columns, _rows = _read(sheet_excel(ids()))
    assert columns == sheet_fields(), "every column comes back"


def test_a_changed_file_is_compared_confirmed_and_applied(signed_in, leads, user):
    edits = {
        (1, "役職"): "部長",
        (1, "氏名"): "",  # blank says nothing
        (1, "電話番号"): "消去",
        (1, "担当"): "佐藤 美咲",
        (2, "ステージ"): "won",
    }
    content = changed(ids(), edits)
    lead_update(lead=leads.n伊, values={"title": "課長"}, actor=SYSTEM, source="manual")
    file = io.BytesIO(content)
    file.name = "leads.xlsx"
    page = signed_in.post(reverse("console:leads_sheet"), {"file": file})
    rows = {row.label: row for row in page.context["found"].rows}
    assert {(c.field, c.old, c.new) for c in rows["青木 翔"].cells} == {
        ("title", "", "部長"), ("phone", "0312345678", ""), ("owner", "", "佐藤 美咲"),
    }  # fmt: skip
    assert rows["伊藤 健"].moved
    assert "出力後に変更されたため" in page.content.decode()
    answer = signed_in.post(
        reverse("console:leads_sheet_apply"), {"changes": page.context["changes"]}, follow=True
    )
    assert [str(m) for m in answer.context["messages"]] == ["1件のリードを変更しました。"]
    lead = Lead.objects.get(pk=leads.n青.pk)
    assert (lead.name, lead.title, lead.phone, lead.owner) == ("青木 翔", "部長", "", user)
    assert Lead.objects.get(pk=leads.n伊.pk).stage == "hot", "the conflict is left as it is"
    assert set(Change.objects.filter(source="excel").values_list("field", flat=True)) == {
        "title", "phone", "owner",
    }  # fmt: skip


def test_a_preview_cannot_be_made_up(signed_in, leads):
    answer = signed_in.post(reverse("console:leads_sheet_apply"), {"changes": "made:up"})
    assert answer.url == reverse("console:leads_sheet")


@pytest.mark.parametrize("content", [b"", b"name,phone\n", b"PK\x03\x04broken"])
def test_a_file_that_is_none_of_ours_is_refused(content):
    with pytest.raises(InvalidInput):
        sheet_compare(content)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12),
        min_size=3,
        max_size=3,
    )
)
def test_whatever_was_typed_comes_back_as_it_was(leads, texts):
    """Round trip: any text in any field is unchanged, formula signs included."""
    for lead, text in zip(Lead.objects.order_by("pk"), texts, strict=True):
        Lead.objects.filter(pk=lead.pk).update(title=text, department=text[::-1], name=text)
    found = sheet_compare(sheet_excel(ids()))
    assert (list(found.rows), found.unchanged) == ([], 3)


def test_no_cell_of_a_text_file_is_a_formula(leads):
    Lead.objects.filter(pk=leads.n青.pk).update(title="=HYPERLINK(1)", department="@x")
    rows = list(csv.reader(io.StringIO(sheet_csv(ids()).decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_taking_a_list_out_needs_a_right_and_is_audited(signed_in, leads, client):
    address = reverse("console:leads_export")
    answer = signed_in.post(address, {"kind": "csv", "query": "stage=hot"})
    assert answer.status_code == 200
    assert len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) == 3
    assert AuditEntry.objects.get(action="console.leads_export").count == 2
    rep = user_create(name="高橋 誠", email="makoto@example.co.jp", actor=SYSTEM)
    role_grant(user=rep, role=Role.SALES_REP, actor=SYSTEM)
    client.force_login(rep)
    assert client.post(address, {"kind": "csv", "query": ""}).status_code == 403


# Companies and duplicates


def test_companies_are_listed_by_name_without_the_legal_form():
    for name, employees in (("株式会社いろは", "60"), ("あおば株式会社", "900"), ("(株)うみ", "")):
        row = {"external_id": name, "name": name, "employees": employees}
        import_rows("companies", [row])

    def listed(**wanted):
        return [row.company.name for row in companies_listed(CompanyFilter(**wanted)).rows]

    assert listed() == ["あおば株式会社", "株式会社いろは", "(株)うみ"]
    assert listed(sort="employees") == ["あおば株式会社", "株式会社いろは", "(株)うみ"]
    assert listed(size="50-299") == ["株式会社いろは"]
    assert listed(text="㈱いろは") == ["株式会社いろは"]


def test_duplicates_are_merged_or_told_apart_for_good(signed_in):
    rows = [{"external_id": name, "name": name} for name in ("青葉", "青葉機械")]
    import_rows("companies", rows)
    Company.objects.update(domain="aoba.example")
    import_rows("leads", [
        {"external_id": "1", "name": "山田 太郎", "company": "青葉"},
        {"external_id": "2", "name": "山田 太郎", "company": "青葉"},
    ])  # fmt: skip
    [group] = lead_groups().groups
    decide = reverse("console:duplicates_decide")
    signed_in.post(decide, {"of": "leads", "uids": group.ids, "apart": "1"})
    assert lead_groups().groups == []
    [group] = company_groups().groups
    told = {"of": "companies", "uids": group.ids, "keep": str(group.records[0].uid)}
    preview = signed_in.post(decide, told).content.decode()
    assert group.records[1].name in preview
    assert [len(found.records) for found in company_groups().groups] == [2], "nothing is merged yet"
    bulk = reverse("console:duplicates_bulk")
    signed_in.post(bulk, {"of": "companies", "group": group.ids, "confirmed": "1"})
    assert company_groups().groups == []


def test_a_merge_is_undone_on_the_page_of_the_company(signed_in):
    rows = [{"external_id": name, "name": name} for name in ("青葉", "青葉機械")]
    import_rows("companies", rows)
    kept, gone = Company.objects.order_by("pk")
    entry = company_merge(kept=kept, merged=gone, actor=SYSTEM)
    address = reverse("console:company_split", args=[entry.uid])
    page = signed_in.get(f"/companies/{kept.uid}/").content.decode()
    assert address in page
    assert signed_in.post(address).url == f"/companies/{kept.uid}/"
    gone.refresh_from_db()
    assert gone.root_id == gone.pk
    assert address not in signed_in.get(f"/companies/{kept.uid}/").content.decode()


def test_many_companies_are_compared_by_a_job_and_the_page_says_how_far_it_is(
    signed_in, monkeypatch
):
    monkeypatch.setattr(duplicate_lists, "FEW", 1)
    import_rows("companies", [{"external_id": name, "name": name} for name in ("青葉", "青葉機械")])
    Company.objects.update(domain="aoba.example")
    address = reverse("console:duplicates")
    assert company_groups().groups == []
    assert "青葉機械" not in signed_in.get(address).content.decode()
    assert signed_in.post(reverse("console:duplicates_search")).url == address
    running = DuplicateSearch.objects.create(started_at=NOW, records=2, done=1)
    assert "<progress" in signed_in.get(address).content.decode()
    running.delete()
    search_run()
    page = signed_in.get(address).content.decode()
    assert "青葉機械" in page
    assert "<progress" not in page
    company_merge(kept=Company.objects.first(), merged=Company.objects.last(), actor=SYSTEM)
    assert company_groups().groups == [], "merged since the search"


def test_leads_are_ordered_by_what_they_did_last(leads):
    last_events_refresh([lead.pk for lead in Lead.objects.all()])
    active = roots_last_active(list(Lead.objects.values_list("root_id", flat=True)))
    roots = list(Lead.objects.filter(root=F("pk")).order_by("pk"))
    expected = sorted((r.pk for r in roots if r.pk in active), key=lambda pk: active[pk])[::-1]
    expected += [row.pk for row in roots if row.pk not in active]
    matches = Matches(LeadFilter(sort="active"))
    found = [lead.pk for lead, _score in matches.first(100)]
    assert found == expected
    paged, after = [], None
    while rows := matches.after(place_of(after), 2):
        paged += [lead.pk for lead, _score in rows]
        after = rows[-1][0].uid
    assert paged == expected


# Campaigns


def test_costs_of_a_campaign_are_divided_by_what_came_of_it(leads, signed_in):
    campaign = campaign_save(
        values=CampaignValues("展示会", "展示会", date(2026, 1, 1), None, 1_000_001), actor=SYSTEM
    )
    Qualification.objects.create(
        lead=leads.n青, at=NOW - timedelta(days=1), source="import", recorded_at=NOW
    )
    import_rows("deals", [
        {"external_id": "d1", "lead": "1", "name": "A", "stage": "won", "created_at": "2026-02-01",
         "closed_at": "2026-02-10"},
        {"external_id": "d2", "lead": "1", "name": "B", "stage": "lost", "created_at": "2026-02-01",
         "closed_at": "2026-02-10"},
        {"external_id": "d3", "lead": "3", "name": "C", "stage": "won", "created_at": "2026-02-01",
         "closed_at": "2026-02-10"},
    ])  # fmt: skip
    [line] = campaign_lines([campaign])
    assert (line.leads, line.mqls, line.deals, line.won) == (2, 1, 2, 1)
    assert (line.per_lead, line.per_mql, line.per_deal) == (500_001, 1_000_001, 500_001)
    assert names_without_campaign() == []
    page = signed_in.get("/campaigns/").content.decode()
    assert "1,000,001" in page
    free = campaign_save(values=CampaignValues("無料"), actor=SYSTEM)
    [line] = campaign_lines([free])
    assert (line.per_lead, line.per_mql, line.per_deal) == (None, None, None)
