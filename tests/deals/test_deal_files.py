"""Deals files: links, outcomes, and what the leads' histories tell of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.intake.importing import ACTOR, import_rows

from teichaku.accounts.models import User
from teichaku.core.models import Change
from teichaku.core.registry import computed_attributes, leads_changed
from teichaku.deals.models import Activity, Deal, Stage, StageChange
from teichaku.deals.selectors import deal_outcomes
from teichaku.leads.models import Company, Lead
from teichaku.leads.services import lead_merge
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")
DEAL = {
    "external_id": "D1",
    "lead": "1",
    "company": "山田製作所",
    "owner": "佐藤",
    "stage": "won",
    "amount": "¥1,200,000",
    "created_on": "2026-01-10",
    "closed_on": "2026/03/01",
}


@pytest.fixture
def leads():
    import_rows("leads", [{"external_id": "1"}, {"external_id": "2", "email": "t@a.jp"}])
    return list(Lead.objects.order_by("pk"))


def live_events():
    rows = Event.objects.filter(retracted_at=None, source="deal").order_by("at", "pk")
    return [
        (lead, kind, at.astimezone(TOKYO).isoformat())
        for lead, kind, at in rows.values_list("lead_id", "signature__type", "at")
    ]


def test_a_deal_comes_in_linked(leads):
    report = import_rows("deals", [DEAL])
    deal = Deal.objects.get()
    assert (report.created, report.unlinked, report.owners_created) == (1, 0, 1)
    assert (deal.lead_id, deal.match_key, deal.match_confidence) == (leads[0].pk, "external_id", 1)
    assert (deal.amount, deal.created_on, deal.closed_on) == (
        1_200_000,
        date(2026, 1, 10),
        date(2026, 3, 1),
    )
    assert (deal.stage.key, deal.company.name) == ("won", "山田製作所")


def test_the_lead_hears_of_creation_and_outcome_at_the_end_of_the_day(leads):
    import_rows("deals", [DEAL])
    lead = leads[0].pk
    assert live_events() == [
        (lead, "deal_created", "2026-01-10T23:59:59.999999+09:00"),
        (lead, "deal_won", "2026-03-01T23:59:59.999999+09:00"),
    ]
    uid = Deal.objects.get().uid
    names = Event.objects.values_list("external_id", flat=True)
    assert sorted(names) == [f"{uid}:created", f"{uid}:won"]


def test_an_instant_in_the_file_is_kept_exactly(leads):
    import_rows("deals", [{**DEAL, "created_on": "2026-01-10T08:00:00Z"}])
    assert live_events()[0][2] == "2026-01-10T17:00:00+09:00"
    assert Deal.objects.get().created_on == date(2026, 1, 10)


def test_the_same_file_again_writes_nothing(leads, monkeypatch):
    told = []
    import_rows("deals", [DEAL, {"external_id": "D2"}])
    monkeypatch.setattr(leads_changed, "notify", told.append)
    before = (Event.objects.count(), Change.objects.count(), StageChange.objects.count())
    report = import_rows("deals", [DEAL, {"external_id": "D2"}])
    assert (report.unchanged, report.unlinked, told) == (2, 1, [])
    assert before == (Event.objects.count(), Change.objects.count(), StageChange.objects.count())


@pytest.mark.parametrize(
    ("change", "events"),
    [
        ({"stage": "lost"}, [(0, "deal_created"), (0, "deal_lost")]),
        ({"stage": "proposal"}, [(0, "deal_created")]),
        ({"lead": "2"}, [(1, "deal_created"), (1, "deal_won")]),
        ({"lead": "t@a.jp"}, [(1, "deal_created"), (1, "deal_won")]),
        ({"closed_on": "2026-04-01"}, [(0, "deal_created"), (0, "deal_won")]),
    ],
)
def test_corrections_retract_the_old_event_and_going_back_works_too(leads, change, events):
    expected = [(leads[place].pk, kind) for place, kind in events]
    import_rows("deals", [DEAL])
    first = live_events()
    for _ in range(2):
        import_rows("deals", [{**DEAL, **change}])
        assert [row[:2] for row in live_events()] == expected
        import_rows("deals", [DEAL])
        assert live_events() == first
    deal = Deal.objects.get()
    assert Event.objects.filter(retracted_at=None).count() == 2
    assert {deal.created_event_id, deal.outcome_event_id} == set(
        Event.objects.filter(retracted_at=None).values_list("pk", flat=True)
    )


def test_unknown_leads_and_owners_keep_nothing_out():
    report = import_rows("deals", [{**DEAL, "lead": "nobody"}])
    assert (report.created, report.unlinked, report.rejected) == (1, 1, 0)
    assert not User.objects.get().can_sign_in
    assert not Event.objects.exists()
    import_rows("leads", [{"external_id": "nobody"}])
    assert [row[1] for row in live_events()] == ["deal_created", "deal_won"]
    report = import_rows("deals", [{**DEAL, "lead": "nobody"}])
    assert (report.unchanged, report.unlinked) == (1, 0)


def test_unknown_stages_are_open_and_reserved_ones_exist():
    assert dict(Stage.objects.values_list("key", "kind")) == {"won": "won", "lost": "lost"}
    import_rows("deals", [{"external_id": "1", "stage": "見積"}, {"external_id": "2"}])
    assert Stage.objects.get(key="見積").kind == "open"
    assert Deal.objects.get(external_id="2").stage.kind == "open"


def test_a_new_stage_is_noted_with_what_it_was_before(leads):
    import_rows("deals", [{**DEAL, "stage": "proposal"}])
    import_rows("deals", [DEAL])
    assert StageChange.objects.get().stage.key == "won"
    assert Change.objects.filter(object_type="deals.deal", field="stage").count() == 1


def test_stage_history_closes_what_has_no_day(leads):
    import_rows("deals", [{**DEAL, "closed_on": ""}])
    rows = [
        {"deal": "D1", "stage": "proposal", "at": "2026-02-01T10:00:00+09:00", "actor": "佐藤"},
        {"deal": "D1", "stage": "won", "at": "2026-03-01T10:00:00+09:00"},
        {"deal": "??", "stage": "won", "at": "2026-03-01T10:00:00+09:00"},
    ]
    report = import_rows("stages", rows)
    assert (report.created, report.rejected) == (2, 1)
    assert live_events()[-1][1:] == ("deal_won", "2026-03-01T10:00:00+09:00")
    assert Deal.objects.get().closed_on == date(2026, 3, 1)
    again = import_rows("stages", rows)
    assert (again.created, again.unchanged) == (0, 2)


def test_outcomes_are_told_for_the_root(leads):
    import_rows("deals", [DEAL, {**DEAL, "external_id": "D2", "stage": "x", "closed_on": ""}])
    lead_merge(kept=leads[1], merged=leads[0], actor=ACTOR)
    expected = [
        (leads[1].pk, date(2026, 1, 10), date(2026, 3, 1), "won"),
        (leads[1].pk, date(2026, 1, 10), None, "open"),
    ]
    assert list(deal_outcomes()) == expected
    assert list(deal_outcomes([leads[1].pk])) == expected
    assert list(deal_outcomes([leads[0].pk])) == []


def test_a_customer_won_within_24_months():
    import_rows("deals", [DEAL, {**DEAL, "external_id": "D2", "company": "B", "stage": "lost"}])
    winner = Company.objects.get(name="山田製作所").pk
    customers = computed_attributes.get("company.is_customer")
    assert customers(None, datetime(2026, 3, 1, 3, tzinfo=UTC)) == {winner}
    assert customers(None, datetime(2026, 2, 28, 3, tzinfo=UTC)) == set()
    assert customers(None, datetime(2028, 2, 29, 3, tzinfo=UTC)) == {winner}
    assert customers(None, datetime(2028, 3, 1, 3, tzinfo=UTC)) == set()
    assert customers([winner + 1], datetime(2026, 3, 1, 3, tzinfo=UTC)) == set()
    assert customers([winner, winner + 1], datetime(2026, 3, 1, 3, tzinfo=UTC)) == {winner}


def test_a_won_deal_tells_all_leads_of_its_company(monkeypatch):
    import_rows("leads", [{"external_id": "7", "company": "山田製作所"}])
    told = set()
    monkeypatch.setattr(leads_changed, "notify", told.update)
    import_rows("deals", [{**DEAL, "lead": ""}])
    assert told == {Lead.objects.get().pk}


def test_activities_link_to_what_is_known_and_repeat_nothing(leads):
    import_rows("deals", [DEAL])
    links = {"deal": "D1", "lead": "1", "owner": "佐藤"}
    visit = {"kind": "visit", "at": "2026-02-01", "next_action_on": "2026-02-08"}
    rows = [{"external_id": "A1", **links, **visit}, {"kind": "call", "at": "2026-02-02"}]
    report = import_rows("activities", rows)
    assert (report.created, report.unlinked, report.owners_created) == (2, 1, 0)
    activity = Activity.objects.get(external_id="A1")
    assert (activity.deal.external_id, activity.next_action_on) == ("D1", date(2026, 2, 8))
    assert import_rows("activities", rows).unchanged == 2
    rows[0]["outcome"] = "met"
    assert import_rows("activities", rows).updated == 1
