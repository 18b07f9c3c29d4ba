"""Items 15 to 20: the reviews that keep it true."""

from __future__ import annotations

from datetime import date

from teichaku.engine.checklist import thresholds as limits
from teichaku.engine.checklist.clauses import Part, at_least, at_most, exists, share_of
from teichaku.engine.checklist.facts import Facts
from teichaku.engine.checklist.finding import Finding, finding, later


def scoring_review(facts: Facts, day: date) -> Finding:
    """Item 15. A change that is in force is a review; rules in force for less than a review's
    time may wait for their first one.
    """
    reviews, revisions = facts.reviews, facts.scoring_revisions
    last = max(filter(None, (reviews.scoring_on, revisions.changed_on)), default=None)
    young = None
    if revisions.since is not None and last is None:
        first = later(revisions.since, limits.REVIEW_DAYS)
        young = first if first > day else None
    reasoned = revisions.reasoned if last == revisions.changed_on else reviews.reasoned
    current = None if last is None else later(last, limits.REVIEW_DAYS) >= day
    if last is None and reviews.recorded and young is None:
        current = False
    clauses = (
        exists("scoring_reviewed", current, "reviews", judge_on=young),
        exists("review_reasoned", reasoned if last else None, "reviews", judge_on=young),
        at_least(
            "review_outcomes", reviews.outcomes, limits.REVIEW_OUTCOMES, "reviews", judge_on=young
        ),
        share_of(
            "missed_wins", reviews.missed_wins, limits.MISSED_WINS, "reviews", bound="at_most",
            judge_on=young,
        ),
    )  # fmt: skip
    return finding(15, clauses, later(last or day, limits.REVIEW_DAYS))


def scenario_effects(facts: Facts, day: date) -> Finding:
    """Item 16. Nothing is judged before the first scenario has run for three months."""
    effects = facts.effects
    young = None
    if effects.first_live_on is not None:
        ready = later(effects.first_live_on, limits.EFFECT_AGE_DAYS)
        young = ready if ready > day else None
    clauses = (
        share_of(
            "effects_measured", None if young else effects.measured, limits.EFFECTS_MEASURED,
            "effects", judge_on=young,
        ),
        share_of(
            "effects_decided", None if young else effects.decided, limits.EFFECTS_DECIDED,
            "effects", judge_on=young,
        ),
    )  # fmt: skip
    return finding(16, clauses, later(day, limits.SCENARIO_DAYS))


def hollowness(facts: Facts, day: date) -> Finding:
    """Item 17. What the pipeline shows by itself stands beside and decides nothing."""
    hollow, traces = facts.hollow, facts.traces
    needed, noted = Part.REQUIRED, Part.NOTED
    clauses = (
        at_most(
            "hollow_age", hollow.days, limits.HOLLOW_AGE_DAYS, "hollow", part=needed, unit="days"
        ),
        at_least("hollow_audit", hollow.audited, limits.HOLLOW_AUDIT, "hollow", part=needed),
        share_of("hollow_reviewed", hollow.reviewed, limits.HOLLOW_REVIEWED, "hollow"),
        share_of("hollow_precision", hollow.precision, limits.HOLLOW_PRECISION, "hollow"),
        exists("hollow_acted", hollow.acted, "hollow", part=Part.MEASURED),
        share_of(
            "next_actions", traces.next_actions, limits.NEXT_ACTIONS, "activities", part=noted
        ),
        share_of("placeholders", traces.placeholders, 0, "activities", part=noted, bound="at_most"),
    )
    return finding(17, clauses, later(day, limits.HOLLOW_DAYS))


def stories(facts: Facts, day: date) -> Finding:
    """Item 18."""
    found = facts.stories
    clauses = (
        at_least("stories", found.traced, limits.STORIES, "stories", part=Part.REQUIRED),
        share_of("story_readers", found.readers, limits.STORY_READERS, "stories"),
        at_least("story_reuses", found.reuses, limits.STORY_REUSES, "stories"),
    )
    return finding(18, clauses, later(day, limits.STORY_DAYS))


def executive_report(facts: Facts, day: date) -> Finding:
    """Item 19."""
    report = facts.reports
    clauses = (
        at_most(
            "report_age", report.days, limits.REPORT_DAYS, "reports", part=Part.REQUIRED,
            unit="days",
        ),
        exists("report_reproduced", report.reproduced, "reports"),
        exists("report_opened", report.opened, "reports", part=Part.MEASURED),
        at_least("report_answers", report.answers, limits.REPORT_ANSWERS, "reports"),
    )  # fmt: skip
    return finding(19, clauses, later(day, limits.REPORT_DAYS))


def revisions(facts: Facts, day: date) -> Finding:
    """Item 20. A revision or a review without change within the time keeps it alive."""
    found, approvals = facts.revisions, facts.approvals
    last = max(filter(None, (found.last_on, facts.reviews.scoring_on)), default=None)
    current = None if last is None else later(last, limits.REVISION_DAYS) >= day
    clauses = (
        share_of("unaltered", found.unaltered, limits.UNALTERED, "rulebook", part=Part.REQUIRED),
        share_of("authored", found.authored, limits.AUTHORED, "rulebook"),
        share_of("reasoned", found.reasoned, limits.REASONED, "rulebook"),
        exists("rulebook_current", current, "rulebook", part=Part.MEASURED),
        share_of("two_roles", approvals.revisions_by_two_roles, limits.TWO_ROLES, "approvals"),
        share_of(
            "revision_attested", facts.attestations.revision, limits.ATTESTED, "attestations"
        ),
        share_of("cited", approvals.cited, limits.CITED, "decisions"),
    )  # fmt: skip
    return finding(20, clauses, later(last or day, limits.REVISION_DAYS))
