"""A company of which everything is known and in order; vectors change one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from teichaku.engine.checklist.facts import (
    AgreementFacts,
    ApprovalFacts,
    AttestationFacts,
    BaselineFacts,
    CharterFacts,
    DecisionFacts,
    DuplicateFacts,
    Facts,
    FeedbackFacts,
    FollowUpFacts,
    HandoverFacts,
    HandoverRuleFacts,
    HollowFacts,
    InputRateFacts,
    InputRuleFacts,
    KpiTerms,
    LinkFacts,
    MeetingFacts,
    MeetingRuleFacts,
    MqlDefinitionFacts,
    MqlOwnerFacts,
    ReportFacts,
    ReviewFacts,
    RevisionFacts,
    ScenarioEffectFacts,
    ScenarioFacts,
    ScoreFacts,
    ScoringRevisionFacts,
    ScoringRuleFacts,
    Share,
    StoryFacts,
    SyncFacts,
    TrainingFacts,
)
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import FORMULAS

DAY = date(2026, 11, 22)
ALL = Share(20, 20)
NONE = Share(0, 20)
HALF = Share(10, 20)
KPIS = tuple(
    KpiTerms(name, date(2027, 3, 31), has_window=True)
    for name in ("mql_count", "opportunity_rate", "win_rate")
)

IN_ORDER = Facts(
    charter=CharterFacts(purpose=True, kpis=KPIS),
    baselines=BaselineFacts(Share(3, 3)),
    approvals=ApprovalFacts(3, True, True, date(2026, 11, 1), ALL, ALL),
    attestations=AttestationFacts(ALL, ALL),
    definition=MqlDefinitionFacts(True),
    agreement=AgreementFacts(0.6, 20),
    scoring_rules=ScoringRuleFacts(1, 1, 1, 1, True),
    scores=ScoreFacts(ALL, ALL),
    input_rules=InputRuleFacts(3, Share(3, 3), Share(3, 3), 7),
    sync=SyncFacts(True, ALL, 2.0, ALL, 15.0, ALL, 0),
    links=LinkFacts(ALL),
    duplicates=DuplicateFacts(Share(1, 100)),
    handover_rules=HandoverRuleFacts(True, True),
    mql_owners=MqlOwnerFacts(20, 0),
    handovers=HandoverFacts(Share(18, 20), Share(2, 20), 0, ALL, ALL, ALL),
    training=TrainingFacts(ALL, ALL),
    scenarios=ScenarioFacts(Share(3, 3), Share(4, 4), 12, Share(0, 99), Share(8, 10), NONE),
    meeting_rules=MeetingRuleFacts(31, 2),
    meetings=MeetingFacts(35, Share(4, 5), Share(4, 5), Share(4, 5), Share(1, 10)),
    input_rates=InputRateFacts(24, ALL, ALL, Share(4, 5)),
    follow_ups=FollowUpFacts(10, 99, Share(9, 10), Share(6, 10)),
    decisions=DecisionFacts(Share(2, 2), Share(7, 10), HALF),
    feedback=FeedbackFacts(Share(9, 10), Share(3, 20), Share(7, 10), Share(8, 10)),
    scoring_revisions=ScoringRevisionFacts(date(2026, 1, 5), date(2026, 9, 1), True),
    reviews=ReviewFacts(True, date(2026, 9, 10), True, 30, Share(3, 20)),
    effects=ScenarioEffectFacts(date(2026, 8, 24), Share(8, 10), Share(4, 4)),
    hollow=HollowFacts(7, 20, Share(9, 10), Share(6, 10), True),
    stories=StoryFacts(1, Share(6, 10), 1),
    reports=ReportFacts(31, True, True, 1),
    revisions=RevisionFacts(Share(5, 5), Share(2, 2), Share(2, 2), date(2026, 9, 1)),
)


def changed(**parts: dict[str, Any] | None) -> Facts:
    """The company in order with some facts changed; a part of None tells nothing at all."""
    found = {}
    for name, values in parts.items():
        part = getattr(IN_ORDER, name)
        found[name] = type(part)() if values is None else replace(part, **values)
    return replace(IN_ORDER, **found)


def judged(item: int, **parts: dict[str, Any] | None) -> Finding:
    """The item of the changed company on the day."""
    return FORMULAS[item](changed(**parts), DAY)
