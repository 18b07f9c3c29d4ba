"""Files without a lead's id: which lead a deal came from, how sure that is, and what waits."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.intake.importing import import_rows

from teichaku.core.models import Change
from teichaku.deals.models import Deal, DealLeadCandidate
from teichaku.deals.selectors import lead_candidates
from teichaku.leads.models import Lead, LeadIdentity
from teichaku.leads.names import person_name_key
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db

NUMBER = "5010101001234"
# A failing case takes minutes to shrink with a database behind it.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
COMPANIES = [
    {"external_id": "K", "name": "株式会社神田製作所", "corporate_number": NUMBER},
    {"external_id": "M", "name": "水口商事株式会社", "domain": "mizuguchi.example"},
]
LEADS = [
    {
        "external_id": "1",
        "name": "山田 太郎",
        "email": "taro@kanda.example",
        "company": "㈱神田製作所",
        "created_at": "2026-01-10",
    },
    {
        "external_id": "2",
        "name": "髙橋 花子",
        "email": "hanako@kanda.example",
        "company": "神田製作所（株）",
        "created_at": "2026-03-10",
    },
    {
        "external_id": "3",
        "name": "佐々木 健",
        "email": "ken@gmail.com",
        "company": "水口商事",
        "created_at": "2026-01-10",
    },
    {"external_id": "4", "name": "小林 実", "email": "info@sole.example"},
]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def links():
    """What each deal says of its lead, by the deal's id: the lead's id, the key, how sure."""
    rows = Deal.objects.values_list(
        "external_id", "lead__identities__external_id", "match_key", "match_confidence"
    )
    return {name: rest for name, *rest in rows}


def waiting():
    rows = DealLeadCandidate.objects.filter(decision="").order_by("-confidence", "pk")
    return [
        tuple(row)
        for row in rows.values_list(
            "deal__external_id", "lead__identities__external_id", "key", "confidence"
        )
    ]


def matched(**deal):
    import_rows("companies", COMPANIES)
    import_rows("leads", LEADS)
    report = import_rows("deals", [{"external_id": "D", "created_on": "2026-02-01", **deal}])
    return report, links()["D"]


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        ({"lead": "2", "email": "taro@kanda.example"}, ["2", "external_id", 1.0]),
        ({"email": "Taro@KANDA.example "}, ["1", "email", 1.0]),
        ({"email": "ken@gmail.com", "corporate_number": NUMBER}, ["3", "email", 1.0]),
        ({"lead": "hanako@kanda.example"}, ["2", "email", 1.0]),
        # The number and a name: the person, whatever the other one did before.
        ({"corporate_number": NUMBER, "contact": "高橋花子 様"}, ["2", "corporate_number", 0.95]),
        (
            {"corporate_number": "T5010-1010-01234", "contact": "山田太郎"},
            ["1", "corporate_number", 0.95],
        ),
        # Without a name only one of the two was known before the deal.
        ({"corporate_number": NUMBER}, ["1", "corporate_number", 0.7]),
        ({"domain": "https://www.kanda.example/company"}, ["1", "domain", 0.6]),
        ({"email": "jiro@kanda.example"}, ["1", "domain", 0.6]),
        ({"domain": "mizuguchi.example"}, ["3", "domain", 0.6]),
        ({"domain": "kanda.example", "contact": "髙橋 花子"}, ["2", "domain", 0.9]),
        # An address that nobody reads alone tells of its domain.
        ({"email": "info@sole.example"}, ["4", "domain", 0.6]),
        ({"company": "株式会社　神田製作所", "contact": "山田　太郎"}, ["1", "company", 0.85]),
        ({"company": "ｶﾝﾀﾞ", "contact": "山田 太郎"}, [None, "", None]),
        # A provider's domain says nothing, nor does a company without a person link.
        ({"domain": "gmail.com"}, [None, "", None]),
        ({"email": "jiro@gmail.com"}, [None, "", None]),
        ({"company": "水口商事"}, [None, "", None]),
        # The company is known, but that person is not.
        ({"corporate_number": NUMBER, "contact": "鈴木 一郎"}, [None, "", None]),
        ({"corporate_number": "123"}, [None, "", None]),
        ({}, [None, "", None]),
    ],
)
def test_the_table_of_keys(deal, expected):
    assert matched(**deal)[1] == expected


def test_before_the_deal_means_by_the_first_thing_known_of_the_lead():
    matched()
    seen = {"lead": "2", "type": "page_view", "at": "2026-01-20", "path": "/"}
    deal = {"external_id": "E", "created_on": "2026-02-01", "domain": "kanda.example"}
    import_rows("deals", [deal])
    assert links()["E"] == ["1", "domain", 0.6]
    # Now both were known before, and it is no longer clear whose deal it is.
    import_rows("events", [seen])
    assert links()["E"] == [None, "", None]
    assert waiting() == [("E", "1", "domain", 0.45), ("E", "2", "domain", 0.45)]


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        # Company's part times person's part: see docs/algorithms/deal-matching.md.
        ({"company": "水口商事"}, [("3", "company", 0.425)]),
        ({"company": "水口商事", "contact": "佐々木"}, [("3", "company", 0.612)]),
        ({"company": "水口商事", "contact": "佐々木健一"}, [("3", "company", 0.612)]),
        ({"company": "水口商事", "contact": "佐藤 健"}, []),
        # 2 × 5 equal characters of 5 + 7.
        (
            {"company": "神田製作所㈱ 本社", "contact": "山田太郎"},
            [("1", "similar_company", 0.667)],
        ),
    ],
)
def test_what_is_only_similar_waits(deal, expected):
    report, link = matched(**deal)
    assert link == [None, "", None]
    assert [row[1:] for row in waiting()] == expected
    assert f"Waiting for confirmation: {len(expected)}" in report.notes[0]


def test_a_similar_company_alone_is_not_suggested():
    matched(company="神田製作所㈱ 本社")
    assert waiting() == []


def test_an_address_of_two_leads_waits():
    import_rows("leads", [{"external_id": "1", "email": "a@x.jp"}])
    first = Lead.objects.get()
    # Two people that were taken apart keep the one address.
    Lead.objects.create(
        pk=first.pk + 1,
        root_id=first.pk + 1,
        email="a@x.jp",
        email_key="a@x.jp",
        recorded_at=first.recorded_at,
    )
    import_rows("deals", [{"external_id": "D", "email": "a@x.jp"}])
    assert links()["D"] == [None, "", None]
    assert {(key, confidence) for _, _, key, confidence in waiting()} == {("email", 0.5)}


def live_events():
    rows = Event.objects.filter(retracted_at=None, source="deal")
    return sorted(rows.values_list("lead__identities__external_id", "signature__type"))


def test_a_deal_is_linked_when_its_lead_comes_in_a_later_file():
    deals = [
        {"external_id": "A", "lead": "1", "created_on": "2026-02-01"},
        {"external_id": "B", "email": "hanako@kanda.example", "created_on": "2026-02-01"},
        {"external_id": "C", "email": "nobody@kanda.example", "created_on": "2026-02-01"},
        {"external_id": "D", "email": "nobody@other.example"},
    ]
    report = import_rows("deals", deals)
    assert report.unlinked == 4
    assert "Without a lead: 4" in report.notes[0]
    report = import_rows("leads", LEADS)
    assert report.notes == ("3 deals of earlier files found their leads.",)
    assert links() == {
        "A": ["1", "external_id", 1.0],
        "B": ["2", "email", 1.0],
        "C": ["1", "domain", 0.6],
        "D": [None, "", None],
    }
    assert live_events() == [("1", "deal_created"), ("1", "deal_created"), ("2", "deal_created")]
    told = Change.objects.filter(object_type="deals.deal", field="lead", source="match")
    assert told.count() == 3
    # The same leads again, and an empty change, find nothing to do.
    before = Change.objects.count()
    assert import_rows("leads", LEADS).notes == ()
    assert import_rows("leads", [{"external_id": "9"}]).notes == ()
    assert Change.objects.count() == before


def test_a_better_key_moves_the_link_and_its_events():
    deal = {"external_id": "A", "email": "jiro@kanda.example", "created_on": "2026-02-01"}
    import_rows("leads", LEADS)
    import_rows("deals", [deal])
    assert links()["A"] == ["1", "domain", 0.6]
    import_rows("leads", [{"external_id": "8", "email": "jiro@kanda.example"}])
    assert links()["A"] == ["8", "email", 1.0]
    assert live_events() == [("8", "deal_created")]


def test_the_same_deals_again_change_nothing():
    deals = [
        {"external_id": "A", "corporate_number": NUMBER, "created_on": "2026-02-01"},
        {"external_id": "B", "company": "水口商事"},
        {"external_id": "C", "company": "株式会社神田製作所", "contact": "髙橋花子"},
    ]
    import_rows("companies", COMPANIES)
    import_rows("leads", LEADS)
    import_rows("deals", deals)
    told = links(), waiting(), Change.objects.count(), Event.objects.count()
    assert import_rows("deals", deals).unchanged == 3
    assert (links(), waiting(), Change.objects.count(), Event.objects.count()) == told


def test_the_report_counts_by_key():
    deals = [
        {"external_id": "A", "lead": "1"},
        {"external_id": "B", "lead": "2"},
        {"external_id": "C", "email": "ken@gmail.com"},
        {"external_id": "D", "company": "水口商事"},
        {"external_id": "E"},
    ]
    import_rows("companies", COMPANIES)
    import_rows("leads", LEADS)
    report = import_rows("deals", deals)
    assert report.unlinked == 2
    assert report.notes == (
        "Leads found by: id in its system 2, e-mail address 1. Waiting for confirmation: 1."
        " Without a lead: 1.",
    )


def test_candidates_come_ranked_with_their_reasons(django_assert_max_num_queries):
    import_rows("companies", COMPANIES)
    import_rows("leads", LEADS)
    import_rows(
        "events",
        [
            {"lead": "1", "type": "page_view", "at": f"2026-01-{day}T10:00:00Z", "path": "/"}
            for day in ("12", "15")
        ],
    )
    import_rows("deals", [{"external_id": "D", "lead": "1", "created_on": "2026-06-01"}])
    with django_assert_max_num_queries(6):
        first, second = lead_candidates(
            domain="kanda.example", corporate_number=NUMBER, company="神田製作所", person="山田太郎"
        )
    assert (first.label, first.company) == ("山田 太郎", "株式会社神田製作所")
    assert first.reasons == ("corporate_number", "domain", "company", "person")
    assert (first.confidence, second.confidence) == (0.95, 0.237)  # 0.95 × 0.25
    assert first.last_event.at.isoformat() == "2026-01-15T10:00:00+00:00"
    assert first.last_event.what == "Page view /"
    assert second.label == "髙橋 花子"
    assert second.last_event is None
    with django_assert_max_num_queries(6):
        [only] = lead_candidates(email="KEN@gmail.com", domain="gmail.com")
    assert (only.label, only.reasons, only.confidence) == ("佐々木 健", ("email",), 1.0)
    with django_assert_max_num_queries(6):
        [similar] = lead_candidates(company="水口商事㈱大阪", limit=1)
    assert (similar.label, similar.reasons) == ("佐々木 健", ("similar_company",))
    assert lead_candidates(company="どこにもない") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("山田 太郎", "山田太郎"),
        ("山田　太郎 様", "山田太郎"),
        ("髙橋 﨑子", "高橋崎子"),
        ("ＴＡＲＯ Yamada", "taro yamada"),
        ("渡邊さん", "渡辺"),
    ],
)
def test_spellings_of_one_person_share_a_key(one, other):
    assert person_name_key(one) == person_name_key(other)


def test_an_honorific_is_no_part_of_a_short_name():
    assert person_name_key("様") == "様"
    assert person_name_key("殿村 健") == "殿村健"


LEAD_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": st.sampled_from(["1", "2", "3"]),
            "email": st.sampled_from(["", "a@k.jp", "b@k.jp", "info@k.jp", "c@gmail.com"]),
            "name": st.sampled_from(["", "山田 太郎", "高橋花子"]),
            "company": st.sampled_from(["", "株式会社K", "K", "L"]),
            "created_at": st.sampled_from(["", "2026-01-01", "2026-03-01"]),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row["external_id"],
)
DEAL_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": st.sampled_from(["D", "E", "F"]),
            "lead": st.sampled_from(["", "1", "3"]),
            "email": st.sampled_from(["", "a@k.jp", "x@k.jp", "c@gmail.com"]),
            "domain": st.sampled_from(["", "k.jp", "gmail.com"]),
            "company": st.sampled_from(["", "㈱K", "L"]),
            "contact": st.sampled_from(["", "山田太郎", "髙橋 花子"]),
            "created_on": st.sampled_from(["", "2026-02-01"]),
        }
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda row: row["external_id"],
)
EVENT_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "lead": st.sampled_from(["1", "2", "3"]),
            "type": st.just("page_view"),
            "at": st.sampled_from(["2026-01-05", "2026-04-05"]),
        }
    ),
    max_size=3,
)


def recorded(files):
    """Links, candidates and what the leads' histories tell, without ids; then all is taken back."""
    with transaction.atomic():
        for entity, rows in files:
            import_rows(entity, rows)
        people = {None: None}
        for root, name in LeadIdentity.objects.values_list("lead__root", "external_id"):
            people[root] = sorted([*people.get(root, []), name])
        linked = Deal.objects.values_list(
            "lead__root", "external_id", "match_key", "match_confidence"
        )
        suggested = DealLeadCandidate.objects.values_list(
            "lead__root", "deal__external_id", "key", "confidence", "decision"
        )
        events = Event.objects.filter(retracted_at=None).values_list(
            "lead__root", "at", "signature__type"
        )
        told = [
            sorted(str((people[root], rest)) for root, *rest in rows)
            for rows in (linked, suggested, events)
        ]
        transaction.set_rollback(True)
    return told


@settings(max_examples=60, phases=NO_SHRINKING)
@given(leads=LEAD_ROWS, deals=DEAL_ROWS, events=EVENT_ROWS, data=st.data())
def test_the_order_of_files_never_changes_the_result(leads, deals, events, data):
    files = [("leads", leads), ("deals", deals)] + ([("events", events)] if events else [])
    assert recorded(files) == recorded(data.draw(st.permutations(files)))


@settings(max_examples=40, phases=NO_SHRINKING)
@given(leads=LEAD_ROWS, deals=DEAL_ROWS, data=st.data())
def test_leads_in_two_files_around_the_deals(leads, deals, data):
    cut = data.draw(st.integers(0, len(leads)))
    parts = [("leads", part) for part in (leads[:cut], leads[cut:]) if part]
    assert recorded([*parts, ("deals", deals)]) == recorded(
        [parts[0], ("deals", deals), *parts[1:]]
    )


def test_where_many_share_a_domain_only_the_persons_name_tells():
    many = [
        {"external_id": f"{n}", "email": f"p{n}@big.example", "name": f"社員 {n}"}
        for n in range(51)
    ]
    import_rows("leads", many)
    deals = [
        {"external_id": "A", "domain": "big.example", "contact": "社員7"},
        {"external_id": "B", "domain": "big.example"},
    ]
    import_rows("deals", deals)
    assert links() == {"A": ["7", "domain", 0.9], "B": [None, "", None]}
    assert waiting() == []
