"""What each room tells, counted by eye on a small company."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from tests.checklist.company import BOOK, CONTEXT, NOW, TOKYO, bring_in
from tests.intake.importing import import_rows
from tests.scoring.company import activate, refresh

from teichaku.checklist.selectors import facts_of
from teichaku.core import clock
from teichaku.core.facts import FactsContext, facts_read
from teichaku.engine.checklist.facts import (
    BaselineFacts,
    CharterFacts,
    DuplicateFacts,
    Facts,
    HandoverRuleFacts,
    InputRuleFacts,
    InputTraceFacts,
    KpiTerms,
    LinkFacts,
    MeetingRuleFacts,
    MqlDefinitionFacts,
    MqlOwnerFacts,
    RevisionFacts,
    ScoreFacts,
    ScoringRevisionFacts,
    ScoringRuleFacts,
    Share,
)
from teichaku.rulebook.models import Revision, RevisionRule
from teichaku.scoring.models import Score

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def may(tmp_path, settings) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    with clock.moved_to(NOW):
        yield


def as_of(text: str) -> FactsContext:
    return FactsContext(datetime.fromisoformat(text).replace(tzinfo=TOKYO), TOKYO)


def test_an_empty_installation_tells_nothing():
    assert facts_of(CONTEXT) == Facts()


def test_files_alone_tell_of_links_duplicates_owners_and_input():
    bring_in()
    assert facts_read(LinkFacts, CONTEXT) == LinkFacts(Share(2, 3))  # D1, D4 of D1, D2, D4
    assert facts_read(DuplicateFacts, CONTEXT) == DuplicateFacts(Share(1, 4))
    assert facts_read(MqlOwnerFacts, CONTEXT) == MqlOwnerFacts(2, 1)  # L1 and L4; nobody has L4
    assert facts_read(InputTraceFacts, CONTEXT) == InputTraceFacts(
        next_actions=Share(1, 4), silent=Share(1, 2), placeholders=Share(1, 4)
    )
    # MQLs and closed deals are there, but no MQL is 90 days old yet.
    assert facts_read(BaselineFacts, CONTEXT) == BaselineFacts(Share(2, 3))


def test_files_without_owners_or_next_actions_accuse_nobody():
    import_rows("leads", [{"external_id": "L1", "mql_at": "2026-05-01"}])
    import_rows("deals", [{"external_id": "D1", "stage": "提案", "created_on": "2026-01-10"}])
    assert facts_read(MqlOwnerFacts, CONTEXT) == MqlOwnerFacts()
    assert facts_read(InputTraceFacts, CONTEXT) == InputTraceFacts()
    assert facts_read(DuplicateFacts, CONTEXT) == DuplicateFacts()


def test_the_rulebook_tells_its_parts():
    activate("2026-05-01 09:00", BOOK)
    by = date(2027, 3, 31)
    kpis = (KpiTerms("mql_count", by, True), KpiTerms("win_rate", by, False))
    assert facts_read(CharterFacts, CONTEXT) == CharterFacts(True, kpis)
    assert facts_read(MqlDefinitionFacts, CONTEXT) == MqlDefinitionFacts(True)
    # decay: S-1; caps: the group web and S-3
    assert facts_read(ScoringRuleFacts, CONTEXT) == ScoringRuleFacts(2, 3, 1, 2, True)
    # R-2 is read by nobody and has no example; next_action_on joins its two fields
    assert facts_read(InputRuleFacts, CONTEXT) == InputRuleFacts(2, Share(1, 2), Share(1, 2), 3)
    assert facts_read(HandoverRuleFacts, CONTEXT) == HandoverRuleFacts(True, True)
    assert facts_read(MeetingRuleFacts, CONTEXT) == MeetingRuleFacts(31, 2)


def test_a_bare_rulebook_tells_what_it_lacks():
    activate("2026-05-01 09:00", "rulebook: 1\ntitle: 運用ルール\n")
    assert facts_read(CharterFacts, CONTEXT) == CharterFacts(False, ())
    assert facts_read(MqlDefinitionFacts, CONTEXT) == MqlDefinitionFacts(False)
    assert facts_read(ScoringRuleFacts, CONTEXT) == ScoringRuleFacts(0, 0, 0, 0, False)
    assert facts_read(InputRuleFacts, CONTEXT) == InputRuleFacts(0, Share(0, 0), Share(0, 0), 0)
    assert facts_read(HandoverRuleFacts, CONTEXT) == HandoverRuleFacts(False, False)
    assert facts_read(MeetingRuleFacts, CONTEXT) == MeetingRuleFacts(None, 0)
    assert facts_read(ScoreFacts, CONTEXT) == ScoreFacts()


def test_a_rulebook_tells_nothing_before_it_is_in_force():
    activate("2026-05-01 09:00", BOOK)
    assert facts_read(CharterFacts, as_of("2026-05-01 08:59")) == CharterFacts()
    assert facts_read(RevisionFacts, as_of("2026-05-01 08:59")) == RevisionFacts()


def test_revisions_tell_when_the_scoring_became_another():
    activate("2026-01-05 09:00", BOOK)
    activate("2026-03-02 09:00", BOOK.replace("points: 40", "points: 30"))
    activate(
        "2026-04-01 09:00", BOOK.replace("points: 40", "points: 30") + "reviews: {hollow: 31d}\n"
    )
    since, changed = date(2026, 1, 5), date(2026, 3, 2)
    assert facts_read(ScoringRevisionFacts, CONTEXT) == ScoringRevisionFacts(since, changed, False)
    before = as_of("2026-03-01 09:00")
    assert facts_read(ScoringRevisionFacts, before) == ScoringRevisionFacts(since)
    told = facts_read(RevisionFacts, CONTEXT)
    assert (told.authored, told.reasoned) == (Share(0, 3), Share(0, 3))
    assert told.last_on == date(2026, 4, 1)


def test_an_altered_rule_is_noticed():
    activate("2026-05-01 09:00", BOOK)
    untouched = facts_read(RevisionFacts, CONTEXT).unaltered
    revision = Revision.objects.get()
    assert revision.rules.count() == 10  # S-1 S-2 S-3 F-1 F-2, M-01, R-1 R-2, two meetings
    whole = 1 + revision.sections.count() + 10  # the document, its sections, its rules
    assert untouched == Share(whole, whole)
    RevisionRule.objects.filter(rule_id="S-3").update(hash="0" * 64)
    assert facts_read(RevisionFacts, CONTEXT).unaltered == Share(whole - 1, whole)


def scored_company() -> None:
    import_rows(
        "leads",
        [{"external_id": f"L{n}", "title": "部長", "created_at": "2026-05-01"} for n in range(60)],
    )
    import_rows(
        "events",
        [
            {"external_id": str(n), "lead": f"L{n}", "at": "2026-05-10T10:00:00+09:00",
             "type": "form_submit"}
            for n in range(60)
        ],
    )  # fmt: skip
    activate("2026-05-15 09:00", BOOK)
    refresh("2026-05-20 11:00")


def test_scores_are_fresh_for_a_day_and_come_out_the_same():
    scored_company()
    assert facts_read(ScoreFacts, CONTEXT) == ScoreFacts(Share(60, 60), Share(50, 50))
    later = as_of("2026-05-21 11:01")
    assert facts_read(ScoreFacts, later) == ScoreFacts(Share(0, 60), Share(50, 50))
    before = replace(CONTEXT, as_of=NOW - timedelta(days=1))
    assert facts_read(ScoreFacts, before) == ScoreFacts()


def test_a_tampered_score_does_not_come_out_the_same():
    scored_company()
    Score.objects.update(total=F("total") + 1)
    assert facts_read(ScoreFacts, CONTEXT).reproduced == Share(0, 50)


def test_leads_that_changed_since_are_not_held_against_their_score():
    scored_company()
    import_rows(
        "events",
        [{"external_id": f"n{n}", "lead": f"L{n}", "at": "2026-05-19T10:00:00+09:00",
          "type": "form_submit"} for n in range(20)],
    )  # fmt: skip
    assert facts_read(ScoreFacts, CONTEXT).reproduced == Share(40, 40)


def test_more_rows_cost_no_more_queries():
    bring_in()
    activate("2026-05-01 09:00", BOOK)
    with CaptureQueriesContext(connection) as few:
        facts_of(CONTEXT)
    import_rows("leads", [{"external_id": f"M{n}", "name": str(n)} for n in range(200)])
    import_rows(
        "deals",
        [{"external_id": f"E{n}", "stage": "提案", "created_on": "2026-05-02"} for n in range(200)],
    )
    with CaptureQueriesContext(connection) as many:
        facts_of(CONTEXT)
    assert len(many) == len(few) < 70
