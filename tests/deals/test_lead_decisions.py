"""What people decide about a deal's lead stays, whatever files come later."""

from __future__ import annotations

import pytest
from tests.intake.importing import import_rows

from teichaku.core.actors import Actor
from teichaku.core.errors import Conflict
from teichaku.core.models import AuditEntry, Change, OutboxMessage
from teichaku.deals.lead_decisions import candidate_decide, deal_link, deal_unlink
from teichaku.deals.match_summary import match_summary
from teichaku.deals.models import Deal, DealLeadCandidate
from teichaku.leads.models import Lead
from teichaku.tracking.models import Event

pytestmark = pytest.mark.django_db
REP = Actor(kind="human", name="佐藤", user_id=7)
LEADS = [
    {"external_id": "1", "name": "山田", "email": "y@k.example", "company": "K"},
    {"external_id": "2", "name": "高橋", "email": "t@k.example", "company": "K"},
]
DEALS = [
    {"external_id": "D", "email": "y@k.example", "created_on": "2026-02-01"},
    {"external_id": "E", "company": "K", "created_on": "2026-02-01"},
]


@pytest.fixture
def leads():
    import_rows("leads", LEADS)
    import_rows("deals", DEALS)
    return list(Lead.objects.order_by("identities__external_id"))


def deal(name):
    return Deal.objects.get(external_id=name)


def history(name):
    live = Event.objects.filter(retracted_at=None, external_id__startswith=str(deal(name).uid))
    return list(live.values_list("lead", "signature__type"))


def again():
    import_rows("leads", [{**row, "title": "部長"} for row in LEADS])
    import_rows("deals", [{**row, "amount": "100"} for row in DEALS])


def test_a_link_by_hand_is_never_overwritten(leads):
    version = deal("D").version
    deal_link(deal=deal("D"), lead=leads[1], actor=REP, reason="名刺で確認")
    again()
    found = deal("D")
    assert (found.lead_id, found.match_key, found.match_confidence) == (leads[1].pk, "manual", 1)
    assert found.version == version + 2  # the link, and the amount that the file brings
    assert history("D") == [(leads[1].pk, "deal_created")]
    changes = Change.objects.filter(object_type="deals.deal", object_id=found.pk, field="lead")
    assert [(c.old, c.new, c.actor_user_id) for c in changes] == [(leads[0].pk, leads[1].pk, 7)]
    entry = AuditEntry.objects.get(action="deals.deal_link")
    assert (entry.object_id, entry.actor_user_id) == (found.pk, 7)
    told = OutboxMessage.objects.filter(topic="deals.written", payload={"deals": [found.pk]})
    assert told.exists()
    with pytest.raises(Conflict):
        deal_link(deal=found, lead=leads[1], actor=REP)


def test_a_link_taken_away_stays_away(leads):
    deal_unlink(deal=deal("D"), actor=REP)
    again()
    found = deal("D")
    assert (found.lead_id, found.match_key, found.match_confidence) == (None, "manual", None)
    assert history("D") == []
    with pytest.raises(Conflict):
        deal_unlink(deal=found, actor=REP)
    deal_link(deal=found, lead=leads[0], actor=REP)
    assert history("D") == [(leads[0].pk, "deal_created")]


def test_a_confirmed_suggestion_links_and_withdraws_the_others(leads):
    one, other = DealLeadCandidate.objects.order_by("lead__identities__external_id")
    candidate_decide(candidate=one, confirm=True, actor=REP)
    again()
    found = deal("E")
    assert (found.lead_id, found.match_key) == (leads[0].pk, "confirmed")
    assert history("E") == [(leads[0].pk, "deal_created")]
    assert list(DealLeadCandidate.objects.values_list("pk", "decision")) == [(one.pk, "confirmed")]
    for candidate in (one, other):
        with pytest.raises(Conflict):
            candidate_decide(candidate=candidate, confirm=True, actor=REP)


def test_a_rejected_lead_is_not_suggested_or_matched_again(leads):
    one = DealLeadCandidate.objects.get(lead=leads[0])
    candidate_decide(candidate=one, confirm=False, actor=REP, reason="別部署")
    # By its domain the deal would now be that lead's or the other one's.
    import_rows("deals", [{**DEALS[1], "domain": "k.example", "contact": "山田"}])
    assert deal("E").lead_id is None
    import_rows("deals", [{**DEALS[1], "contact": "高橋"}])
    assert (deal("E").lead_id, deal("E").match_key) == (leads[1].pk, "domain")
    rows = DealLeadCandidate.objects.values_list("lead", "decision")
    assert list(rows) == [(leads[0].pk, "rejected")]


def test_the_summary_adds_up(leads):
    import_rows("deals", [{"external_id": "F"}, {"external_id": "G", "lead": "1"}])
    found = match_summary()
    assert (found.deals, found.waiting, found.unmatched) == (4, 1, 1)
    assert dict(found.linked) == {"email": 1, "external_id": 1}
    deal_link(deal=deal("F"), lead=leads[0], actor=REP)
    assert dict(match_summary().linked) == {"email": 1, "external_id": 1, "manual": 1}


def test_a_deal_that_waits_for_an_exception_is_left_alone():
    import_rows("deals", [{"external_id": "P", "email": "y@k.example", "created_on": "2026-02-01"}])
    Deal.objects.update(is_pending=True)
    import_rows("leads", LEADS)
    assert (deal("P").lead_id, match_summary().deals) == (None, 0)
    assert not Event.objects.exists()
