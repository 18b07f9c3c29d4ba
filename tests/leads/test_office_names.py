"""The search for duplicate companies on real names: offices of the postal service, and copies."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.office_names import KINDS, SPELLINGS, copies, measured, offices

from teichaku.core import bulk, clock
from teichaku.core.ids import uuid7
from teichaku.leads.alike import Pair
from teichaku.leads.duplicates import company_duplicates, company_pairs, company_rows
from teichaku.leads.models import Company
from teichaku.leads.names import company_name_key, company_spelling_key

pytestmark = pytest.mark.django_db
FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "japan" / "JIGYOSYO.CSV"
EVERY = 12  # of the offices; the whole file is for ``python -m benchmarks.office_names``


def enter(names):
    ids = bulk.reserve_ids(Company, len(names))
    at = clock.now()
    rows = [(i, i, uuid7(), name, company_name_key(name), at, {}, "", "", "", "")
            for i, name in zip(ids, names, strict=True)]  # fmt: skip
    bulk.insert(
        Company,
        ("id", "root", "uid", "name", "name_key", "recorded_at", "attributes", "corporate_number",
         "domain", "industry", "prefecture"),
        rows,
    )  # fmt: skip
    return ids


def pairs_of(*names):
    ids = enter(names)
    place = dict(zip(ids, names, strict=True))
    found = company_pairs(company_rows(), lambda done, whole: None)
    return {pair.reason for pair in found if {place[pair.one], place[pair.other]} == set(names)}


@pytest.mark.skipif(not FILE.is_file(), reason="JIGYOSYO.CSV is not in ../shared/data/japan")
def test_other_spellings_are_found_for_certain_and_hardly_anything_else():
    names = offices(FILE)[::EVERY]
    changed = copies(names)
    ids = enter([*names, *(copy.name for copy in changed)])
    place = {pk: n for n, pk in enumerate(ids)}
    pairs = [
        Pair(place[pair.one], place[pair.other], *pair[2:])
        for pair in company_pairs(company_rows(), lambda done, whole: None)
    ]
    kinds, said = measured(names, changed, pairs)
    for kind in SPELLINGS:
        assert kinds[kind].copies > 20, kind
        assert kinds[kind].certain >= 0.95 * kinds[kind].copies, kind
    for reason, least in (("name", 0.98), ("similar_name", 0.9)):
        assert said[reason].right >= least * said[reason].pairs, reason
    for kind, least in (("branch added", 0.9), ("letter doubled", 0.9), ("letter lost", 0.6),
                        ("letter replaced", 0.2), ("neighbours swapped", 0.9)):  # fmt: skip
        assert kinds[kind].at_all >= least * kinds[kind].copies, kind
    assert sum(found.copies for found in kinds.values()) == len(changed)
    assert set(kinds) == set(KINDS)


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("東芝キャリア株式会社", "東芝キヤリア（株）", "spelling"),
        ("㈱ハセガワ", "株式会社はせがわ", "spelling"),
        ("前澤工業", "前沢工業", "spelling"),
        ("福井コンピューター", "福井コンピュータ", "spelling"),
        ("佐々木工業", "佐佐木工業", "spelling"),
        ("青葉マシナリー", "青葉マシリナー", "similar_name"),
        ("青葉マシナリー", "青葉葉マシナリー", "similar_name"),
        ("富士重工業", "富士重工業 群馬工場", "branch"),
        ("岩谷産業株式会社", "岩谷産業（株）九州支社", "branch"),
    ],
)
def test_names_of_one_company(one, other, reason):
    assert reason in pairs_of(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東日本電信電話", "西日本電信電話"),
        ("みどり銀行大阪支店", "みどり銀行大分支店"),
        ("試沢精密工業第1工場", "試沢精密工業第2工場"),
        ("青葉ロジスティクス", "新青葉ロジスティクス"),
        ("架空県立大川高等学校", "架空県立小山高等学校"),
        ("架空県立大川高等学校", "架空県立大山高等学校"),
        ("マックス", "ヤマックス"),
        ("イオン", "イーオン"),
        ("山田製作所", "山口製作所"),
    ],
)
def test_names_of_two(one, other):
    assert pairs_of(one, other) == set()


def test_names_of_a_kind_are_no_slips_of_the_pen():
    assert company_duplicates() == []
    enter([f"架空精密機械{letter}製作所" for letter in "亜伊宇江"])
    assert company_duplicates() == []


def test_a_branch_is_shown_to_people_and_left_out_of_the_diagnosis():
    enter(["岩谷産業", "岩谷産業 九州支社"])
    assert company_duplicates() == []
    assert [group.reason for group in company_duplicates(with_branches=True)] == ["branch"]


def test_spelling_keys_are_keys_of_keys():
    for name in ("ヴァイオリン工房", "佐々木コンピューター", "霞ヶ関髙﨑"):
        key = company_spelling_key(company_name_key(name))
        assert company_spelling_key(key) == key
