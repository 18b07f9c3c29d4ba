"""Which people look like one, and who does not however much they share."""

from __future__ import annotations

import pytest
from tests.intake.importing import import_rows

from teichaku.leads import duplicate_search
from teichaku.leads.duplicate_search import (
    groups_found,
    search_finished,
    search_request,
    search_run,
    search_running,
)
from teichaku.leads.lead_duplicates import LEAD_PARTS, lead_duplicates, lead_rows
from teichaku.leads.models import DistinctPair, DuplicateSearch, Lead

pytestmark = pytest.mark.django_db
LEAD = DistinctPair.Kind.LEAD


def people(*rows):
    import_rows("leads", [{"external_id": str(n), **row} for n, row in enumerate(rows)])


def told():
    """The names of each group, with its reason."""
    names = dict(Lead.objects.values_list("pk", "name"))
    return {(group.reason, *(names[pk] for pk in group.ids)) for group in lead_duplicates()}


def same_address(address, *names):
    people(*({"name": name} for name in names))
    Lead.objects.update(email=address, email_key=address)


def test_one_personal_address_is_one_person():
    same_address("taro@aoba.example", "山田 太郎", "Taro Yamada")
    assert told() == {("email", "山田 太郎", "Taro Yamada")}


@pytest.mark.parametrize("address", ["info@aoba.example", "sales@aoba.example"])
def test_the_address_of_a_function_is_nobodys(address):
    same_address(address, "山田 太郎", "鈴木 一郎")
    assert told() == set()


def test_an_address_that_many_share_is_nobodys():
    same_address("tanto@aoba.example", *(f"人{n * 1111}" for n in range(1, 7)))
    assert told() == set()


def test_a_mailbox_with_a_tag_is_the_same_one():
    people(
        {"name": "山田 太郎", "email": "taro@gmail.com"},
        {"name": "ヤマダ", "email": "taro+tenji@gmail.com"},
    )
    assert told() == {("mailbox", "山田 太郎", "ヤマダ")}


@pytest.mark.parametrize(
    ("one", "other", "company", "found"),
    [
        ("山田 太郎", "山田", "株式会社青葉製作所", True),  # nearly one company, one may be short
        ("山田 太郎", "鈴木 一郎", "青葉製作所", False),  # colleagues at one switchboard
        ("山田 太郎", "", "青葉製作所", True),
        ("山田 太郎", "山田 太郎", "みどり電機", False),  # another company
    ],
)
def test_a_telephone_joins_at_one_company_whoever_may_be_one(one, other, company, found):
    people(
        {"name": one, "phone": "03-1234-5678", "company": "(株)青葉製作所"},
        {"name": other, "phone": "０３（１２３４）５６７８", "company": company,
         "email": "x@x.example"},
    )  # fmt: skip
    assert bool(told()) is found


def test_a_mobile_telephone_is_one_persons():
    people(
        {"name": "山田 太郎", "phone": "090-1234-5678", "company": "青葉製作所"},
        {"name": "Taro Yamada", "phone": "09012345678", "company": "㈱青葉製作所"},
    )
    assert told() == {("phone", "山田 太郎", "Taro Yamada")}


def test_one_name_in_any_spelling_at_one_company():
    people(
        {"name": "髙橋 真理子", "company": "株式会社ミナト精工"},
        {"name": "高橋真理子", "company": "ミナト精工（株）"},
        {"name": "髙橋　真理子様", "company": "ミナト精工株式会社大阪"},
        {"name": "高橋 真理子", "company": "みどり電機"},
    )
    assert told() == {("person", "髙橋 真理子", "高橋真理子", "髙橋　真理子様")}


def test_one_reading_at_one_company_in_either_kana():
    people(
        {"name": "斎藤 健", "kana": "サイトウ ケン", "company": "青葉製作所"},
        {"name": "齋藤 賢", "kana": "さいとう　けん", "company": "青葉製作所"},
        {"name": "西東 県", "kana": "ｻｲﾄｳ ｹﾝ", "company": "みどり電機"},
    )
    assert told() == {("reading", "斎藤 健", "齋藤 賢")}


def test_nearly_one_name_at_one_domain():
    people(
        {"name": "Alexander Yamamoto", "email": "alex@aoba.example"},
        {"name": "Alexandre Yamamoto", "email": "a.yamamoto@aoba.example"},
        {"name": "Alexander Yamamoto", "email": "alex@gmail.com"},
        {"name": "Alexander Yamamoto", "email": "other@midori.example"},
    )
    assert told() == {("domain_name", "Alexander Yamamoto", "Alexandre Yamamoto")}


def test_a_domain_of_many_companies_is_a_providers():
    people(*(
        {"name": "山田 太郎", "email": f"taro{n}@post.example", "company": f"{name}工業"}
        for n, name in enumerate(("青葉", "みどり", "ミナト", "いろは", "つばめ", "ひばり"))
    ))  # fmt: skip
    assert told() == set()


def test_the_search_keeps_what_it_found(monkeypatch):
    same_address("taro@aoba.example", "山田 太郎", "山田太郎")
    search_request(LEAD)
    search_run(LEAD)
    found = search_finished(LEAD)
    assert groups_found(found) == lead_duplicates()
    assert (found.done, found.records, found.pairs) == (2, 2, [])
    assert search_finished() is None, "companies were not searched"


def test_a_search_that_died_goes_on_after_its_last_whole_part(monkeypatch):
    people(
        {"name": "山田 太郎", "email": "taro@gmail.com", "company": "青葉"},
        {"name": "山田太郎", "email": "taro+x@gmail.com", "company": "青葉"},
    )
    calls = []

    def part(place):
        def run(rows):
            calls.append(place)
            if place == 2 and calls.count(2) == 1:
                raise KeyboardInterrupt
            return LEAD_PARTS[place](rows)

        return run

    monkeypatch.setattr(duplicate_search, "LEAD_PARTS", [part(n) for n in range(4)])
    with pytest.raises(KeyboardInterrupt):
        search_run(LEAD)
    assert search_running(LEAD).parts == 2
    search_run(LEAD)
    assert calls == [0, 1, 2, 2, 3]
    assert groups_found(search_finished(LEAD)) == lead_duplicates()
    assert DuplicateSearch.objects.count() == 1


def test_browsers_and_merged_people_are_left_out():
    people({"name": "a"}, {"name": "b"}, {"name": "c"})
    first = Lead.objects.order_by("pk").first()
    Lead.objects.filter(name="b").update(root=first)
    Lead.objects.filter(name="c").update(kind=Lead.Kind.ANONYMOUS)
    assert [row.lead for row in lead_rows()] == [first.pk]


def test_the_worked_example_of_the_page():
    people(
        {"name": "髙橋 真理子", "kana": "タカハシ マリコ", "email": "mariko@aoba.example",
         "phone": "03-1234-5678", "company": "株式会社青葉製作所"},
        {"name": "高橋真理子", "company": "青葉製作所（株）"},
        {"name": "鈴木 一郎", "email": "ichiro@aoba.example", "phone": "03-1234-5678",
         "company": "株式会社青葉製作所"},
        {"name": "マリコ", "email": "mariko+expo@aoba.example"},
        {"name": "山田 太郎", "email": "info@aoba.example", "phone": "03-1234-5678",
         "company": "株式会社青葉製作所"},
    )  # fmt: skip
    [group] = lead_duplicates()
    names = dict(Lead.objects.values_list("pk", "name"))
    assert [names[pk] for pk in group.ids] == ["髙橋 真理子", "高橋真理子", "マリコ"]
    assert (group.reason, group.similarity) == ("person", 96.0)
