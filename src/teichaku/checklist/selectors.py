"""The checklist as computed from what every room tells, and as it was found before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery

from teichaku.checklist.models import FindingEntry
from teichaku.core import clock
from teichaku.core.facts import FactsContext, facts_read
from teichaku.core.instants import TICK
from teichaku.engine.checklist import facts as kinds
from teichaku.engine.checklist.finding import Finding
from teichaku.engine.checklist.items import findings
from teichaku.engine.checklist.standing import Claims, Index, PhaseScore, standing, with_claims
from teichaku.rulebook.selectors import activation_in_force, zone_in_force


@dataclass(frozen=True, slots=True)
class ChecklistReport:
    """The 20 items as of an instant, and what they add up to.

    ``claims`` is None where nobody ticked anything.
    """

    as_of: datetime
    day: date
    rulebook_hash: str
    findings: tuple[Finding, ...]
    phases: tuple[PhaseScore, ...]
    next_item: int | None
    index: Index
    claims: Claims | None


def checklist_findings(
    as_of: date | None = None, claims: Mapping[int, bool] | None = None
) -> ChecklistReport:
    """The report at the end of a local day (now, where it has not ended or is not given).

    Nothing is stored. ``claims``: which items a person ticked.
    """
    context = facts_context(as_of)
    activation = activation_in_force(context.as_of)
    found = findings(facts_of(context), context.today)
    if claims is not None:
        found = with_claims(found, claims)
    standing_ = standing(found, claims)
    return ChecklistReport(
        as_of=context.as_of,
        day=context.today,
        rulebook_hash=activation.revision.hash if activation else "",
        findings=found,
        phases=standing_.phases,
        next_item=standing_.next_item,
        index=standing_.index,
        claims=standing_.claims,
    )


def facts_context(day: date | None = None) -> FactsContext:
    """The end of the local day, or now where that is earlier or no day is given."""
    now, zone = clock.now(), zone_in_force()
    if day is None:
        return FactsContext(now, zone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)
    return FactsContext(min(now, midnight - TICK), zone)


def facts_of(context: FactsContext) -> kinds.Facts:
    """What every room tells; rooms that tell nothing leave their facts None."""
    return kinds.Facts(
        charter=facts_read(kinds.CharterFacts, context),
        baselines=facts_read(kinds.BaselineFacts, context),
        approvals=facts_read(kinds.ApprovalFacts, context),
        attestations=facts_read(kinds.AttestationFacts, context),
        definition=facts_read(kinds.MqlDefinitionFacts, context),
        agreement=facts_read(kinds.AgreementFacts, context),
        scoring_rules=facts_read(kinds.ScoringRuleFacts, context),
        scores=facts_read(kinds.ScoreFacts, context),
        input_rules=facts_read(kinds.InputRuleFacts, context),
        sync=facts_read(kinds.SyncFacts, context),
        links=facts_read(kinds.LinkFacts, context),
        duplicates=facts_read(kinds.DuplicateFacts, context),
        handover_rules=facts_read(kinds.HandoverRuleFacts, context),
        mql_owners=facts_read(kinds.MqlOwnerFacts, context),
        handovers=facts_read(kinds.HandoverFacts, context),
        training=facts_read(kinds.TrainingFacts, context),
        scenarios=facts_read(kinds.ScenarioFacts, context),
        meeting_rules=facts_read(kinds.MeetingRuleFacts, context),
        meetings=facts_read(kinds.MeetingFacts, context),
        input_rates=facts_read(kinds.InputRateFacts, context),
        follow_ups=facts_read(kinds.FollowUpFacts, context),
        traces=facts_read(kinds.InputTraceFacts, context),
        decisions=facts_read(kinds.DecisionFacts, context),
        feedback=facts_read(kinds.FeedbackFacts, context),
        scoring_revisions=facts_read(kinds.ScoringRevisionFacts, context),
        reviews=facts_read(kinds.ReviewFacts, context),
        effects=facts_read(kinds.ScenarioEffectFacts, context),
        hollow=facts_read(kinds.HollowFacts, context),
        stories=facts_read(kinds.StoryFacts, context),
        reports=facts_read(kinds.ReportFacts, context),
        revisions=facts_read(kinds.RevisionFacts, context),
    )


def latest_entries(before: date) -> QuerySet[FindingEntry]:
    """Each item as it was last found before a day."""
    same = FindingEntry.objects.filter(item=OuterRef("item"), day__lt=before).order_by("-day")
    rows = FindingEntry.objects.filter(day__lt=before)
    return rows.annotate(last=Subquery(same.values("day")[:1])).filter(day=F("last"))


def finding_history(item: int) -> Sequence[FindingEntry]:
    """The item's findings, the latest first."""
    return list(FindingEntry.objects.filter(item=item).order_by("-day"))
