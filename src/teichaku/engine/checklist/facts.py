"""What the items are judged by: each room tells its part; None means that nothing tells it yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Part ÷ whole; None without a whole."""
        return self.part / self.whole if self.whole else None


class KpiTerms(NamedTuple):
    """What the rulebook says of one KPI beside its target and owner."""

    id: str
    by: date
    has_window: bool


@dataclass(frozen=True, slots=True)
class CharterFacts:
    """Purpose and KPIs of the rulebook in force."""

    purpose: bool | None = None
    kpis: tuple[KpiTerms, ...] | None = None


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """For how many of the three shared KPIs a present value can be computed."""

    known: Share | None = None


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """Who agreed to what: to the charter, to the MQL definition, to revisions; what cites them."""

    charter_signatures: int | None = None
    mql_marketing: bool | None = None
    mql_sales: bool | None = None
    mql_on: date | None = None
    revisions_by_two_roles: Share | None = None
    cited: Share | None = None


@dataclass(frozen=True, slots=True)
class AttestationFacts:
    """Who confirmed having read: the input rules, the present revision."""

    inputs: Share | None = None
    revision: Share | None = None


@dataclass(frozen=True, slots=True)
class MqlDefinitionFacts:
    """Whether the rulebook defines an MQL."""

    written: bool | None = None


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """How marketing and sales, each alone, sorted the same leads."""

    kappa: float | None = None
    cards: int | None = None


@dataclass(frozen=True, slots=True)
class ScoringRuleFacts:
    """How many rules of each kind the scoring section has; whether the definition uses a score."""

    attribute_rules: int | None = None
    behaviour_rules: int | None = None
    decays: int | None = None
    caps: int | None = None
    threshold: bool | None = None


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """Stored scores: those not older than a day, those that come out the same again."""

    fresh: Share | None = None
    reproduced: Share | None = None


@dataclass(frozen=True, slots=True)
class InputRuleFacts:
    """Input rules: those whose input is used somewhere, those with examples of both outcomes, and
    the most fields asked for at once.
    """

    rules: int | None = None
    complete: Share | None = None
    tested: Share | None = None
    most_fields: int | None = None


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """The link to the SFA over seven days; ``late``: age of the last success in intervals."""

    connected: bool | None = None
    succeeded: Share | None = None
    late: float | None = None
    present: Share | None = None
    minutes_p95: float | None = None
    outcomes: Share | None = None
    drift: int | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """Recent deals that name a lead."""

    linked: Share | None = None


@dataclass(frozen=True, slots=True)
class DuplicateFacts:
    """People who are known more than once."""

    people: Share | None = None


@dataclass(frozen=True, slots=True)
class HandoverRuleFacts:
    """Whether the rulebook says who receives a lead, and by when."""

    routed: bool | None = None
    deadlines: bool | None = None


@dataclass(frozen=True, slots=True)
class MqlOwnerFacts:
    """Recent MQLs and those of them without an owner."""

    mqls: int | None = None
    unowned: int | None = None


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """Handovers: accepted (90 days), returned as outside the definition, decided and touched in
    time, missed deadlines with a recorded outcome.
    """

    accepted: Share | None = None
    definitional: Share | None = None
    unowned: int | None = None
    decided: Share | None = None
    touched: Share | None = None
    breaches: Share | None = None


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """People with a record of training, and people who did each core task unaided."""

    recorded: Share | None = None
    unaided: Share | None = None


@dataclass(frozen=True, slots=True)
class ScenarioFacts:
    """Scenarios as designed and as running."""

    segments: Share | None = None
    complete: Share | None = None
    enrolled: int | None = None
    step_errors: Share | None = None
    eligible: Share | None = None
    stuck: Share | None = None


@dataclass(frozen=True, slots=True)
class MeetingRuleFacts:
    """The most frequent meeting of both departments in the rulebook."""

    cadence_days: int | None = None
    departments: int | None = None


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """Meetings as they happened."""

    next_in_days: int | None = None
    held: Share | None = None
    frozen: Share | None = None
    figures: Share | None = None
    unrecorded: Share | None = None


@dataclass(frozen=True, slots=True)
class InputRateFacts:
    """The input rates: their age, the rules and people they cover, the managers who look."""

    hours: float | None = None
    rules: Share | None = None
    people: Share | None = None
    managers: Share | None = None


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """People whose input stopped, what was due at all, and what was done about it."""

    breaches: int | None = None
    due: int | None = None
    followed: Share | None = None
    recovered: Share | None = None


@dataclass(frozen=True, slots=True)
class InputTraceFacts:
    """What the pipeline itself shows of input: it decides nothing, it only stands beside."""

    next_actions: Share | None = None
    silent: Share | None = None
    placeholders: Share | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """Managers who decided on a figure, due decisions with a result, decisions carried out."""

    managers: Share | None = None
    results: Share | None = None
    carried_out: Share | None = None


@dataclass(frozen=True, slots=True)
class FeedbackFacts:
    """Verdicts of sales on MQLs, and the answers of marketing."""

    verdicts: Share | None = None
    other: Share | None = None
    top_reason: Share | None = None
    replied: Share | None = None


@dataclass(frozen=True, slots=True)
class ScoringRevisionFacts:
    """Since when there are scoring rules; when they last changed, and whether with a reason."""

    since: date | None = None
    changed_on: date | None = None
    reasoned: bool | None = None


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """The latest review of the scoring rules, changed or kept; whether reviews are recorded."""

    recorded: bool | None = None
    scoring_on: date | None = None
    reasoned: bool | None = None
    outcomes: int | None = None
    missed_wins: Share | None = None


@dataclass(frozen=True, slots=True)
class ScenarioEffectFacts:
    """What scenarios brought: the first one's start, the volume measured, decisions taken."""

    first_live_on: date | None = None
    measured: Share | None = None
    decided: Share | None = None


@dataclass(frozen=True, slots=True)
class HollowFacts:
    """The check for hollow entries, and whether a rule was acted on where it was the cause."""

    days: int | None = None
    audited: int | None = None
    reviewed: Share | None = None
    precision: Share | None = None
    acted: bool | None = None


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """Stories whose deal can be traced back to its first touch; who read them, who did likewise."""

    traced: int | None = None
    readers: Share | None = None
    reuses: int | None = None


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The latest executive report: its age, whether it comes out the same again, who used it."""

    days: int | None = None
    reproduced: bool | None = None
    opened: bool | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """Revisions that were in force: unaltered since, with an author, with a reason; the last."""

    unaltered: Share | None = None
    authored: Share | None = None
    reasoned: Share | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a company's adoption at one instant."""

    charter: CharterFacts = field(default_factory=CharterFacts)
    baselines: BaselineFacts = field(default_factory=BaselineFacts)
    approvals: ApprovalFacts = field(default_factory=ApprovalFacts)
    attestations: AttestationFacts = field(default_factory=AttestationFacts)
    definition: MqlDefinitionFacts = field(default_factory=MqlDefinitionFacts)
    agreement: AgreementFacts = field(default_factory=AgreementFacts)
    scoring_rules: ScoringRuleFacts = field(default_factory=ScoringRuleFacts)
    scores: ScoreFacts = field(default_factory=ScoreFacts)
    input_rules: InputRuleFacts = field(default_factory=InputRuleFacts)
    sync: SyncFacts = field(default_factory=SyncFacts)
    links: LinkFacts = field(default_factory=LinkFacts)
    duplicates: DuplicateFacts = field(default_factory=DuplicateFacts)
    handover_rules: HandoverRuleFacts = field(default_factory=HandoverRuleFacts)
    mql_owners: MqlOwnerFacts = field(default_factory=MqlOwnerFacts)
    handovers: HandoverFacts = field(default_factory=HandoverFacts)
    training: TrainingFacts = field(default_factory=TrainingFacts)
    scenarios: ScenarioFacts = field(default_factory=ScenarioFacts)
    meeting_rules: MeetingRuleFacts = field(default_factory=MeetingRuleFacts)
    meetings: MeetingFacts = field(default_factory=MeetingFacts)
    input_rates: InputRateFacts = field(default_factory=InputRateFacts)
    follow_ups: FollowUpFacts = field(default_factory=FollowUpFacts)
    traces: InputTraceFacts = field(default_factory=InputTraceFacts)
    decisions: DecisionFacts = field(default_factory=DecisionFacts)
    feedback: FeedbackFacts = field(default_factory=FeedbackFacts)
    scoring_revisions: ScoringRevisionFacts = field(default_factory=ScoringRevisionFacts)
    reviews: ReviewFacts = field(default_factory=ReviewFacts)
    effects: ScenarioEffectFacts = field(default_factory=ScenarioEffectFacts)
    hollow: HollowFacts = field(default_factory=HollowFacts)
    stories: StoryFacts = field(default_factory=StoryFacts)
    reports: ReportFacts = field(default_factory=ReportFacts)
    revisions: RevisionFacts = field(default_factory=RevisionFacts)
