"""Merging people on the pages: choosing, marking many, the way back for half a minute and later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from tests.intake.importing import import_rows

from teichaku.accounts.models import Role
from teichaku.accounts.services import role_grant, user_create
from teichaku.console.lead_page import qualifications_of
from teichaku.core import clock
from teichaku.core.actors import SYSTEM
from teichaku.deals.models import Stage
from teichaku.leads.lead_merges import merges_of_lead
from teichaku.leads.models import Company, Lead, MergeEntry
from teichaku.leads.services import lead_merge, lead_unmerge

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with clock.moved_to(NOW), translation.override("ja"):
        yield


@pytest.fixture
def signed_in(client):
    person = user_create(name="佐藤 美咲", email="misaki@example.co.jp", actor=SYSTEM)
    role_grant(user=person, role=Role.MARKETER, actor=SYSTEM)
    client.force_login(person)
    return client


@pytest.fixture
def people():
    import_rows("leads", [
        {"external_id": "a", "name": "山田 太郎", "email": "taro@aoba.example", "title": "課長",
         "company": "青葉"},
        {"external_id": "b", "name": "山田太郎", "phone": "0311111111", "title": "部長",
         "company": "青葉"},
        {"external_id": "c", "name": "鈴木 一郎", "company": "みどり"},
    ])  # fmt: skip
    import_rows("events", [
        {"external_id": f"e{n}", "lead": lead, "type": "page_view", "at": "2026-03-01"}
        for n, lead in enumerate("aabbb")
    ])  # fmt: skip
    import_rows("deals", [{"external_id": "D", "lead": "b", "created_on": "2026-03-02"}])
    return list(Lead.objects.order_by("pk"))


def address_of(*leads, keep=None):
    query = "&".join(f"lead={lead.uid}" for lead in leads)
    return f"{reverse('console:lead_join')}?{query}" + (f"&keep={keep.uid}" if keep else "")


def text_of(answer):
    return answer.content.decode()


def test_the_page_asks_only_where_values_differ_and_tells_what_comes_together(signed_in, people):
    a, b, _c = people
    page = signed_in.get(address_of(a, b)).context["page"]
    assert [choice.name for choice in page.choices] == ["name", "title"]
    [title] = [choice for choice in page.choices if choice.name == "title"]
    assert [(option.text, option.uid) for option in title.options] == [
        ("課長", str(a.uid)), ("部長", str(b.uid)),
    ]  # fmt: skip
    assert title.chosen == str(a.uid)
    assert [(str(label), text) for label, text in page.filled] == [("電話番号", "0311111111")]
    counts = {str(kind.label): list(kind.counts) for kind in page.together}
    assert counts["商談"] == [0, 1]
    # A deal tells its lead's history that it was created.
    assert counts["行動"] == [2, 4]
    turned = signed_in.get(address_of(a, b, keep=b)).context["page"]
    assert turned.kept == b


def test_a_merge_is_as_chosen_and_undone_with_one_press_for_half_a_minute(signed_in, people):
    a, b, _c = people
    answer = signed_in.post(address_of(a, b), {"field-title": str(b.uid)}, follow=True)
    assert answer.redirect_chain == [(f"/leads/{a.uid}/", 302)]
    assert "saved-mark" in text_of(answer)
    assert reverse("console:lead_split", args=[MergeEntry.objects.get().uid]) in text_of(answer)
    a.refresh_from_db()
    assert (a.name, a.title, a.phone) == ("山田 太郎", "部長", "0311111111")
    answer = signed_in.post(reverse("console:merges_undo"), follow=True)
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.title, a.phone, b.root_id) == ("課長", "", b.pk)
    assert "1件の統合を取り消しました" in text_of(answer)
    # The press that came twice, or too late, finds nothing.
    assert signed_in.post(reverse("console:merges_undo")).url == reverse("console:duplicates")


def test_after_half_a_minute_the_way_back_is_on_the_page_of_the_lead(signed_in, people):
    a, b, _c = people
    signed_in.post(address_of(a, b), {})
    with clock.moved_to(NOW + timedelta(minutes=1)):
        page = text_of(signed_in.get(f"/leads/{a.uid}/"))
        assert "saved-mark" not in page
        signed_in.post(reverse("console:merges_undo"))
    entry = MergeEntry.objects.get(undone_at=None)
    split = reverse("console:lead_split", args=[entry.uid])
    assert split in page
    preview = signed_in.get(split)
    assert [(row.pk, old, new) for row, _label, old, new in preview.context["page"].back] == [
        (a.pk, "0311111111", "")
    ]
    counts = {str(kind.label): list(kind.counts) for kind in preview.context["page"].together}
    assert counts["行動"] == [2, 4]
    assert signed_in.post(split).url == f"/leads/{a.uid}/"
    assert list(merges_of_lead(a)) == []
    assert signed_in.get(split).status_code == 302, "it was undone already"


def test_a_lead_of_nobody_or_one_alone_cannot_be_merged(signed_in, people):
    nobody = "01a20314-dac0-7fe1-b27e-36a68c0bafd8"
    for query in ("", f"?lead={people[0].uid}", "?lead=x&lead=y", f"?lead={nobody}&lead={nobody}",
                  f"?lead={people[0].uid}&lead={people[0].uid}"):  # fmt: skip
        assert signed_in.get(reverse("console:lead_join") + query).status_code == 404, query
    entry = lead_merge(kept=people[0], merged=people[1], actor=SYSTEM)
    lead_unmerge(entry=entry, actor=SYSTEM)
    assert signed_in.get(reverse("console:lead_split", args=[nobody])).status_code == 404


def test_marked_groups_are_shown_and_merged_together(signed_in):
    import_rows("companies", [
        {"external_id": str(n), "name": name}
        for n, name in enumerate(("青葉", "青葉機械", "みどり", "みどり電機", "別物"))
    ])  # fmt: skip
    for key, names in (("青葉", ("青葉", "青葉機械")), ("みどり", ("みどり", "みどり電機"))):
        Company.objects.filter(name__in=names).update(name_key=key)
    page = signed_in.get(reverse("console:duplicates"))
    groups = [group.ids for group in page.context["found"].groups if group.is_exact]
    assert len(groups) == 2
    bulk = reverse("console:duplicates_bulk")
    preview = signed_in.post(bulk, {"of": "companies", "group": groups})
    assert [str(one.keep) for one in preview.context["previews"]] == ["青葉", "みどり"]
    assert Company.objects.filter(root__name="青葉").count() == 1, "nothing is merged yet"
    answer = signed_in.post(bulk, {"of": "companies", "group": groups, "confirmed": "1"})
    assert answer.url == reverse("console:duplicates")
    assert Company.objects.filter(root__name="青葉").count() == 2
    signed_in.post(reverse("console:merges_undo"))
    assert Company.objects.filter(root__name="青葉").count() == 1
    assert Company.objects.filter(root__name="みどり").count() == 1
    assert signed_in.post(bulk, {"of": "companies"}).url == reverse("console:duplicates")


def test_marked_people_are_merged_and_a_group_that_cannot_be_is_told(signed_in, people):
    a, b, c = people
    bulk = reverse("console:duplicates_bulk")
    groups = [f"{a.uid} {b.uid}"]
    preview = text_of(signed_in.post(bulk, {"of": "leads", "group": groups}))
    assert "電話番号に「0311111111」が入ります。" in preview
    told = {"of": "leads", "confirmed": "1", "group": [*groups, f"{a.uid} {b.uid}"]}
    answer = signed_in.post(bulk, told, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "2つのリードはすでに統合されています。"
    ]
    assert "saved-mark" in text_of(answer)
    assert Lead.objects.get(pk=b.pk).root_id == a.pk
    assert Lead.objects.get(pk=c.pk).root_id == c.pk


def test_the_list_of_duplicates_has_pages(signed_in, monkeypatch):
    monkeypatch.setattr("teichaku.console.duplicate_lists.PAGE", 2)
    names = [f"会社{letter}" for letter in "いろは"]
    import_rows("companies", [
        {"external_id": f"{n}-{k}", "name": f"{name}{k}"}
        for n, name in enumerate(names) for k in "ab"
    ])  # fmt: skip
    for name in names:
        Company.objects.filter(name__startswith=name).update(domain=f"{ord(name[-1])}.example")
    seen = []
    for number, count in ((1, 2), (2, 1)):
        found = signed_in.get(f"{reverse('console:duplicates')}?page={number}").context["found"]
        assert (len(found.groups), found.pages, found.count) == (count, 2, 3)
        seen += [group.ids for group in found.groups]
    assert len(set(seen)) == 3
    assert signed_in.get(f"{reverse('console:duplicates')}?page=x").status_code == 404


def test_whoever_may_not_merge_sees_no_way_to(people, client):
    rep = user_create(name="高橋 誠", email="makoto@example.co.jp", actor=SYSTEM)
    role_grant(user=rep, role=Role.SALES_REP, actor=SYSTEM)
    client.force_login(rep)
    a, b, _c = people
    entry = lead_merge(kept=a, merged=b, actor=SYSTEM)
    page = text_of(client.get(f"/leads/{a.uid}/"))
    assert "山田太郎" in page
    split = reverse("console:lead_split", args=[entry.uid])
    assert split not in page
    assert client.get(split).status_code == client.get(address_of(a, b)).status_code == 403


def test_the_two_stages_that_always_exist_are_said_in_the_language_in_use():
    won = Stage.objects.get(key="won")
    assert won.shown == "受注"
    with translation.override("en"):
        assert won.shown == "Won"
    won.label = "成約"
    assert won.shown == "成約", "a company's own word stays"
    assert qualifications_of(Lead(pk=1)) == []
